/** What came of work on a project's images, for a person and for `--json`. */
import { EXIT_CODES, printableName } from '../errors.js';
import type { AutoReport } from '../engine/auto.js';
import type { ProposeReport } from '../engine/propose.js';
import type { Quality, RoundReport } from '../engine/round.js';
import type { Outcome } from './base-command.js';
import { counted } from './written-outcome.js';

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
