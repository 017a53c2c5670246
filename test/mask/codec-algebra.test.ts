/** Merging, comparing, cutting and moving masks on runs, against the same thing done pixel by pixel. */
import test from 'ava';
import fc from 'fast-check';
import { cropRle, padRle } from '../../src/mask/crop.js';
import { flipRle } from '../../src/mask/flip.js';
import { maskIou } from '../../src/mask/iou.js';
import { canonicalRle, invertRle, mergeRle, subtractRle, xorRle } from '../../src/mask/merge.js';
import { maskNms } from '../../src/mask/nms.js';
import { resizeRle } from '../../src/mask/resize-nearest.js';
import { boxFromRle, rleArea, rleFromBitmask, rleIntersection, type Bitmask, type Rle } from '../../src/mask/rle.js';
import { cuts, drawShape, families, isCanonical, mapPixels, rleWithCuts, samePixels, shapes } from './codec-masks.js';
import { rleOf, rowsOf } from './drawn.js';

const at = ({ data, width }: Bitmask, x: number, y: number): number => data[y * width + x]!;

/** Every mask with its own runs of no length. */
const rlesOf = (masks: Bitmask[], at: number[]): Rle[] => masks.map((mask, i) => rleWithCuts(mask, i % 2 === 0 ? at : []));

test('union and intersection of any number of masks', (t) => {
  const family = fc.integer({ min: 1, max: 9 }).chain((count) => families(40, count));
  fc.assert(fc.property(family, cuts, (masks, at) => {
    const rles = rlesOf(masks, at), size = masks[0]!;
    const union = mergeRle(rles, 'union'), intersection = mergeRle(rles, 'intersection');
    t.true(samePixels(union, mapPixels(size, (x, y) => Math.max(...masks.map((m) => m.data[y * m.width + x]!)))));
    t.true(samePixels(intersection, mapPixels(size, (x, y) => Math.min(...masks.map((m) => m.data[y * m.width + x]!)))));
    t.true(isCanonical(union) && isCanonical(intersection));
  }), { numRuns: 200, seed: 51 });
});

test('difference, symmetric difference, complement', (t) => {
  fc.assert(fc.property(families(40, 2), cuts, (masks, cut) => {
    const [a, b] = rlesOf(masks, cut), [p, q] = masks;
    const results = [subtractRle(a!, b!), xorRle(a!, b!), invertRle(a!), canonicalRle(a!)];
    t.true(results.every(isCanonical));
    t.true(samePixels(results[0]!, mapPixels(p!, (x, y) => (at(p!, x, y) === 1 && at(q!, x, y) === 0 ? 1 : 0))));
    t.true(samePixels(results[1]!, mapPixels(p!, (x, y) => at(p!, x, y) ^ at(q!, x, y))));
    t.true(samePixels(results[2]!, mapPixels(p!, (x, y) => 1 - at(p!, x, y))));
    t.deepEqual(results[3], rleFromBitmask(p!));
  }), { numRuns: 200, seed: 52 });
});

test('what belongs to no pair of one size is refused', (t) => {
  const a = rleOf('#.', '..'), b = rleOf('#..', '...'), code = 'data/rle';
  t.throws(() => mergeRle([], 'union'), { code });
  t.throws(() => mergeRle([a, a, b], 'union'), { code, message: 'Masks of one size belong together: expected 2 x 2, mask 2 is 3 x 2.' });
  t.throws(() => subtractRle(a, b), { code });
  t.throws(() => xorRle(a, b), { code });
  t.throws(() => maskIou([a], [b]), { code, message: /ground truth 0 is 3 x 2/ });
  t.throws(() => maskIou([a, b], []), { code, message: /detection 1 is 3 x 2/ });
  t.throws(() => maskNms([a, b], 0.5), { code });
  t.throws(() => mergeRle([a, { width: 2, height: 2, counts: Uint32Array.of(1, 2) }], 'union'), { code, message: /sum to 3/ });
  t.throws(() => maskIou([{ width: 2, height: 2, counts: Uint32Array.of(1, 5) }], [a]), { code, message: /sum to 6/ });
  t.throws(() => maskIou([a], [a], [0, 1]), { code: 'usage/option' });
  t.throws(() => maskNms([a], 1.5), { code: 'usage/option' });
  t.throws(() => maskNms([a], Number.NaN), { code: 'usage/option' });
});

