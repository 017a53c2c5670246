/**
 * A scanner over the bytes of a JSON file of any size. It follows the structure of the document and of the lists that stand at its top
 * level, and cuts out every element of those as a range of bytes; what is inside an element is for `JSON.parse`, one at a time.
 */
import type { SamError } from '../../errors.js';
import { byteText, encodingFault, hasByteOrderMark, jsonFault, MAX_DEPTH } from './json-fault.js';
import { jsonError, tryJson } from './json-document.js';
import type { JsonFile } from './json-file.js';

/** What stands where. Offsets are bytes of the file, `end` exclusive. `bytes` is good until the next event is asked for. */
export type JsonEvent =
  /** A list of the top level that is taken apart; key `''` for a document that is a list. */
  | { kind: 'list'; key: string; start: number }
  | { kind: 'element'; key: string; index: number; start: number; end: number; bytes: Buffer; tooDeep: boolean }
  | { kind: 'list-end'; key: string; start: number }
  /** A value of the top level that is no list, or a document that is neither object nor list (key `''`). */
  | { kind: 'value'; key: string; start: number; end: number; bytes: Buffer; tooDeep: boolean }
  /** What a lenient reader can pass over. */
  | { kind: 'problem'; code: 'json/byte-order-mark' | 'json/comma' | 'json/duplicate-key'; message: string; start: number };

const WINDOW_BYTES = 1 << 20;
/** One element; COCO's largest masks are far below. */
const MAX_ELEMENT_BYTES = 128 * 2 ** 20;

const [QUOTE, BACKSLASH, COMMA, COLON, OPEN_LIST, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT] = [0x22, 0x5c, 0x2c, 0x3a, 0x5b, 0x5d, 0x7b, 0x7d] as const;
const END = -1;

/** Scans the document of `file`. Throws `data/json` with the position where the structure is broken or the file ends early. */
export function* scanJson(file: JsonFile): Generator<JsonEvent> {
  const window = new Window(file);
  const mark = window.begin();
  if (mark) yield { kind: 'problem', code: 'json/byte-order-mark', message: 'The file begins with a byte order mark, which JSON does not allow.', start: 0 };
  const first = window.peek();
  if (first === OPEN_LIST) yield* scanList(window, '');
  else if (first === OPEN_OBJECT) yield* scanObject(window);
  else yield* scanWord(window);
  if (window.peek() !== END) throw window.fault(`the document has ended, but ${byteText(window.peek())} follows`);
}

/** A document that is a number, a text or a word, or no JSON at all. */
function* scanWord(window: Window): Generator<JsonEvent> {
  if (window.peek() === END) throw window.fault('the file is empty');
  const value = window.value('the document');
  if (tryJson(value.bytes) === undefined) throw window.fault(jsonFault(value.bytes)?.reason ?? 'the parser refuses it', value.start);
  yield { kind: 'value', key: '', ...value };
}

function* scanObject(window: Window): Generator<JsonEvent> {
  const keys = new Set<string>();
  window.skip();
  for (let isFirst = true; ; isFirst = false) {
    if (window.peek() === CLOSE_OBJECT) {
      if (!isFirst) yield { kind: 'problem', code: 'json/comma', message: 'A comma before "}".', start: window.position };
      break;
    }
    if (window.peek() !== QUOTE) throw window.unexpected('a key in double quotes');
    const { start, key } = window.key();
    if (keys.has(key)) yield { kind: 'problem', code: 'json/duplicate-key', message: `The key "${key}" stands twice in the file; the last one counts.`, start };
    keys.add(key);
    if (window.peek() !== COLON) throw window.unexpected(`":" after the key "${key}"`);
    window.skip();
    if (window.peek() === OPEN_LIST) yield* scanList(window, key);
    else yield { kind: 'value', key, ...window.value(key) };
    if (window.peek() === CLOSE_OBJECT) break;
    if (window.peek() !== COMMA) throw window.unexpected(`"," or "}" after ${key}`);
    window.skip();
  }
  window.skip();
}

function* scanList(window: Window, key: string): Generator<JsonEvent> {
  yield { kind: 'list', key, start: window.position };
  window.skip();
  for (let index = 0; ; index++) {
    if (window.peek() === CLOSE_LIST) {
      if (index > 0) yield { kind: 'problem', code: 'json/comma', message: `A comma before "]", after ${key}[${index - 1}].`, start: window.position };
      break;
    }
    yield { kind: 'element', key, index, ...window.value(`${key}[${index}]`) };
    if (window.peek() === CLOSE_LIST) break;
    if (window.peek() !== COMMA) throw window.unexpected(`"," or "]" after ${key}[${index}]`);
    window.skip();
  }
  yield { kind: 'list-end', key, start: window.position };
  window.skip();
}

/** What each byte means while brackets are counted. */
const KIND = new Uint8Array(256);
KIND[QUOTE] = 1;
KIND[OPEN_LIST] = KIND[OPEN_OBJECT] = 2;
KIND[CLOSE_LIST] = KIND[CLOSE_OBJECT] = 3;
/** Bytes that end a number or a word. */
const ENDS = new Uint8Array(256);
for (const c of [0x20, 0x09, 0x0a, 0x0d, COMMA, CLOSE_LIST, CLOSE_OBJECT, OPEN_LIST, OPEN_OBJECT, COLON, QUOTE]) ENDS[c] = 1;

