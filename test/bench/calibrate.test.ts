/** The thresholds that are recommended for a model: those at which what is kept agrees with people. */
import test from 'ava';
import { recommendedThresholds, thresholdsTable, type Candidate } from '../../bench/calibrate.js';

/** Boxes that do not overlap, unless the place is the same. */
const candidate = (place: number, predictedIou: number, stabilityScore: number, ...agrees: number[]): Candidate => ({ predictedIou, stabilityScore, box: { x0: 40 * place, y0: 0, x1: 40 * place + 30, y1: 30 }, agrees });

test('precision, recall and masks of every pair, after box suppression', (t) => {
  const rows = thresholdsTable([
    { outlines: 2, candidates: [candidate(0, 0.5, 0.9, 0), candidate(0, 0.4, 0.9, 0), candidate(1, 0.3, 0.9), candidate(2, 0.2, 0.4, 1)] },
    { outlines: 2, candidates: [candidate(0, 0.45, 0.9, 0, 1)] },
  ]);
  const row = (iou: number, stability: number): object => rows.find((one) => one.predIouThresh === iou && one.stabilityScoreThresh === stability)!;
  t.like(row(0, 0), { masks: 2, precision: 0.75, recall: 1 }, 'the copy in the same place is suppressed');
  t.like(row(0, 0.5), { masks: 1.5, precision: 2 / 3, recall: 0.75 });
  t.like(row(0.3, 0.5), { masks: 1, precision: 1, recall: 0.75 }, 'a mask at the threshold is not above it');
  t.like(row(0.5, 0), { masks: 0, precision: 0, recall: 0, f1: 0 });
  t.like(recommendedThresholds(rows), { predIouThresh: 0, stabilityScoreThresh: 0, recall: 1 });
});

test('nothing that agrees, nothing recommended', (t) => {
  t.is(recommendedThresholds(thresholdsTable([{ outlines: 3, candidates: [candidate(0, 0.9, 1)] }])), undefined);
  t.is(recommendedThresholds(thresholdsTable([{ outlines: 3, candidates: [] }])), undefined);
});
