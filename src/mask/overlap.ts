/**
 * How much masks overlap, pair by pair, without pixels: what IoU and suppression are made of.
 *
 * A pair costs nothing where the boxes do not meet; else only the spans inside both boxes' columns are walked.
 */
import type { Rle } from './rle.js';
import { spansOfRles, type SpanTable } from './spans.js';

/** Masks of one image, ready to be compared: spans, areas in pixels, half-open boxes (four numbers each: x0, y0, x1, y1; all 0 if empty). */
export interface Comparable extends SpanTable { areas: Float64Array; boxes: Int32Array; height: number }

/** Reads each mask once. Throws `data/rle` where runs do not sum to the pixels of their size. */
export function comparable(masks: readonly Rle[]): Comparable {
  const table = spansOfRles(masks);
  const height = masks[0]?.height ?? 1;
  const result = { ...table, areas: new Float64Array(table.length), boxes: new Int32Array(4 * table.length), height };
  for (let i = 0; i < table.length; i++) measure(result, i);
  return result;
}

function measure(masks: Comparable, index: number): void {
  const { bounds, height, boxes } = masks;
  const from = masks.starts[index]!, to = masks.ends[index]!;
  if (from === to) return;
  let area = 0, y0 = height, y1 = 0;
  for (let i = from; i < to; i += 2) {
    const start = bounds[i]!, last = bounds[i + 1]! - 1;
    area += last + 1 - start;
    if (y1 - y0 === height) continue;
    const column = (start / height) | 0, top = start - column * height, bottom = last - column * height;
    // a span that goes on into the next column touches the bottom and the top of the mask
    if (bottom >= height) {
      y0 = 0;
      y1 = height;
    } else {
      if (top < y0) y0 = top;
      if (bottom >= y1) y1 = bottom + 1;
    }
  }
  masks.areas[index] = area;
  boxes[4 * index] = (bounds[from]! / height) | 0;
  boxes[4 * index + 1] = y0;
  boxes[4 * index + 2] = (((bounds[to - 1]! - 1) / height) | 0) + 1;
  boxes[4 * index + 3] = y1;
}

/** Pixels that mask i of `a` and mask j of `b` share; all masks have one size. */
export function overlap(a: Comparable, i: number, b: Comparable, j: number): number {
  const left = Math.max(a.boxes[4 * i]!, b.boxes[4 * j]!), right = Math.min(a.boxes[4 * i + 2]!, b.boxes[4 * j + 2]!);
  if (left >= right) return 0;
  if (Math.max(a.boxes[4 * i + 1]!, b.boxes[4 * j + 1]!) >= Math.min(a.boxes[4 * i + 3]!, b.boxes[4 * j + 3]!)) return 0;
  const from = left * a.height;
  return walk(a.bounds, firstSpan(a, i, from), a.ends[i]!, b.bounds, firstSpan(b, j, from), b.ends[j]!);
}

/** Index of the first span that ends behind `position`, or of the list's end mark. */
function firstSpan(masks: Comparable, index: number, position: number): number {
  const { bounds } = masks;
  const from = masks.starts[index]!;
  let low = 0, high = (masks.ends[index]! - from) >> 1;
  if (low < high && bounds[from + 1]! > position) return from;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (bounds[from + 2 * middle + 1]! > position) high = middle;
    else low = middle + 1;
  }
  return from + 2 * low;
}

function walk(a: Int32Array, i: number, iEnd: number, b: Int32Array, j: number, jEnd: number): number {
  let shared = 0;
  if (i >= iEnd || j >= jEnd) return 0;
  let startA = a[i]!, endA = a[i + 1]!, startB = b[j]!, endB = b[j + 1]!;
  for (;;) {
    const start = startA > startB ? startA : startB;
    if (endA < endB) {
      if (endA > start) shared += endA - start;
      i += 2;
      if (i >= iEnd) return shared;
      startA = a[i]!;
      endA = a[i + 1]!;
    } else {
      if (endB > start) shared += endB - start;
      j += 2;
      if (j >= jEnd) return shared;
      startB = b[j]!;
      endB = b[j + 1]!;
    }
  }
}
