/**
 * The inner boundary of a mask, for boundary IoU (Cheng et al. 2021): its pixels that are at most so many steps, diagonal ones too, from a pixel
 * outside of it; what lies beyond the image is outside. All on runs: eroded by a square, first along columns, then across them, where a run moves
 * to the next column by adding the height to its position.
 */
import type { ImageSize } from '../geometry/size.js';
import { columnRunsOf } from './column-runs.js';
import { subtractRle } from './merge.js';
import type { Rle } from './rle.js';
import { rleOfChanges } from './spans.js';

/** Spans of set pixels as in `spansOfRle`: `bounds[0]` up to `bounds[length]`. */
interface Spans { bounds: Int32Array; length: number }

/** The width of the boundary in pixels: `ratio` of the image's diagonal, rounded as Python does (halves to the even number), at least 1. */
export function boundaryWidth({ width, height }: ImageSize, ratio = 0.02): number {
  const share = ratio * Math.sqrt(height ** 2 + width ** 2);
  const floor = Math.floor(share), rest = share - floor;
  return Math.max(1, rest === 0.5 ? floor + (floor % 2) : Math.round(share));
}

/** The mask without what stays of it after an erosion. `distance`: whole pixels, from 1. Throws `data/rle` where the runs do not sum to the pixels. */
export function innerBoundary(rle: Rle, distance: number): Rle {
  const inside = erodeRle(rle, distance);
  return inside === undefined ? rle : subtractRle(rle, inside);
}

/** The pixels whose square of `2 * distance + 1` pixels lies wholly in the mask; undefined where there are none. */
export function erodeRle(rle: Rle, distance: number): Rle | undefined {
  const { height } = rle;
  const inside = erodeAcross(erodeColumns(rle, distance), height, 2 * distance + 1);
  for (let i = 0; i < inside.length; i++) inside.bounds[i]! += distance * height;
  return inside.length === 0 ? undefined : rleOfChanges(inside.bounds, inside.length, rle);
}

/** Each column's runs, shorter by `distance` at both ends; none of them touches the next column's. */
function erodeColumns(rle: Rle, distance: number): Spans {
  const runs = columnRunsOf(rle);
  const bounds = new Int32Array(2 * runs.length);
  let length = 0;
  for (let i = 0; i < runs.length; i++) {
    const start = runs.start[i]! + distance, end = runs.end[i]! - distance;
    if (start >= end) continue;
    const top = runs.column[i]! * rle.height;
    bounds[length++] = top + start;
    bounds[length++] = top + end;
  }
  return { bounds, length };
}

/** The pixels from which `columns` pixels to the right, the own one counted, are set: by doubling, so about log2 of them passes. */
function erodeAcross(spans: Spans, height: number, columns: number): Spans {
  let reached = 1;
  while (reached < columns && spans.length > 0) {
    const step = Math.min(reached, columns - reached);
    spans = intersectMoved(spans, step * height);
    reached += step;
  }
  return spans;
}

/** The positions p of a list for which p + `by` is in it too. */
function intersectMoved({ bounds, length }: Spans, by: number): Spans {
  const both = new Int32Array(2 * length);
  let to = 0;
  for (let i = 0, j = 0; i < length && j < length;) {
    const end = bounds[i + 1]!, movedEnd = bounds[j + 1]! - by;
    const start = Math.max(bounds[i]!, bounds[j]! - by), stop = Math.min(end, movedEnd);
    if (start < stop) {
      both[to++] = start;
      both[to++] = stop;
    }
    if (end < movedEnd) i += 2;
    else j += 2;
  }
  return { bounds: both, length: to };
}
