/** The slow way to read a compressed RLE string: also values of seven groups, and for every error what and where it is. */
import { SamError } from '../errors.js';

/** 7 groups of 5 bits hold every difference of two 32-bit runs. */
const MAX_GROUPS = 7;

/** The run lengths of a string. Throws `data/rle` on characters, groups and runs that no encoder writes. */
export function countsWithReasons(text: string): Uint32Array {
  const counts: number[] = [];
  for (let at = 0; at < text.length;) {
    const { value, next } = readValue(text, at);
    const run = counts.length > 2 ? value + counts[counts.length - 2]! : value;
    if (run < 0 || run > 0xffffffff) throw malformed(`Run ${counts.length} is ${run}; a run is from 0 to 4294967295.`);
    counts.push(run);
    at = next;
  }
  return Uint32Array.from(counts);
}

/** One value, without the run that it is a difference to, and where the next begins. */
export function readValue(text: string, from: number): { value: number; next: number } {
  let at = from, value = 0, scale = 1, group = 0, groups = 0;
  do {
    if (at >= text.length) throw malformed(`The string ends inside a value, at character ${at}.`);
    group = text.charCodeAt(at++) - 48;
    if (group < 0 || group > 63) throw malformed(`Character ${at - 1} is ${JSON.stringify(text[at - 1])}; only characters 48 to 111 occur.`);
    if (++groups > MAX_GROUPS) throw malformed(`The value before character ${at} has more than ${MAX_GROUPS} groups.`);
    value += (group & 0x1f) * scale;
    scale *= 32;
  } while ((group & 0x20) !== 0);
  return { value: (group & 0x10) !== 0 ? value - scale : value, next: at };
}

const malformed = (message: string): SamError => new SamError('data/rle', message, { path: 'counts' });
