/** Runs against pycocotools, segment-anything's own RLE, and plain pixels. */
import test from 'ava';
import fc from 'fast-check';
import { boxToCocoXywh, boxToSa1bXywh } from '../../src/geometry/box.js';
import { assertRunSum, bitmaskFromRle, boxFromRle, rleArea, rleFromBitmask, rleIntersection, type Bitmask, type Rle } from '../../src/mask/rle.js';
import { rleFromString, rleToString } from '../../src/mask/rle-string.js';
import { goldens, type RleCase } from '../core-goldens.js';
import { bitmaskOf, bitmasks, rleOf, rowsOf, withEmptyRuns } from './drawn.js';

function pixelsOf({ rows, rectangles, size: [height, width] }: RleCase): Bitmask {
  if (rows !== undefined) return bitmaskOf(rows);
  const data = new Uint8Array(width * height);
  for (const [x0, y0, x1, y1] of rectangles!) for (let y = y0; y < y1; y++) data.fill(1, y * width + x0, y * width + x1);
  return { data, width, height };
}

const EMPTY_BOX = [0, 0, 0, 0];

for (const [i, golden] of goldens.rle.entries()) {
  test(`the reference's counts, string, area and boxes: mask ${i} of ${golden.size.join(' x ')}`, (t) => {
    const bitmask = pixelsOf(golden);
    const rle = rleFromBitmask(bitmask);
    t.deepEqual([...rle.counts], golden.counts);
    t.is(rleToString(rle), golden.string);
    t.is(rleArea(rle), golden.area);
    const box = boxFromRle(rle);
    t.deepEqual(box === undefined ? EMPTY_BOX : boxToCocoXywh(box), golden.bbox);
    t.deepEqual(box === undefined ? EMPTY_BOX : boxToSa1bXywh(box), golden.metaBbox);
    t.true(Buffer.from(bitmaskFromRle(rle).data).equals(bitmask.data));
  });
}

/** As pycocotools counts: a crowd's own area does not count, and two empty masks have IoU 0. */
function iou(detection: Rle, truth: Rle, crowd: 0 | 1): number {
  const inter = rleIntersection(detection, truth);
  const union = crowd === 1 ? rleArea(detection) : rleArea(detection) + rleArea(truth) - inter;
  return inter === 0 ? 0 : inter / union;
}

test('intersections give pycocotools\' IoU', (t) => {
  for (const { size: [height, width], strings, crowd, iou: expected } of goldens.iou) {
    const masks = strings.map((text) => rleFromString(text, width, height));
    t.deepEqual(masks.map((a) => masks.map((b) => iou(a, b, crowd))), expected);
  }
});

test('runs go down the columns, zeros first', (t) => {
  const rle = rleOf(
    '#.#',
    '#..',
  );
  t.deepEqual([...rle.counts], [0, 2, 2, 1, 1]);
  t.deepEqual(rowsOf(rle), ['#.#', '#..']);
});

test('any value but 0 counts as set', (t) => {
  t.deepEqual([...rleFromBitmask({ width: 2, height: 1, data: Uint8Array.of(255, 2) }).counts], [0, 2]);
});

test('an empty mask has no box', (t) => {
  t.is(boxFromRle(rleOf('...', '...')), undefined);
  t.is(boxFromRle({ width: 3, height: 2, counts: Uint32Array.of(2, 0, 4) }), undefined, 'a run of no length is no pixel');
});

test('runs that do not fill the mask are refused', (t) => {
  const short: Rle = { width: 3, height: 2, counts: Uint32Array.of(2, 3) }, long: Rle = { width: 3, height: 2, counts: Uint32Array.of(7) };
  const code = 'data/rle';
  t.throws(() => { assertRunSum(short); }, { code, message: 'The runs sum to 5, but a mask of 3 x 2 has 6 pixels.' });
  t.throws(() => { assertRunSum(long); }, { code });
  t.throws(() => bitmaskFromRle(short), { code });
  t.throws(() => bitmaskFromRle(long), { code });
  t.notThrows(() => { assertRunSum({ width: 3, height: 2, counts: Uint32Array.of(2, 4) }); });
});

const numbers = (bitmask: Bitmask): number[] => [...bitmask.data];

test('pixels -> runs -> pixels, for any mask', (t) => {
  fc.assert(fc.property(bitmasks, (bitmask) => {
    const rle = rleFromBitmask(bitmask);
    t.deepEqual(bitmaskFromRle(rle), bitmask);
    t.notThrows(() => { assertRunSum(rle); });
    t.true(rle.counts.every((count, i) => count > 0 || i === 0), 'only the first run may have no length');
  }), { numRuns: 200, seed: 21 });
});

test('area and box are those of the pixels, whatever empty runs there are', (t) => {
  fc.assert(fc.property(bitmasks, fc.array(fc.nat(5), { maxLength: 3 }), (bitmask, cuts) => {
    const rle = withEmptyRuns(rleFromBitmask(bitmask), cuts);
    t.deepEqual(bitmaskFromRle(rle), bitmask);
    const set = numbers(bitmask).flatMap((v, i) => (v === 1 ? [i] : []));
    t.is(rleArea(rle), set.length);
    const xs = set.map((i) => i % bitmask.width), ys = set.map((i) => Math.floor(i / bitmask.width));
    const box = set.length === 0 ? undefined : { x0: Math.min(...xs), y0: Math.min(...ys), x1: Math.max(...xs) + 1, y1: Math.max(...ys) + 1 };
    t.deepEqual(boxFromRle(rle), box);
  }), { numRuns: 200, seed: 22 });
});

test('the intersection is that of the pixels, whatever empty runs there are', (t) => {
  const pairs = bitmasks.chain((a) => fc.record({
    a: fc.constant(a), b: fc.uint8Array({ minLength: a.data.length, maxLength: a.data.length, max: 1 }).map((data): Bitmask => ({ ...a, data })),
  }));
  fc.assert(fc.property(pairs, fc.array(fc.nat(5), { maxLength: 3 }), ({ a, b }, cuts) => {
    const expected = numbers(a).reduce((sum, value, i) => sum + (value & b.data[i]!), 0);
    const one = rleFromBitmask(a), other = withEmptyRuns(rleFromBitmask(b), cuts);
    t.is(rleIntersection(one, other), expected);
    t.is(rleIntersection(other, one), expected);
  }), { numRuns: 200, seed: 23 });
});
