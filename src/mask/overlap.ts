/**
 * How much masks of one image overlap, pair by pair, without pixels: what IoU, suppression and deduplication are made of.
 *
 * A pair costs nothing where the boxes do not meet; else only the spans inside both boxes' columns are walked (in WebAssembly).
 */
import { kernelUses } from './kernel.js';
import type { Rle } from './rle.js';
import { loadSpans, type SpanLists } from './span-lists.js';

/** Masks of one size, ready to be compared. `areas`: `Float64Array`, pixels. `boxes`: `Int32Array`, half-open x0, y0, x1, y1 each, 0 if empty. */
export interface Comparable {
  readonly length: number;
  readonly areas: Float64Array;
  readonly boxes: Int32Array;
  readonly masks: readonly Rle[];
  /** The masks in the kernel's memory, and since which of its uses; another use takes the memory. */
  lists: SpanLists;
  uses: number;
}

/** Reads each mask once. Throws `data/rle` where runs do not sum to the pixels of their size. */
export function comparable(masks: readonly Rle[]): Comparable {
  const lists = loadSpans(masks, 0);
  const { kernel: { loops, counts }, starts, ends } = lists;
  const areas = new Float64Array(masks.length), boxes = new Int32Array(4 * masks.length);
  masks.forEach(({ height }, i) => {
    loops.measure(starts[i]!, ends[i]!, height, 0);
    areas[i] = counts[0]!;
    for (let k = 0; k < 4; k++) boxes[4 * i + k] = counts[k + 1]!;
  });
  return { length: masks.length, areas, boxes, masks, lists, uses: kernelUses };
}

/** Pixels that masks i and j share. */
export function overlap(comparable: Comparable, i: number, j: number): number {
  const { boxes, masks } = comparable;
  const a = 4 * i, b = 4 * j;
  const left = Math.max(boxes[a]!, boxes[b]!);
  if (left >= Math.min(boxes[a + 2]!, boxes[b + 2]!)) return 0;
  if (Math.max(boxes[a + 1]!, boxes[b + 1]!) >= Math.min(boxes[a + 3]!, boxes[b + 3]!)) return 0;
  if (comparable.uses !== kernelUses) {
    comparable.lists = loadSpans(masks, 0);
    comparable.uses = kernelUses;
  }
  const { kernel, starts, ends } = comparable.lists;
  return kernel.loops.overlap(starts[i]!, ends[i]!, starts[j]!, ends[j]!, left * masks[i]!.height);
}
