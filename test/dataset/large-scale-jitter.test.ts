/** Large-scale jitter: sizes and places as HQ-SAM's loader draws them, for every shape of picture. */
import test from 'ava';
import fc from 'fast-check';
import { TRAINING_SIDE, drawJitter, wholePicture } from '../../src/dataset/large-scale-jitter.js';

/** Gives back the listed numbers, one after the other. */
const numbers = (...list: number[]): (() => number) => () => list.shift()!;

test('the scale runs from 0.1 to 2 of the side, on the longer edge', (t) => {
  t.deepEqual(drawJitter({ width: 400, height: 300 }, numbers(0, 0, 0, 0)), { flip: true, scaled: { width: 102, height: 76 }, x: 0, y: 0, width: 102, height: 76 });
  const largest = drawJitter({ width: 300, height: 400 }, numbers(0.5, 1 - 1e-12, 0.999, 0.999));
  t.deepEqual(largest, { flip: false, scaled: { width: 1536, height: 2048 }, x: 512, y: 1023, width: 1024, height: 1024 });
});

test('what is cut out lies in the scaled picture and fits the square', (t) => {
  const side = fc.integer({ min: 1, max: 20_000 }), share = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
  fc.assert(fc.property(side, side, share, share, share, share, (width, height, ...draws) => {
    const { scaled, x, y, width: w, height: h } = drawJitter({ width, height }, numbers(...draws));
    return [scaled.width, scaled.height, x, y, w, h].every(Number.isInteger) && w >= 1 && h >= 1 && w <= TRAINING_SIDE && h <= TRAINING_SIDE
      && x >= 0 && y >= 0 && x + w <= scaled.width && y + h <= scaled.height && Math.max(scaled.width, scaled.height) <= 2 * TRAINING_SIDE;
  }));
  t.pass();
});

test('the whole picture shows all of it', (t) => {
  t.deepEqual(wholePicture({ width: 2000, height: 1000 }), { flip: false, scaled: { width: 1024, height: 512 }, x: 0, y: 0, width: 1024, height: 512 });
});
