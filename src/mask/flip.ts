/** Mirrored masks, on runs. Both axes together (half a turn) is `flipRle` twice. */
import { columnRunsOf, emptyRuns, rleOfColumnRuns } from './column-runs.js';
import type { Rle } from './rle.js';

/**
 * `horizontal`: left and right change places (x becomes width - 1 - x); `vertical`: top and bottom do. Throws `data/rle` where the runs do
 * not sum to the pixels.
 */
export function flipRle(rle: Rle, axis: 'horizontal' | 'vertical'): Rle {
  const runs = columnRunsOf(rle);
  const flipped = emptyRuns(runs.length);
  for (let i = 0, to = 0; i < runs.length;) {
    const column = runs.column[i]!;
    let end = i + 1;
    while (end < runs.length && runs.column[end] === column) end++;
    if (axis === 'horizontal') {
      // columns from the back, each in its own order
      to = runs.length - end;
      flipped.start.set(runs.start.subarray(i, end), to);
      flipped.end.set(runs.end.subarray(i, end), to);
      flipped.column.fill(rle.width - 1 - column, to, to + end - i);
    } else {
      for (let k = end - 1; k >= i; k--) {
        flipped.column[to] = column;
        flipped.start[to] = rle.height - runs.end[k]!;
        flipped.end[to++] = rle.height - runs.start[k]!;
      }
    }
    i = end;
  }
  return rleOfColumnRuns(flipped, rle);
}
