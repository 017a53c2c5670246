/** Masks whatever their category: mean IoU by pairs, precision and recall, boundaries; each number worked out by hand. */
import test from 'ava';
import type { DetectedObject, ImageObjects, TrueObject } from '../../src/evaluation/image-objects.js';
import { evaluateObjects, type AgnosticResult, type IouType } from '../../src/evaluation/mask-evaluation.js';
import { rleArea } from '../../src/mask/rle.js';
import { rleOf } from '../mask/drawn.js';

const truth = (row: string, more: Partial<TrueObject> = {}): TrueObject => ({ category: 1, isCrowd: false, mask: rleOf(row), area: rleArea(rleOf(row)), ...more });
const detection = (row: string, score = 0.5, more: Partial<DetectedObject> = {}): DetectedObject => ({ category: 2, score, mask: rleOf(row), area: rleArea(rleOf(row)), ...more });
const agnosticOf = (images: Omit<ImageObjects, 'imageId'>[], iouTypes: IouType[] = ['segm']): AgnosticResult =>
  evaluateObjects(images.map((image, i) => ({ imageId: i + 1, ...image })), { iouTypes, categories: [1] }).agnostic!;

test('each mask is given to one object, the best pair first', (t) => {
  const { objects, meanIou, meanBestIou } = agnosticOf([{
    truths: [truth('####....'), truth('..######')],
    detections: [detection('######..'), detection('.......#')],
  }]);
  t.is(objects, 2);
  // pairs: the first detection with both objects, 4/6 and 4/8, the second one with the second, 1/6
  t.is(meanIou, (4 / 6 + 1 / 6) / 2);
  t.is(meanBestIou, (4 / 6 + 4 / 8) / 2);
});

test('greedy, not Hungarian: the best pair may cost another', (t) => {
  const { meanIou } = agnosticOf([{ truths: [truth('######....'), truth('..##......')], detections: [detection('.#####....'), detection('######....', 0.1)] }]);
  // the second detection is the first object, so that the second object is left with 2/5; the other way it would be 5/6 and 2/6
  t.is(meanIou, (1 + 2 / 5) / 2);
});

test('an object without a mask counts 0, a crowd not at all, nothing is undefined', (t) => {
  t.is(agnosticOf([{ truths: [truth('##..'), truth('..##')], detections: [detection('##..')] }]).meanIou, 0.5);
  const crowd = agnosticOf([{ truths: [truth('####', { isCrowd: true }), truth('##..')], detections: [detection('##..'), detection('..##')] }]);
  t.like(crowd, { objects: 1, meanIou: 1 });
  t.like(crowd.thresholds[0], { found: 1, wrong: 0, missed: 0, precision: 1 }, 'a detection in a crowd is not wrong');
  t.like(agnosticOf([{ truths: [], detections: [detection('##..')] }]), { objects: 0, meanIou: -1, meanBestIou: -1 });
});

test('precision, recall and F1 at each threshold', (t) => {
  const { thresholds, proposals } = agnosticOf([
    { truths: [truth('##########')], detections: [detection('########..'), detection('........##', 0.4)] },
    { truths: [truth('#####.....')], detections: [] },
  ]);
  t.deepEqual(thresholds.map(({ iou }) => iou), [0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95]);
  t.deepEqual(thresholds[6], { iou: 0.8, precision: 0.5, recall: 0.5, f1: 0.5, found: 1, wrong: 1, missed: 1 });
  t.deepEqual(thresholds[7], { iou: 0.85, precision: 0, recall: 0, f1: 0, found: 0, wrong: 2, missed: 2 });
  t.is(proposals['AR1000'], 0.5 * 7 / 10);
  t.is(proposals['AR1000m'], -1);
  t.deepEqual(agnosticOf([{ truths: [], detections: [] }]).thresholds[0], { iou: 0.5, precision: -1, recall: -1, f1: -1, found: 0, wrong: 0, missed: 0 });
});

test('boundaries of the pairs', (t) => {
  const square = ['........', '.######.', '.######.', '.######.', '.######.', '.######.', '.######.', '........'];
  const ring = square.map((row, y) => (y > 1 && y < 6 ? '.#....#.' : row));
  const mask = rleOf(...square), hollow = rleOf(...ring);
  const image = { truths: [truth('.', { mask, area: 36 })], detections: [detection('.', 0.5, { mask: hollow, area: 20 })] };
  const { meanIou, meanBoundaryIou } = agnosticOf([image], ['segm', 'boundary']);
  t.is(meanIou, 20 / 36);
  t.is(meanBoundaryIou, 1, 'one pixel wide, the boundary of the square is the ring');
  t.is(agnosticOf([image]).meanBoundaryIou, undefined, 'only where boundaries are asked for');
  t.is(agnosticOf([{ truths: [], detections: [] }], ['boundary']).meanBoundaryIou, -1);
});

test('without masks it is boxes', (t) => {
  const box = [0, 0, 10, 10] as const;
  const { iouType, meanIou } = agnosticOf([{ truths: [{ category: 1, isCrowd: false, area: 100, box }], detections: [{ category: 2, score: 1, area: 50, box: [0, 0, 10, 5] }] }], ['bbox']);
  t.is(iouType, 'bbox');
  t.is(meanIou, 0.5);
});
