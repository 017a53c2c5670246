/** Bilinear resizing against PyTorch's own values, whole and through windows. */
import test from 'ava';
import { readFileSync } from 'node:fs';
import { interpolate } from '../../src/image/interpolate.js';

interface Golden { height: number; width: number; pixels: number[]; cases: { height: number; width: number; values: number[] }[] }
const golden = JSON.parse(readFileSync('fixtures/goldens/interpolate.json', 'utf8')) as Golden;
const plane = { data: Uint8Array.from(golden.pixels), width: golden.width, height: golden.height, channels: 3 as const };

test('the values of torch.nn.functional.interpolate', (t) => {
  for (const { height, width, values } of golden.cases) {
    const found = interpolate(plane, { width, height });
    t.is(found.length, values.length);
    const furthest = Math.max(...values.map((value, i) => Math.abs(value - found[i]!)));
    t.true(furthest < 1e-3, `${width} x ${height}: ${furthest}`);
  }
});

test('a window is a part of the whole', (t) => {
  const size = { width: 30, height: 17 };
  const whole = interpolate(plane, size), part = interpolate(plane, size, { x: 4, y: 9, width: 20, height: 5 });
  for (let y = 0; y < 5; y++) {
    const start = ((y + 9) * 30 + 4) * 3;
    t.deepEqual(part.slice(y * 60, (y + 1) * 60), whole.slice(start, start + 60));
  }
  t.throws(() => interpolate(plane, size, { x: 11, y: 0, width: 20, height: 5 }), { message: /window/ });
});
