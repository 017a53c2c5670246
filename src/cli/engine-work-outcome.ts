/** What came of work on a project's images, for a person and for `--json`. */
import { EXIT_CODES, printableName, typedName } from '../errors.js';
import type { AutoReport } from '../engine/auto.js';
import type { DetectionsLeft } from '../engine/detections.js';
import type { ProposeReport } from '../engine/propose.js';
import type { Outcome } from './base-command.js';
import type { Issue } from './issue.js';
import { counted } from './written-outcome.js';

function ofNoUse({ unknownCount, unknown, unusable, newCategories }: DetectionsLeft): Issue[] {
  const remarks = [
    ...(unknownCount > 0 ? [`${counted(unknownCount, 'image')} of the detections ${unknownCount === 1 ? 'is' : 'are'} not in the project: ${unknown.map(printableName).join(', ')}${unknownCount > 3 ? ' ...' : ''}.`] : []),
    ...(unusable > 0 ? [`${counted(unusable, 'detection')} left out: of a crowd, without a box of some area, or outside of the image.`] : []),
    ...(newCategories.length > 0 ? [`The detections brought ${newCategories.length === 1 ? 'a class' : 'classes'} that the project did not have: ${newCategories.map(printableName).join(', ')}.`] : []),
  ];
  return remarks.map((message) => ({ code: 'engine/remark', message }));
}

export function proposeOutcome({ problems, ...report }: ProposeReport, folder: string): Outcome {
  const { images, skipped, masks, threshold, confidence, verdicts, needed, onTop, retired, detections } = report;
  const extra = [...(onTop > 0 ? [`${onTop} more were there, rejected before, or found twice`] : []), ...(retired > 0 ? [`${retired} unjudged ones of before gave way`] : [])];
  const why = confidence !== undefined ? `, from which on people accepted ${confidence.right} of ${confidence.judged}` : needed === undefined ? ''
    : `, not by people's verdicts: ${verdicts < needed ? `${verdicts} on this model's proposals ${verdicts === 1 ? 'is' : 'are'} too few for --target-precision (${needed} at the least)` : `by the ${verdicts} on this model's proposals no score reaches --target-precision`}`;
  const head = detections === undefined ? 'Threshold' : 'Boxes from the score';
  return {
    summary: { ...report, confidence: confidence ?? null }, outputs: [folder], warnings: detections === undefined ? [] : ofNoUse(detections), errors: problems, exitCode: problems.length > 0 ? EXIT_CODES.item : 0,
    closing: [
      `${counted(masks, 'proposal')} on ${counted(images, 'image')}${skipped > 0 ? `, ${skipped} looked at before` : ''}${extra.length > 0 ? `; ${extra.join('; ')}` : ''}.`,
      `${head} ${Number(threshold.toFixed(3))}${detections === undefined ? '' : ' on'}${why}. What to do now: sam engine next ${typedName(folder)}`,
    ],
  };
}

export function autoOutcome({ problems, ...report }: AutoReport, folder: string): Outcome {
  const { images, skipped, masks, duplicates, retired } = report;
  return {
    summary: { ...report }, outputs: [folder], errors: problems, exitCode: problems.length > 0 ? EXIT_CODES.item : 0,
    closing: [`${counted(masks, 'mask')} on ${counted(images, 'image')}${skipped > 0 ? `, ${skipped} done before` : ''}; ${counted(duplicates, 'duplicate')}${retired > 0 ? `, ${retired} of before gave way` : ''}. What to do now: sam engine next ${typedName(folder)}`],
  };
}
