/** Drawn scenes for the annotator's figures: pictures as large and as noisy as photographs, and a thousand masks on them. */
import { writeFileSync } from 'node:fs';
import type { ImageSize } from '../src/geometry/size.js';
import { encodeJpegRgb } from '../src/image/encode.js';
import { resizeBilinear } from '../src/image/resize.js';
import { rleFromPolygon } from '../src/mask/polygon-fill.js';
import type { Rle } from '../src/mask/rle.js';

/** Soft colours with grain over them, as a JPEG: decoding and encoding it costs what a photograph's does. */
export async function drawPhotograph(path: string, { width, height }: ImageSize, seed: number): Promise<void> {
  let state = seed * 2654435761 + 1;
  const next = (): number => {
    state = Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x6d2b79f5 | 0;
    return (state >>> 8 & 0xffff) / 0x10000;
  };
  const small = { width: 24, height: 16 };
  const soft = resizeBilinear({ ...small, data: Uint8Array.from({ length: 3 * small.width * small.height }, () => 255 * next()) }, { width, height });
  for (let i = 0; i < soft.data.length; i++) soft.data[i] = Math.max(0, Math.min(255, soft.data[i]! + 24 * (next() - 0.5)));
  writeFileSync(path, await encodeJpegRgb(soft, 90));
}

/** Blobs of 24 corners with a wavy edge, on a grid, some over others. */
export function drawnBlobs({ width, height }: ImageSize, count: number): Rle[] {
  return Array.from({ length: count }, (_, i) => {
    const columns = Math.ceil(Math.sqrt(count)), x = (i % columns + 0.5) * width / columns, y = (Math.floor(i / columns) + 0.5) * height / columns, radius = 0.7 * Math.min(width, height) / columns;
    const ring = Array.from({ length: 24 }, (_, c) => { const r = radius * (0.8 + 0.2 * Math.sin(c * 2.4 + i)), a = 2 * Math.PI * c / 24; return [x + r * Math.cos(a), y + r * Math.sin(a)]; }).flat();
    return rleFromPolygon(ring, { width, height });
  });
}
