/** The point of an object that its label belongs to. */
import { columnRunsOf } from '../mask/column-runs.js';
import type { Rle } from '../mask/rle.js';
import type { DrawnObject } from './objects.js';

/** A point well inside the mask, or the middle of the box; undefined for an object that has neither. */
export function anchorOf({ rle, box, area }: DrawnObject): { x: number; y: number } | undefined {
  if (rle !== undefined && area > 0) return insideMask(rle);
  return box === undefined ? undefined : { x: (box.x0 + box.x1) / 2, y: (box.y0 + box.y1) / 2 };
}

/** The middle of the vertical run that is nearest to the mask's middle column, of those that have at least 0.7 of the longest's pixels. */
function insideMask(rle: Rle): { x: number; y: number } {
  const { column, start, end, length } = columnRunsOf(rle);
  let longest = 0, area = 0, sum = 0;
  for (let i = 0; i < length; i++) {
    const pixels = end[i]! - start[i]!;
    longest = Math.max(longest, pixels);
    area += pixels;
    sum += pixels * column[i]!;
  }
  const middle = sum / area;
  let best = -1;
  for (let i = 0; i < length; i++) {
    if (end[i]! - start[i]! < 0.7 * longest) continue;
    if (best < 0 || Math.abs(column[i]! - middle) < Math.abs(column[best]! - middle)) best = i;
  }
  return { x: column[best]! + 0.5, y: (start[best]! + end[best]!) / 2 };
}
