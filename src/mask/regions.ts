/**
 * Small holes and islands of a mask, found and removed on its runs (8-connected), pixel for pixel what `remove_small_regions` of
 * segment-anything's `utils/amg.py` does with OpenCV's labels. Work grows with the runs, never with the pixels.
 */
import { columnRunsOf, emptyRuns, rleOfColumnRuns, type ColumnRuns } from './column-runs.js';
import { labelRegions } from './connected.js';
import { invertRle, mergeRle } from './merge.js';
import type { Rle } from './rle.js';

/** A cleaned mask, and whether anything changed. */
export interface Cleaned { rle: Rle; changed: boolean }

/** Fills regions of background smaller than `minArea` pixels (also those that touch the border, as the reference does). */
export function fillSmallHoles(rle: Rle, minArea: number): Cleaned {
  const { runs, labels, sizes } = regionsOf(invertRle(rle));
  if (!sizes.some((size) => size < minArea)) return { rle, changed: false };
  const holes = rleOfColumnRuns(runsWhere(runs, (i) => sizes[labels[i]!]! < minArea), rle);
  return { rle: mergeRle([rle, holes], 'union'), changed: true };
}

/** Removes regions of foreground smaller than `minArea` pixels; where every region is smaller, the largest stays (the first on ties). */
export function removeSmallIslands(rle: Rle, minArea: number): Cleaned {
  const { runs, labels, sizes } = regionsOf(rle);
  if (!sizes.some((size) => size < minArea)) return { rle, changed: false };
  const largest = sizes.indexOf(sizes.reduce((a, b) => Math.max(a, b)));
  const anyLarge = sizes.some((size) => size >= minArea);
  const keep = (label: number): boolean => (anyLarge ? sizes[label]! >= minArea : label === largest);
  return { rle: rleOfColumnRuns(runsWhere(runs, (i) => keep(labels[i]!)), rle), changed: true };
}

/**
 * Runs, the region of each and the regions' areas in pixels. Numbered as OpenCV numbers them, so that ties fall the same way: in the order in which
 * a row-major scan of 2 x 2 blocks meets the regions (8-connected: no block holds pixels of two).
 */
function regionsOf(rle: Rle): { runs: ColumnRuns; labels: Int32Array; sizes: number[] } {
  const runs = columnRunsOf(rle);
  const { labels, count } = labelRegions(runs, 8, 2);
  const sizes = new Array<number>(count).fill(0);
  for (let i = 0; i < runs.length; i++) sizes[labels[i]!]! += runs.end[i]! - runs.start[i]!;
  return { runs, labels, sizes };
}

function runsWhere(runs: ColumnRuns, keep: (i: number) => boolean): ColumnRuns {
  const kept = { ...emptyRuns(runs.length), length: 0 };
  for (let i = 0; i < runs.length; i++) {
    if (!keep(i)) continue;
    kept.column[kept.length] = runs.column[i]!;
    kept.start[kept.length] = runs.start[i]!;
    kept.end[kept.length++] = runs.end[i]!;
  }
  return kept;
}
