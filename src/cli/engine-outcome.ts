/** What the commands over projects of the data engine came to, for a person and for `--json`. */
import { EXIT_CODES, printableName, typedName } from '../errors.js';
import type { DedupeReport } from '../engine/dedupe.js';
import type { ExportFileReport, ImportFileReport } from '../engine/exchange.js';
import type { InitReport } from '../engine/init.js';
import type { Outcome } from './base-command.js';
import { findingIssues } from './finding-issues.js';
import type { Issue } from './issue.js';
import { counted, writtenOutcome } from './written-outcome.js';

const remark = (message: string): Issue => ({ code: 'engine/remark', message });

/** The first of a list of names. */
function some(names: readonly string[], count = names.length): string {
  const shown = names.slice(0, 3).map(printableName).join(', ');
  return count > 3 ? `${shown} and ${count - 3} more` : shown;
}

export function initOutcome(report: InitReport, { folder, dryRun }: { folder: string; dryRun: boolean }): Outcome {
  const { images, added, unchanged, moved, changed, adopted, missing, restored, problems, nearGroups, resplit, isNew, model, categories, splits, warnings } = report;
  const alike = nearGroups.reduce((sum, group) => sum + group.length, 0);
  const told: [readonly string[], string][] = [
    [changed, 'changed since masks could be made on them; they are set aside until the old files are back, or --adopt-changed takes them as they are'],
    [missing, 'cannot be found; their masks are kept'], [resplit, 'went over to train, because a new image looks like images of two splits'],
  ];
  const remarks = told.filter(([names]) => names.length > 0).map(([names, what]) => remark(`${counted(names.length, 'image')} ${what}: ${some(names)}.`));
  const news = [`${added} new`, ...(isNew ? [] : [`${unchanged} as before`]), ...(moved.length > 0 ? [`${moved.length} moved`] : []), ...(restored.length > 0 ? [`${restored.length} back`] : []), ...(adopted.length > 0 ? [`${adopted.length} taken as they are now`] : [])];
  return {
    summary: {
      isNew, images, added, unchanged, moved: moved.length, changed: changed.length, adopted: adopted.length, missing: missing.length, restored: restored.length, failed: problems.length,
      nearDuplicates: alike, splits, model, categories: categories.length,
    },
    outputs: dryRun ? [] : [folder], warnings: [...warnings, ...remarks], errors: problems, exitCode: problems.length > 0 ? EXIT_CODES.item : 0,
    closing: [
      `${counted(images, 'image')}: ${news.join(', ')}.${alike > 0 ? ` ${alike} look alike and stay together.` : ''}${problems.length > 0 ? ` ${counted(problems.length, 'file')} could not be read.` : ''} Train ${splits.train}, held out ${splits.val + splits.test}.`,
      dryRun ? `Would ${isNew ? 'make' : 'bring up to date'} the project ${printableName(folder)}; nothing was written.`
        : `The project ${printableName(folder)} works with the model ${printableName(model)}. What to do now: sam engine next ${typedName(folder)}`,
    ],
  };
}

export function importOutcome(report: ImportFileReport, { folder, dryRun }: { folder: string; dryRun: boolean }): Outcome {
  const { images, done, added, same, replaced, kept, withoutMask, unknownImages, unknownCount, problems, findings, errors, from } = report;
  const remarks = [
    ...(kept > 0 ? [remark(`${counted(kept, 'mask')} changed in the file, but people have judged what is in the project: that stays.`)] : []),
    ...(withoutMask > 0 ? [remark(`${counted(withoutMask, 'annotation')} without a mask left out; sam boxes-to-masks makes masks of boxes.`)] : []),
  ];
  const unknown: Issue[] = unknownCount > 0 ? [{ code: 'engine/record', message: `${counted(unknownCount, 'image')} of the file ${unknownCount === 1 ? 'is' : 'are'} not in the project: ${some(unknownImages, unknownCount)}.` }] : [];
  const failed = problems.length + errors;
  return {
    summary: { from, images, done, added, same, replaced, kept, withoutMask, unknownImages: unknownCount, failed, findings: findings.map(({ code, severity, count }) => ({ code, severity, count })) },
    outputs: dryRun ? [] : [folder], warnings: [...findingIssues(findings, 'warning'), ...remarks], errors: [...findingIssues(findings, 'error'), ...problems, ...unknown],
    exitCode: failed + unknownCount > 0 ? EXIT_CODES.item : 0,
    closing: [`${dryRun ? 'Would add' : 'Added'} ${counted(added, 'mask')} of ${counted(images, 'image')} from ${from}; ${same} ${same === 1 ? 'was' : 'were'} there already${replaced > 0 ? `, ${replaced} replaced` : ''}.${done > 0 ? ` ${counted(done, 'image')} ${dryRun ? 'would be' : done === 1 ? 'is' : 'are'} done.` : ''}`],
  };
}

export function exportOutcome(report: ExportFileReport, { output, dryRun }: { output: string; dryRun: boolean }): Outcome {
  const { to, counts, left, absent } = report;
  const outcome = writtenOutcome({ ...report, findings: [], errors: 0 }, {
    what: `${counted(counts.images, 'image')}, ${counted(counts.annotations, 'mask')} as ${to}`, summary: { to, ...counts, absent, left }, output, dryRun,
    warnings: absent > 0 ? [remark(`${counted(absent, 'image')} with masks left out: their files are missing or changed.`)] : [],
    hints: left.length > 0 ? [`Not in it, for ${to} has no place for them: ${left.join(', ')}. The project keeps them.`] : [],
  });
  return outcome;
}

export function engineDedupeOutcome(report: DedupeReport, { folder, dryRun }: { folder: string; dryRun: boolean }): Outcome {
  const { images, masks, duplicates, imagesWithDuplicates, parts } = report;
  return {
    summary: { ...report }, outputs: dryRun ? [] : [folder],
    closing: [`${dryRun ? 'Would mark' : 'Marked'} ${counted(duplicates, 'duplicate')} of ${counted(masks, 'mask')} in ${imagesWithDuplicates} of ${counted(images, 'image')}; ${parts} lie${parts === 1 ? 's' : ''} in a larger one, which is recorded.`],
  };
}
