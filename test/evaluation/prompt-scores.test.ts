/** Means, sizes, clicks needed, thresholds, and which regions are drawn. */
import test from 'ava';
import fc from 'fast-check';
import type { Annotation, DatasetEntry } from '../../src/dataset/types.js';
import { BOX_NOISE, noisyBox } from '../../src/evaluation/box-noise.js';
import { chooseRegions } from '../../src/evaluation/prompt-regions.js';
import type { RegionScores } from '../../src/evaluation/prompt-rounds.js';
import { meansOf, sizeClassOf, sumsOf } from '../../src/evaluation/prompt-scores.js';
import { unmetThresholds } from '../../src/evaluation/prompt-thresholds.js';
import { normalNumber, seededNumbers } from '../../src/evaluation/seeded.js';

const scores = (area: number, box: number, top: number[], best = top): RegionScores => ({ id: 1, area, box, noisyBox: box / 2, top, best });

test('sizes are COCO\'s', (t) => {
  t.deepEqual([1, 1023, 1024, 9215, 9216].map(sizeClassOf), ['small', 'small', 'medium', 'medium', 'large']);
});

test('means by size and over all, clicks needed with the misses at the most', (t) => {
  const images = [
    sumsOf([scores(10, 0.5, [0.5, 0.875, 0.75]), scores(10000, 1, [0.25, 0.5, 0.75], [0.75, 0.875, 0.9375])], 3),
    sumsOf([], 3),
    sumsOf([scores(20, 0.25, [0.9375, 0.9375, 0.9375])], 3),
  ];
  const { all, small, medium, large } = meansOf(images, 3);
  t.is(medium, null);
  t.deepEqual(small, {
    regions: 2, box: 0.375, noisyBox: 0.1875,
    top: { iou: [0.71875, 0.90625, 0.84375], noc: { 85: { mean: 1.5, reached: 1 }, 90: { mean: 2, reached: 0.5 } } },
    best: { iou: [0.71875, 0.90625, 0.84375], noc: { 85: { mean: 1.5, reached: 1 }, 90: { mean: 2, reached: 0.5 } } },
  });
  t.deepEqual(large!.best, { iou: [0.75, 0.875, 0.9375], noc: { 85: { mean: 2, reached: 1 }, 90: { mean: 3, reached: 1 } } });
  t.deepEqual(large!.top.noc, { 85: { mean: 3, reached: 0 }, 90: { mean: 3, reached: 0 } });
  t.is(all!.regions, 3);
  t.is(all!.box, 1.75 / 3);
  t.deepEqual(meansOf([], 3), { all: null, small: null, medium: null, large: null });
});

test('no boxes, no means of boxes', (t) => {
  const { all } = meansOf([sumsOf([{ id: 1, area: 5, top: [0.5], best: [0.5] }], 1)], 1);
  t.deepEqual(Object.keys(all!), ['regions', 'top', 'best']);
});

test('thresholds that are not met say what was found', (t) => {
  const { all } = meansOf([sumsOf([scores(10, 0.5, [0.25, 0.75])], 2)], 2);
  t.deepEqual(unmetThresholds({ minBoxIou: 0.5, minClickIou: 0.25, minLastClickIou: 0.75, maxNoc85: 2 }, all), []);
  t.deepEqual(unmetThresholds({ minBoxIou: 0.6, maxNoc90: 1 }, all), ['--min-box-iou 0.6 is not met: it is 0.5000.', '--max-noc90 1 is not met: it is 2.0000.']);
  t.deepEqual(unmetThresholds({ minClickIou: 0 }, null), ['--min-click-iou 0 is not met: it was not measured.']);
  t.deepEqual(unmetThresholds({}, null), []);
});