/** Shared over either, or over the first where the second is a crowd. */
function plainIou(a: Bitmask, b: Bitmask, crowd: boolean): number {
  let shared = 0, either = 0, first = 0;
  a.data.forEach((value, i) => {
    shared += value & b.data[i]!;
    either += value | b.data[i]!;
    first += value;
  });
  return shared === 0 ? 0 : shared / (crowd ? first : either);
}

test('IoU of any masks, with crowds', (t) => {
  const flags = fc.array(fc.boolean(), { minLength: 4, maxLength: 4 });
  fc.assert(fc.property(families(50, 7), flags, cuts, (masks, crowd, cut) => {
    const rles = rlesOf(masks, cut);
    const expected = masks.slice(0, 3).flatMap((a) => masks.slice(3).map((b, g) => plainIou(a, b, crowd[g]!)));
    t.deepEqual([...maskIou(rles.slice(0, 3), rles.slice(3), crowd)], expected);
    t.deepEqual([...maskIou(rles, rles)], masks.flatMap((a) => masks.map((b) => plainIou(a, b, false))));
  }), { numRuns: 200, seed: 53 });
  t.is(maskIou([], []).length, 0);
  t.is(maskIou([rleOf('#')], []).length, 0);
});

test('IoU agrees with the walk over all runs', (t) => {
  const masks = Array.from({ length: 12 }, (_, i) => rleFromBitmask(drawShape({ width: 211, height: 173, coarse: 5 + 3 * i, density: 20 + 5 * i, seed: i })));
  const matrix = maskIou(masks, masks);
  masks.forEach((a, i) => { masks.forEach((b, j) => {
    const shared = rleIntersection(a, b);
    t.is(matrix[i * masks.length + j], shared / (rleArea(a) + rleArea(b) - shared));
  }); });
});

test('suppression keeps what no better mask covers', (t) => {
  fc.assert(fc.property(families(30, 8), fc.constantFrom(0, 0.1, 0.3, 0.5, 0.7, 1), cuts, (masks, threshold, cut) => {
    const kept: number[] = [];
    masks.forEach((mask, i) => { if (!kept.some((k) => plainIou(masks[k]!, mask, false) > threshold)) kept.push(i); });
    t.deepEqual(maskNms(rlesOf(masks, cut), threshold), kept);
  }), { numRuns: 200, seed: 54 });
  t.deepEqual(maskNms([], 0.5), []);
});

test('suppression at exactly the threshold keeps both', (t) => {
  const a = rleOf('##.', '...'), b = rleOf('#..', '...');
  t.deepEqual(maskNms([a, b], 0.5), [0, 1], 'IoU is 0.5');
  t.deepEqual(maskNms([a, b], 0.49), [0]);
});

test('a crop is the pixels in the box', (t) => {
  const boxes = shapes(40).chain((mask) => fc.tuple(fc.constant(mask), fc.nat(mask.width - 1), fc.nat(mask.height - 1), fc.nat(), fc.nat()));
  fc.assert(fc.property(boxes, cuts, ([mask, x0, y0, w, h], cut) => {
    const box = { x0, y0, x1: x0 + 1 + (w % (mask.width - x0)), y1: y0 + 1 + (h % (mask.height - y0)) };
    const cropped = cropRle(rleWithCuts(mask, cut), box);
    t.true(samePixels(cropped, mapPixels({ width: box.x1 - x0, height: box.y1 - y0 }, (x, y) => at(mask, x + x0, y + y0))));
    t.true(isCanonical(cropped));
  }), { numRuns: 200, seed: 55 });
});

test('a margin is background, and cropping it gives the mask back', (t) => {
  const margin = fc.nat(6);
  fc.assert(fc.property(shapes(30), margin, margin, margin, margin, (mask, left, top, right, bottom) => {
    const rle = rleFromBitmask(mask);
    const padded = padRle(rle, { left, top, right, bottom });
    const inside = (x: number, y: number): boolean => x >= left && x < left + mask.width && y >= top && y < top + mask.height;
    t.true(samePixels(padded, mapPixels({ width: left + mask.width + right, height: top + mask.height + bottom }, (x, y) => (inside(x, y) ? at(mask, x - left, y - top) : 0))));
    t.deepEqual(cropRle(padded, { x0: left, y0: top, x1: left + mask.width, y1: top + mask.height }), rle);
  }), { numRuns: 200, seed: 56 });
});

