/**
 * Where and why a text is not JSON, to the byte: run only after `JSON.parse` has refused it, since its messages name no position or count
 * in characters. Also what no JSON file may begin with or hold: byte order marks, UTF-16, bytes that are no UTF-8.
 */
import { isUtf8 } from 'node:buffer';

/** Objects and lists inside one another; no annotation file needs more, and a parser's stack ends. */
export const MAX_DEPTH = 64;

export interface JsonFault { offset: number; reason: string }

/** The first fault of a JSON text in UTF-8, or undefined where there is none. `offset`: bytes from the beginning of `bytes`. */
export function jsonFault(bytes: Uint8Array): JsonFault | undefined {
  const encoding = encodingFault(bytes);
  if (encoding !== undefined) return encoding;
  const walk = new FaultWalk(bytes);
  return walk.document();
}

/** A fault of the encoding, or undefined for UTF-8 without a mark. */
export function encodingFault(bytes: Uint8Array): JsonFault | undefined {
  const [a, b] = bytes;
  if ((a === 0xff && b === 0xfe) || (a === 0xfe && b === 0xff) || (bytes.length > 1 && (a === 0) !== (b === 0))) return { offset: 0, reason: 'the file is UTF-16; JSON is UTF-8' };
  if (hasByteOrderMark(bytes)) return { offset: 0, reason: 'the file begins with a byte order mark, which JSON does not allow' };
  if (isUtf8(bytes)) return undefined;
  return { offset: firstBadUtf8(bytes), reason: 'this byte is not valid UTF-8' };
}

export function hasByteOrderMark(bytes: Uint8Array): boolean {
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
}

function firstBadUtf8(bytes: Uint8Array): number {
  let good = 0, bad = bytes.length;
  // the longest beginning that is valid but for a character cut at its end
  while (good < bad) {
    const middle = (good + bad + 1) >> 1;
    if ([0, 1, 2, 3].some((cut) => middle - cut >= 0 && isUtf8(bytes.subarray(0, middle - cut)))) good = middle;
    else bad = middle - 1;
  }
  while (good > 0 && !isUtf8(bytes.subarray(0, good))) good--;
  return good;
}

const isSpace = (c: number | undefined): boolean => c === 0x20 || c === 0x0a || c === 0x0d || c === 0x09;
const isDigit = (c: number | undefined): boolean => c !== undefined && c >= 0x30 && c <= 0x39;
const LITERALS = ['true', 'false', 'null'];

class FaultWalk {
  private at = 0;
  constructor(private readonly bytes: Uint8Array) {}

  document(): JsonFault | undefined {
    const fault = this.value(0);
    if (fault !== undefined) return fault;
    this.space();
    return this.at === this.bytes.length ? undefined : { offset: this.at, reason: `the document has ended, but ${byteText(this.bytes[this.at]!)} follows` };
  }

  private value(depth: number): JsonFault | undefined {
    this.space();
    const c = this.bytes[this.at];
    if (c === 0x7b || c === 0x5b) {
      if (depth === MAX_DEPTH) return { offset: this.at, reason: `more than ${MAX_DEPTH} objects and lists inside one another` };
      this.at++;
      return c === 0x7b ? this.members(depth) : this.elements(depth);
    }
    if (c === 0x22) return this.string();
    if (c === 0x2d || isDigit(c)) return this.number();
    for (const literal of LITERALS) {
      if (!this.startsWith(literal)) continue;
      this.at += literal.length;
      return undefined;
    }
    for (const word of ['NaN', 'Infinity']) if (this.startsWith(word)) return { offset: this.at, reason: `${word} is not JSON` };
    return this.unexpected('a value');
  }

  private members(depth: number): JsonFault | undefined {
    for (let first = true; ; first = false) {
      this.space();
      if (this.bytes[this.at] === 0x7d) {
        if (!first) return { offset: this.at, reason: 'a comma before "}"' };
        this.at++;
        return undefined;
      }
      if (this.bytes[this.at] !== 0x22) return this.unexpected('a key in double quotes');
      const key = this.string();
      if (key !== undefined) return key;
      this.space();
      if (this.bytes[this.at] !== 0x3a) return this.unexpected('":" after a key');
      this.at++;
      const fault = this.value(depth + 1);
      if (fault !== undefined) return fault;
      this.space();
      const c = this.bytes[this.at];
      if (c !== 0x2c && c !== 0x7d) return this.unexpected('"," or "}"');
      this.at++;
      if (c === 0x7d) return undefined;
    }
  }

  private elements(depth: number): JsonFault | undefined {
    for (let first = true; ; first = false) {
      this.space();
      if (this.bytes[this.at] === 0x5d) {
        if (!first) return { offset: this.at, reason: 'a comma before "]"' };
        this.at++;
        return undefined;
      }
      const fault = this.value(depth + 1);
      if (fault !== undefined) return fault;
      this.space();
      const c = this.bytes[this.at];
      if (c !== 0x2c && c !== 0x5d) return this.unexpected('"," or "]"');
      this.at++;
      if (c === 0x5d) return undefined;
    }
  }

  private string(): JsonFault | undefined {
    const start = this.at++;
    for (; this.at < this.bytes.length; this.at++) {
      const c = this.bytes[this.at]!;
      if (c === 0x22) {
        this.at++;
        return undefined;
      }
      if (c < 0x20) return { offset: this.at, reason: 'a control character in a text, which must be escaped' };
      if (c !== 0x5c) continue;
      const escaped = String.fromCharCode(this.bytes[++this.at] ?? 0);
      if (escaped === 'u') {
        if (!/^[0-9a-f]{4}$/i.test(this.text(this.at + 1, 4))) return { offset: this.at - 1, reason: 'an escape \\u without four hexadecimal digits' };
      } else if (!'"\\/bfnrt'.includes(escaped)) return { offset: this.at - 1, reason: 'an escape that JSON does not know' };
    }
    return { offset: start, reason: 'a text that does not end' };
  }

  private number(): JsonFault | undefined {
    const [text] = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/.exec(this.text(this.at, 400)) ?? [];
    if (text === undefined) {
      return this.startsWith('-Infinity') ? { offset: this.at, reason: '-Infinity is not JSON' } : { offset: this.at, reason: 'a minus without a number' };
    }
    this.at += text.length;
    const next = this.bytes[this.at];
    return isDigit(next) || next === 0x2e ? { offset: this.at, reason: 'a number that JSON does not know' } : undefined;
  }

  private space(): void {
    while (isSpace(this.bytes[this.at])) this.at++;
  }

  private startsWith(word: string): boolean {
    return this.text(this.at, word.length) === word;
  }

  private text(from: number, length: number): string {
    return Buffer.from(this.bytes.buffer, this.bytes.byteOffset + from, Math.max(0, Math.min(length, this.bytes.length - from))).toString('latin1');
  }

  private unexpected(expected: string): JsonFault {
    const c = this.bytes[this.at];
    if (c === undefined) return { offset: this.at, reason: `${expected} was expected, but the text ends here` };
    if (c === 0x2f || c === 0x23) return { offset: this.at, reason: 'a comment, which JSON does not know' };
    return { offset: this.at, reason: `${expected} was expected, not ${byteText(c)}` };
  }
}

/** A byte as a reader of a message sees it. */
export function byteText(c: number): string {
  return c > 0x20 && c < 0x7f ? `'${String.fromCharCode(c)}'` : `byte 0x${c.toString(16).padStart(2, '0')}`;
}
