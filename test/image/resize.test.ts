/** `resizeBilinear` against what Pillow answers, bit for bit, and `cropRgb`. */
import { readFileSync } from 'node:fs';
import test from 'ava';
import { isSamError } from '../../src/errors.js';
import { cropRgb, resizeBilinear } from '../../src/image/resize.js';
import type { RgbImage } from '../../src/image/rgb-image.js';

interface Golden { name: string; from: [number, number]; to: [number, number]; source: string; resized: string }

// the shape is that of our own script in fixtures/generate
const goldens = JSON.parse(readFileSync('fixtures/goldens/resize.json', 'utf8')) as { cases: Golden[] };

const bytes = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'base64'));
const counting = (width: number, height: number): RgbImage =>
  ({ data: Uint8Array.from({ length: width * height * 3 }, (_, i) => (i * 7) % 256), width, height });

for (const { name, from, to, source, resized } of goldens.cases) {
  test(`resizes ${from.join(' x ')} (${name}) to ${to.join(' x ')} as Pillow does`, (t) => {
    const image = { data: bytes(source), width: from[0], height: from[1] };
    const result = resizeBilinear(image, { width: to[0], height: to[1] });
    t.deepEqual([result.width, result.height], to);
    t.deepEqual(Buffer.from(result.data), Buffer.from(bytes(resized)));
    t.deepEqual(Buffer.from(image.data), Buffer.from(bytes(source)), 'the source is left alone');
  });
}

test('an image that keeps its size is returned as it is', (t) => {
  const image = counting(4, 3);
  t.is(resizeBilinear(image, { width: 4, height: 3 }), image);
});

test('sizes that are no sizes and data of another length are refused', (t) => {
  for (const size of [{ width: 0, height: 1 }, { width: 1, height: -1 }, { width: 1.5, height: 1 }, { width: Number.NaN, height: 1 }]) {
    const error = t.throws(() => resizeBilinear(counting(2, 2), size));
    t.true(isSamError(error, 'internal/unexpected'), `${size.width} x ${size.height}`);
  }
  t.throws(() => resizeBilinear({ data: new Uint8Array(11), width: 2, height: 2 }, { width: 1, height: 1 }), { message: /11 bytes/ });
});

test('cropRgb copies the box and leaves the source alone', (t) => {
  const image = counting(5, 4);
  const crop = cropRgb(image, { x0: 1, y0: 2, x1: 3, y1: 4 });
  t.deepEqual([crop.width, crop.height], [2, 2]);
  const pixel = (x: number, y: number): number[] => [...image.data.subarray((y * 5 + x) * 3, (y * 5 + x) * 3 + 3)];
  t.deepEqual([...crop.data], [...pixel(1, 2), ...pixel(2, 2), ...pixel(1, 3), ...pixel(2, 3)]);
  crop.data.fill(0);
  t.deepEqual(image, counting(5, 4));
});

test('cropRgb refuses boxes that are empty or leave the image', (t) => {
  for (const box of [{ x0: 0, y0: 0, x1: 0, y1: 1 }, { x0: -1, y0: 0, x1: 1, y1: 1 }, { x0: 0, y0: 0, x1: 6, y1: 1 }, { x0: 0.5, y0: 0, x1: 2, y1: 1 }]) {
    t.throws(() => cropRgb(counting(5, 4), box), { message: /crop/ });
  }
});
