/** Small masks as rows of `#` and `.`, and the plain definitions of what the runs are compared with. */
import fc from 'fast-check';
import { bitmaskFromRle, rleFromBitmask, type Bitmask, type Rle } from '../../src/mask/rle.js';

export function bitmaskOf(rows: string[]): Bitmask {
  return { width: rows[0]!.length, height: rows.length, data: Uint8Array.from(rows.join(''), (c) => (c === '#' ? 1 : 0)) };
}

export function rleOf(...rows: string[]): Rle {
  return rleFromBitmask(bitmaskOf(rows));
}

export function rowsOf(rle: Rle): string[] {
  const { data, width, height } = bitmaskFromRle(rle);
  return Array.from({ length: height }, (_, y) => Array.from(data.subarray(y * width, (y + 1) * width), (v) => (v === 1 ? '#' : '.')).join(''));
}

/** Masks of every density from empty to full. */
export const bitmasks: fc.Arbitrary<Bitmask> = fc
  .record({ width: fc.integer({ min: 1, max: 24 }), height: fc.integer({ min: 1, max: 24 }), density: fc.integer({ min: 0, max: 10 }) })
  .chain(({ width, height, density }) => fc
    .array(fc.integer({ min: 0, max: 9 }), { minLength: width * height, maxLength: width * height })
    .map((values) => ({ width, height, data: Uint8Array.from(values, (value) => (value < density ? 1 : 0)) })));

/** The same mask with runs of no length put in, as other writers may leave them: each cut splits a run in two. */
export function withEmptyRuns({ width, height, counts }: Rle, cuts: number[]): Rle {
  const split = [...counts].flatMap((count, i) => {
    const cut = cuts[i % Math.max(1, cuts.length)];
    return cut === undefined ? [count] : [Math.min(cut, count), 0, count - Math.min(cut, count)];
  });
  return { width, height, counts: Uint32Array.from(split) };
}

/** 8-connected regions of one value: the pixel indices of each, by flood fill. */
export function floodedRegions({ data, width, height }: Bitmask, value: 0 | 1): number[][] {
  const seen = new Set<number>();
  const regions: number[][] = [];
  for (let start = 0; start < data.length; start++) {
    if (data[start] !== value || seen.has(start)) continue;
    const region = [start];
    seen.add(start);
    for (let at = 0; at < region.length; at++) {
      const x = region[at]! % width, y = Math.floor(region[at]! / width);
      for (let dy = -1; dy <= 1; dy++) {
        for (let dx = -1; dx <= 1; dx++) {
          if (x + dx < 0 || x + dx >= width || y + dy < 0 || y + dy >= height) continue;
          const next = (y + dy) * width + x + dx;
          if (data[next] === value && !seen.has(next)) {
            seen.add(next);
            region.push(next);
          }
        }
      }
    }
    regions.push(region);
  }
  return regions;
}
