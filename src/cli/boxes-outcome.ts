/** What `boxes-to-masks` came to: counts, records left out, the exit code, and what to do next. */
import { EXIT_CODES, plainError, printableName } from '../errors.js';
import type { BoxesSummary } from '../folder/boxes-dataset.js';
import type { Outcome } from './base-command.js';
import type { Issue } from './issue.js';
import { counted } from './written-outcome.js';

export function boxesOutcome({ run, findings, losses, written, masks, unmasked }: BoxesSummary, output: string): Outcome {
  const { stopped } = run;
  const errors: Issue[] = [
    ...run.errors, ...findings.map(({ code, message, file, record, path }) => ({ code, message, ...(file === undefined ? {} : { file }), ...(record === undefined ? {} : { record }), ...(path === undefined ? {} : { path }) })),
    ...(stopped === undefined ? [] : [plainError(stopped)]),
  ];
  const warnings: Issue[] = [...run.warnings, ...losses.map(({ loss, count, first }) => ({ code: `loss/${loss}`, message: `${counted(count, 'time')}, first: ${first}` }))];
  const closing = stopped !== undefined ? `Stopped: ${run.summary.done + run.summary.skipped} of ${run.summary.images} images are finished. The same command goes on from here.`
    : `${counted(run.summary.images, 'image')} with boxes: ${counted(masks, 'mask')} in ${printableName(output)}${written ? '' : ', which had the same bytes already'}${unmasked > 0 ? `; ${counted(unmasked, 'record')} got none` : ''}.`;
  return {
    summary: { ...run.summary, masks, unmasked, losses: losses.map(({ loss, count }) => ({ loss, count })) }, outputs: stopped === undefined ? [output] : [], warnings, errors,
    exitCode: stopped?.exitCode ?? (errors.length > 0 ? EXIT_CODES.item : 0), closing: [closing],
  };
}
