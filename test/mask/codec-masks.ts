/** Masks for the codec's tests: shapes with runs of every length, from one pixel to some thousands, and the plain way to compare them. */
import fc from 'fast-check';
import { bitmaskFromRle, rleFromBitmask, type Bitmask, type Rle } from '../../src/mask/rle.js';
import { withEmptyRuns } from './drawn.js';

/** Noise, or squares of noise: `coarse` pixels wide and high. */
export interface Shape { width: number; height: number; coarse: number; density: number; seed: number }

export function drawShape({ width, height, coarse, density, seed }: Shape): Bitmask {
  const columns = Math.ceil(width / coarse);
  const cells = new Uint8Array(columns * Math.ceil(height / coarse));
  let state = seed | 1;
  for (let i = 0; i < cells.length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    cells[i] = (state >>> 8) % 100 < density ? 1 : 0;
  }
  const data = Uint8Array.from({ length: width * height }, (_, p) => cells[Math.floor(Math.floor(p / width) / coarse) * columns + Math.floor((p % width) / coarse)]!);
  return { data, width, height };
}

/** Any size up to `side`, any grain, empty and full masks too. */
export function shapes(side: number): fc.Arbitrary<Bitmask> {
  const length = fc.integer({ min: 1, max: side });
  return fc.record({
    width: length, height: length, coarse: fc.constantFrom(1, 1, 2, 3, 7, 20), density: fc.constantFrom(0, 5, 30, 50, 70, 95, 100), seed: fc.nat(),
  }).map(drawShape);
}

/** `count` masks of one size. */
export function families(side: number, count: number): fc.Arbitrary<Bitmask[]> {
  const grains = fc.array(fc.record({ coarse: fc.constantFrom(1, 2, 3, 7, 20), density: fc.constantFrom(0, 5, 30, 50, 70, 95, 100), seed: fc.nat() }), { minLength: count, maxLength: count });
  const length = fc.integer({ min: 1, max: side });
  return fc.tuple(length, length, grains).map(([width, height, all]) => all.map((grain) => drawShape({ width, height, ...grain })));
}

/** The mask, perhaps with runs of no length in it, as other writers may leave them. */
export const cuts = fc.oneof(fc.constant<number[]>([]), fc.array(fc.nat(5), { minLength: 1, maxLength: 3 }));
export const rleWithCuts = (bitmask: Bitmask, at: number[]): Rle => withEmptyRuns(rleFromBitmask(bitmask), at);

/** A bitmask of the same size, pixel by pixel. */
export function mapPixels({ width, height }: { width: number; height: number }, pixel: (x: number, y: number) => number): Bitmask {
  return { width, height, data: Uint8Array.from({ length: width * height }, (_, p) => pixel(p % width, Math.floor(p / width))) };
}

/** Comparing bytes first: a deep comparison of thousands of numbers is only wanted where it prints a difference. */
export function samePixels(a: Rle, b: Bitmask): boolean {
  const pixels = bitmaskFromRle(a);
  return pixels.width === b.width && pixels.height === b.height && Buffer.from(pixels.data.buffer).equals(b.data);
}

/** Only the first run may have no length. */
export function isCanonical({ counts }: Rle): boolean {
  return counts.every((count, i) => count > 0 || i === 0);
}
