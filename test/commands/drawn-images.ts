/** Images drawn by code for the long tests: every number gives another, with objects on a ground, and grain as cameras make it. */
import { sharp } from '../../src/image/sharp.js';

/** A small generator of numbers from 0 to 1 (mulberry32), so that the same images are drawn each time. */
function numbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Writes an image of that size; the format follows the path's extension. */
export async function drawImage(path: string, width: number, height: number, seed: number): Promise<void> {
  const next = numbers(seed);
  const data = new Uint8Array(width * height * 3);
  const discs = Array.from({ length: 8 }, () => ({ x: next() * width, y: next() * height, r2: ((0.05 + 0.15 * next()) * Math.min(width, height)) ** 2, colour: [next() * 255, next() * 255, next() * 255] }));
  const ground = [next() * 200, next() * 200, next() * 200];
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++, at += 3) {
      const disc = discs.find((one) => (x - one.x) ** 2 + (y - one.y) ** 2 < one.r2);
      const grain = next() * 12;
      for (let c = 0; c < 3; c++) data[at + c] = Math.min(255, (disc?.colour ?? ground)[c]! + (disc === undefined ? (40 * x) / width : 0) + grain);
    }
  }
  await sharp(data, { raw: { width, height, channels: 3 } }).toFile(path);
}
