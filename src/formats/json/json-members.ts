/** The members of a JSON object as byte ranges, so that one value can be replaced and every other byte stay as it was written. */
import { tryJson } from './json-document.js';

export interface MemberRange { key: string; start: number; end: number }

/** Where each member's value stands in the bytes of an object that is known to be valid JSON; `last` is where the last one ends. */
export function membersOf(bytes: Buffer): { members: MemberRange[]; last: number } {
  const members: MemberRange[] = [];
  let at = 1, last = 1;
  while (at < bytes.length) {
    at = pastSpace(bytes, at);
    // the end, or the comma before the next key
    if (bytes[at] === 0x7d) break;
    if (bytes[at] === 0x2c) at = pastSpace(bytes, at + 1);
    const keyEnd = pastValue(bytes, at);
    const key = tryJson(bytes.subarray(at, keyEnd));
    const start = pastSpace(bytes, pastSpace(bytes, keyEnd) + 1);
    at = last = pastValue(bytes, start);
    if (typeof key === 'string') members.push({ key, start, end: last });
  }
  return { members, last };
}

function pastSpace(bytes: Buffer, at: number): number {
  while (bytes[at] === 0x20 || bytes[at] === 0x0a || bytes[at] === 0x0d || bytes[at] === 0x09) at++;
  return at;
}

/** The end of the value that begins at `at`. */
function pastValue(bytes: Buffer, at: number): number {
  let depth = 0;
  for (; at < bytes.length; at++) {
    const c = bytes[at];
    if (c === 0x22) {
      at = pastText(bytes, at);
      if (depth === 0) return at;
      at--;
    } else if (c === 0x7b || c === 0x5b) depth++;
    else if (c === 0x7d || c === 0x5d) {
      // the bracket of what the value stands in ends a number or a word
      if (depth === 0) return at;
      if (--depth === 0) return at + 1;
    } else if (depth === 0 && (c === 0x2c || c === 0x20 || c === 0x0a || c === 0x0d || c === 0x09 || c === 0x3a)) return at;
  }
  return at;
}

function pastText(bytes: Buffer, at: number): number {
  for (at++; bytes[at] !== 0x22; at++) if (bytes[at] === 0x5c) at++;
  return at + 1;
}
