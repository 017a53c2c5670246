/**
 * COCO's compressed string form of run lengths (`rleToString`, `rleFrString` of cocoapi's `maskApi.c`): from the fourth run on the
 * difference to the run two before is stored; each value in 5-bit groups, low first, bit 0x20 = more follows, bit 0x10 of the last
 * group = sign, plus 48: characters 48..111.
 */
import { SamError } from '../errors.js';
import type { Rle } from './rle.js';

/** COCO's compressed RLE at a file's edge: `size` is [height, width]. */
export interface CocoRleString { size: [number, number]; counts: string }

/** 7 groups of 5 bits hold every difference of two 32-bit runs. */
const MAX_GROUPS = 7;

/** The compressed string of a mask's runs. */
export function rleToString(rle: Rle): string {
  const { counts } = rle;
  const bytes = Buffer.allocUnsafe(counts.length * MAX_GROUPS);
  let length = 0;
  for (let i = 0; i < counts.length; i++) {
    let x = i > 2 ? counts[i]! - counts[i - 2]! : counts[i]!;
    let more = true;
    while (more) {
      // x may need 33 bits: % and floor instead of & and >> above 32 bits
      let group = ((x % 32) + 32) % 32;
      x = Math.floor(x / 32);
      more = (group & 0x10) !== 0 ? x !== -1 : x !== 0;
      if (more) group |= 0x20;
      bytes[length++] = group + 48;
    }
  }
  return bytes.toString('latin1', 0, length);
}

/** The mask of a compressed string. Throws `data/rle` on characters, groups, runs or sums that no encoder writes. */
export function rleFromString(text: string, width: number, height: number): Rle {
  const counts: number[] = [];
  let at = 0;
  while (at < text.length) {
    let x = 0, shift = 1, group = 0, groups = 0;
    do {
      if (at >= text.length) throw new SamError('data/rle', `The string ends inside a value, at character ${at}.`);
      group = text.charCodeAt(at++) - 48;
      if (group < 0 || group > 63) throw new SamError('data/rle', `Character ${at - 1} is ${JSON.stringify(text[at - 1])}; only characters 48 to 111 occur.`);
      if (++groups > MAX_GROUPS) throw new SamError('data/rle', `The value before character ${at} has more than ${MAX_GROUPS} groups.`);
      x += (group & 0x1f) * shift;
      shift *= 32;
    } while ((group & 0x20) !== 0);
    if ((group & 0x10) !== 0) x -= shift;
    if (counts.length > 2) x += counts[counts.length - 2]!;
    if (x < 0 || x > 0xffffffff) throw new SamError('data/rle', `Run ${counts.length} is ${x}; a run is from 0 to 4294967295.`);
    counts.push(x);
  }
  const sum = counts.reduce((a, b) => a + b, 0);
  if (sum !== width * height) throw new SamError('data/rle', `The runs sum to ${sum}, but a mask of ${width} x ${height} has ${width * height} pixels.`);
  return { width, height, counts: Uint32Array.from(counts) };
}

/** The form that COCO and SA-1B files hold. */
export function rleToCoco(rle: Rle): CocoRleString {
  return { size: [rle.height, rle.width], counts: rleToString(rle) };
}
