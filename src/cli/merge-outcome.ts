/** What a merge came to, for a person and for `--json`. */
import type { MergeReport, MergeRequest } from '../formats/jobs/merge.js';
import type { Outcome } from './base-command.js';
import { counted, writtenOutcome } from './written-outcome.js';

export function mergeOutcome(report: MergeReport, { output, dryRun }: Pick<MergeRequest, 'output' | 'dryRun'>): Outcome {
  const { inputs, to, images, annotations, categories, joined, remarks } = report;
  const formats = [...new Set(inputs.map(({ format }) => format))].join(', ');
  return writtenOutcome(report, {
    what: `${counted(inputs.length, 'dataset')} (${formats}): ${counted(images, 'image')}, ${counted(annotations, 'annotation')}, ${categories === 1 ? '1 category' : `${categories} categories`} as ${to}`,
    summary: { files: inputs.length, to, images, annotations, categories, joined, inputs }, output, dryRun,
    warnings: remarks.map((message) => ({ code: 'dataset/remark', message })),
  });
}
