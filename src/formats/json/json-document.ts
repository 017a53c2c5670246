/** A whole JSON document in memory, for formats whose files are small: strict, with the position of the first fault. */
import { isUtf8 } from 'node:buffer';
import { readFile, stat } from 'node:fs/promises';
import { SamError, messageOf, systemCode } from '../../errors.js';
import type { JsonValue } from '../../dataset/types.js';
import { MAX_DEPTH, hasByteOrderMark, jsonFault, type JsonFault } from './json-fault.js';

/** Above this a file is read by `json-scan.ts`, or not at all: a string of Node holds less than 512 MiB. */
const MAX_DOCUMENT_BYTES = 256 * 2 ** 20;

/** Reads and parses a file. `name`: what errors call it. Throws `usage/input-missing`, `data/unreadable`, `data/json`. */
export async function readJsonDocument(path: string, name = path): Promise<JsonValue> {
  return parseJson(await readWhole(path, name), name);
}

async function readWhole(path: string, name: string): Promise<Buffer> {
  try {
    const { size } = await stat(path);
    if (size > MAX_DOCUMENT_BYTES) throw new SamError('data/unreadable', `The file has ${size} bytes; a document of this format has at most ${MAX_DOCUMENT_BYTES}.`, { file: name });
    return await readFile(path);
  } catch (error) {
    throw readError(error, name);
  }
}

/** What opening or reading an annotation file came to, as an error that a user can act on. */
export function readError(error: unknown, file: string): unknown {
  const code = systemCode(error);
  if (error instanceof SamError || code === undefined) return error;
  if (code === 'ENOENT') return new SamError('usage/input-missing', 'There is no such file.', { file, cause: error });
  if (code === 'EISDIR') return new SamError('data/unreadable', 'A file is expected here, not a folder.', { file, cause: error });
  return new SamError('data/unreadable', `The file cannot be read: ${code === 'EACCES' ? 'permission denied' : messageOf(error)}.`, { file, cause: error });
}

/** Parses JSON in UTF-8, at most 64 levels deep. Throws `data/json` with line, column and byte. */
export function parseJson(bytes: Uint8Array, file: string): JsonValue {
  const value = tryJson(bytes);
  if (value !== undefined) return value;
  const fault = jsonFault(bytes) ?? { offset: 0, reason: 'the parser refuses it' };
  throw jsonError(file, fault.reason, positionIn(bytes, fault.offset));
}

/** The value, or undefined for what is not JSON, not UTF-8, or too deep (which a caller who has counted already need not ask). */
export function tryJson(bytes: Uint8Array, isDepthKnown = false): JsonValue | undefined {
  if (!isUtf8(bytes) || hasByteOrderMark(bytes) || (!isDepthKnown && isTooDeep(bytes))) return undefined;
  try {
    // what JSON.parse gives is a JsonValue by definition
    return JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString()) as JsonValue;
  } catch {
    return undefined;
  }
}

function isTooDeep(bytes: Uint8Array): boolean {
  let depth = 0, isText = false;
  for (let i = 0; i < bytes.length; i++) {
    const c = bytes[i]!;
    if (isText) {
      if (c === 0x5c) i++;
      else if (c === 0x22) isText = false;
    } else if (c === 0x22) isText = true;
    else if (c === 0x7b || c === 0x5b) {
      if (++depth > MAX_DEPTH) return true;
    } else if (c === 0x7d || c === 0x5d) depth--;
  }
  return false;
}

/** 1-based line and column (in bytes) of an offset. */
export interface TextPosition { line: number; column: number; byte: number }

function positionIn(bytes: Uint8Array, offset: number): TextPosition {
  let line = 1, lineStart = 0;
  for (let i = bytes.indexOf(0x0a); i >= 0 && i < offset; i = bytes.indexOf(0x0a, i + 1)) {
    line++;
    lineStart = i + 1;
  }
  return { line, column: offset - lineStart + 1, byte: offset };
}

export function jsonError(file: string, reason: JsonFault['reason'], { line, column, byte }: TextPosition, record?: string): SamError {
  return new SamError('data/json', `Not valid JSON: ${reason} (line ${line}, column ${column}, byte ${byte}).`, { file, record, line, column });
}
