/**
 * Small holes and islands of a mask, found and removed on its runs (8-connected), pixel for pixel what `remove_small_regions` of
 * segment-anything's `utils/amg.py` does with OpenCV's labels. Work grows with the runs, never with the pixels.
 */
import type { Rle } from './rle.js';

/** One vertical run: column, first row, row after the last, and the region that it belongs to. */
interface ColumnRuns { column: Int32Array; start: Int32Array; end: Int32Array; length: number }

/** A cleaned mask, and whether anything changed. */
export interface Cleaned { rle: Rle; changed: boolean }

/** Fills regions of background smaller than `minArea` pixels (also those that touch the border, as the reference does). */
export function fillSmallHoles(rle: Rle, minArea: number): Cleaned {
  const background = columnRuns(rle, 0);
  const { labels, sizes } = regionsOf(background);
  if (!sizes.some((size) => size < minArea)) return { rle, changed: false };
  const foreground = columnRuns(rle, 1);
  return { rle: rleFromColumnRuns(rle, [...runsWhere(foreground, () => true), ...runsWhere(background, (i) => sizes[labels[i]!]! < minArea)]), changed: true };
}

/** Removes regions of foreground smaller than `minArea` pixels; where every region is smaller, the largest stays (the first on ties). */
export function removeSmallIslands(rle: Rle, minArea: number): Cleaned {
  const runs = columnRuns(rle, 1);
  const { labels, sizes } = regionsOf(runs);
  if (!sizes.some((size) => size < minArea)) return { rle, changed: false };
  const largest = sizes.indexOf(sizes.reduce((a, b) => Math.max(a, b)));
  const anyLarge = sizes.some((size) => size >= minArea);
  const keep = (label: number): boolean => (anyLarge ? sizes[label]! >= minArea : label === largest);
  return { rle: rleFromColumnRuns(rle, runsWhere(runs, (i) => keep(labels[i]!))), changed: true };
}

/** The runs of one value, split at column ends; those that meet around a run of no length are one. */
function columnRuns(rle: Rle, value: 0 | 1): ColumnRuns {
  const { height, counts } = rle;
  const column: number[] = [], start: number[] = [], end: number[] = [];
  let at = 0;
  for (let i = 0; i < counts.length; i++) {
    const stop = at + counts[i]!;
    if (i % 2 === value) {
      while (at < stop) {
        const x = Math.floor(at / height);
        const columnEnd = Math.min(stop, (x + 1) * height);
        if (column.at(-1) === x && end.at(-1) === at - x * height) end[end.length - 1] = columnEnd - x * height;
        else {
          column.push(x);
          start.push(at - x * height);
          end.push(columnEnd - x * height);
        }
        at = columnEnd;
      }
    }
    at = stop;
  }
  return { column: Int32Array.from(column), start: Int32Array.from(start), end: Int32Array.from(end), length: column.length };
}

/**
 * 8-connected regions: runs of neighbouring columns touch when they overlap after growing one row each way. Labels are numbered as
 * OpenCV numbers them, so that ties fall the same way: in the order in which a row-major scan of 2 x 2 blocks meets the regions (no
 * block holds pixels of two).
 */
function regionsOf(runs: ColumnRuns): { labels: Int32Array; sizes: number[] } {
  const parent = Int32Array.from({ length: runs.length }, (_, i) => i);
  const find = (i: number): number => {
    while (parent[i] !== i) i = parent[i] = parent[parent[i]!]!;
    return i;
  };
  let previous = 0;
  for (let i = 0; i < runs.length; i++) {
    while (previous < i && (runs.column[previous]! < runs.column[i]! - 1
      || (runs.column[previous] === runs.column[i]! - 1 && runs.end[previous]! < runs.start[i]!))) previous++;
    for (let j = previous; j < i && runs.column[j] === runs.column[i]! - 1 && runs.start[j]! <= runs.end[i]!; j++) {
      const a = find(i), b = find(j);
      if (a !== b) parent[a] = b;
    }
  }
  return numberRegions(runs, find);
}

/** Where a region begins, in blocks of 2 x 2 pixels. */
interface Region { row: number; column: number; size: number }

function numberRegions(runs: ColumnRuns, find: (i: number) => number): { labels: Int32Array; sizes: number[] } {
  const first = new Map<number, Region>();
  for (let i = 0; i < runs.length; i++) {
    const root = find(i);
    const seen = first.get(root);
    const size = runs.end[i]! - runs.start[i]!;
    const row = runs.start[i]! >> 1, column = runs.column[i]! >> 1;
    if (seen === undefined) first.set(root, { row, column, size });
    else {
      seen.size += size;
      // runs come column by column: of one row of blocks, the first is the leftmost
      if (row < seen.row) {
        seen.row = row;
        seen.column = column;
      }
    }
  }
  const ordered = [...first].sort(([, a], [, b]) => a.row - b.row || a.column - b.column);
  const numberOf = new Map(ordered.map(([root], index) => [root, index]));
  const labels = Int32Array.from({ length: runs.length }, (_, i) => numberOf.get(find(i))!);
  return { labels, sizes: ordered.map(([, region]) => region.size) };
}

function runsWhere(runs: ColumnRuns, keep: (i: number) => boolean): [number, number, number][] {
  const kept: [number, number, number][] = [];
  for (let i = 0; i < runs.length; i++) if (keep(i)) kept.push([runs.column[i]!, runs.start[i]!, runs.end[i]!]);
  return kept;
}

function rleFromColumnRuns(size: Rle, runs: [number, number, number][]): Rle {
  runs.sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  const counts: number[] = [];
  let from = 0, to = 0;
  const flush = (): void => {
    if (to > from) counts.push(to - from);
  };
  for (const [x, start, end] of runs) {
    const begin = x * size.height + start;
    if (begin !== to || counts.length === 0) {
      flush();
      counts.push(begin - to);
      from = begin;
    }
    to = x * size.height + end;
  }
  flush();
  const total = size.width * size.height;
  if (to < total) counts.push(total - to);
  return { width: size.width, height: size.height, counts: Uint32Array.from(counts) };
}
