/** What came of work on a project's images, for a person and for `--json`. */
import { EXIT_CODES, printableName } from '../errors.js';
import type { AutoReport } from '../engine/auto.js';
import type { ProposeReport } from '../engine/propose.js';
import type { Quality, RoundReport } from '../engine/round.js';
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

export function roundOutcome(report: RoundReport): Outcome {
  const { round, dataset, heldOut, command, before, after, isPromoted, model, next } = report;
  const text = ({ box, firstClick, lastClick }: Quality): string => `${box === undefined ? '' : `box ${box.toFixed(3)}, `}one click ${firstClick.toFixed(3)}, last click ${lastClick.toFixed(3)}`;
  const compared = before === undefined || after === undefined ? [] : [`Mean IoU on ${counted(after.regions, 'held-out region')}: before ${text(before)}; after ${text(after)}. ${isPromoted ? 'The new model is better and in use' : 'The new model is not better; the old one stays'}: ${printableName(model)}.`];
  return {
    summary: { ...report, command: command ?? null, before: before ?? null, after: after ?? null }, outputs: [dataset, ...(heldOut === undefined ? [] : [heldOut])],
    closing: [
      `Round ${round} is closed; what to train on: ${printableName(dataset)}.`, ...compared, ...(next === undefined ? [] : [`Round ${next} is open.`]),
      ...(command === undefined ? [] : ['There is no --trainer. One that fits, from the folder of the toolkit\'s repository, with the packages of training/requirements.txt:']),
    ],
    ...(command === undefined ? {} : { text: command.map((word) => (/^[\w./:@%+,=-]+$/.test(word) ? word : `'${printableName(word).replaceAll("'", "'\\''")}'`)).join(' ') }),
  };
}
