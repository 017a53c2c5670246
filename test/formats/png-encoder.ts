/** A slow PNG encoder for tests, written from the specification: any depth, any filter a row, interlaced or not. */
import { crc32, deflateSync } from 'node:zlib';

export interface PngPlan {
  width: number;
  height: number;
  bits: number;
  colour: number;
  /** Row-major samples; for colours with several channels, channel after channel. */
  samples: readonly number[];
  interlaced: boolean;
  /** The filter of row i is `filters[i % filters.length]`. */
  filters: readonly number[];
  palette?: Uint8Array;
}

const CHANNELS: Readonly<Record<number, number>> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };
const PASSES = [[0, 0, 8, 8], [4, 0, 8, 8], [0, 4, 4, 8], [2, 0, 4, 4], [0, 2, 2, 4], [1, 0, 2, 2], [0, 1, 1, 2]] as const;

export function pngChunk(type: string, content: Uint8Array): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), content]);
  const length = Buffer.alloc(4), sum = Buffer.alloc(4);
  length.writeUInt32BE(content.length);
  sum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, sum]);
}

export function pngHeader({ width, height, bits, colour, interlaced }: Omit<PngPlan, 'samples' | 'filters'>): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([bits, colour, 0, 0, interlaced ? 1 : 0], 8);
  return header;
}

export const SIGNATURE = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1');

export function encodePlan(plan: PngPlan): Buffer {
  return Buffer.concat([
    SIGNATURE, pngChunk('IHDR', pngHeader(plan)), ...(plan.palette === undefined ? [] : [pngChunk('PLTE', plan.palette)]),
    pngChunk('IDAT', deflateSync(planRows(plan))), pngChunk('IEND', Buffer.alloc(0)),
  ]);
}

/** The filtered rows of all passes. */
export function planRows(plan: PngPlan): Buffer {
  const channels = CHANNELS[plan.colour] ?? 1;
  const pieces: Buffer[] = [];
  let number = 0;
  for (const [x0, y0, dx, dy] of plan.interlaced ? PASSES : [[0, 0, 1, 1]] as const) {
    let above: number[] | undefined;
    for (let y = y0; y < plan.height; y += dy) {
      const values: number[] = [];
      for (let x = x0; x < plan.width; x += dx) for (let c = 0; c < channels; c++) values.push(plan.samples[(y * plan.width + x) * channels + c] ?? 0);
      if (values.length === 0) continue;
      const row = packed(values, plan.bits);
      const filter = plan.filters[number++ % plan.filters.length] ?? 0;
      const step = Math.max(1, (plan.bits * channels) / 8);
      pieces.push(Buffer.from([filter, ...row.map((value, i) => (value - predicted(filter, row[i - step] ?? 0, above?.[i] ?? 0, above?.[i - step] ?? 0)) & 255)]));
      above = row;
    }
  }
  return Buffer.concat(pieces);
}

function packed(values: readonly number[], bits: number): number[] {
  const text = values.map((value) => value.toString(2).padStart(bits, '0')).join('');
  return (text.match(/.{1,8}/g) ?? []).map((byte) => Number.parseInt(byte.padEnd(8, '0'), 2));
}

function predicted(filter: number, left: number, up: number, corner: number): number {
  if (filter === 4) {
    const p = left + up - corner;
    const distances = [left, up, corner].map((value) => Math.abs(p - value));
    return [left, up, corner][distances.indexOf(Math.min(...distances))] ?? 0;
  }
  return [0, left, up, Math.floor((left + up) / 2)][filter] ?? 0;
}
