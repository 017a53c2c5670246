/**
 * Exact Euclidean distances to the edge of a mask, squared, so that they are whole numbers and ties are ties: from the centre of a pixel to
 * the centre of the nearest one that is not set. What lies outside the image is not set: its border counts as edge.
 *
 * Meijster's two passes: along columns by counting, along rows by the lower envelope of parabolas. For the farthest pixel alone the work
 * shrinks to the regions, and in them to the rows, that could hold it.
 */
import { columnRunsOf, type ColumnRuns } from './column-runs.js';
import { labelRegions } from './connected.js';
import type { Bitmask, Rle } from './rle.js';

/** A pixel, and the square of its distance to the edge, at least 1. */
export interface FarPixel { x: number; y: number; squared: number }

/** `Float64Array`, height x width, row-major: squared distances in pixels, 0 where the mask is not set. */
export function squaredDistances({ data, width, height }: Bitmask): Float64Array {
  const distances = new Float64Array(width * height);
  for (let x = 0; x < width; x++) {
    for (let y = 0, steps = 0; y < height; y++) distances[y * width + x] = steps = data[y * width + x] === 0 ? 0 : steps + 1;
    for (let y = height - 1, steps = 0; y >= 0; y--) {
      const at = y * width + x;
      distances[at] = steps = Math.min(distances[at]!, steps + 1);
    }
  }
  const row = new RowPass(width);
  for (let y = 0; y < height; y++) {
    row.run(distances, y * width, width);
    distances.set(row.squared.subarray(0, width), y * width);
  }
  return distances;
}

/**
 * The pixel of the mask that is farthest from its edge, the topmost and then leftmost of several; undefined where there is none.
 * `excluded` pixels are no answer, but still belong to the mask. Throws `data/rle` where the runs do not sum to the pixels.
 */
export function farthestPixel(rle: Rle, excluded: readonly { x: number; y: number }[] = []): FarPixel | undefined {
  let best: FarPixel | undefined;
  for (const region of widestFirst(columnRunsOf(rle))) {
    // equal ones may still be higher up
    if (best !== undefined && region.most < best.squared) break;
    best = farthestOf(region, excluded, best);
  }
  return best;
}

/** Pixels that touch at least by a corner: the way from one to another region leads over a pixel of neither, so each is looked at alone. */
interface Region { runs: ColumnRuns; indices: Int32Array; x0: number; y0: number; x1: number; y1: number; /** No squared distance in it is larger. */ most: number }

function widestFirst(runs: ColumnRuns): Region[] {
  const { labels, count } = labelRegions(runs, 8);
  const sizes = new Int32Array(count);
  for (let i = 0; i < runs.length; i++) sizes[labels[i]!]!++;
  const regions = Array.from(sizes, (size): Region => ({ runs, indices: new Int32Array(size), x0: Infinity, y0: Infinity, x1: 0, y1: 0, most: 0 }));
  const filled = new Int32Array(count), longest = new Int32Array(count);
  for (let i = 0; i < runs.length; i++) {
    const label = labels[i]!, region = regions[label]!, x = runs.column[i]!;
    region.indices[filled[label]!++] = i;
    region.x0 = Math.min(region.x0, x);
    region.x1 = Math.max(region.x1, x + 1);
    region.y0 = Math.min(region.y0, runs.start[i]!);
    region.y1 = Math.max(region.y1, runs.end[i]!);
    longest[label] = Math.max(longest[label]!, runs.end[i]! - runs.start[i]!);
  }
  regions.forEach((region, label) => { region.most = ((Math.min(longest[label]!, region.x1 - region.x0) + 1) >> 1) ** 2; });
  return regions.sort((a, b) => b.most - a.most);
}

/** Distances along columns, kept between calls: a new array for each region would cost as much as filling it. */
let columnSteps = new Int32Array(0);

