/** Masks on pixels: exact colours at known places, open holes, edges of any width, nothing hidden. */
import test from 'ava';
import fc from 'fast-check';
import type { Rgb } from '../../src/draw/colour.js';
import { paintObjects } from '../../src/draw/paint.js';
import { bitmaskFromRle, rleFromBitmask, type Rle } from '../../src/mask/rle.js';
import { bitmasks, rleOf } from '../mask/drawn.js';
import { blended, grey, pixelAt } from './scenes.js';

const RED: Rgb = [200, 0, 50], BLUE: Rgb = [10, 20, 240];

/** `f`: filled, `e`: edge, `.`: as it was. */
function painted(rle: Rle, edge: number, alpha = 0.5): string[] {
  const image = grey(rle.width, rle.height);
  paintObjects(image, [{ colour: RED, rle }], { alpha, edge });
  const kinds = new Map([[String(blended(RED, alpha)), 'f'], [String(RED), 'e'], [String([100, 100, 100]), '.']]);
  return Array.from({ length: rle.height }, (_, y) => Array.from({ length: rle.width }, (_, x) => kinds.get(String(pixelAt(image, x, y))) ?? '?').join(''));
}

test('fills are exact, edges lie inside, holes stay open', (t) => {
  const rle = rleOf('........', '.######.', '.######.', '.##..##.', '.######.', '.######.', '........');
  t.deepEqual(painted(rle, 0), ['........', '.ffffff.', '.ffffff.', '.ff..ff.', '.ffffff.', '.ffffff.', '........']);
  t.deepEqual(painted(rle, 1), ['........', '.eeeeee.', '.efeefe.', '.ee..ee.', '.efeefe.', '.eeeeee.', '........']);
  t.deepEqual(blended(RED, 0.5), [150, 50, 75]);
});

test('what is beyond the image is outside of a mask', (t) => {
  t.deepEqual(painted(rleOf('####', '####', '####'), 1), ['eeee', 'effe', 'eeee']);
  t.deepEqual(painted(rleOf('....', '..##', '..##'), 1), ['....', '..ee', '..ee']);
  t.deepEqual(painted(rleOf('#####', '#####', '#####', '#####', '#####'), 2), ['eeeee', 'eeeee', 'eefee', 'eeeee', 'eeeee']);
});

test('edges of any mask and width are the pixels near one that is not set', (t) => {
  fc.assert(fc.property(bitmasks, fc.integer({ min: 1, max: 4 }), (mask, edge) => {
    const { data, width, height } = mask;
    const isOut = (x: number, y: number): boolean => x < 0 || y < 0 || x >= width || y >= height || data[y * width + x] === 0;
    const expected = Array.from({ length: height }, (_, y) => Array.from({ length: width }, (_, x) => {
      if (isOut(x, y)) return '.';
      for (let d = 1; d <= edge; d++) if (isOut(x - d, y) || isOut(x + d, y) || isOut(x, y - d) || isOut(x, y + d)) return 'e';
      return 'f';
    }).join(''));
    t.deepEqual(painted(rleFromBitmask(mask), edge), expected);
  }), { numRuns: 300 });
});

test('of masks over each other each pixel has the colour of the later, not a mixture, and edges lie above fills', (t) => {
  const image = grey(7, 3), below = rleOf('#######', '#######', '#######'), above = rleOf('.......', '..#####', '.......');
  paintObjects(image, [{ colour: RED, rle: below }, { colour: BLUE, rle: above }], { alpha: 0.25, edge: 0 });
  t.deepEqual(pixelAt(image, 3, 1), blended(BLUE, 0.25));
  t.deepEqual(pixelAt(image, 1, 1), blended(RED, 0.25));
  const edged = grey(7, 3);
  paintObjects(edged, [{ colour: RED, rle: below }, { colour: BLUE, rle: rleOf('.......', '.#####.', '.......') }], { alpha: 1, edge: 1 });
  t.deepEqual(pixelAt(edged, 0, 1), [...RED]);
  t.deepEqual(pixelAt(edged, 3, 1), [...BLUE], 'a line of one pixel is all edge');
});

test('a box is a line inside of it, cut off at the image', (t) => {
  const image = grey(8, 6);
  paintObjects(image, [{ colour: BLUE, outline: { x0: 1.4, y0: 0.6, x1: 5.6, y1: 20 } }], { alpha: 0.5, edge: 1 });
  const rows = Array.from({ length: 6 }, (_, y) => Array.from({ length: 8 }, (_, x) => (pixelAt(image, x, y)[2] === 240 ? '#' : '.')).join(''));
  t.deepEqual(rows, ['........', '.#####..', '.#...#..', '.#...#..', '.#...#..', '.#...#..']);
});

test('an alpha of 0 leaves what is inside the edges; no edge leaves what is outside the fill', (t) => {
  t.deepEqual(painted(rleOf('###', '###', '###'), 1, 0), ['eee', 'e.e', 'eee']);
});

test('more objects than 15 bits count', (t) => {
  const side = 190, image = grey(side, side);
  const objects = Array.from({ length: side * side }, (_, i) => ({ colour: [i & 255, i >> 8, 7] as Rgb, rle: { width: side, height: side, counts: Uint32Array.from([i, 1, side * side - i - 1]) } }));
  paintObjects(image, objects, { alpha: 1, edge: 0 });
  const last = side * side - 1;
  t.deepEqual(pixelAt(image, side - 1, side - 1), [last & 255, last >> 8, 7]);
  t.deepEqual(pixelAt(image, 1, 0), [side, 0, 7], 'pixels count down the columns');
  t.is(bitmaskFromRle(objects[side]!.rle).data[1], 1);
});
