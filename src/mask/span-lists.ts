/**
 * Masks as lists of spans in the kernel's memory: `[start, end)` pairs of set pixels, column-major positions, ascending, never touching. This is
 * what the algebra of masks works on; runs of no length are gone.
 */
import { copyCounts } from './counts-pool.js';
import { kernelWith, type Kernel } from './kernel.js';
import { assertMaskSize } from './mask-size.js';
import { assertRunSum, type Rle } from './rle.js';
import type { ImageSize } from '../geometry/size.js';

/** Where list i begins and where its end mark stands, in bytes; `free`: the first byte behind them all. Gone with the next call of the kernel. */
export interface SpanLists { kernel: Kernel; starts: number[]; ends: number[]; free: number }

/**
 * The spans of each mask, and `copies` times as much memory as they take behind them. Throws `data/rle` where the runs do not sum to the pixels of
 * their size.
 */
export function loadSpans(masks: readonly Rle[], copies: number): SpanLists {
  let room = 64;
  for (const { counts } of masks) room += 4 * (counts.length + 2);
  const kernel = kernelWith((1 + copies) * room);
  const starts: number[] = [], ends: number[] = [];
  let free = 64;
  for (const mask of masks) {
    const { width, height, counts } = mask;
    assertMaskSize(mask);
    kernel.counts.set(counts, free / 4);
    const end = counts.length === 0 ? 0 : kernel.loops.toSpans(free, counts.length, width * height);
    if (end === 0) assertRunSum(mask);
    starts.push(free);
    ends.push(end);
    free = end + 4;
  }
  return { kernel, starts, ends, free };
}

/** The mask of one list, which is not a list any more. */
export function takeRle({ counts, loops }: Kernel, list: number, size: ImageSize): Rle {
  const length = loops.toCounts(list, size.width * size.height);
  return { width: size.width, height: size.height, counts: copyCounts(counts, list / 4, list / 4 + length) };
}
