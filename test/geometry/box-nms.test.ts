/** Box suppression against torchvision's `batched_nms` and against a naive version. */
import test from 'ava';
import fc from 'fast-check';
import { boxNms, orderByScore } from '../../src/geometry/box-nms.js';
import { nmsCases, type Corners } from '../core-goldens.js';

for (const { name, threshold, boxes, scores, kept } of nmsCases()) {
  test(`torchvision's decisions: ${name}, threshold ${threshold}`, (t) => {
    t.deepEqual(boxNms(Int32Array.from(boxes.flat()), scores, threshold), kept);
  });
}

const line = (length: number, y = 0): Corners => [0, y, length, y];

test('boxes of no area suppress their copies and nothing else, where torchvision divides 0 by 0', (t) => {
  const boxes = [line(5), line(5), line(6), [3, 3, 3, 3], [3, 3, 3, 3], line(5, 1)];
  t.deepEqual(boxNms(Int32Array.from(boxes.flat()), [0.1, 0.9, 0.8, 0.5, 0.6, 0.2], 0.7), [1, 2, 4, 5]);
  t.deepEqual(boxNms(Int32Array.from(boxes.flat()), [0.1, 0.9, 0.8, 0.5, 0.6, 0.2], 1), [1, 2, 4, 3, 5, 0], 'no IoU is above 1');
});

test('order: falling, ties by index, NaN last', (t) => {
  t.deepEqual(orderByScore([0.5, 0.9, 0.5, Number.NaN, -1, 0.9]), [1, 5, 0, 2, 4, 3]);
  t.deepEqual(orderByScore(Float32Array.of(Number.NaN, -Infinity, Infinity)), [2, 0, 1], 'NaN counts as the lowest score there is');
  t.deepEqual(orderByScore([]), []);
});

/** The definition, pair by pair, in exact integers (the boxes here are far below float32's limits). */
function naiveNms(boxes: Corners[], scores: number[], threshold: number): number[] {
  const area = ([x0, y0, x1, y1]: Corners): number => (x1 - x0) * (y1 - y0);
  const iou = (a: Corners, b: Corners): number => {
    const inter = Math.max(0, Math.min(a[2], b[2]) - Math.max(a[0], b[0])) * Math.max(0, Math.min(a[3], b[3]) - Math.max(a[1], b[1]));
    const union = area(a) + area(b) - inter;
    return union === 0 ? Number(a.join() === b.join()) : Math.fround(inter / union);
  };
  let left = boxes.map((_, i) => i).sort((a, b) => scores[b]! - scores[a]! || a - b);
  const kept: number[] = [];
  while (left.length > 0) {
    const best = left[0]!;
    kept.push(best);
    left = left.slice(1).filter((i) => iou(boxes[best]!, boxes[i]!) <= threshold);
  }
  return kept;
}

test('as the definition has it, for any boxes', (t) => {
  const box = fc.tuple(fc.nat(12), fc.nat(12), fc.nat(8), fc.nat(8)).map(([x, y, w, h]): Corners => [x, y, x + w, y + h]);
  const scored = fc.array(fc.record({ box, score: fc.integer({ min: 0, max: 5 }) }), { maxLength: 40 });
  fc.assert(fc.property(scored, fc.constantFrom(0, 0.3, 0.5, 0.7, 1), (list, threshold) => {
    const boxes = list.map((one) => one.box), scores = list.map((one) => one.score / 5);
    t.deepEqual(boxNms(Int32Array.from(boxes.flat()), scores, threshold), naiveNms(boxes, scores, threshold));
  }), { numRuns: 300, seed: 12 });
});
