/** Polygons to pixels beside the letter of `rleFrPoly`, point by point, and what is no polygon. */
import test from 'ava';
import fc from 'fast-check';
import { rleFromBox, rleFromPolygon, rleFromPolygons } from '../../src/mask/polygon-fill.js';
import { mergeRle } from '../../src/mask/merge.js';
import { rowsOf } from './drawn.js';

/** cocoapi's `rleFrPoly`, line by line: every point of the outline in the finer grid, sorted changes, runs. */
function letter(xy: readonly number[], w: number, h: number): number[] {
  const int = Math.trunc, k = xy.length / 2;
  const x = Array.from({ length: k }, (_, j) => int(5 * xy[2 * j]! + 0.5)), y = Array.from({ length: k }, (_, j) => int(5 * xy[2 * j + 1]! + 0.5));
  x.push(x[0]!);
  y.push(y[0]!);
  const u: number[] = [], v: number[] = [];
  for (let j = 0; j < k; j++) {
    let xs = x[j]!, xe = x[j + 1]!, ys = y[j]!, ye = y[j + 1]!;
    const dx = Math.abs(xe - xs), dy = Math.abs(ys - ye);
    const flip = (dx >= dy && xs > xe) || (dx < dy && ys > ye);
    if (flip) [xs, xe, ys, ye] = [xe, xs, ye, ys];
    const s = dx >= dy ? (ye - ys) / dx : (xe - xs) / dy;
    for (let d = 0; d <= Math.max(dx, dy); d++) {
      const t = flip ? Math.max(dx, dy) - d : d;
      u.push(dx >= dy ? t + xs : int(xs + s * t + 0.5));
      v.push(dx >= dy ? int(ys + s * t + 0.5) : t + ys);
    }
  }
  const changes: number[] = [];
  for (let j = 1; j < u.length; j++) {
    if (u[j] === u[j - 1]) continue;
    const xd = ((u[j]! < u[j - 1]! ? u[j]! : u[j]! - 1) + 0.5) / 5 - 0.5;
    if (Math.floor(xd) !== xd || xd < 0 || xd > w - 1) continue;
    const yd = (Math.min(v[j]!, v[j - 1]!) + 0.5) / 5 - 0.5;
    changes.push(xd * h + Math.ceil(Math.min(h, Math.max(0, yd))));
  }
  const a = [...changes, h * w].sort((p, q) => p - q).map((p, i, all) => p - (all[i - 1] ?? 0));
  const b = [a[0]!];
  for (let j = 1; j < a.length;) {
    if (a[j]! > 0) b.push(a[j++]!);
    else {
      j++;
      if (j < a.length) b[b.length - 1]! += a[j++]!;
    }
  }
  return b;
}

const coordinate = fc.oneof(
  fc.integer({ min: -60, max: 200 }).map((v) => v / 5), fc.integer({ min: -60, max: 400 }).map((v) => v / 10), fc.double({ min: -20, max: 60, noNaN: true }),
  fc.integer({ min: -5, max: 45 }), fc.double({ min: -3, max: 3, noNaN: true }), fc.constantFrom(-0.1, -0.3, -0.09999999, 0.1, 0.5, 2.5, 1e-9, -1e-9),
);
const polygons = fc.integer({ min: 3, max: 12 }).chain((n) => fc.array(coordinate, { minLength: 2 * n, maxLength: 2 * n }));
const side = fc.integer({ min: 1, max: 40 });

test('any polygon sets the pixels that the letter of the rule sets', (t) => {
  fc.assert(fc.property(polygons, side, side, (polygon, width, height) => {
    t.deepEqual([...rleFromPolygon(polygon, { width, height }).counts], letter(polygon, width, height));
  }), { numRuns: 3000, seed: 71 });
});

test('long edges and tiny ones', (t) => {
  const far = fc.oneof(fc.integer({ min: -3000, max: 3000 }), fc.double({ min: -2000, max: 2000, noNaN: true }), fc.double({ min: 3, max: 3.5, noNaN: true }));
  const long = fc.integer({ min: 3, max: 6 }).chain((n) => fc.array(far, { minLength: 2 * n, maxLength: 2 * n }));
  fc.assert(fc.property(long, side, side, (polygon, width, height) => {
    t.deepEqual([...rleFromPolygon(polygon, { width, height }).counts], letter(polygon, width, height));
  }), { numRuns: 300, seed: 72 });
});

test('a polygon covers the pixels whose middles it holds', (t) => {
  t.deepEqual(rowsOf(rleFromPolygon([1, 1, 4, 1, 4, 3, 1, 3], { width: 5, height: 4 })), ['.....', '.###.', '.###.', '.....']);
  t.deepEqual(rowsOf(rleFromPolygon([0, 0, 4, 0, 0, 4], { width: 4, height: 4 })), ['###.', '##..', '#...', '....'], 'middles on the edge are out');
  t.deepEqual(rowsOf(rleFromBox({ x0: 0.4, y0: 0.6, x1: 2.6, y1: 9 }, { width: 3, height: 3 })), ['...', '###', '###']);
});

test('more changes than fit are reduced to those that count', (t) => {
  // 8000 edges there and back over 1500 columns: twelve million changes, of which a triangle's are left
  const polygon: number[] = [];
  for (let i = 0; i < 4000; i++) polygon.push(0, 0, 1500, 10);
  polygon.push(0, 20);
  t.deepEqual(rleFromPolygon(polygon, { width: 1500, height: 30 }), rleFromPolygon([0, 0, 1500, 10, 0, 20], { width: 1500, height: 30 }));
});

test('several polygons of an object are their union, each filled on its own', (t) => {
  fc.assert(fc.property(fc.array(polygons, { minLength: 1, maxLength: 5 }), side, side, (rings, width, height) => {
    const size = { width, height };
    t.deepEqual(rleFromPolygons(rings, size), mergeRle(rings.map((ring) => rleFromPolygon(ring, size)), 'union'));
  }), { numRuns: 150, seed: 73 });
});

test('what is no polygon says why', (t) => {
  const size = { width: 4, height: 4 }, code = 'data/polygon';
  t.throws(() => rleFromPolygon([0, 0, 4, 4], size), { code, message: 'A polygon is at least three pairs x, y, found 4 numbers.' });
  t.throws(() => rleFromPolygon([0, 0, 4, 4, 0, 4, 1], size), { code, message: /found 7 numbers/ });
  t.throws(() => rleFromPolygon([0, 0, 4, Number.NaN, 0, 4], size), { code, message: /number 3 is NaN/ });
  t.throws(() => rleFromPolygon([0, 0, 4, 4, 0, -Infinity], size), { code, message: /number 5 is -Infinity/ });
  t.throws(() => rleFromPolygon([0, 0, 4, 1e10, 0, 4], size), { code });
  t.throws(() => rleFromPolygons([], size), { code });
  const error = t.throws(() => rleFromPolygons([[0, 0, 1, 0, 1, 1], [0, 0, 4, Number.NaN, 0, 4]], size), { code });
  t.like(error, { path: 'segmentation[1][3]' });
  t.throws(() => rleFromPolygon([0, 0, 1, 0, 1, 1], { width: 0, height: 4 }), { code: 'data/rle' });
  t.throws(() => rleFromBox({ x0: 0, y0: 0, x1: Number.NaN, y1: 1 }, size), { code });
});
