/**
 * Masks from polygons and boxes: the very pixels that cocoapi's `rleFrPoly` and `rleFrBbox` set.
 *
 * Their rule, in words. Vertices are multiplied by 5 and rounded, `(int)(5 * x + .5)`. Every edge is drawn into that finer grid, one point
 * for each step along its longer side. Between fine columns 5x + 2 and 5x + 3 lies the middle of pixel column x; wherever the outline
 * steps from one to the other, the mask changes in column x from the first row whose middle is not above that point. Rows are clamped to
 * 0...height, columns outside the mask are dropped, and what is changed twice is not changed: even-odd filling.
 * So [0,0, 0,9, 9,9, 9,0] covers 9 x 9 pixels, and a ring along pixel corners gives exactly the pixels that it encloses.
 *
 * cocoapi draws every point and sorts the changes. Here only the points beside a column's middle are computed, with the same expressions
 * in the same doubles, and the changes are put in order by counting them by column. Against pycocotools 2.0.11, numbers in and a string
 * out, one thread: STABPOLY
 */
import { SamError } from '../errors.js';
import type { Box } from '../geometry/box.js';
import type { ImageSize } from '../geometry/size.js';
import { assertMaskSize } from './mask-size.js';
import { mergeRle } from './merge.js';
import { ColumnChanges } from './column-changes.js';
import type { Rle } from './rle.js';

/** Flat x, y, ... in pixels; the first pixel's corners are 0 and 1. The last vertex is joined to the first. */
export type Polygon = readonly number[];

const SCALE = 5;
/** As far as the largest mask from outside reaches; five times it is still a 32-bit number, as C needs it. */
const FARTHEST = 2 ** 28;

/**
 * The pixels of one polygon of at least three vertices; they may lie outside the mask and in any order (even-odd rule).
 * Throws `data/polygon` for fewer or half vertices and for coordinates that are no numbers or beyond 2^28, `data/rle` for a bad size.
 */
export function rleFromPolygon(polygon: Polygon, size: ImageSize): Rle {
  assertMaskSize(size);
  assertPolygon(polygon);
  return fill(polygon, size);
}

/** The union of the polygons of one object, as COCO's `segmentation` lists them. Throws as `rleFromPolygon`, and for no polygons. */
export function rleFromPolygons(polygons: readonly Polygon[], size: ImageSize): Rle {
  assertMaskSize(size);
  if (polygons.length === 0) throw new SamError('data/polygon', 'A list of polygons has at least one.', { path: 'segmentation' });
  polygons.forEach((polygon, i) => { assertPolygon(polygon, `segmentation[${i}]`); });
  return polygons.length === 1 ? fill(polygons[0]!, size) : mergeRle(polygons.map((polygon) => fill(polygon, size)), 'union');
}

/**
 * The pixels of a box, as `rleFrBbox`: those whose middle it covers, give or take the rounding to fifths of a pixel.
 * Throws `data/polygon` for coordinates that are no numbers or beyond 2^28, `data/rle` for a bad size.
 */
export function rleFromBox(box: Box, size: ImageSize): Rle {
  return rleFromPolygon([box.x0, box.y0, box.x0, box.y1, box.x1, box.y1, box.x1, box.y0], size);
}

function assertPolygon(polygon: Polygon, path = 'segmentation'): void {
  if (polygon.length % 2 !== 0 || polygon.length < 6) {
    throw new SamError('data/polygon', `A polygon is at least three pairs x, y, found ${polygon.length} numbers.`, { path });
  }
  const wrong = polygon.findIndex((value) => typeof value !== 'number' || !(Math.abs(value) <= FARTHEST));
  if (wrong >= 0) throw new SamError('data/polygon', `A polygon's coordinates are numbers from -${FARTHEST} to ${FARTHEST}, number ${wrong} is ${String(polygon[wrong])}.`, { path: `${path}[${wrong}]` });
}

function fill(polygon: Polygon, size: ImageSize): Rle {
  const changes = new ColumnChanges(size);
  const last = polygon.length - 2;
  let x0 = fine(polygon[last]!), y0 = fine(polygon[last + 1]!);
  for (let i = 0; i <= last; i += 2) {
    const x1 = fine(polygon[i]!), y1 = fine(polygon[i + 1]!);
    // an edge is drawn from the end where its longer side begins, whichever way the polygon runs
    if (Math.abs(x1 - x0) >= Math.abs(y1 - y0)) {
      if (x0 <= x1) flatEdge(changes, x0, y0, x1, y1);
      else flatEdge(changes, x1, y1, x0, y0);
    } else if (y0 <= y1) steepEdge(changes, x0, y0, x1, y1);
    else steepEdge(changes, x1, y1, x0, y0);
    x0 = x1;
    y0 = y1;
  }
  return changes.toRle();
}

/** C's `(int)(5 * x + .5)`: towards zero, so -0.3 becomes -1 and not -2. */
function fine(x: number): number {
  return Math.trunc(SCALE * x + 0.5);
}

/** An edge wider than high, x0 <= x1: fine column x0 + t has its point in fine row (int)(y0 + s * t + .5). */
function flatEdge(changes: ColumnChanges, x0: number, y0: number, x1: number, y1: number): void {
  const s = (y1 - y0) / (x1 - x0);
  const first = Math.max(0, Math.ceil((x0 - 2) / SCALE)), last = Math.min(changes.width - 1, Math.floor((x1 - 3) / SCALE));
  for (let x = first; x <= last; x++) {
    const t = SCALE * x + 2 - x0;
    const a = Math.trunc(y0 + s * t + 0.5), b = Math.trunc(y0 + s * (t + 1) + 0.5);
    changes.add(x, rowOf(a < b ? a : b));
  }
}

/** An edge higher than wide, y0 < y1: fine row y0 + t has its point in fine column (int)(x0 + s * t + .5), so steps are searched for. */
function steepEdge(changes: ColumnChanges, x0: number, y0: number, x1: number, y1: number): void {
  if (x0 === x1) return;
  const s = (x1 - x0) / (y1 - y0);
  const low = x0 < x1 ? x0 : x1, high = x0 < x1 ? x1 : x0;
  const first = Math.max(0, Math.ceil((low - 2) / SCALE)), last = Math.min(changes.width - 1, Math.floor((high - 3) / SCALE));
  for (let x = first; x <= last; x++) {
    const left = SCALE * x + 2;
    // the first step that is past the middle of the column: near where the straight line crosses it, settled by the expression itself
    let t = Math.ceil((left + 0.5 - x0) / s);
    if (s > 0) {
      while (Math.trunc(x0 + s * t + 0.5) <= left) t++;
      while (Math.trunc(x0 + s * (t - 1) + 0.5) > left) t--;
    } else {
      while (Math.trunc(x0 + s * t + 0.5) > left) t++;
      while (Math.trunc(x0 + s * (t - 1) + 0.5) <= left) t--;
    }
    changes.add(x, rowOf(y0 + t - 1));
  }
}

/** The first row whose middle is not above the fine row: C's `ceil((y + .5) / 5 - .5)`, for which the doubles are exact enough. */
function rowOf(y: number): number {
  return Math.floor((y + 2) / SCALE);
}
