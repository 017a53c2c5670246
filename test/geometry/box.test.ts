/** The conventions of boxes at the borders, by hand; masks' boxes are compared with the reference in `test/mask/rle.test.ts`. */
import test from 'ava';
import { boxToCocoXywh, boxToSa1bXywh, shiftBox } from '../../src/geometry/box.js';

const BOX = { x0: 3, y0: 5, x1: 10, y1: 6 };

test('COCO: width is x1 - x0', (t) => {
  t.deepEqual(boxToCocoXywh(BOX), [3, 5, 7, 1]);
});

test('SA-1B: width and height are one less', (t) => {
  t.deepEqual(boxToSa1bXywh(BOX), [3, 5, 6, 0]);
  t.deepEqual(boxToSa1bXywh({ x0: 2, y0: 4, x1: 3, y1: 5 }), [2, 4, 0, 0], 'one pixel');
});

test('SA-1B: an empty box is all zeros, in either direction', (t) => {
  t.deepEqual(boxToSa1bXywh({ x0: 2, y0: 4, x1: 2, y1: 9 }), [0, 0, 0, 0]);
  t.deepEqual(boxToSa1bXywh({ x0: 2, y0: 4, x1: 9, y1: 4 }), [0, 0, 0, 0]);
  t.deepEqual(boxToSa1bXywh({ x0: 5, y0: 5, x1: 4, y1: 9 }), [0, 0, 0, 0]);
});

test('shifting moves both corners and leaves the box as it was', (t) => {
  t.deepEqual(shiftBox(BOX, -1, 20), { x0: 2, y0: 25, x1: 9, y1: 26 });
  t.deepEqual(BOX, { x0: 3, y0: 5, x1: 10, y1: 6 });
});
