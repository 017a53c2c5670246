/** The little of the protocol-buffer wire format that ONNX files need: reading fields from a file without loading it, and writing them. */
import { readSync } from 'node:fs';
import { SamError } from '../errors.js';

/** Where bytes come from: a file descriptor, or memory. */
export interface ByteSource { size: number; read(at: number, length: number): Uint8Array }

/** One field of a message. Wire type 0: `value`; 1, 2, 5: the bytes from `start` to `end`. */
export interface Field { number: number; wire: number; value: bigint; start: number; end: number }

const BLOCK = 1 << 16;

/** Reads through one 64 KiB window, so that walking a gigabyte of weights costs their headers only. */
export class FileSource implements ByteSource {
  private window = new Uint8Array(0);
  private windowStart = 0;
  constructor(private readonly fd: number, readonly size: number) {}

  read(at: number, length: number): Uint8Array {
    if (at < this.windowStart || at + length > this.windowStart + this.window.length) {
      const wanted = new Uint8Array(Math.min(Math.max(length, BLOCK), Math.max(0, this.size - at)));
      let filled = 0;
      while (filled < wanted.length) {
        const got = readSync(this.fd, wanted, filled, wanted.length - filled, at + filled);
        if (got === 0) break;
        filled += got;
      }
      this.window = wanted.subarray(0, filled);
      this.windowStart = at;
    }
    return this.window.subarray(at - this.windowStart, at - this.windowStart + length);
  }
}

export class MemorySource implements ByteSource {
  readonly size: number;
  constructor(private readonly bytes: Uint8Array) { this.size = bytes.length; }
  read(at: number, length: number): Uint8Array { return this.bytes.subarray(at, at + length); }
}

function damaged(what: string, at: number): SamError {
  return new SamError('model/format', `Not a readable ONNX file: ${what} at byte ${at}.`);
}

function varint(source: ByteSource, at: number, end: number): { value: bigint; next: number } {
  const bytes = source.read(at, Math.min(10, end - at));
  let value = 0n;
  for (let i = 0; i < bytes.length; i++) {
    value |= BigInt(bytes[i]! & 0x7f) << BigInt(7 * i);
    if ((bytes[i]! & 0x80) === 0) return { value, next: at + i + 1 };
  }
  throw damaged('a number that does not end', at);
}

/** The fields of the message between two offsets, in file order. Throws `model/format` where the bytes are no message. */
export function* fieldsOf(source: ByteSource, start: number, end: number): Generator<Field> {
  let at = start;
  while (at < end) {
    const key = varint(source, at, end);
    const number = Number(key.value >> 3n);
    const wire = Number(key.value & 7n);
    if (number === 0) throw damaged('field 0', at);
    if (wire === 0) {
      const value = varint(source, key.next, end);
      yield { number, wire, value: value.value, start: key.next, end: value.next };
      at = value.next;
      continue;
    }
    let from = key.next;
    let length: number;
    if (wire === 1) length = 8;
    else if (wire === 5) length = 4;
    else if (wire === 2) {
      const size = varint(source, key.next, end);
      length = Number(size.value);
      from = size.next;
    } else throw damaged(`wire type ${wire}`, at);
    if (from + length > end) throw damaged(`a field of ${length} bytes that goes past the end`, at);
    yield { number, wire, value: 0n, start: from, end: from + length };
    at = from + length;
  }
}

export function bytesOf(source: ByteSource, field: Field): Uint8Array {
  return source.read(field.start, field.end - field.start);
}

export function textOf(source: ByteSource, field: Field): string {
  return Buffer.from(bytesOf(source, field)).toString('utf8');
}

/** Whole numbers of a repeated field, packed or not. */
export function integersOf(source: ByteSource, field: Field): number[] {
  if (field.wire === 0) return [Number(BigInt.asIntN(64, field.value))];
  const values: number[] = [];
  for (let at = field.start; at < field.end;) {
    const { value, next } = varint(source, at, field.end);
    values.push(Number(BigInt.asIntN(64, value)));
    at = next;
  }
  return values;
}

function varintBytes(value: bigint): Uint8Array {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, value);
  do {
    const low = Number(rest & 0x7fn);
    rest >>= 7n;
    bytes.push(rest === 0n ? low : low | 0x80);
  } while (rest !== 0n);
  return Uint8Array.from(bytes);
}

/** A length-delimited field: text, bytes, or a message already written. */
export function bytesField(number: number, value: Uint8Array | string): Uint8Array {
  const bytes = typeof value === 'string' ? Buffer.from(value, 'utf8') : value;
  return concat([varintBytes((BigInt(number) << 3n) | 2n), varintBytes(BigInt(bytes.length)), bytes]);
}

export function integerField(number: number, value: number): Uint8Array {
  return concat([varintBytes(BigInt(number) << 3n), varintBytes(BigInt(value))]);
}

/** A field as it stands, of any wire type and any value, to be written into another message. */
export function copyField(source: ByteSource, field: Field): Uint8Array {
  if (field.wire === 2) return bytesField(field.number, bytesOf(source, field));
  return concat([varintBytes((BigInt(field.number) << 3n) | BigInt(field.wire)), bytesOf(source, field)]);
}

export function concat(parts: Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
