/** What came of the work of people who are not there: simulated, or recorded and done again. */
import { EXIT_CODES, printableName, typedName } from '../errors.js';
import type { ReplayReport } from '../engine/replay.js';
import type { SimulateReport } from '../engine/simulate.js';
import type { StoodIn } from '../engine/stand-ins.js';
import type { RecordingReport } from '../engine/write-recording.js';
import type { Outcome } from './base-command.js';
import type { Issue } from './issue.js';
import { counted } from './written-outcome.js';

export function simulateOutcome({ problems, ...report }: SimulateReport, folder: string): Outcome {
  const { images, objects, present, drawn, accepted, corrected, rejected, painted, left, clicks, seconds, unknown, waiting, stage, verdictsOnly } = report;
  const made = drawn + accepted + corrected;
  const judged = stage === 'semi-automatic' ? [`${accepted} proposals accepted`, `${corrected} corrected`, `${rejected} rejected`] : [];
  const rest = [...(waiting > 0 ? [`${counted(waiting, 'image')} left to do`] : []), ...(unknown > 0 ? [`${counted(unknown, 'image')} to do, but not in the truth`] : [])];
  return {
    summary: { ...report, secondsPerMask: made === 0 ? null : seconds / made, clicksPerMask: made === 0 ? null : clicks / made },
    outputs: [folder], errors: problems, exitCode: problems.length > 0 ? EXIT_CODES.item : 0,
    closing: [
      `${counted(images, 'image')} ${verdictsOnly ? 'judged' : 'done'}: ${[...(verdictsOnly ? [] : [`${counted(drawn, 'mask')} drawn`]), ...judged].join(', ')}${painted > 0 ? ` (${painted} painted by hand)` : ''}; ${left} of ${counted(objects, 'object')} given up${present > 0 ? `, ${present} there before` : ''}.`,
      `${(seconds / 60).toFixed(1)} minutes of a person's time${made === 0 ? '' : `: ${(seconds / made).toFixed(1)} s and ${(clicks / made).toFixed(1)} clicks a mask`}.${rest.length > 0 ? ` ${rest.join('; ')}.` : ''} What to do now: sam engine next ${typedName(folder)}`,
    ],
  };
}

/** A command's outcome with that of whoever took people's place in it. */
export function withStandIn(outcome: Outcome, { simulated, replayed }: StoodIn, folder: string, where: 'before' | 'after'): Outcome {
  if (simulated !== undefined) return joined(outcome, 'simulated', simulateOutcome(simulated, folder), where);
  return replayed === undefined ? outcome : joined(outcome, 'replayed', replayOutcome(replayed, folder), where);
}

function joined(outcome: Outcome, name: keyof StoodIn, person: Outcome, where: 'before' | 'after'): Outcome {
  const lines = person.closing ?? [], own = outcome.closing ?? [];
  return {
    ...outcome, summary: { ...outcome.summary, [name]: person.summary }, errors: [...outcome.errors ?? [], ...person.errors ?? []], exitCode: Math.max(outcome.exitCode ?? 0, person.exitCode ?? 0),
    closing: where === 'before' ? [...lines, ...own] : [...own, ...lines],
  };
}

export function replayOutcome({ problems, ...report }: ReplayReport, folder: string): Outcome {
  const { done, known, failed, others, masks, verdicts, images, decoded, model } = report, more = failed - problems.length;
  const decodedText = decoded > 0 ? ` ${counted(decoded, 'mask')} decoded anew by ${printableName(model ?? 'the model')}.` : '';
  return {
    summary: { ...report }, outputs: [folder], errors: more > 0 ? [...problems, { code: 'engine/record', message: `${counted(more, 'more step')} could not be done.` }] : problems,
    exitCode: failed > 0 ? EXIT_CODES.item : 0,
    closing: [`${counted(done, 'step')} done again: ${counted(masks, 'mask')}, ${counted(verdicts, 'verdict')}, ${counted(images, 'image')} finished${known > 0 ? `; ${known} known before` : ''}${others > 0 ? `; ${others} not about proposals` : ''}${failed > 0 ? `; ${failed} failed` : ''}.${decodedText} What to do now: sam engine next ${typedName(folder)}`],
  };
}

export function recordingOutcome({ steps, older, isWritten }: RecordingReport, { output, dryRun }: { output: string; dryRun: boolean }): Outcome {
  const name = printableName(output);
  const warnings: Issue[] = older > 0 ? [{ code: 'engine/remark', message: `${counted(older, 'mask')} by people ${older === 1 ? 'is' : 'are'} not in it: how they were made was not kept.` }] : [];
  return {
    summary: { steps, older }, outputs: dryRun && isWritten ? [] : [output], warnings,
    closing: [dryRun ? `Would write ${counted(steps, 'step')} to ${name}; nothing was written.` : isWritten ? `${counted(steps, 'step')} in ${name}.` : `${name} has just these steps already.`],
  };
}