function farthestOf(region: Region, excluded: readonly { x: number; y: number }[], best: FarPixel | undefined): FarPixel | undefined {
  const { x0, y0, x1, y1 } = region;
  const width = x1 - x0, height = y1 - y0;
  const rowMost = stepAlongColumns(region);
  const row = new RowPass(width), steps = new Int32Array(width + 1);
  // a large distance found early spares the rest
  const rows = Array.from(rowMost.keys()).sort((a, b) => rowMost[b]! - rowMost[a]!);
  for (const y of rows) {
    if (best !== undefined && rowMost[y]! ** 2 < best.squared) break;
    for (let x = 0; x < width; x++) steps[x] = columnSteps[x * height + y]!;
    for (let start = 0; start < width; start++) {
      if (steps[start] === 0) continue;
      let end = start, most = 0;
      // the last step is 0
      for (; steps[end] !== 0; end++) if (steps[end]! > most) most = steps[end]!;
      // what is not set on either side bounds it, too
      if (best === undefined || Math.min(most, (end - start + 1) >> 1) ** 2 >= best.squared) {
        row.run(steps, start, end - start);
        for (let x = start; x < end; x++) best = better(row.squared[x - start]!, x + x0, y + y0, excluded, best);
      }
      start = end;
    }
  }
  return best;
}

/** Fills `columnSteps`, column by column of the region's box, 0 where it is not set; returns the largest step of each row. */
function stepAlongColumns({ runs, indices, x0, y0, x1, y1 }: Region): Int32Array {
  const height = y1 - y0, cells = (x1 - x0) * height;
  if (columnSteps.length < cells) columnSteps = new Int32Array(cells);
  else columnSteps.fill(0, 0, cells);
  const rowMost = new Int32Array(height);
  for (const i of indices) {
    const start = runs.start[i]! - y0, end = runs.end[i]! - y0, base = (runs.column[i]! - x0) * height;
    for (let y = start; y < end; y++) {
      const step = Math.min(y - start + 1, end - y);
      columnSteps[base + y] = step;
      if (step > rowMost[y]!) rowMost[y] = step;
    }
  }
  return rowMost;
}

function better(squared: number, x: number, y: number, excluded: readonly { x: number; y: number }[], best: FarPixel | undefined): FarPixel | undefined {
  if (best !== undefined && !isBefore(squared, x, y, best)) return best;
  return excluded.some((pixel) => pixel.x === x && pixel.y === y) ? best : { x, y, squared };
}

function isBefore(squared: number, x: number, y: number, best: FarPixel): boolean {
  if (squared !== best.squared) return squared > best.squared;
  return y < best.y || (y === best.y && x < best.x);
}

/** The second pass over one row: the least of (x - i)^2 + steps[i]^2 over all columns i, and over the columns beside the row, which are 0. */
class RowPass {
  /** The row's squared distances. */
  readonly squared: Float64Array;
  private readonly squares: Float64Array;
  /** Columns whose parabolas make the envelope, and the column from which each is the lowest. */
  private readonly apex: Int32Array;
  private readonly from: Int32Array;

  constructor(width: number) {
    this.squared = new Float64Array(width + 2);
    this.squares = new Float64Array(width + 2);
    this.apex = new Int32Array(width + 2);
    this.from = new Int32Array(width + 2);
  }

  /** Column x of the row is x + 1 in here. */
  run(steps: ArrayLike<number>, offset: number, width: number): void {
    const { squares, squared, apex, from } = this;
    const length = width + 2;
    for (let x = 0; x < width; x++) squares[x + 1] = steps[offset + x]! ** 2;
    squares[length - 1] = 0;
    let last = 0;
    apex[0] = from[0] = 0;
    for (let u = 1; u < length; u++) {
      const height = squares[u]!;
      while (last >= 0 && (from[last]! - apex[last]!) ** 2 + squares[apex[last]!]! > (from[last]! - u) ** 2 + height) last--;
      if (last < 0) {
        last = 0;
        apex[0] = u;
        continue;
      }
      const i = apex[last]!;
      const next = 1 + Math.floor((u * u - i * i + height - squares[i]!) / (2 * (u - i)));
      if (next >= length) continue;
      last++;
      apex[last] = u;
      from[last] = next;
    }
    for (let u = length - 1; u > 0; u--) {
      const i = apex[last]!;
      if (u <= width) squared[u - 1] = (u - i) ** 2 + squares[i]!;
      if (u === from[last]) last--;
    }
  }
}
