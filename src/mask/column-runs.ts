/**
 * A mask as vertical runs, none longer than its column: what neighbourhood, outlines and everything that moves columns works on.
 * Spans of a mask go on from one column into the next; here they are split there, and joined again on the way back.
 */
import type { ImageSize } from '../geometry/size.js';
import type { Rle } from './rle.js';
import { rleOfChanges, spansOfRle } from './spans.js';

/** One run: column, first row, row after the last. By column, then by row; runs of a column never touch. `Int32Array`s of `length`. */
export interface ColumnRuns { column: Int32Array; start: Int32Array; end: Int32Array; length: number }

/** The runs of set pixels. Throws `data/rle` where the counts do not sum to the pixels. */
export function columnRunsOf(rle: Rle): ColumnRuns {
  const { height } = rle;
  const { bounds, length: end } = spansOfRle(rle);
  let length = 0;
  for (let i = 0; i < end; i += 2) length += 1 + Math.floor((bounds[i + 1]! - 1) / height) - Math.floor(bounds[i]! / height);
  const runs = emptyRuns(length);
  for (let i = 0, to = 0; i < end; i += 2) {
    const stop = bounds[i + 1]!;
    let x = Math.floor(bounds[i]! / height), y = bounds[i]! - x * height;
    for (; x * height < stop; x++) {
      runs.column[to] = x;
      runs.start[to] = y;
      runs.end[to++] = Math.min(height, stop - x * height);
      y = 0;
    }
  }
  return runs;
}

/** The mask of the first `length` runs, which are by column, then by row, and lie in the size. */
export function rleOfColumnRuns(runs: ColumnRuns, size: ImageSize): Rle {
  const changes = new Int32Array(2 * runs.length);
  let to = 0;
  for (let i = 0; i < runs.length; i++) {
    const top = runs.column[i]! * size.height;
    // a run down to the last row goes on at the top of the next column
    if (to > 0 && changes[to - 1] === top + runs.start[i]!) to--;
    else changes[to++] = top + runs.start[i]!;
    changes[to++] = top + runs.end[i]!;
  }
  return rleOfChanges(changes, to, size);
}

/** Room for runs. */
export function emptyRuns(length: number): ColumnRuns {
  return { column: new Int32Array(length), start: new Int32Array(length), end: new Int32Array(length), length };
}

/** Index of each column's first run, and of the end of the last column: `Int32Array` of width + 1. */
export function columnOffsets(runs: ColumnRuns, width: number): Int32Array {
  const offsets = new Int32Array(width + 1);
  for (let i = 0; i < runs.length; i++) offsets[runs.column[i]! + 1]!++;
  for (let x = 0; x < width; x++) offsets[x + 1]! += offsets[x]!;
  return offsets;
}
