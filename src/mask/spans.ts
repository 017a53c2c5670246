/** Positions where a mask changes, from its runs and back: column-major, ascending, the first change to set. */
import type { ImageSize } from '../geometry/size.js';
import { newCounts } from './counts-pool.js';
import { assertMaskSize } from './mask-size.js';
import { assertRunSum, type Rle } from './rle.js';

/**
 * `[start, end)` pairs of set pixels, ascending and never touching: `bounds[0]` up to `bounds[length]`, an even number. Throws `data/rle` where the
 * runs do not sum to the pixels of the size.
 */
export function spansOfRle(rle: Rle): { bounds: Int32Array; length: number } {
  assertMaskSize(rle);
  assertRunSum(rle);
  const { counts } = rle;
  const total = rle.width * rle.height;
  const bounds = new Int32Array(counts.length + 1);
  let length = 0, at = 0;
  for (let i = 0; i < counts.length - 1; i++) {
    const count = counts[i]!;
    at += count;
    // a run of no length: the mask changes and changes back
    if (count === 0 && length > 0 && bounds[length - 1] === at) length--;
    else bounds[length++] = at;
  }
  if (length % 2 === 1) {
    if (bounds[length - 1] === total) length--;
    else bounds[length++] = total;
  }
  return { bounds, length };
}

/** The mask of the first `length` changes; a last one that is missing is the mask's end. */
export function rleOfChanges(changes: Int32Array, length: number, size: ImageSize): Rle {
  const total = size.width * size.height;
  const closed = length > 0 && changes[length - 1] === total;
  const counts = newCounts(closed ? length : length + 1);
  let at = 0;
  for (let i = 0; i < length; i++) {
    const position = changes[i]!;
    counts[i] = position - at;
    at = position;
  }
  if (!closed) counts[length] = total - at;
  return { width: size.width, height: size.height, counts };
}