/** The part of the file that is in memory: at least the element being read, at most twice that or a megabyte. */
class Window {
  private bytes = Buffer.allocUnsafe(WINDOW_BYTES);
  /** Where the window begins in the file; what of it is filled; where reading stands in it. */
  private base = 0;
  private filled = 0;
  private at = 0;

  constructor(private readonly file: JsonFile) {}

  /** Fills the window and passes a byte order mark; true if there was one. */
  begin(): boolean {
    this.refill(0);
    const head = this.bytes.subarray(0, Math.min(this.filled, 4));
    const hasMark = hasByteOrderMark(head);
    const fault = hasMark ? undefined : encodingFault(head.subarray(0, 2));
    if (fault !== undefined && head[0] !== undefined && (head[0] === 0 || head[0] >= 0xfe || head[1] === 0)) throw this.fault(fault.reason);
    if (hasMark) this.at = 3;
    return hasMark;
  }

  get position(): number {
    return this.base + this.at;
  }

  /** The next byte that is no space, without passing it; -1 at the end. */
  peek(): number {
    for (;;) {
      for (; this.at < this.filled; this.at++) {
        const c = this.bytes[this.at]!;
        if (c !== 0x20 && c !== 0x0a && c !== 0x0d && c !== 0x09) return c;
      }
      if (!this.refill(this.at)) return END;
    }
  }

  skip(): void {
    this.at++;
  }

  /** A key, as text. */
  key(): { start: number; key: string } {
    const { start, bytes } = this.value('a key');
    const key = tryJson(bytes);
    if (typeof key !== 'string') throw this.fault('a key that is not valid JSON', start);
    return { start, key };
  }

  /** The value that begins at the next byte; `what` names it if the file ends in it. */
  value(what: string): { start: number; end: number; bytes: Buffer; tooDeep: boolean } {
    const first = this.peek();
    if (first === END) throw this.fault(`${what} was expected, but the file ends here: it was cut off`);
    if (first === COMMA || first === CLOSE_LIST || first === CLOSE_OBJECT || first === COLON) throw this.unexpected(what === '' ? 'a value' : what);
    const start = this.position;
    const tooDeep = KIND[first] === 0 ? this.passWord() : this.passNested(start, what);
    return { start, end: this.position, bytes: this.bytes.subarray(start - this.base, this.at), tooDeep };
  }

  private passWord(): false {
    let from = this.at;
    for (;;) {
      while (this.at < this.filled && ENDS[this.bytes[this.at]!] === 0) this.at++;
      if (this.at < this.filled) return false;
      const length = this.at - from;
      if (!this.refill(from)) return false;
      from = this.at - length;
    }
  }

  /** Passes a text, a list or an object; true if more than 64 levels are inside one another. */
  private passNested(start: number, what: string): boolean {
    let depth = 0, deepest = 0, isText = false, { at } = this;
    for (;;) {
      const { bytes, filled } = this;
      while (at < filled) {
        const c = bytes[at++]!;
        if (isText) {
          if (c === QUOTE) isText = false;
          else if (c === BACKSLASH) at++;
          else continue;
          if (isText || depth > 0) continue;
        } else {
          const kind = KIND[c]!;
          if (kind === 0) continue;
          if (kind === 1) isText = true;
          else if (kind === 2) deepest = Math.max(deepest, ++depth);
          else depth--;
          if (isText || depth > 0) continue;
        }
        this.at = at;
        return deepest > MAX_DEPTH - 2;
      }
      const [position, past] = [start - this.base, at - filled];
      this.at = filled;
      if (!this.refill(position)) throw this.fault(`the file ends inside ${what}: it was cut off, or a bracket or quote is missing`, start);
      at = this.at + past;
    }
  }

  /** Reads on, keeping the window's bytes from `keep` on; false at the end of the file. `at` stays on the same byte of the file. */
  private refill(keep: number): boolean {
    const kept = this.filled - keep;
    if (kept >= MAX_ELEMENT_BYTES) throw this.fault(`one value of more than ${MAX_ELEMENT_BYTES} bytes: a bracket or quote is missing`, this.base + keep);
    const target = kept > this.bytes.length / 2 ? Buffer.allocUnsafe(this.bytes.length * 2) : this.bytes;
    this.bytes.copy(target, 0, keep, this.filled);
    this.base += keep;
    this.at -= keep;
    const got = this.file.read(target.subarray(kept), this.base + kept);
    this.bytes = target;
    this.filled = kept + got;
    return got > 0;
  }

  fault(reason: string, at = this.position): SamError {
    return jsonError(this.file.name, reason, this.file.positionOf(at));
  }

  unexpected(expected: string): SamError {
    const c = this.peek();
    if (c === END) return this.fault(`${expected} was expected, but the file ends here: it was cut off`);
    if (c === 0x2f || c === 0x23) return this.fault('a comment, which JSON does not know');
    return this.fault(`${expected} was expected, not ${byteText(c)}`);
  }
}
