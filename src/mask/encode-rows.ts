/**
 * The runs of row-major pixels, without turning them into columns: each row is compared with the row above, 16 pixels at a time; the few
 * places where they differ are the ends of runs, which are then put in order of columns by counting. Against pycocotools 2.0.11 on one
 * thread (`np.asfortranarray`, then `encode`), string out: STABROWS
 */
import { rleOfChanges } from './spans.js';
import type { ImageSize } from '../geometry/size.js';
import type { Rle } from './rle.js';

/** Positions y * width + x, ascending, where a pixel differs from the one above (above the first row nothing is set). */
interface RowChanges { positions: Int32Array; length: number }

/** The mask of row-major pixels, one byte each, any value but 0 is set. The caller has checked the size. */
export function rleOfRows(pixels: Uint8Array, size: ImageSize): Rle {
  // words can only be read from addresses that are multiples of four
  const data = pixels.byteOffset % 4 === 0 ? pixels : pixels.slice();
  return rleOfRowChanges(compareRows(data, size.width), size);
}

/** Kernel: rows whose width is no multiple of four begin inside a word, so the words above are put together from two. */
function compareRows(data: Uint8Array, width: number): RowChanges {
  const words = new Int32Array(data.buffer, data.byteOffset, data.length >> 2);
  const changes: RowChanges = { positions: new Int32Array(4096), length: 0 };
  compareWithNothing(data, width, changes);
  let p = Math.min(data.length, (width + 3) & ~3);
  compareBytes(data, width, width, p, changes);
  let i = p >> 2;
  const last = words.length - 3;
  const shift = ((p - width) & 3) * 8;
  let above = (p - width) >> 2;
  if (shift === 0) {
    for (; i < last; i += 4, above += 4) {
      if (((words[i]! ^ words[above]!) | (words[i + 1]! ^ words[above + 1]!) | (words[i + 2]! ^ words[above + 2]!) | (words[i + 3]! ^ words[above + 3]!)) !== 0) {
        compareBytes(data, width, 4 * i, 4 * i + 16, changes);
      }
    }
  } else {
    const left = 32 - shift;
    for (let a = words[above]!; i < last; i += 4, above += 4) {
      const b = words[above + 1]!, c = words[above + 2]!, d = words[above + 3]!, e = words[above + 4]!;
      if (((words[i]! ^ (a >>> shift | b << left)) | (words[i + 1]! ^ (b >>> shift | c << left))
        | (words[i + 2]! ^ (c >>> shift | d << left)) | (words[i + 3]! ^ (d >>> shift | e << left))) !== 0) {
        compareBytes(data, width, 4 * i, 4 * i + 16, changes);
      }
      a = e;
    }
  }
  p = Math.max(p, 4 * i);
  compareBytes(data, width, p, data.length, changes);
  return changes;
}

function compareWithNothing(data: Uint8Array, width: number, changes: RowChanges): void {
  reserve(changes, width);
  for (let x = 0; x < width; x++) if (data[x] !== 0) changes.positions[changes.length++] = x;
}

function compareBytes(data: Uint8Array, width: number, from: number, to: number, changes: RowChanges): void {
  const positions = reserve(changes, to - from);
  let length = changes.length;
  for (let p = from; p < to; p++) {
    if ((data[p] === 0) !== (data[p - width] === 0)) positions[length++] = p;
  }
  changes.length = length;
}

function reserve(changes: RowChanges, more: number): Int32Array {
  if (changes.length + more > changes.positions.length) {
    const larger = new Int32Array(2 * (changes.length + more));
    larger.set(changes.positions.subarray(0, changes.length));
    changes.positions = larger;
  }
  return changes.positions;
}

/** Counts the changes of each column, puts their rows there in order, and joins runs that go on at the top of the next column. */
function rleOfRowChanges({ positions, length }: RowChanges, size: ImageSize): Rle {
  const { width, height } = size;
  const next = new Int32Array(width + 1);
  for (let i = 0, row = 0; i < length; i++) {
    const p = positions[i]!;
    while (p >= row + width) row += width;
    next[p - row + 1]!++;
  }
  for (let x = 0; x < width; x++) next[x + 1]! += next[x]!;
  const rows = new Int32Array(length);
  for (let i = 0, row = 0, y = 0; i < length; i++) {
    const p = positions[i]!;
    while (p >= row + width) {
      row += width;
      y++;
    }
    rows[next[p - row]!++] = y;
  }
  // next[x] is now the end of column x
  const changes = new Int32Array(length + width);
  let to = 0;
  for (let x = 0, i = 0; x < width; x++) {
    const from = i, end = next[x]!, top = x * height;
    if (i < end && rows[i] === 0 && to > 0 && changes[to - 1] === top) {
      to--;
      i++;
    }
    while (i < end) changes[to++] = top + rows[i++]!;
    // a run down to the last row ends at the top of the next column
    if ((end - from) % 2 === 1) changes[to++] = top + height;
  }
  return rleOfChanges(changes, 0, to, size);
}
