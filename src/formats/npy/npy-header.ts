/**
 * The header of NumPy's `.npy` files (versions 1 to 3): what the bytes after it are. Only plain numbers and booleans are taken:
 * objects would be pickled Python, and records have no pixels.
 */
import { SamError } from '../../errors.js';

/** Element types by NumPy's own codes, with bytes an item. */
export const NPY_TYPES = { b1: 1, u1: 1, i1: 1, u2: 2, i2: 2, u4: 4, i4: 4, u8: 8, i8: 8, f4: 4, f8: 8 } as const;
export type NpyType = keyof typeof NPY_TYPES;

/** `shape`: sizes of the axes, outermost first; `items`: their product. `offset`: where the data begin, in bytes. */
export interface NpyHeader { type: NpyType; littleEndian: boolean; fortranOrder: boolean; shape: number[]; items: number; offset: number }

/** Bytes that hold every header taken here. */
export const NPY_HEAD_BYTES = 1 << 14;
/** NumPy's own limit for headers of files that are not trusted. */
const MAX_TEXT = 10_000;
const MAX_AXES = 32;

/** The header at the start of `head`, which holds at least `NPY_HEAD_BYTES` of the file, or all. Throws `data/format`. */
export function parseNpyHeader(head: Uint8Array, name: string): NpyHeader {
  const bytes = Buffer.from(head.buffer, head.byteOffset, head.length);
  if (bytes.toString('latin1', 0, 6) !== '\x93NUMPY' || bytes.length < 12) throw wrong(name, 'The file does not begin as a NumPy file does');
  const version = bytes[6]!;
  if (version < 1 || version > 3) throw wrong(name, `The file is of NumPy format version ${version}; 1 to 3 are known`);
  const start = version === 1 ? 10 : 12;
  const length = version === 1 ? bytes.readUInt16LE(8) : bytes.readUInt32LE(8);
  if (length > MAX_TEXT) throw wrong(name, `The header has ${length} bytes, more than ${MAX_TEXT}`);
  if (start + length > bytes.length) throw wrong(name, 'The file ends inside its header');
  return { ...describe(dictionaryOf(bytes.toString('latin1', start, start + length), name), name), offset: start + length };
}

/** A header of version 1, padded so that the data begin at a multiple of 64, as NumPy writes it. */
export function npyHeaderBytes(descr: string, shape: readonly number[]): Uint8Array {
  const axes = shape.length === 1 ? `${shape[0]!},` : shape.join(', ');
  const text = `{'descr': '${descr}', 'fortran_order': False, 'shape': (${axes}), }`;
  const total = Math.ceil((10 + text.length + 1) / 64) * 64;
  const bytes = Buffer.alloc(total, ' ');
  bytes.write('\x93NUMPY\x01\x00', 'latin1');
  bytes.writeUInt16LE(total - 10, 8);
  bytes.write(text, 10, 'latin1');
  bytes[total - 1] = 10;
  return bytes;
}

type Value = string | boolean | number[];

function describe(values: ReadonlyMap<string, Value>, name: string): Omit<NpyHeader, 'offset'> {
  const descr = values.get('descr'), fortranOrder = values.get('fortran_order'), shape = values.get('shape');
  if (typeof descr !== 'string' || typeof fortranOrder !== 'boolean' || !Array.isArray(shape) || values.size !== 3) {
    throw wrong(name, 'The header does not say descr, fortran_order and shape, or says more');
  }
  const match = /^([<>|=])([buif][0-9]+)$/.exec(descr);
  const type = match?.[2];
  if (type === undefined || !isType(type)) {
    throw wrong(name, /^[|<>=]?O/.test(descr) ? 'The array holds Python objects, which are never loaded' : `The array has elements of type "${descr.slice(0, 20)}"; ${Object.keys(NPY_TYPES).join(', ')} can be read`);
  }
  if (shape.length > MAX_AXES) throw wrong(name, `The array has ${shape.length} axes`);
  const items = shape.reduce((product, axis) => product * axis, 1);
  if (!Number.isSafeInteger(items)) throw wrong(name, `The shape (${shape.join(', ')}) is larger than any file`);
  return { type, littleEndian: match?.[1] !== '>', fortranOrder, shape, items };
}

function isType(text: string): text is NpyType {
  return Object.hasOwn(NPY_TYPES, text);
}

const TOKEN = /\s*(?:'([^'\\]*)'|(True|False)|\(([0-9,\sL]*)\)|([{}:,])|(\[))/y;

/** The literal `{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }` in any order of keys. */
function dictionaryOf(text: string, name: string): Map<string, Value> {
  const values = new Map<string, Value>();
  const tokens = tokensOf(text, name);
  let i = 0;
  const punctuation = (mark: string): boolean => tokens[i]?.mark === mark && ++i > 0;
  if (!punctuation('{')) throw wrong(name, 'The header is no Python dictionary');
  while (!punctuation('}')) {
    const key = tokens[i++]?.value;
    const colon = punctuation(':');
    const value = tokens[i++]?.value;
    if (typeof key !== 'string' || !colon || value === undefined || values.has(key)) throw wrong(name, 'The header is no Python dictionary of known keys');
    values.set(key, value);
    if (!punctuation(',') && tokens[i]?.mark !== '}') throw wrong(name, 'The header is no Python dictionary');
  }
  if (i !== tokens.length) throw wrong(name, 'Something follows the dictionary of the header');
  return values;
}

function tokensOf(text: string, name: string): { value?: Value; mark?: string }[] {
  const tokens: { value?: Value; mark?: string }[] = [];
  const end = text.trimEnd().length;
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < end) {
    const at = TOKEN.lastIndex;
    const match = TOKEN.exec(text);
    if (match === null) throw wrong(name, `The header cannot be read at character ${at}`);
    const [, quoted, bool, tuple, mark, list] = match;
    if (list !== undefined) throw wrong(name, 'The array holds records of several fields');
    if (quoted !== undefined) tokens.push({ value: quoted });
    else if (bool !== undefined) tokens.push({ value: bool === 'True' });
    else if (tuple !== undefined) tokens.push({ value: axesOf(tuple, name) });
    else tokens.push({ mark: mark ?? '' });
  }
  return tokens;
}

function axesOf(text: string, name: string): number[] {
  return text.split(',').map((part) => part.trim()).filter((part) => part !== '').map((part) => {
    const axis = /^[0-9]+L?$/.test(part) ? Number.parseInt(part, 10) : Number.NaN;
    if (!Number.isSafeInteger(axis)) throw wrong(name, `The shape has an axis "${part.slice(0, 20)}"`);
    return axis;
  });
}

function wrong(name: string, what: string): SamError {
  return new SamError('data/format', `${what}.`, { file: name });
}
