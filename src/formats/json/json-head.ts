/** What the beginning of a JSON file shows of it: enough to tell one format from another, never a judgement on the whole. */
import { tryJson } from './json-document.js';

export interface JsonHead {
  shape: 'object' | 'list' | 'other';
  /** Keys of the top level that begin in the head, each with the first character of its value (`{`, `[`, `"`, a digit, ...). */
  keys: ReadonlyMap<string, string>;
  /** Keys of the first object in a list of the top level, or in the list that is the document (key `''`). */
  firstKeys: ReadonlyMap<string, readonly string[]>;
}

/** Looks at the first bytes of a file; a head that is cut anywhere is fine. */
export function jsonHead(head: Uint8Array): JsonHead {
  const text = Buffer.from(head.buffer, head.byteOffset, head.length).toString('latin1').replace(/^\u00ef\u00bb\u00bf/, '');
  const first = /^\s*(\S)/.exec(text)?.[1];
  const shape = first === '{' ? 'object' : first === '[' ? 'list' : 'other';
  const keys = new Map<string, string>(), firstKeys = new Map<string, string[]>();
  if (shape !== 'other') collect(text, shape, keys, firstKeys);
  return { shape, keys, firstKeys };
}

function collect(text: string, shape: 'object' | 'list', keys: Map<string, string>, firstKeys: Map<string, string[]>): void {
  let depth = 0, list = '', isFirst = true;
  const objectDepth = shape === 'object' ? 3 : 2;
  for (const { 0: token, 1: key, 2: value, index } of text.matchAll(/"((?:[^"\\]|\\.)*)"(?:\s*:\s*(?=(\S)))?|[[\]{}]/g)) {
    if (key === undefined) {
      if (token === '[' || token === '{') depth++;
      else if (depth-- === objectDepth) isFirst = false;
    } else if (value !== undefined) {
      const name = nameOf(text, index, key);
      if (shape === 'object' && depth === 1) {
        keys.set(name, value);
        list = name;
        isFirst = value === '[';
      } else if (depth === objectDepth && isFirst) firstKeys.set(list, [...firstKeys.get(list) ?? [], name]);
    }
  }
}

function nameOf(text: string, index: number, key: string): string {
  const name = tryJson(Buffer.from(text.slice(index, index + key.length + 2), 'latin1'));
  return typeof name === 'string' ? name : key;
}
