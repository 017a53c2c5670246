/** What PNG does to rows of samples before compressing them, undone: the five filters, samples of 1 to 16 bits, and Adam7's seven passes. */
import type { ImageSize } from '../../geometry/size.js';

/** The part of an image that one pass holds: pixels from (x, y) on, every `dx` across and every `dy` down. */
export interface Pass extends ImageSize { x: number; y: number; dx: number; dy: number }

const ADAM7 = [[0, 0, 8, 8], [4, 0, 8, 8], [0, 4, 4, 8], [2, 0, 4, 4], [0, 2, 2, 4], [1, 0, 2, 2], [0, 1, 1, 2]] as const;

/** The passes of an image, those without pixels left out; one for an image that is not interlaced. */
export function passesOf({ width, height }: ImageSize, interlaced: boolean): Pass[] {
  if (!interlaced) return [{ x: 0, y: 0, dx: 1, dy: 1, width, height }];
  return ADAM7
    .map(([x, y, dx, dy]) => ({ x, y, dx, dy, width: Math.ceil((width - x) / dx), height: Math.ceil((height - y) / dy) }))
    .filter((pass) => pass.width > 0 && pass.height > 0);
}

/** Bytes of one row of one channel, without its filter byte. */
export function rowBytes(width: number, bits: number): number {
  return Math.ceil((width * bits) / 8);
}

/**
 * Undoes the filters of one pass, in place. `bytes`: rows of a filter byte and `length` bytes each, from `at` on; `step`: bytes of a
 * pixel, at least 1. Returns the number of a filter that there is not, or undefined.
 */
export function unfilter(bytes: Uint8Array, at: number, rows: number, length: number, step: number): number | undefined {
  for (let row = 0; row < rows; row++) {
    const filter = bytes[at]!;
    if (filter > 4) return filter;
    const start = at + 1, above = row === 0 ? -1 : at - length;
    unfilterRow(bytes, filter, start, above, length, step);
    at = start + length;
  }
  return undefined;
}

/** `above`: where the row above starts, -1 for none, which counts as zeros. */
function unfilterRow(bytes: Uint8Array, filter: number, start: number, above: number, length: number, step: number): void {
  if (filter === 0) return;
  for (let i = 0; i < length; i++) {
    const left = i < step ? 0 : bytes[start + i - step]!;
    const up = above < 0 ? 0 : bytes[above + i]!;
    const corner = above < 0 || i < step ? 0 : bytes[above + i - step]!;
    const guess = filter === 1 ? left : filter === 2 ? up : filter === 3 ? (left + up) >> 1 : paeth(left, up, corner);
    bytes[start + i] = bytes[start + i]! + guess;
  }
}

function paeth(left: number, up: number, corner: number): number {
  const p = left + up - corner;
  const a = Math.abs(p - left), b = Math.abs(p - up), c = Math.abs(p - corner);
  if (a <= b && a <= c) return left;
  return b <= c ? up : corner;
}

/** Puts the samples of one row of a pass where they belong. `start`: where the row begins, behind its filter byte. */
export function spreadRow(bytes: Uint8Array, start: number, bits: number, pass: Pass, row: number, out: Uint8Array | Uint16Array, outWidth: number): void {
  let to = (pass.y + row * pass.dy) * outWidth + pass.x;
  for (let i = 0; i < pass.width; i++, to += pass.dx) {
    if (bits === 8) out[to] = bytes[start + i]!;
    else if (bits === 16) out[to] = (bytes[start + 2 * i]! << 8) | bytes[start + 2 * i + 1]!;
    else {
      const bit = i * bits;
      out[to] = (bytes[start + (bit >> 3)]! >> (8 - bits - (bit & 7))) & ((1 << bits) - 1);
    }
  }
}
