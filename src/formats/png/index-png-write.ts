/** PNGs of labels, written: palette indices or grey samples of 8 or 16 bits, always the same bytes for the same pixels. */
import { crc32, deflateSync } from 'node:zlib';
import { SamError } from '../../errors.js';
import type { ImageSize } from '../../geometry/size.js';
import { PNG_SIGNATURE } from './index-png.js';

/**
 * `data`: row-major, one sample a pixel; `Uint16Array` gives grey of 16 bits, `Uint8Array` 8 bits. `palette`: RGB, three bytes an entry,
 * makes 8-bit samples palette indices.
 */
export function encodeIndexPng({ width, height, data }: ImageSize & { data: Uint8Array | Uint16Array }, palette?: Uint8Array): Uint8Array {
  const isWide = data instanceof Uint16Array;
  if (data.length !== width * height || data.length === 0 || (isWide && palette !== undefined)) {
    throw new SamError('internal/unexpected', `Cannot encode ${data.length} samples as labels of ${width} x ${height} pixels.`);
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header[8] = isWide ? 16 : 8;
  header[9] = palette === undefined ? 0 : 3;
  return Buffer.concat([
    PNG_SIGNATURE, chunk('IHDR', header), ...(palette === undefined ? [] : [chunk('PLTE', palette)]),
    chunk('IDAT', deflateSync(rowsOf(data, width, height), { level: 6 })), chunk('IEND', new Uint8Array(0)),
  ]);
}

/** Rows behind a filter byte of 0: labels lie in plain runs, which filters would break. */
function rowsOf(data: Uint8Array | Uint16Array, width: number, height: number): Uint8Array {
  const isWide = data instanceof Uint16Array;
  const length = 1 + width * (isWide ? 2 : 1);
  const rows = Buffer.alloc(height * length);
  for (let y = 0; y < height; y++) {
    const row = data.subarray(y * width, (y + 1) * width);
    if (row instanceof Uint8Array) rows.set(row, y * length + 1);
    else row.forEach((value, x) => rows.writeUInt16BE(value, y * length + 1 + 2 * x));
  }
  return rows;
}

function chunk(type: string, content: Uint8Array): Uint8Array {
  const bytes = Buffer.alloc(12 + content.length);
  bytes.writeUInt32BE(content.length, 0);
  bytes.write(type, 4, 'latin1');
  bytes.set(content, 8);
  bytes.writeUInt32BE(crc32(bytes.subarray(4, 8 + content.length)), 8 + content.length);
  return bytes;
}
