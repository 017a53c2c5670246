/**
 * Row-major pixels of runs that lie in columns. Small masks are written pixel by pixel, a column at a time; for large ones only the two
 * ends of each run are marked, and one sequential pass makes every row the row above it with the marks changed, four pixels at a time.
 * Against pycocotools 2.0.11 on one thread (`decode`, then `np.ascontiguousarray`), string in: 4.6 Gpx/s at 481 x 321, 7.6 at 1500 x 2250;
 * pycocotools' `decode` alone, column-major: 1.1 and 0.9.
 */
import type { Rle } from './rle.js';

/** Pixels that the pass of the second way does in the time that the first takes for one. */
const PASS_GAIN = 5;

/** Row-major pixels, 0 or 1. The caller has checked that the runs sum to width * height. */
export function rowsOfRle(rle: Rle): Uint8Array {
  const { width, height, counts } = rle;
  const data = new Uint8Array(width * height);
  let area = 0;
  for (let i = 1; i < counts.length; i += 2) area += counts[i]!;
  if (PASS_GAIN * area < data.length) writePixels(rle, data);
  else spreadMarks(data, width, writeMarks(rle, data));
  return data;
}

function writePixels({ width, height, counts }: Rle, data: Uint8Array): void {
  let at = 0;
  for (let i = 1; i < counts.length; i += 2) {
    at += counts[i - 1]!;
    const end = at + counts[i]!;
    let x = Math.floor(at / height), y = at - x * height;
    while (at < end) {
      const stop = Math.min(end, at + height - y);
      for (let p = y * width + x; at < stop; at++, p += width) data[p] = 1;
      x++;
      y = 0;
    }
  }
}

/** Changes the first pixel of each column's run and the one below its last; returns the rows from the first to behind the last mark. */
function writeMarks({ width, height, counts }: Rle, data: Uint8Array): { first: number; end: number } {
  let at = 0, first = height, last = -1;
  for (let i = 1; i < counts.length; i += 2) {
    at += counts[i - 1]!;
    const end = at + counts[i]!;
    let x = Math.floor(at / height), y = at - x * height;
    while (at < end) {
      const stop = Math.min(end, at + height - y);
      const below = y + stop - at;
      data[y * width + x]! ^= 1;
      if (below < height) data[below * width + x]! ^= 1;
      if (y < first) first = y;
      if (below > last) last = below;
      at = stop;
      x++;
      y = 0;
    }
  }
  return { first, end: Math.min(height, last + 1) };
}

/** Kernel: `data[p] ^= data[p - width]` from the row behind the first mark on, in words. */
function spreadMarks(data: Uint8Array, width: number, marks: { first: number; end: number }): void {
  const end = marks.end * width;
  let p = Math.min(end, (marks.first + 1) * width);
  const aligned = Math.min(end, (p + 3) & ~3);
  // rows of under four pixels would be read before they are done
  const bytes = width < 4 ? end : aligned;
  for (; p < bytes; p++) data[p]! ^= data[p - width]!;
  const words = new Int32Array(data.buffer, 0, data.length >> 2);
  const last = end >> 2, shift = ((p - width) & 3) * 8, left = 32 - shift;
  let above = (p - width) >> 2;
  if (p < end) {
    if (shift === 0) for (let i = p >> 2; i < last; i++) words[i]! ^= words[above++]!;
    else {
      for (let i = p >> 2, a = words[above]!; i < last; i++) {
        const b = words[++above]!;
        words[i]! ^= a >>> shift | b << left;
        a = b;
      }
    }
    p = Math.max(p, 4 * last);
  }
  for (; p < end; p++) data[p]! ^= data[p - width]!;
}
