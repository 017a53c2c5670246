/** What came of work on a project's images, for a person and for `--json`. */
import { EXIT_CODES, printableName } from '../errors.js';
import type { AutoReport } from '../engine/auto.js';
import type { ProposeReport } from '../engine/propose.js';
import type { SimulateReport } from '../engine/simulate.js';
import type { Outcome } from './base-command.js';
import { counted } from './written-outcome.js';

export function simulateOutcome({ problems, ...report }: SimulateReport, folder: string): Outcome {
  const { images, objects, present, drawn, accepted, corrected, rejected, painted, left, clicks, seconds, unknown, waiting, stage } = report;
  const made = drawn + accepted + corrected;
  const judged = stage === 'semi-automatic' ? [`${accepted} proposals accepted`, `${corrected} corrected`, `${rejected} rejected`] : [];
  const rest = [...(waiting > 0 ? [`${counted(waiting, 'image')} left to do`] : []), ...(unknown > 0 ? [`${counted(unknown, 'image')} to do, but not in the truth`] : [])];
  return {
    summary: { ...report, secondsPerMask: made === 0 ? null : seconds / made, clicksPerMask: made === 0 ? null : clicks / made },
    outputs: [folder], errors: problems, exitCode: problems.length > 0 ? EXIT_CODES.item : 0,
    closing: [
      `${counted(images, 'image')} done: ${[`${counted(drawn, 'mask')} drawn`, ...judged].join(', ')}${painted > 0 ? ` (${painted} painted by hand)` : ''}; ${left} of ${counted(objects, 'object')} given up${present > 0 ? `, ${present} there before` : ''}.`,
      `${(seconds / 60).toFixed(1)} minutes of a person's time${made === 0 ? '' : `: ${(seconds / made).toFixed(1)} s and ${(clicks / made).toFixed(1)} clicks a mask`}.${rest.length > 0 ? ` ${rest.join('; ')}.` : ''} What to do now: sam engine next ${printableName(folder)}`,
    ],
  };
}

export function proposeOutcome({ problems, ...report }: ProposeReport, folder: string): Outcome {
  const { images, skipped, masks, threshold, confidence, verdicts, needed, onTop, retired } = report;
  const extra = [...(onTop > 0 ? [`${onTop} more were there, rejected before, or found twice`] : []), ...(retired > 0 ? [`${retired} unjudged ones of before gave way`] : [])];
  const why = confidence !== undefined ? `, of which people accepted ${confidence.right} of ${confidence.judged}`
    : needed !== undefined ? `: ${counted(verdicts, 'verdict')} on this model cannot vouch for another (at least ${needed} are needed)` : '';
  return {
    summary: { ...report, confidence: confidence ?? null }, outputs: [folder], errors: problems, exitCode: problems.length > 0 ? EXIT_CODES.item : 0,
    closing: [
      `${counted(masks, 'proposal')} on ${counted(images, 'image')}${skipped > 0 ? `, ${skipped} looked at before` : ''}${extra.length > 0 ? `; ${extra.join('; ')}` : ''}.`,
      `Threshold ${Number(threshold.toFixed(3))}${why}. What to do now: sam engine next ${printableName(folder)}`,
    ],
  };
}

export function autoOutcome({ problems, ...report }: AutoReport, folder: string): Outcome {
  const { images, skipped, masks, duplicates, retired } = report;
  return {
    summary: { ...report }, outputs: [folder], errors: problems, exitCode: problems.length > 0 ? EXIT_CODES.item : 0,
    closing: [`${counted(masks, 'mask')} on ${counted(images, 'image')}${skipped > 0 ? `, ${skipped} done before` : ''}; ${counted(duplicates, 'duplicate')}${retired > 0 ? `, ${retired} of before gave way` : ''}. What to do now: sam engine next ${printableName(folder)}`],
  };
}
