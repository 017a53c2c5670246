/** What came of work on a project's images, for a person and for `--json`. */
import { EXIT_CODES, printableName } from '../errors.js';
import type { AutoReport } from '../engine/auto.js';
import type { ProposeReport } from '../engine/propose.js';
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
