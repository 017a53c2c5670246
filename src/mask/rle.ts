/**
 * Run-length encoded masks, COCO's convention: column-major runs, the first run counts zeros (and may be 0).
 * An `Rle` is the stored truth of a mask; pixels are made only when a consumer needs them.
 */
import { SamError } from '../errors.js';
import type { Box } from '../geometry/box.js';
import { rowsOfRle } from './decode-rows.js';
import { rleOfRows } from './encode-rows.js';
import { MOST_PIXELS, assertMaskSize, assertPixels } from './mask-size.js';

/** `counts`: `Uint32Array`, run lengths in column-major order, zeros first; their sum is width * height. */
export interface Rle { width: number; height: number; counts: Uint32Array }

/** `data`: `Uint8Array`, height x width, row-major, 0 or 1. */
export interface Bitmask { data: Uint8Array; width: number; height: number }

/** Pixels set: the sum of the odd runs. */
export function rleArea({ width, height, counts }: Rle): number {
  let area = 0;
  // sums of 32 bits take a third of the time of doubles
  if (width * height <= MOST_PIXELS) for (let i = 1; i < counts.length; i += 2) area = (area + counts[i]!) | 0;
  else for (let i = 1; i < counts.length; i += 2) area += counts[i]!;
  return area;
}

/** The smallest half-open box around the mask, `undefined` for an empty one. Runs of no length count for nothing. */
export function boxFromRle(rle: Rle): Box | undefined {
  const h = rle.height;
  let x0 = Infinity, y0 = Infinity, x1 = 0, y1 = 0;
  let at = 0;
  for (let i = 0; i < rle.counts.length; i++) {
    const length = rle.counts[i]!;
    if (i % 2 === 1 && length > 0) {
      const last = at + length - 1;
      const firstColumn = Math.floor(at / h);
      const lastColumn = Math.floor(last / h);
      x0 = Math.min(x0, firstColumn);
      x1 = Math.max(x1, lastColumn + 1);
      if (firstColumn === lastColumn) {
        y0 = Math.min(y0, at - firstColumn * h);
        y1 = Math.max(y1, last - lastColumn * h + 1);
      } else {
        y0 = 0;
        y1 = h;
      }
    }
    at += length;
  }
  return x1 === 0 ? undefined : { x0, y0, x1, y1 };
}

/** The runs of a row-major bitmask; any value but 0 counts as set. Throws `data/rle` for a size that the pixels have not. */
export function rleFromBitmask(mask: Bitmask): Rle {
  assertMaskSize(mask);
  assertPixels(mask.data, mask);
  return rleOfRows(mask.data, { width: mask.width, height: mask.height });
}

/** Row-major pixels of a mask. Throws `data/rle` when the runs do not sum to width * height. */
export function bitmaskFromRle(rle: Rle): Bitmask {
  assertRunSum(rle);
  return { data: rowsOfRle(rle), width: rle.width, height: rle.height };
}

/** Throws `data/rle` unless the runs sum to width * height. */
export function assertRunSum(rle: Rle): void {
  const { counts } = rle;
  let sum = 0;
  // an iterator would take five times as long
  for (let i = 0; i < counts.length; i++) sum += counts[i]!;
  if (sum !== rle.width * rle.height) {
    throw new SamError('data/rle', `The runs sum to ${sum}, but a mask of ${rle.width} x ${rle.height} has ${rle.width * rle.height} pixels.`);
  }
}

/** Intersection in pixels of two masks of one size, walking both run lists once. */
export function rleIntersection(a: Rle, b: Rle): number {
  let i = 0, j = 0, inter = 0;
  let leftA = a.counts[0] ?? 0, leftB = b.counts[0] ?? 0;
  while (i < a.counts.length && j < b.counts.length) {
    const step = leftA < leftB ? leftA : leftB;
    if ((i & 1) === 1 && (j & 1) === 1) inter += step;
    leftA -= step;
    leftB -= step;
    if (leftA === 0) leftA = a.counts[++i] ?? 0;
    if (leftB === 0) leftB = b.counts[++j] ?? 0;
  }
  return inter;
}
