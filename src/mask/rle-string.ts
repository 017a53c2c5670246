/**
 * COCO's compressed string form of run lengths (`rleToString`, `rleFrString` of cocoapi's `maskApi.c`): from the fourth run on the
 * difference to the run two before is stored; each value in 5-bit groups, low first, bit 0x20 = more follows, bit 0x10 of the last
 * group = sign, plus 48: characters 48..111.
 *
 * Reading goes over bytes (half the time of `charCodeAt`) without asking where an error is; a string with anything odd in it is read
 * again by `rle-string-errors.ts`, which says exactly what and where. Against pycocotools 2.0.11 on one thread: STABSTRING
 */
import { assertMaskSize } from './mask-size.js';
import { canonicalRle } from './merge.js';
import { countsWithReasons } from './rle-string-errors.js';
import { assertRunSum, type Rle } from './rle.js';

/** COCO's compressed RLE at a file's edge: `size` is [height, width]. */
export interface CocoRleString { size: [number, number]; counts: string }

/** 7 groups of 5 bits hold every difference of two 32-bit runs. */
const MAX_GROUPS = 7;
/** Scratch memory of up to this many values is kept for the next string. */
const KEPT = 2 ** 17;

const encoder = new TextEncoder();
let keptBytes = Buffer.allocUnsafeSlow(4096), keptCounts = new Uint32Array(4096);

/** The compressed string of a mask's runs. */
export function rleToString(rle: Rle): string {
  const { counts } = rle;
  const text = bytesFor(counts.length * MAX_GROUPS);
  let length = 0;
  for (let i = 0; i < counts.length; i++) {
    let x = i > 2 ? counts[i]! - counts[i - 2]! : counts[i]!;
    // above 32 bits & and >> would cut
    while (x > 0x3fffffff || x < -0x40000000) {
      const group = ((x % 32) + 32) % 32;
      text[length++] = (group | 0x20) + 48;
      x = Math.floor(x / 32);
    }
    while (x > 15 || x < -16) {
      text[length++] = (x & 0x1f | 0x20) + 48;
      x >>= 5;
    }
    text[length++] = (x & 0x1f) + 48;
  }
  return text.toString('latin1', 0, length);
}

/** The mask of a compressed string. Throws `data/rle` on sizes, characters, groups, runs or sums that no encoder writes. */
export function rleFromString(text: string, width: number, height: number): Rle {
  assertMaskSize({ width, height });
  const rle = { width, height, counts: countsOf(text) };
  assertRunSum(rle);
  return rle;
}

/** The form that COCO and SA-1B files hold; runs of no length, which other readers measure wrongly, are left out. */
export function rleToCoco(rle: Rle): CocoRleString {
  return { size: [rle.height, rle.width], counts: rleToString(rle.counts.includes(0, 1) ? canonicalRle(rle) : rle) };
}

/** Kernel: the run lengths of a string; anything odd (`x` or `code` out of range) is left to the slow way. */
function countsOf(text: string): Uint32Array {
  const bytes = bytesFor(text.length + 1), counts = countsFor(text.length);
  const { read, written } = encoder.encodeInto(text, bytes);
  if (read !== text.length || written === bytes.length) return countsWithReasons(text);
  bytes[written] = 255; // ends a value that the string cuts off: no character
  let length = 0, before = 0, last = 0;
  for (let p = 0; p < written;) {
    let code = bytes[p++]! - 48;
    let x = code & 0x1f;
    if (code >>> 0 < 32) x -= (code & 0x10) << 1;
    else {
      let shift = 5;
      while (code >>> 0 > 31) {
        if (code >>> 0 > 63 || shift > 25) return countsWithReasons(text);
        code = bytes[p++]! - 48;
        x |= (code & 0x1f) << shift;
        shift += 5;
      }
      if ((code & 0x10) !== 0) x |= -1 << shift;
    }
    if (length > 2) x += before;
    if (x < 0 || x > 0xffffffff) return countsWithReasons(text);
    before = last;
    last = x;
    counts[length++] = x;
  }
  return counts.slice(0, length);
}

function bytesFor(room: number): Buffer {
  if (room > KEPT) return Buffer.allocUnsafeSlow(room);
  if (keptBytes.length < room) keptBytes = Buffer.allocUnsafeSlow(Math.min(KEPT, 2 * room));
  return keptBytes;
}

function countsFor(room: number): Uint32Array {
  if (room > KEPT) return new Uint32Array(room);
  if (keptCounts.length < room) keptCounts = new Uint32Array(Math.min(KEPT, 2 * room));
  return keptCounts;
}
