/** Masks of a part of an image, and of an image with a margin: on runs, without pixels. */
import { SamError } from '../errors.js';
import type { Box } from '../geometry/box.js';
import type { ImageSize } from '../geometry/size.js';
import { columnRunsOf, emptyRuns, rleOfColumnRuns } from './column-runs.js';
import { assertMaskSize } from './mask-size.js';
import type { Rle } from './rle.js';

/** Pixels to add on each side; whole numbers of at least 0. */
export interface Margins { left: number; top: number; right: number; bottom: number }

/**
 * The mask inside a box of whole pixels, as a mask of the box's size. Throws `usage/option` for a box that is empty, not whole or not inside
 * the mask, `data/rle` where the runs do not sum to the pixels.
 */
export function cropRle(rle: Rle, box: Box): Rle {
  const { x0, y0, x1, y1 } = box;
  const inside = [x0, y0, x1, y1].every(Number.isInteger) && x0 >= 0 && y0 >= 0 && x1 <= rle.width && y1 <= rle.height && x0 < x1 && y0 < y1;
  if (!inside) throw new SamError('usage/option', `cropRle expects a box of whole pixels in 0,0,${rle.width},${rle.height}, got ${x0},${y0},${x1},${y1}.`);
  return moved(rle, -x0, -y0, { width: x1 - x0, height: y1 - y0 });
}

/** The mask with a margin of background. Throws `usage/option` for margins that are not whole numbers of at least 0, `data/rle` for too many pixels. */
export function padRle(rle: Rle, margins: Margins): Rle {
  const { left, top, right, bottom } = margins;
  const usable = [left, top, right, bottom].every((margin) => Number.isInteger(margin) && margin >= 0);
  if (!usable) throw new SamError('usage/option', `padRle expects margins of whole pixels of at least 0, got left ${left}, top ${top}, right ${right}, bottom ${bottom}.`);
  return moved(rle, left, top, { width: left + rle.width + right, height: top + rle.height + bottom });
}

/** The mask shifted by (dx, dy) in a canvas of another size; what falls outside is cut. */
function moved(rle: Rle, dx: number, dy: number, size: ImageSize): Rle {
  assertMaskSize(size);
  const from = columnRunsOf(rle);
  const to = { ...emptyRuns(from.length), length: 0 };
  for (let i = 0; i < from.length; i++) {
    const x = from.column[i]! + dx, start = Math.max(0, from.start[i]! + dy), end = Math.min(size.height, from.end[i]! + dy);
    if (x < 0 || x >= size.width || start >= end) continue;
    to.column[to.length] = x;
    to.start[to.length] = start;
    to.end[to.length++] = end;
  }
  return rleOfColumnRuns(to, size);
}
