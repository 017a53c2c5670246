/** What `prepare` came to: objects or samples written, what was left out and why, the exit code. */
import { EXIT_CODES, plainError, printableName } from '../errors.js';
import type { PrepareSummary } from '../folder/prepare.js';
import type { Outcome } from './base-command.js';

export function prepareOutcome({ run, leftOut }: PrepareSummary, { output, dryRun, what }: { output: string; dryRun: boolean; what: 'samples' | 'pairs' }): Outcome {
  const { images: wanted, done, skipped, failed } = run.summary;
  const errors = [...run.errors, ...(run.stopped === undefined ? [] : [plainError(run.stopped)])];
  const counts = [`${done} made`, ...(skipped > 0 ? [`${skipped} already there`] : []), ...(failed > 0 ? [`${failed} failed`] : [])].join(', ');
  const reasons = [[leftOut.crowds, 'crowds'], [leftOut.empty, 'empty masks'], [leftOut.unmasked, 'without a mask']].filter(([count]) => count !== 0).map(([count, reason]) => `${count} ${reason}`);
  const left = reasons.length === 0 ? '' : ` Left out: ${reasons.join(', ')}.`;
  return {
    summary: { [what]: wanted, done, skipped, failed, left_out: leftOut, ...(dryRun ? { planned: run.planned.length } : {}) },
    outputs: run.outputs, warnings: run.warnings, errors,
    exitCode: run.stopped?.exitCode ?? (failed > 0 ? EXIT_CODES.item : 0),
    closing: dryRun ? [`Would make ${run.planned.length} of ${wanted} ${what} in ${printableName(output)}; nothing was written.${left}`]
      : run.stopped === undefined ? [`${wanted} ${what}: ${counts} in ${printableName(output)}.${left}`] : [],
  };
}
