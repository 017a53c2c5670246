/** What a conversion, a split and a removal of duplicates came to, for a person and for `--json`. */
import { printableName } from '../errors.js';
import type { ConvertReport, ConvertRequest } from '../formats/jobs/convert.js';
import type { DedupeReport, DedupeRequest } from '../formats/jobs/dedupe.js';
import type { SplitCount, SplitReport } from '../formats/jobs/split.js';
import type { Outcome } from './base-command.js';
import { tableText } from './table.js';
import { counted, route, writtenOutcome } from './written-outcome.js';

type Target = Pick<ConvertRequest, 'output' | 'dryRun'>;

export function convertOutcome(report: ConvertReport, { output, dryRun }: Target): Outcome {
  const { from, to, images, annotations } = report;
  return writtenOutcome(report, {
    what: `${counted(images, 'image')}, ${counted(annotations, 'annotation')} ${route(report)}`, summary: { from, to, images, annotations }, output, dryRun,
  });
}

/** So many categories are named in a line. */
const NAMED = 5;

export function dedupeOutcome(report: DedupeReport, { output, dryRun, report: file }: Target & Pick<DedupeRequest, 'report'>): Outcome {
  const { from, to, images, annotations, removed, imagesWithDuplicates, removedByCategory } = report;
  const kept = annotations - removed;
  const most = removedByCategory.toSorted((a, b) => b.removed - a.removed);
  const which = [...most.slice(0, NAMED).map((category) => `${category.removed} ${printableName(category.name)}`), ...(most.length > NAMED ? [`${most.length - NAMED} more categories`] : [])].join(', ');
  return writtenOutcome(report, {
    what: `${counted(images, 'image')}, ${counted(kept, 'annotation')} ${route(report)}`,
    summary: { from, to, images, annotations, removed, kept, imagesWithDuplicates, removedByCategory }, output, dryRun, ...(file === undefined ? {} : { others: [file] }),
    lines: [`${counted(removed, 'duplicate')} of ${counted(annotations, 'annotation')}, in ${counted(imagesWithDuplicates, 'image')}${which === '' ? '' : `: ${which}`}.`],
  });
}

export function splitOutcome(report: SplitReport, { output, dryRun }: Target): Outcome {
  const { from, to, images, annotations, splits, imagesAt } = report;
  return writtenOutcome(report, {
    what: `${counted(images, 'image')}, ${counted(annotations, 'annotation')} ${route(report)}`, summary: { from, to, images, annotations, splits }, output, dryRun,
    lines: splitTable(splits),
    hints: [imagesAt === undefined ? 'Images are not copied; the file names in it are those of the input.'
      : `Images are not copied: put or link them below ${printableName(`${output}/${imagesAt}`)}, where training programs look for them.`],
  });
}

/** A row a category, a column a split. */
function splitTable(splits: readonly SplitCount[]): string[] {
  const names = splits[0]?.categories.map(({ name }) => name) ?? [];
  const rows = [
    ['', ...splits.map(({ split }) => split)], ['images', ...splits.map(({ images }) => String(images))], ['annotations', ...splits.map(({ annotations }) => String(annotations))],
    ...names.map((name, i) => [`  ${printableName(name)}`, ...splits.map(({ categories }) => String(categories[i]?.annotations ?? 0))]),
  ];
  return tableText(rows, splits.map((_, i) => i + 1)).split('\n');
}