test('noise is the key\'s own, within its limits, and of the size that it should have', (t) => {
  const size = { width: 4000, height: 4000 };
  const box = { x0: 1000, y0: 1000, x1: 1100, y1: 3000 };
  t.deepEqual(noisyBox(box, size, 'a'), noisyBox(box, size, 'a'));
  const moves = Array.from({ length: 2000 }, (_, i) => noisyBox(box, size, `key ${i}`)).map(({ x0, y0 }) => [x0 - box.x0, y0 - box.y0] as const);
  t.true(moves.every(([x, y]) => Math.abs(x) <= BOX_NOISE.most && Math.abs(y) <= BOX_NOISE.most));
  const deviation = Math.sqrt(moves.reduce((sum, [x]) => sum + x * x, 0) / moves.length);
  t.true(deviation > 8.5 && deviation < 10.5, `${deviation}: 10 % of 100 pixels, a little less for the limit of 20`);
  t.true(Math.abs(moves.reduce((sum, [x]) => sum + x, 0) / moves.length) < 1, 'to both sides alike');
  t.true(moves.filter(([, y]) => Math.abs(y) === BOX_NOISE.most).length > moves.length * 0.8, '10 % of 2000 pixels is mostly more than the most');
});

test('a noisy box stays inside the image and keeps some area', (t) => {
  const numbers = fc.double({ min: 0, max: 30, noNaN: true });
  fc.assert(fc.property(numbers, numbers, fc.double({ min: 1, max: 30, noNaN: true }), fc.double({ min: 1, max: 30, noNaN: true }), fc.string(), (x, y, w, h, key) => {
    const { x0, y0, x1, y1 } = noisyBox({ x0: x, y0: y, x1: Math.min(60, x + w), y1: Math.min(60, y + h) }, { width: 60, height: 60 }, key);
    t.true(x0 >= 0 && y0 >= 0 && x1 <= 60 && y1 <= 60 && x1 > x0 && y1 > y0);
  }));
});

test('seeded numbers: the same each time, evenly spread, others for each text', (t) => {
  const take = (text: string, count: number): number[] => { const next = seededNumbers(text); return Array.from({ length: count }, next); };
  t.deepEqual(take('a', 5), take('a', 5));
  t.notDeepEqual(take('a', 5), take('b', 5));
  const many = take('spread', 10000);
  t.true(many.every((value) => value >= 0 && value < 1));
  t.true(Math.abs(many.reduce((sum, value) => sum + value, 0) / many.length - 0.5) < 0.01);
  const next = seededNumbers('normal');
  const normal = Array.from({ length: 10000 }, () => normalNumber(next));
  t.true(Math.abs(normal.reduce((sum, value) => sum + value * value, 0) / normal.length - 1) < 0.05);
});

test('regions: the ids that count, no crowds, those without a mask told, a draw that is the seed\'s own', (t) => {
  const annotation = (id: number, more: Partial<Annotation> = {}): Annotation => ({ id, imageId: 1, categoryId: 1, isCrowd: false, segmentation: { kind: 'polygons', rings: [] }, ...more });
  const { segmentation: _, ...bare } = annotation(3);
  const entry: DatasetEntry = { image: { id: 1, fileName: 'a.png', width: 5, height: 5 }, annotations: [annotation(1), annotation(2, { isCrowd: true }), bare, ...Array.from({ length: 20 }, (_each, i) => annotation(10 + i))] };
  const ids = (choice: Parameters<typeof chooseRegions>[1]): number[] => chooseRegions(entry, choice).regions.map(({ id }) => id);
  const all = chooseRegions(entry, { seed: 0 });
  t.deepEqual([all.regions.length, all.crowds, all.unmasked.map(({ id }) => id)], [21, 1, [3]]);
  t.deepEqual(ids({ seed: 0, ids: new Set([2, 12, 1]) }), [1, 12]);
  const drawn = ids({ seed: 0, most: 5 });
  t.is(drawn.length, 5);
  t.deepEqual(drawn, [...drawn].sort((a, b) => a - b), 'in the order of the entry');
  t.deepEqual(drawn, ids({ seed: 0, most: 5 }));
  t.notDeepEqual(drawn, ids({ seed: 1, most: 5 }));
});
