/**
 * Masks at another size, on runs: the nearest pixel, by pixel centres.
 *
 * Pixel i of n takes pixel floor((i + 0.5) * from / n) of the source, in whole numbers and so without rounding: where the new pixel's middle
 * lies. A middle exactly between two pixels takes the right or lower one. This is the rule of Pillow's NEAREST, PyTorch's `nearest-exact`
 * and OpenCV's INTER_NEAREST_EXACT; PyTorch's `nearest` and OpenCV's INTER_NEAREST take floor(i * from / n) and shift masks by up to half a pixel.
 */
import type { ImageSize } from '../geometry/size.js';
import { columnOffsets, columnRunsOf, emptyRuns, rleOfColumnRuns, type ColumnRuns } from './column-runs.js';
import { assertMaskSize } from './mask-size.js';
import type { Rle } from './rle.js';

/** The mask at another size. Throws `data/rle` for a size that no mask has, or where the runs do not sum to the pixels. */
export function resizeRle(rle: Rle, size: ImageSize): Rle {
  assertMaskSize(size);
  const runs = columnRunsOf(rle);
  const offsets = columnOffsets(runs, rle.width);
  const to = { ...emptyRuns(countRuns(offsets, rle.width, size.width)), length: 0 };
  for (let x = 0; x < size.width; x++) {
    const source = sourceOf(x, rle.width, size.width);
    for (let i = offsets[source]!; i < offsets[source + 1]!; i++) appendScaled(to, x, runs, i, rle.height, size.height);
  }
  return rleOfColumnRuns(to, size);
}

function countRuns(offsets: Int32Array, from: number, to: number): number {
  let count = 0;
  for (let x = 0; x < to; x++) {
    const source = sourceOf(x, from, to);
    count += offsets[source + 1]! - offsets[source]!;
  }
  return count;
}

/** A run between its new rows; one that no row takes vanishes, and two that no row keeps apart become one. */
function appendScaled(to: ColumnRuns, x: number, runs: ColumnRuns, i: number, from: number, height: number): void {
  const start = firstFrom(runs.start[i]!, from, height), end = firstFrom(runs.end[i]!, from, height);
  if (start >= end) return;
  const last = to.length - 1;
  if (last >= 0 && to.column[last] === x && to.end[last] === start) {
    to.end[last] = end;
    return;
  }
  to.column[to.length] = x;
  to.start[to.length] = start;
  to.end[to.length++] = end;
}

/** floor((i + 0.5) * from / to) */
function sourceOf(i: number, from: number, to: number): number {
  return Math.floor(((2 * i + 1) * from) / (2 * to));
}

/** The first new pixel that takes source pixel `source` or a later one: the smallest i with (2 i + 1) * from >= 2 * to * source. */
function firstFrom(source: number, from: number, to: number): number {
  return Math.ceil((2 * to * source - from) / (2 * from));
}
