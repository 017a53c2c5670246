/** Pixels to runs and back, row-major and column-major, against the plain definition. */
import test from 'ava';
import fc from 'fast-check';
import { columnMajorFromRle, rleFromColumnMajor } from '../../src/mask/bitmap-columns.js';
import { bitmaskFromRle, rleFromBitmask, type Bitmask } from '../../src/mask/rle.js';
import { rleFromString, rleToString } from '../../src/mask/rle-string.js';
import { cuts, drawShape, rleWithCuts, samePixels, shapes } from './codec-masks.js';

/** What `rleEncode` does: column by column, pixel by pixel. */
function plainCounts({ data, width, height }: Bitmask): number[] {
  const counts: number[] = [];
  let value = 0, run = 0;
  for (let x = 0; x < width; x++) {
    for (let y = 0; y < height; y++) {
      const next = data[y * width + x] === 0 ? 0 : 1;
      if (next !== value) {
        counts.push(run);
        run = 0;
        value = next;
      }
      run++;
    }
  }
  counts.push(run);
  return counts;
}

function columns({ data, width, height }: Bitmask): Uint8Array {
  return Uint8Array.from({ length: data.length }, (_, p) => data[(p % height) * width + Math.floor(p / height)]!);
}

test('both orders of pixels give the runs of the definition, and the runs give the pixels', (t) => {
  fc.assert(fc.property(shapes(90), (bitmask) => {
    const expected = plainCounts(bitmask), byColumn = columns(bitmask);
    const rle = rleFromBitmask(bitmask);
    t.deepEqual([...rle.counts], expected);
    t.deepEqual([...rleFromColumnMajor(byColumn, bitmask).counts], expected);
    t.true(samePixels(rle, bitmask));
    t.true(Buffer.from(columnMajorFromRle(rle)).equals(byColumn));
  }), { numRuns: 300, seed: 41 });
});

test('every width and height around the words that are compared at once', (t) => {
  for (let width = 1; width <= 37; width++) {
    for (const height of [1, 2, 3, 4, 5, 17, 33]) {
      for (const [coarse, density] of [[1, 50], [5, 50], [9, 90], [40, 100]] as const) {
        const bitmask = drawShape({ width, height, coarse, density, seed: width * 64 + height });
        const expected = plainCounts(bitmask).join();
        t.is(rleFromBitmask(bitmask).counts.join(), expected, `${width} x ${height}, rows`);
        t.is(rleFromColumnMajor(columns(bitmask), bitmask).counts.join(), expected, `${width} x ${height}, columns`);
        t.true(samePixels(rleFromBitmask(bitmask), bitmask), `${width} x ${height}, back`);
      }
    }
  }
});

test('any value but 0 is set, also where neighbours have different values', (t) => {
  fc.assert(fc.property(shapes(40), fc.array(fc.constantFrom(1, 2, 127, 128, 255), { minLength: 7, maxLength: 7 }), (bitmask, values) => {
    const paint = (pixels: Uint8Array): Uint8Array => pixels.map((value, i) => (value === 0 ? 0 : values[i % 7]!));
    const expected = plainCounts(bitmask);
    t.deepEqual([...rleFromBitmask({ ...bitmask, data: paint(bitmask.data) }).counts], expected);
    t.deepEqual([...rleFromColumnMajor(paint(columns(bitmask)), bitmask).counts], expected);
  }), { numRuns: 150, seed: 42 });
});

test('pixels may lie anywhere in their memory', (t) => {
  const bitmask = drawShape({ width: 23, height: 31, coarse: 4, density: 50, seed: 5 });
  for (let offset = 0; offset < 8; offset++) {
    const place = (pixels: Uint8Array): Uint8Array => {
      const memory = new Uint8Array(pixels.length + 16).fill(1);
      memory.set(pixels, offset);
      return memory.subarray(offset, offset + pixels.length);
    };
    t.deepEqual([...rleFromBitmask({ ...bitmask, data: place(bitmask.data) }).counts], plainCounts(bitmask));
    t.deepEqual([...rleFromColumnMajor(place(columns(bitmask)), bitmask).counts], plainCounts(bitmask));
  }
});

test('runs of no length are no pixels', (t) => {
  fc.assert(fc.property(shapes(30), cuts, (bitmask, at) => {
    const rle = rleWithCuts(bitmask, at);
    t.true(samePixels(rle, bitmask));
    t.true(Buffer.from(columnMajorFromRle(rle)).equals(columns(bitmask)));
  }), { numRuns: 150, seed: 43 });
});

test('strings come back, also of masks with ten thousands of runs', (t) => {
  fc.assert(fc.property(shapes(90), cuts, (bitmask, at) => {
    const rle = rleWithCuts(bitmask, at);
    t.deepEqual(rleFromString(rleToString(rle), rle.width, rle.height), rle);
  }), { numRuns: 150, seed: 44 });
  const noise = rleFromBitmask(drawShape({ width: 700, height: 900, coarse: 1, density: 50, seed: 3 }));
  t.true(noise.counts.length > 2 ** 17);
  t.deepEqual(rleFromString(rleToString(noise), 700, 900).counts, noise.counts);
});

test('pixels that are not as many as the size says are refused', (t) => {
  const code = 'data/rle';
  t.throws(() => rleFromBitmask({ width: 3, height: 2, data: new Uint8Array(5) }), { code, message: 'Pixels of a 3 x 2 mask are 6 bytes, found 5.' });
  t.throws(() => rleFromColumnMajor(new Uint8Array(7), { width: 3, height: 2 }), { code });
  t.throws(() => rleFromColumnMajor(new Uint8Array(0), { width: 0, height: 2 }), { code, message: /whole numbers of at least 1, found 0 x 2/ });
  t.throws(() => columnMajorFromRle({ width: 3, height: 2, counts: Uint32Array.of(5) }), { code });
  t.throws(() => bitmaskFromRle({ width: 3, height: 2, counts: Uint32Array.of(2, 5) }), { code });
});
