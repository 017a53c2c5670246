/**
 * Masks from masks: union, intersection, difference, symmetric difference, complement. All of it on runs; the results are canonical
 * (no run of no length but the first), as cocoapi's `rleMerge` writes them.
 *
 * Many masks are merged as a tournament, neighbours first: each run is looked at log2(k) times and copied as often, where merging one
 * after the other (`rleMerge`) copies the growing result k times. Tried and left, as time of the union of 40 masks: sorting all ends of all spans at
 * once (1.4 times), painting a bitmap of one bit a pixel (0.9 times, but three times for images of three megapixels), the same in JavaScript
 * (1.7 to 3.3 times). Against pycocotools 2.0.11, strings in and out, one thread: 485,000 a second against
 * 371,000 (481 x 321), 144,000 against 93,000 (1500 x 2250).
 */
import { SamError } from '../errors.js';
import type { Kernel } from './kernel.js';
import { assertSameSize } from './mask-size.js';
import type { Rle } from './rle.js';
import { loadSpans, takeRle, type SpanLists } from './span-lists.js';

/** The pixels that any (`union`) or all (`intersection`) of the masks have. Throws `data/rle` for no masks, or of different sizes. */
export function mergeRle(masks: readonly Rle[], how: 'union' | 'intersection'): Rle {
  const first = masks[0];
  if (first === undefined) throw new SamError('data/rle', 'There are no masks to merge, so the result has no size.');
  for (let i = 1; i < masks.length; i++) assertSameSize(first, masks[i]!, `mask ${i}`);
  let lists = loadSpans(masks, 1);
  const { kernel } = lists;
  let behind = lists.free;
  while (lists.starts.length > 1) {
    const winners = playRound(kernel, lists, behind, how === 'union' ? kernel.loops.unite : kernel.loops.intersect);
    behind = lists.starts[0]!;
    lists = winners;
  }
  return takeRle(kernel, lists.starts[0]!, first);
}

/** The pixels of `a` that `b` has not. Throws `data/rle` for masks of different sizes. */
export function subtractRle(a: Rle, b: Rle): Rle {
  assertSameSize(a, b, 'the mask to subtract');
  const { kernel, starts, free } = loadSpans([a, b], 2);
  const shared = free, rest = kernel.loops.intersect(starts[0]!, starts[1]!, shared) + 4;
  kernel.loops.differ(starts[0]!, shared, rest);
  return takeRle(kernel, rest, a);
}

/** The pixels that exactly one of the two masks has. Throws `data/rle` for masks of different sizes. */
export function xorRle(a: Rle, b: Rle): Rle {
  assertSameSize(a, b, 'the second mask');
  const { kernel, starts, free } = loadSpans([a, b], 1);
  kernel.loops.differ(starts[0]!, starts[1]!, free);
  return takeRle(kernel, free, a);
}

/** The pixels that the mask has not. */
export function invertRle(rle: Rle): Rle {
  return xorRle(rle, { width: rle.width, height: rle.height, counts: Uint32Array.of(0, rle.width * rle.height) });
}

/** The same pixels in the one way to write them: no run of no length but the first, if pixel 0 is set. The mask itself if it is so. */
export function canonicalRle(rle: Rle): Rle {
  const { counts } = rle;
  // a loop takes a quarter of the time of `includes`
  for (let i = 1; i < counts.length; i++) if (counts[i] === 0) return mergeRle([rle], 'union');
  return rle;
}

/** Every two neighbours become one list; a last one without neighbour is copied. Written to `to`, where there is room for all of them. */
function playRound({ bytes }: Kernel, lists: SpanLists, to: number, join: (first: number, second: number, out: number) => number): SpanLists {
  const { kernel, starts, ends } = lists;
  const winners: SpanLists = { kernel, starts: [], ends: [], free: to };
  for (let i = 0; i < starts.length; i += 2) {
    const from = winners.free;
    let end = from + ends[i]! - starts[i]!;
    if (i + 1 < starts.length) end = join(starts[i]!, starts[i + 1]!, from);
    else bytes.copyWithin(from, starts[i]!, ends[i]! + 4);
    winners.starts.push(from);
    winners.ends.push(end);
    winners.free = end + 4;
  }
  return winners;
}
