/** What fine-tuning came to: a table of before and after, what was left out, the exit code. */
import { EXIT_CODES, printableName } from '../errors.js';
import type { FinetuneReport, Tuned } from '../folder/finetune-options.js';
import type { Outcome } from './base-command.js';
import { findingIssues } from './finding-issues.js';
import { tableText } from './table.js';
import { counted } from './written-outcome.js';

export function finetuneOutcome({ parent, dataset: { findings, problems, ...dataset }, python, output, tuned }: FinetuneReport): Outcome {
  const isWritten = tuned?.isBetter === true, wrong = [...findingIssues(findings, 'error'), ...problems];
  const worse = tuned === undefined || isWritten ? [] : [{ code: 'threshold/not-better', message: notBetter(tuned) }];
  const from = `${counted(dataset.masks, 'mask')} on ${counted(dataset.images, 'image')} (${dataset.format})`;
  return {
    summary: { parent, dataset, python, ...(tuned === undefined ? { tuned: null } : { tuned }) }, outputs: isWritten ? [output] : [],
    warnings: findingIssues(findings, 'warning'), errors: [...wrong, ...worse], exitCode: worse.length > 0 ? EXIT_CODES.threshold : wrong.length > 0 ? EXIT_CODES.item : 0,
    closing: [
      tuned === undefined ? `Would train ${printableName(parent.name)} on ${from} with ${printableName(python.command)} (torch ${python.packages['torch'] ?? '?'}); nothing was written.`
        : `${printableName(parent.name)} learnt from ${counted(tuned.pictures, 'image')} in ${counted(tuned.steps, 'step')}; measured on ${tuned.heldBack} that were held back.${isWritten ? ` Use it: --model ${printableName(output)}` : ''}`,
    ],
    ...(tuned === undefined ? {} : { text: tunedText(tuned) }),
  };
}

function tunedText({ before, after }: Tuned): string {
  const rows = [['box', 'box'], ['top', 'one click, top-scored mask'], ['best', 'one click, best of three masks']] as const;
  return tableText([['mean IoU', 'before', 'after'], ...rows.map(([key, title]) => [title, before[key].toFixed(3), after[key].toFixed(3)])], [1, 2]);
}

function notBetter({ before, after }: Tuned): string {
  const text = ({ box, top, best }: Tuned['before']): string => `box ${box.toFixed(3)}, one click ${top.toFixed(3)}, best of three ${best.toFixed(3)}`;
  return `The fine-tuned model is not better on the images that were held back (before: ${text(before)}; after: ${text(after)}): nothing was written. More images, more --minutes or another --seed may help.`;
}
