/** Crops against `generate_crop_boxes` and `is_box_near_crop_edge` of segment-anything. */
import test from 'ava';
import fc from 'fast-check';
import { cropBoxesOf, isBoxNearCropEdge } from '../../src/geometry/crops.js';
import { shiftBox } from '../../src/geometry/box.js';
import { boxOf, goldens } from '../core-goldens.js';

const hasPixels = ({ x0, y0, x1, y1 }: { x0: number; y0: number; x1: number; y1: number }): boolean => x1 > x0 && y1 > y0;

test('the reference\'s crops that have pixels, in its order', (t) => {
  for (const { size: [width, height], layers, ratio, boxes, layerOf } of goldens.crops) {
    const expected = boxes.map((box, i) => ({ box: boxOf(box), layer: layerOf[i]! })).filter(({ box }) => hasPixels(box));
    t.deepEqual(cropBoxesOf({ width, height }, layers, ratio), expected, `${width} x ${height}, ${layers} layers, ratio ${ratio}`);
  }
});

test('the reference makes crops without pixels of very small images; they are left out', (t) => {
  t.true(goldens.crops.some(({ boxes }) => boxes.some((box) => !hasPixels(boxOf(box)))), 'the goldens hold such crops');
  t.deepEqual(cropBoxesOf({ width: 1, height: 1 }, 1, 512 / 1500), [
    { box: { x0: 0, y0: 0, x1: 1, y1: 1 }, layer: 0 },
    { box: { x0: 0, y0: 0, x1: 1, y1: 1 }, layer: 1 },
  ]);
});

test('without layers there is the whole image alone', (t) => {
  t.deepEqual(cropBoxesOf({ width: 9, height: 4 }, 0, 0.3), [{ box: { x0: 0, y0: 0, x1: 9, y1: 4 }, layer: 0 }]);
});

test('crops lie inside the image, and every layer covers all of it', (t) => {
  const sizes = fc.record({ width: fc.integer({ min: 1, max: 60 }), height: fc.integer({ min: 1, max: 60 }) });
  fc.assert(fc.property(sizes, fc.integer({ min: 0, max: 3 }), fc.double({ min: 0, max: 1, noNaN: true }), (size, layers, ratio) => {
    const crops = cropBoxesOf(size, layers, ratio);
    for (const { box } of crops) t.true(box.x0 >= 0 && box.y0 >= 0 && box.x1 <= size.width && box.y1 <= size.height && hasPixels(box));
    for (let layer = 0; layer <= layers; layer++) {
      const covered = new Set<number>();
      for (const { box } of crops.filter((crop) => crop.layer === layer)) {
        for (let y = box.y0; y < box.y1; y++) for (let x = box.x0; x < box.x1; x++) covered.add(y * size.width + x);
      }
      t.is(covered.size, size.width * size.height);
    }
  }), { numRuns: 60, seed: 11 });
});

test('near a crop\'s edge: the reference\'s answer for every box', (t) => {
  for (const { crop, image: [width, height], boxesInCrop, near } of goldens.nearEdge) {
    for (const [i, [x0, y0, x1, y1]] of boxesInCrop.entries()) {
      // the reference's boxes end on their last pixel, ours after it
      const box = shiftBox({ x0, y0, x1: x1 + 1, y1: y1 + 1 }, crop[0], crop[1]);
      t.is(isBoxNearCropEdge(box, boxOf(crop), { width, height }), near[i]!, `box ${i} of crop ${crop.join()}`);
    }
  }
});

test('an empty mask stands at its crop\'s corner, as the reference has it', (t) => {
  const image = { width: 200, height: 150 }, empty = { x0: 120, y0: 100, x1: 120, y1: 100 };
  t.true(isBoxNearCropEdge(empty, { x0: 80, y0: 60, x1: 200, y1: 150 }, image));
  t.false(isBoxNearCropEdge(empty, { x0: 0, y0: 0, x1: 120, y1: 90 }, image), 'that corner is the image\'s too');
});

test('twenty pixels are near, twenty-one are not, at each edge', (t) => {
  const crop = { x0: 100, y0: 100, x1: 300, y1: 300 }, image = { width: 400, height: 400 };
  const far = { x0: 121, y0: 121, x1: 280, y1: 280 };
  t.false(isBoxNearCropEdge(far, crop, image));
  for (const nearer of [{ x0: 120 }, { y0: 120 }, { x1: 281 }, { y1: 281 }]) t.true(isBoxNearCropEdge({ ...far, ...nearer }, crop, image), JSON.stringify(nearer));
});
