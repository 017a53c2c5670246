/**
 * PNGs of labels, read exactly: palette indices or grey samples as they are stored. A decoder that expands palettes to colours loses them.
 * Colour and alpha are refused by name; sizes are checked before anything is allocated, and every checksum is held.
 */
import { crc32, inflateSync } from 'node:zlib';
import { SamError, messageOf } from '../../errors.js';
import type { ImageSize } from '../../geometry/size.js';
import { passesOf, rowBytes, spreadRow, unfilter } from './png-filters.js';

/**
 * `data`: row-major, height x width, one sample a pixel, 0 to 2^bits - 1; `Uint16Array` for 16 bits. `palette`: RGB, three bytes an entry,
 * for indices; without it the samples are grey.
 */
export interface IndexImage extends ImageSize { data: Uint8Array | Uint16Array; bits: number; palette?: Uint8Array }

interface Header extends ImageSize { bits: number; isPalette: boolean; interlaced: boolean }

export const PNG_SIGNATURE = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);
const COLOURS: Readonly<Record<number, string>> = { 2: 'colours', 4: 'grey and alpha', 6: 'colours and alpha' };
const DEPTHS = [1, 2, 4, 8, 16];

/** `name`: what errors call the file. Throws `data/png` for what is damaged, holds no labels, or has more than `maxPixels`. */
export function readIndexPng(bytes: Uint8Array, name: string, maxPixels: number): IndexImage {
  const { header, palette, data } = chunksOf(bytes, name, maxPixels);
  const passes = passesOf(header, header.interlaced);
  const expected = passes.reduce((sum, { width, height }) => sum + height * (1 + rowBytes(width, header.bits)), 0);
  const rows = inflated(data, expected, name);
  const out = new (header.bits === 16 ? Uint16Array : Uint8Array)(header.width * header.height);
  let at = 0;
  for (const pass of passes) {
    const length = rowBytes(pass.width, header.bits);
    const unknown = unfilter(rows, at, pass.height, length, Math.max(1, header.bits / 8));
    if (unknown !== undefined) throw wrong(name, `A row has filter ${unknown}; there are 0 to 4`);
    for (let row = 0; row < pass.height; row++, at += 1 + length) spreadRow(rows, at + 1, header.bits, pass, row, out, header.width);
  }
  return { width: header.width, height: header.height, bits: header.bits, data: out, ...(palette === undefined ? {} : { palette }) };
}

function chunksOf(bytes: Uint8Array, name: string, maxPixels: number): { header: Header; palette?: Uint8Array; data: Uint8Array[] } {
  if (!PNG_SIGNATURE.every((byte, i) => bytes[i] === byte)) throw wrong(name, 'The file does not begin as a PNG does');
  let header: Header | undefined, palette: Uint8Array | undefined;
  const data: Uint8Array[] = [];
  for (const { type, content, at } of chunks(bytes, name)) {
    if (header === undefined) {
      if (type !== 'IHDR') throw wrong(name, `The first chunk is ${type}, not IHDR`);
      header = headerOf(content, name, maxPixels);
    } else if (type === 'PLTE') {
      if (content.length % 3 !== 0 || content.length > 768 || palette !== undefined || data.length > 0) throw wrong(name, `The palette at byte ${at} is malformed`);
      palette = new Uint8Array(content); // a copy: a view would keep the whole file alive
    } else if (type === 'IDAT') data.push(content);
    else if (type === 'IEND') {
      if (header.isPalette && palette === undefined) throw wrong(name, 'There are palette indices, but no palette');
      return { header, data, ...(header.isPalette && palette !== undefined ? { palette } : {}) };
    } else if (type.charCodeAt(0) < 0x60) throw wrong(name, `The chunk ${type} at byte ${at} is of no known kind, and nothing can be read without it`);
  }
  throw wrong(name, 'The file ends before its end chunk');
}

function* chunks(bytes: Uint8Array, name: string): Generator<{ type: string; content: Uint8Array; at: number }> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  for (let at = PNG_SIGNATURE.length; at < bytes.length;) {
    if (at + 12 > bytes.length) throw wrong(name, 'The file ends inside a chunk');
    const length = view.getUint32(at);
    if (at + 12 + length > bytes.length) throw wrong(name, `The file ends inside the chunk at byte ${at}`);
    const type = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    if (!/^[A-Za-z]{4}$/.test(type)) throw wrong(name, `There is no chunk at byte ${at}`);
    if (crc32(bytes.subarray(at + 4, at + 8 + length)) !== view.getUint32(at + 8 + length)) throw wrong(name, `The checksum of the chunk ${type} at byte ${at} does not hold`);
    yield { type, content: bytes.subarray(at + 8, at + 8 + length), at };
    at += 12 + length;
  }
}

function headerOf(content: Uint8Array, name: string, maxPixels: number): Header {
  if (content.length !== 13) throw wrong(name, 'The header has another length than 13 bytes');
  const view = new DataView(content.buffer, content.byteOffset, content.length);
  const width = view.getUint32(0), height = view.getUint32(4);
  const [bits, colour, compression, filter, interlace] = [view.getUint8(8), view.getUint8(9), view.getUint8(10), view.getUint8(11), view.getUint8(12)];
  if (width === 0 || height === 0 || width > 0x7fffffff || height > 0x7fffffff) throw wrong(name, `The header says ${width} x ${height} pixels`);
  if (width * height > maxPixels) throw wrong(name, `The header says ${width} x ${height} pixels, more than the ${maxPixels} allowed`);
  if (colour !== 0 && colour !== 3) throw wrong(name, `The picture holds ${COLOURS[colour] ?? `samples of kind ${colour}`}; labels are palette indices or grey`);
  if (!DEPTHS.includes(bits) || (colour === 3 && bits === 16)) throw wrong(name, `Samples of ${bits} bits are not known here`);
  if (compression !== 0 || filter !== 0 || interlace > 1) throw wrong(name, 'The header names a compression, filter or interlacing that PNG does not have');
  return { width, height, bits, isPalette: colour === 3, interlaced: interlace === 1 };
}

function inflated(data: readonly Uint8Array[], expected: number, name: string): Uint8Array {
  let rows: Uint8Array;
  try {
    rows = inflateSync(Buffer.concat(data), { maxOutputLength: expected });
  } catch (error) {
    throw wrong(name, `The pixels cannot be decompressed (${messageOf(error)})`);
  }
  if (rows.length !== expected) throw wrong(name, `There are ${rows.length} bytes of pixels, and the size in the header needs ${expected}`);
  return rows;
}

function wrong(file: string, message: string): SamError {
  return new SamError('data/png', `${message}.`, { file });
}
