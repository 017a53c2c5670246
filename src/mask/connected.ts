/**
 * Connected regions of a mask, found on its runs: neighbours share an edge (4) or at least a corner (8). Work grows with the runs, never
 * with the pixels.
 */
import { columnRunsOf, emptyRuns, rleOfColumnRuns, type ColumnRuns } from './column-runs.js';
import type { Rle } from './rle.js';

/** Whether pixels that share only a corner belong together: 8 yes, 4 no. */
export type Connectivity = 4 | 8;

/** The region of each run, 0...count - 1. */
export interface RegionLabels { labels: Int32Array; count: number }

/**
 * Each connected region of the mask as a mask of its own, of the same size: by topmost row, then by the leftmost column in it. None for an
 * empty mask. Throws `data/rle` where the runs do not sum to the pixels.
 */
export function regionsFromRle(rle: Rle, connectivity: Connectivity): Rle[] {
  const runs = columnRunsOf(rle);
  const { labels, count } = labelRegions(runs, connectivity);
  return groupRuns(runs, labels, count).map((region) => rleOfColumnRuns(region, rle));
}

/**
 * Union-find over runs of neighbouring columns that overlap, or, with 8, would overlap if one were a row longer each way. Regions are numbered by
 * topmost row, then by the leftmost column in it; in cells of `cell` pixels a side, no one of which may hold two regions.
 */
export function labelRegions(runs: ColumnRuns, connectivity: Connectivity, cell: 1 | 2 = 1): RegionLabels {
  const { column, start, end, length } = runs;
  const reach = connectivity === 8 ? 1 : 0;
  const parent = Int32Array.from({ length }, (_, i) => i);
  let previous = 0;
  for (let i = 0; i < length; i++) {
    const left = column[i]! - 1, from = start[i]! - reach, to = end[i]! + reach;
    while (previous < i && (column[previous]! < left || (column[previous] === left && end[previous]! <= from))) previous++;
    for (let j = previous; j < i && column[j] === left && start[j]! < to; j++) {
      const a = rootOf(parent, i), b = rootOf(parent, j);
      if (a !== b) parent[a] = b;
    }
  }
  return numberRegions(runs, parent, cell - 1);
}

function rootOf(parent: Int32Array, i: number): number {
  while (parent[i] !== i) i = parent[i] = parent[parent[i]!]!;
  return i;
}

function numberRegions({ column, start, length }: ColumnRuns, parent: Int32Array, shift: number): RegionLabels {
  // runs come column by column: of those in one row, the first is the leftmost
  const first = new Map<number, number>();
  for (let i = 0; i < length; i++) {
    const root = rootOf(parent, i), seen = first.get(root);
    if (seen === undefined || start[i]! >> shift < start[seen]! >> shift) first.set(root, i);
  }
  const ordered = [...first].sort(([, a], [, b]) => (start[a]! >> shift) - (start[b]! >> shift) || (column[a]! >> shift) - (column[b]! >> shift));
  const numberOf = new Int32Array(length);
  ordered.forEach(([root], number) => { numberOf[root] = number; });
  const labels = new Int32Array(length);
  for (let i = 0; i < length; i++) labels[i] = numberOf[rootOf(parent, i)]!;
  return { labels, count: ordered.length };
}

/** The runs of each label, in order. */
function groupRuns(runs: ColumnRuns, labels: Int32Array, count: number): ColumnRuns[] {
  const sizes = new Int32Array(count);
  for (let i = 0; i < runs.length; i++) sizes[labels[i]!]!++;
  const groups = Array.from(sizes, (size) => ({ ...emptyRuns(size), length: 0 }));
  for (let i = 0; i < runs.length; i++) {
    const group = groups[labels[i]!]!;
    group.column[group.length] = runs.column[i]!;
    group.start[group.length] = runs.start[i]!;
    group.end[group.length++] = runs.end[i]!;
  }
  return groups;
}
