/** Lists of types and numbers as people type them, and thresholds. */
import test from 'ava';
import { iouTypesOf, maxDetsOf, unmetThresholds } from '../../src/evaluation/evaluation-options.js';
import { evaluateObjects } from '../../src/evaluation/mask-evaluation.js';

test('types and numbers of detections', (t) => {
  t.deepEqual(iouTypesOf('bbox, segm'), ['bbox', 'segm']);
  for (const wrong of ['', 'segm,', 'segm,segm', 'mask', 'segm;bbox']) t.throws(() => iouTypesOf(wrong), { code: 'usage/option', message: /--iou-type expects/ }, wrong);
  t.deepEqual(maxDetsOf('1,10, 100'), [1, 10, 100]);
  t.deepEqual(maxDetsOf('1000'), [1000]);
  for (const wrong of ['', '0,1', '10,1', '1,1', '1.5', '1e3', '-1', '1,2,3,4,5,6,7,8,9', '99999999999999999999']) t.throws(() => maxDetsOf(wrong), { code: 'usage/option', message: /--max-dets expects/ }, wrong);
});

test('what is not met is named with what it is', (t) => {
  const square = { category: 1, area: 100, box: [0, 0, 10, 10] as const };
  const found = evaluateObjects([{ imageId: 1, truths: [{ ...square, isCrowd: false }], detections: [{ ...square, score: 1 }] }], { iouTypes: ['bbox'], categories: [1], maxDets: [1, 5] });
  t.deepEqual(unmetThresholds({ minAp: 1, minAp50: 1, minAp75: 1, minAr: 1, minIou: 1 }, found), [], 'pycocotools\' 0.9999999999999998 is 1');
  const missed = evaluateObjects([{ imageId: 1, truths: [{ ...square, isCrowd: false }], detections: [] }], { iouTypes: ['bbox'], categories: [1] });
  t.deepEqual(unmetThresholds({ minAp: 0.5, minAr: 0, minIou: 0.25 }, missed), ['--min-ap 0.5 is not met: it is 0.0000.', '--min-iou 0.25 is not met: it is 0.0000.']);
  const nothing = evaluateObjects([], { iouTypes: ['bbox'], categories: [1] });
  t.deepEqual(unmetThresholds({ minAp: 0 }, nothing), ['--min-ap 0 is not met: it is undefined, there is nothing to be found.']);
});
