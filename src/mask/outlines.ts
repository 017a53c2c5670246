/**
 * The outlines of a mask along the corners of its pixels: outer rings and holes, exactly the mask's pixels between them.
 *
 * Where neighbouring columns differ stands a vertical piece of outline. Pieces are walked with the mask on the right hand; each goes on at
 * the piece that its row of corners joins it to: in a row, the pieces' ends from left to right are joined first with second, third
 * with fourth, ... Where pixels meet only in a corner, two pieces end in one point: which of them is joined to the left decides whether the
 * pixels belong together. Work grows with the runs and the height, never with the pixels.
 */
import { columnOffsets, columnRunsOf, type ColumnRuns } from './column-runs.js';
import { labelRegions, type Connectivity, type RegionLabels } from './connected.js';
import type { Rle } from './rle.js';

/**
 * Flat x, y, ... corners of pixels (0...width, 0...height), only where the outline turns, the last joined to the first. Walked with the mask
 * on the right hand: on a screen (y down) outer rings run clockwise and holes counter-clockwise, so that the sum of
 * x[i] * y[i + 1] - x[i + 1] * y[i] is twice the area for an outer ring and minus twice the area for a hole. Begins at the
 * leftmost column's topmost corner. May touch itself in a corner, never along an edge.
 */
export type Ring = number[];

/** One connected region: the area inside `outer` and in none of the `holes`. */
export interface Outline { outer: Ring; holes: Ring[] }

/** Vertical pieces of outline, by column, then by row. `up`: the mask is on the right of the piece, so that it is walked upwards. */
interface Pieces { x: Int32Array; top: Int32Array; bottom: Int32Array; up: Uint8Array; region: Int32Array; length: number }

/**
 * The outline of each connected region, by topmost row, then by the leftmost column in it; none for an empty mask. `connectivity`: whether
 * pixels that share only a corner belong to one region (8) or not (4). Throws `data/rle` where the runs do not sum to the pixels.
 */
export function outlinesFromRle(rle: Rle, connectivity: Connectivity): Outline[] {
  const runs = columnRunsOf(rle);
  const regions = labelRegions(runs, connectivity);
  const pieces = piecesOf(runs, regions, rle.width);
  return ringsOf(pieces, joinPieces(pieces, rle.height, connectivity), regions.count);
}

function piecesOf(runs: ColumnRuns, { labels }: RegionLabels, width: number): Pieces {
  const offsets = columnOffsets(runs, width);
  // each end of a run ends or begins at most one piece on either side
  const room = 4 * runs.length;
  const pieces: Pieces = { x: new Int32Array(room), top: new Int32Array(room), bottom: new Int32Array(room), up: new Uint8Array(room), region: new Int32Array(room), length: 0 };
  for (let x = 0; x <= width; x++) {
    const i = x > 0 ? offsets[x - 1]! : 0, iEnd = x > 0 ? offsets[x]! : 0;
    const j = x < width ? offsets[x]! : 0, jEnd = x < width ? offsets[x + 1]! : 0;
    if (i < iEnd || j < jEnd) differences(pieces, x, runs, labels, i, iEnd, j, jEnd);
  }
  return pieces;
}

/** Kernel: where exactly one of two neighbouring columns is set. `i`: the runs of the left, `j`: of the right column. */
function differences(pieces: Pieces, x: number, { start, end }: ColumnRuns, labels: Int32Array, i: number, iEnd: number, j: number, jEnd: number): void {
  let inLeft = false, inRight = false, from = 0;
  for (;;) {
    const left = i < iEnd ? (inLeft ? end[i]! : start[i]!) : Infinity;
    const right = j < jEnd ? (inRight ? end[j]! : start[j]!) : Infinity;
    const y = Math.min(left, right);
    if (y === Infinity) return;
    if (inLeft !== inRight && y > from) {
      const at = pieces.length++;
      pieces.x[at] = x;
      pieces.top[at] = from;
      pieces.bottom[at] = y;
      pieces.up[at] = inRight ? 1 : 0;
      pieces.region[at] = labels[inRight ? j : i]!;
    }
    from = y;
    if (left === y) {
      if (inLeft) i++;
      inLeft = !inLeft;
    }
    if (right === y) {
      if (inRight) j++;
      inRight = !inRight;
    }
  }
}

/** For each piece the one that the outline goes on with. An end is 2 * piece, + 1 for the bottom one. */
function joinPieces(pieces: Pieces, height: number, connectivity: Connectivity): Int32Array {
  const { x, top, bottom, up, length } = pieces;
  const offsets = new Int32Array(height + 2);
  for (let i = 0; i < length; i++) {
    offsets[top[i]! + 1]!++;
    offsets[bottom[i]! + 1]!++;
  }
  for (let y = 0; y <= height; y++) offsets[y + 1]! += offsets[y]!;
  const ends = new Int32Array(2 * length);
  for (let i = 0; i < length; i++) {
    ends[offsets[top[i]!]!++] = 2 * i;
    ends[offsets[bottom[i]!]!++] = 2 * i + 1;
  }
  const swapped = connectivity === 4 ? 1 : 0;
  for (let k = 0; k + 1 < ends.length; k++) {
    // two ends in one point, the upper piece's first: the first of them is joined to the left
    const a = ends[k]!, b = ends[k + 1]!;
    if ((a & 1) === 1 && (b & 1) === 0 && x[a >> 1] === x[b >> 1] && bottom[a >> 1] === top[b >> 1] && up[a >> 1] === swapped) {
      ends[k] = b;
      ends[++k] = a;
    }
  }
  const next = new Int32Array(length);
  for (let k = 0; k < ends.length; k += 2) {
    const a = ends[k]!, b = ends[k + 1]!;
    // a piece walked upwards arrives at its top end, one walked downwards at its bottom end
    if ((a & 1) !== up[a >> 1]) next[a >> 1] = b >> 1;
    else next[b >> 1] = a >> 1;
  }
  return next;
}

function ringsOf(pieces: Pieces, next: Int32Array, regions: number): Outline[] {
  const outlines: Outline[] = Array.from({ length: regions }, () => ({ outer: [], holes: [] }));
  const done = new Uint8Array(pieces.length);
  for (let first = 0; first < pieces.length; first++) {
    if (done[first] === 1) continue;
    const ring: Ring = [];
    for (let piece = first; done[piece] === 0; piece = next[piece]!) {
      done[piece] = 1;
      const x = pieces.x[piece]!, top = pieces.top[piece]!, bottom = pieces.bottom[piece]!;
      if (pieces.up[piece] === 1) ring.push(x, bottom, x, top);
      else ring.push(x, top, x, bottom);
    }
    const outline = outlines[pieces.region[first]!]!;
    // the leftmost piece of a ring has the mask on its right, that of a hole on its left
    if (pieces.up[first] === 1) {
      // walked upwards: the topmost corner comes second
      ring.push(ring.shift()!, ring.shift()!);
      outline.outer = ring;
    } else outline.holes.push(ring);
  }
  return outlines;
}