test('crops and margins that make no sense are refused', (t) => {
  const mask = rleOf('##.', '#..');
  for (const box of [{ x0: 0, y0: 0, x1: 4, y1: 2 }, { x0: -1, y0: 0, x1: 2, y1: 2 }, { x0: 1, y0: 0, x1: 1, y1: 2 }, { x0: 0.5, y0: 0, x1: 2, y1: 2 }, { x0: 0, y0: 0, x1: 2, y1: Number.NaN }]) {
    t.throws(() => cropRle(mask, box), { code: 'usage/option', message: /box of whole pixels in 0,0,3,2/ });
  }
  t.throws(() => padRle(mask, { left: -1, top: 0, right: 0, bottom: 0 }), { code: 'usage/option' });
  t.throws(() => padRle(mask, { left: 2 ** 30, top: 0, right: 2 ** 30, bottom: 0 }), { code: 'data/rle', message: /more than the/ });
});

test('mirrored masks', (t) => {
  fc.assert(fc.property(shapes(40), cuts, (mask, cut) => {
    const rle = rleWithCuts(mask, cut);
    const horizontal = flipRle(rle, 'horizontal'), vertical = flipRle(rle, 'vertical');
    t.true(samePixels(horizontal, mapPixels(mask, (x, y) => at(mask, mask.width - 1 - x, y))));
    t.true(samePixels(vertical, mapPixels(mask, (x, y) => at(mask, x, mask.height - 1 - y))));
    t.true(isCanonical(horizontal) && isCanonical(vertical));
    t.deepEqual(flipRle(vertical, 'vertical'), rleFromBitmask(mask));
  }), { numRuns: 200, seed: 57 });
});

test('another size takes the pixel at each middle', (t) => {
  const side = fc.integer({ min: 1, max: 70 });
  fc.assert(fc.property(shapes(40), side, side, cuts, (mask, width, height, cut) => {
    // the middle in whole numbers: (i + 0.5) * from / to
    const source = (i: number, from: number, to: number): number => Number((BigInt(2 * i + 1) * BigInt(from)) / BigInt(2 * to));
    const resized = resizeRle(rleWithCuts(mask, cut), { width, height });
    t.true(samePixels(resized, mapPixels({ width, height }, (x, y) => at(mask, source(x, mask.width, width), source(y, mask.height, height)))));
    t.true(isCanonical(resized));
  }), { numRuns: 250, seed: 58 });
});

test('resizing by a whole number repeats pixels, and a middle between two takes the later one', (t) => {
  t.deepEqual(rowsOf(resizeRle(rleOf('#.', '.#'), { width: 4, height: 6 })), ['##..', '##..', '##..', '..##', '..##', '..##']);
  t.deepEqual(rowsOf(resizeRle(rleOf('#.#.'), { width: 2, height: 1 })), ['..'], 'the middles are at 1.0 and 3.0');
  t.deepEqual(rowsOf(resizeRle(rleOf('#.#'), { width: 1, height: 1 })), ['.']);
  t.throws(() => resizeRle(rleOf('#'), { width: 0, height: 1 }), { code: 'data/rle' });
  t.throws(() => resizeRle(rleOf('#'), { width: 2 ** 20, height: 2 ** 20 }), { code: 'data/rle' });
});

test('a mask of millions of pixels is handled on its runs', (t) => {
  const side = 2 ** 14;
  const band = (x0: number, x1: number): Rle => ({ width: side, height: side, counts: Uint32Array.of(x0 * side, (x1 - x0) * side, (side - x1) * side) });
  const a = band(10, 9000), b = band(8000, 12000);
  t.deepEqual([...mergeRle([a, b], 'union').counts], [10 * side, 11990 * side, (side - 12000) * side]);
  t.is(maskIou([a], [b])[0], 1000 / 11990);
  t.deepEqual(boxFromRle(flipRle(cropRle(a, { x0: 0, y0: 5, x1: 100, y1: 6 }), 'horizontal')), { x0: 0, y0: 0, x1: 90, y1: 1 });
});
