/** The data of NumPy arrays: bytes to typed arrays and back. No file is touched here. */
import { SamError } from '../../errors.js';
import { NPY_TYPES, npyHeaderBytes, parseNpyHeader, type NpyHeader, type NpyType } from './npy-header.js';

export type NpyData = Uint8Array | Int8Array | Uint16Array | Int16Array | Uint32Array | Int32Array | BigUint64Array | BigInt64Array | Float32Array | Float64Array;

/** An array in memory; `data` in the order of the file: last axis fastest, or with `fortranOrder` the first. */
export interface NpyArray { type: NpyType; shape: number[]; fortranOrder: boolean; data: NpyData }

/** A whole `.npy` file. At most `maxItems` elements are taken. Throws `data/format`. */
export function decodeNpy(bytes: Uint8Array, maxItems: number, name: string): NpyArray {
  const header = parseNpyHeader(bytes, name);
  checkNpySize(header, bytes.length, maxItems, name);
  return { type: header.type, shape: header.shape, fortranOrder: header.fortranOrder, data: npyItems(header, bytes.subarray(header.offset)) };
}

/** Throws `data/format` unless a file of `fileBytes` holds exactly the header's data, and no more elements than `maxItems`. */
export function checkNpySize(header: NpyHeader, fileBytes: number, maxItems: number, name: string): void {
  const shape = `(${header.shape.join(', ')})`;
  if (header.items > maxItems) throw new SamError('data/format', `The array of shape ${shape} has ${header.items} elements, more than ${maxItems}.`, { file: name });
  const expected = header.offset + header.items * NPY_TYPES[header.type];
  if (expected !== fileBytes) throw new SamError('data/format', `An array of shape ${shape} and type ${header.type} makes a file of ${expected} bytes, this one has ${fileBytes}.`, { file: name });
}

/** Raw bytes as elements, in a copy of the machine's own byte order (which is little-endian wherever Node runs, save s390x). */
export function npyItems(header: Pick<NpyHeader, 'type' | 'littleEndian'>, raw: Uint8Array): NpyData {
  const copy = new Uint8Array(raw);
  const size = NPY_TYPES[header.type];
  if (size > 1 && header.littleEndian !== machineIsLittle()) {
    const view = Buffer.from(copy.buffer);
    if (size === 2) view.swap16();
    else if (size === 4) view.swap32();
    else view.swap64();
  }
  return arrayOf(header.type, copy.buffer);
}

/** `float32` elements with the last axis fastest, as a file of `<f4`. */
export function encodeNpyFloats(data: Float32Array, shape: readonly number[]): Uint8Array {
  const bytes = Buffer.alloc(data.length * 4);
  data.forEach((value, i) => bytes.writeFloatLE(value, i * 4));
  return Buffer.concat([npyHeaderBytes('<f4', shape), bytes]);
}

function machineIsLittle(): boolean {
  return new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;
}

function arrayOf(type: NpyType, buffer: ArrayBuffer): NpyData {
  switch (type) {
    case 'b1': case 'u1': return new Uint8Array(buffer);
    case 'i1': return new Int8Array(buffer);
    case 'u2': return new Uint16Array(buffer);
    case 'i2': return new Int16Array(buffer);
    case 'u4': return new Uint32Array(buffer);
    case 'i4': return new Int32Array(buffer);
    case 'u8': return new BigUint64Array(buffer);
    case 'i8': return new BigInt64Array(buffer);
    case 'f4': return new Float32Array(buffer);
    case 'f8': return new Float64Array(buffer);
  }
}
