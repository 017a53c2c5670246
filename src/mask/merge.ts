/**
 * Masks from masks: union, intersection, difference, symmetric difference, complement. All of it on runs; the results are canonical
 * (no run of no length but the first), as cocoapi's `rleMerge` writes them.
 *
 * Many masks are merged as a tournament, neighbours first: each run is looked at log2(k) times and copied as often, where merging one
 * after the other (`rleMerge`) copies the growing result k times. Against pycocotools 2.0.11, strings in and out, one thread:
 * STABMERGE
 */
import { SamError } from '../errors.js';
import { assertSameSize } from './mask-size.js';
import type { Rle } from './rle.js';
import { END, rleOfChanges, spansOfRles, type SpanTable } from './spans.js';

/** Truth tables: bit 2a + b is set where a pixel that is a in the first and b in the second mask is in the result. */
const UNION = 0b1110, INTERSECTION = 0b1000, DIFFERENCE = 0b0100, EXCLUSIVE = 0b0110;

/** The pixels that any (`union`) or all (`intersection`) of the masks have. Throws `data/rle` for no masks, or of different sizes. */
export function mergeRle(masks: readonly Rle[], how: 'union' | 'intersection'): Rle {
  const first = masks[0];
  if (first === undefined) throw new SamError('data/rle', 'There are no masks to merge, so the result has no size.');
  for (let i = 1; i < masks.length; i++) assertSameSize(first, masks[i]!, `mask ${i}`);
  return combineAll(masks, how === 'union' ? UNION : INTERSECTION);
}

/** The pixels of `a` that `b` has not. Throws `data/rle` for masks of different sizes. */
export function subtractRle(a: Rle, b: Rle): Rle {
  assertSameSize(a, b, 'the mask to subtract');
  return combineAll([a, b], DIFFERENCE);
}

/** The pixels that exactly one of the two masks has. Throws `data/rle` for masks of different sizes. */
export function xorRle(a: Rle, b: Rle): Rle {
  assertSameSize(a, b, 'the second mask');
  return combineAll([a, b], EXCLUSIVE);
}

/** The pixels that the mask has not. */
export function invertRle(rle: Rle): Rle {
  return xorRle(rle, { width: rle.width, height: rle.height, counts: Uint32Array.of(0, rle.width * rle.height) });
}

/** The same pixels in the one way to write them: no run of no length but the first, if pixel 0 is set. */
export function canonicalRle(rle: Rle): Rle {
  return combineAll([rle], UNION);
}

function combineAll(masks: readonly Rle[], table: number): Rle {
  let from = spansOfRles(masks);
  if (masks.length > 1) {
    let to: SpanTable = { bounds: new Int32Array(from.bounds.length), starts: new Int32Array(masks.length), ends: new Int32Array(masks.length), length: 0 };
    while (from.length > 1) {
      combineNeighbours(from, to, table);
      [from, to] = [to, from];
    }
  }
  return rleOfChanges(from.bounds, from.starts[0]!, from.ends[0]!, masks[0]!);
}

/** One round: every two neighbours become one list; a last one without neighbour goes on as it is. */
function combineNeighbours(from: SpanTable, to: SpanTable, table: number): void {
  let at = 0;
  to.length = 0;
  for (let i = 0; i < from.length; i += 2) {
    to.starts[to.length] = at;
    if (i + 1 < from.length) at = combine(from.bounds, from.starts[i]!, from.starts[i + 1]!, to.bounds, at, table);
    else {
      to.bounds.set(from.bounds.subarray(from.starts[i], from.ends[i]! + 1), at);
      at += from.ends[i]! - from.starts[i]!;
    }
    to.ends[to.length++] = at++;
  }
}

/** Walks two lists up to their marks and writes where the result changes; no branch depends on the pixels but that of the walk's end. */
function combine(bounds: Int32Array, i: number, j: number, out: Int32Array, at: number, table: number): number {
  let a = bounds[i]!, b = bounds[j]!, state = 0, value = 0;
  for (;;) {
    const position = a < b ? a : b;
    if (position === END) break;
    if (a === position) {
      state ^= 2;
      a = bounds[++i]!;
    }
    if (b === position) {
      state ^= 1;
      b = bounds[++j]!;
    }
    const next = (table >> state) & 1;
    out[at] = position;
    at += next ^ value;
    value = next;
  }
  out[at] = END;
  return at;
}
