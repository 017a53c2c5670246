/** Boxes and areas against masks: what differs is told with the right value, what is only rounded or written by another custom is not. */
import test from 'ava';
import { annotationProblems, type Problem } from '../../src/dataset/check-annotation.js';
import { repeatedAnnotations } from '../../src/dataset/duplicates.js';
import type { Annotation } from '../../src/dataset/types.js';
import { boxFromRle, rleArea } from '../../src/mask/rle.js';
import { rleFromPolygon } from '../../src/mask/polygon-fill.js';
import { drawn } from './drawn.js';

const SIZE = { width: 100, height: 80 };
const circle = (cx: number, cy: number, r: number): number[] => Array.from({ length: 48 }, (_, i) => (i * Math.PI) / 24).flatMap((angle) => [cx + r * Math.cos(angle), cy + r * Math.sin(angle)]);
const polygon = (ring: number[], more: Partial<Annotation> = {}): Annotation => ({ id: 1, imageId: 1, categoryId: 1, isCrowd: false, segmentation: { kind: 'polygons', rings: [ring] }, ...more });
const codes = (problems: Problem[]): string[] => problems.map(({ code }) => code);
const rows = ['......', '.##...', '.##...', '......'];

test('a mask of runs with its own box and area has no problem; the box of a box alone has none', (t) => {
  t.deepEqual(annotationProblems(drawn(1, rows, { box: { x0: 1, y0: 1, x1: 3, y1: 3 }, area: 4 }), { width: 6, height: 4 }, 0), []);
  t.deepEqual(annotationProblems({ id: 1, imageId: 1, categoryId: 1, isCrowd: false, box: { x0: 0, y0: 0, x1: 100, y1: 81 }, area: 3 }, SIZE, 1), []);
});

test('a box off by more than the slack is told with that of the mask', (t) => {
  const size = { width: 6, height: 4 };
  const off = drawn(1, rows, { box: { x0: 1, y0: 1, x1: 4, y1: 3 } });
  t.deepEqual(annotationProblems(off, size, 1), []);
  const [problem] = annotationProblems(off, size, 0);
  t.like(problem, { code: 'box/mismatch', path: 'bbox', fix: { box: { x0: 1, y0: 1, x1: 3, y1: 3 } } });
  t.deepEqual(codes(annotationProblems(drawn(1, rows, { box: { x0: 1, y0: 1, x1: 5, y1: 3 } }), size, 1)), ['box/mismatch']);
});

test('areas of polygons: by the shoelace formula or by pixels, both are right; the area of the box is not', (t) => {
  const ring = circle(40, 40, 20.3), mask = rleFromPolygon(ring, SIZE), box = boxFromRle(mask)!;
  const shoelace = Math.abs(ring.reduce((sum, x, i) => (i % 2 === 1 ? sum : sum + x * ring[(i + 3) % ring.length]! - ring[i + 1]! * ring[(i + 2) % ring.length]!), 0)) / 2;
  for (const area of [shoelace, rleArea(mask), shoelace + 10]) t.deepEqual(annotationProblems(polygon(ring, { area, box }), SIZE, 1), [], `${area}`);
  const [problem] = annotationProblems(polygon(ring, { area: (box.x1 - box.x0) * (box.y1 - box.y0), box }), SIZE, 1);
  t.like(problem, { code: 'area/mismatch', path: 'area', fix: { area: rleArea(mask) } });
  t.deepEqual(codes(annotationProblems(polygon(ring, { area: 0 }), SIZE, 1)), ['area/mismatch']);
});

test('a polygon beyond the image is told; its box may be clipped or not', (t) => {
  const ring = [80, 10, 120, 10, 120, 30, 80, 30];
  for (const x1 of [100, 120]) t.deepEqual(codes(annotationProblems(polygon(ring, { box: { x0: 80, y0: 10, x1, y1: 30 } }), SIZE, 1)), x1 === 100 ? ['polygon/outside'] : ['box/outside', 'polygon/outside']);
  t.deepEqual(annotationProblems(polygon([80, 10, 101, 10, 101, 30, 80, 30]), SIZE, 1), [], 'a pixel is rounding');
});

test('masks without a pixel: no runs, outside, thin', (t) => {
  t.deepEqual(codes(annotationProblems(drawn(1, ['....', '....'], { box: { x0: 0, y0: 0, x1: 2, y1: 1 }, area: 9 }), { width: 4, height: 2 }, 1)), ['mask/empty']);
  t.deepEqual(codes(annotationProblems(polygon([200, 10, 220, 10, 220, 30]), SIZE, 1)), ['polygon/outside', 'mask/empty']);
  t.deepEqual(codes(annotationProblems(polygon([10, 10, 10.1, 10, 10.1, 10.1]), SIZE, 1)), ['mask/empty']);
});

test('boxes without an area, and beyond the image', (t) => {
  const of = (x0: number, y0: number, x1: number, y1: number): string[] => codes(annotationProblems({ id: 1, imageId: 1, categoryId: 1, isCrowd: false, box: { x0, y0, x1, y1 } }, SIZE, 1));
  t.deepEqual([of(1, 1, 1, 5), of(1, 1, 102, 5), of(-2, 1, 5, 5), of(-1, -1, 101, 81)], [['box/empty'], ['box/outside'], ['box/outside'], []]);
});

test('a polygon that cannot be drawn is an error of its own, never an exception', (t) => {
  const [, problem] = annotationProblems(polygon([1, 1, 1e300, 1, 5, 5]), SIZE, 1);
  t.like(problem, { code: 'polygon/invalid', path: 'segmentation' });
});

test('annotations that say the same but for their id are found; a score, a category or a pixel makes another', (t) => {
  const one = drawn(1, rows, { area: 4 }), others = [drawn(2, rows, { area: 4, score: 0.5 }), drawn(3, rows, { area: 4, categoryId: 2 }), drawn(4, ['......', '.##...', '.###..', '......'], { area: 4 })];
  t.deepEqual([...repeatedAnnotations([one, ...others])], []);
  t.deepEqual([...repeatedAnnotations([one, ...others, drawn(9, rows, { area: 4 }), { ...others[0]!, id: 10 }, drawn(11, rows, { area: 4 })])], [[4, 0], [6, 0], [5, 1]]);
  const flat = polygon([1, 1, 5, 1, 5, 5]);
  t.deepEqual([...repeatedAnnotations([flat, polygon([1, 1, 5, 1, 5, 6]), { ...flat, id: 7 }])], [[2, 0]]);
});
