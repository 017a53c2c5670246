/** Splits have their shares whatever the order of the images; counts of a dataset drawn by hand. */
import test from 'ava';
import { createHash } from 'node:crypto';
import { parseRatio, splitImages } from '../../src/dataset/split.js';
import { StatsCounter } from '../../src/dataset/stats.js';
import { drawn, entryOf } from './drawn.js';

const rank = (seed: number) => (name: string): string => createHash('sha256').update(`${seed}\0${name}`).digest('hex');
const names = Array.from({ length: 103 }, (_, i) => `images/${i}.jpg`);

test('shares by largest remainder, the same for any order, another for another seed', (t) => {
  const split = splitImages(names, parseRatio('0.8,0.1,0.1'), rank(1));
  const count = (which: string): number => [...split.values()].filter((value) => value === which).length;
  t.deepEqual([count('train'), count('val'), count('test')], [83, 10, 10]);
  const again = splitImages([...names].reverse(), [0.8, 0.1, 0.1], rank(1));
  t.true(names.every((name) => again.get(name) === split.get(name)));
  const other = splitImages(names, [0.8, 0.1, 0.1], rank(2));
  t.true(names.some((name) => other.get(name) !== split.get(name)));
  t.deepEqual([...splitImages(['a'], [0.5, 0.5], rank(1)).values()], ['train']);
  t.is(splitImages([], [0.5, 0.5], rank(1)).size, 0);
});

test('shares that are none are refused', (t) => {
  for (const text of ['1', '0.5,0.6', '0.5,-0.1,0.6', '', '0.5,,0.5', 'a,b', '0.25,0.25,0.25,0.25']) t.throws(() => parseRatio(text), { code: 'usage/option' }, text);
  t.deepEqual(parseRatio('0.7,0.2,0.1'), [0.7, 0.2, 0.1]);
});

test('counts', (t) => {
  const counter = new StatsCounter([{ id: 1, name: 'cat' }, { id: 2, name: 'dog' }]);
  const masks = counter.add(entryOf([drawn(1, ['##', '##']), drawn(2, ['##', '#.'], { score: 0.5 }), { id: 3, imageId: 1, categoryId: 2, isCrowd: true, box: { x0: 0, y0: 0, x1: 1, y1: 2 } }], 2, 2));
  t.is(masks, 2);
  counter.add(entryOf([], 2, 2));
  const stats = counter.result();
  t.like(stats, { images: 2, imagesWithoutAnnotations: 1, annotations: 3, masks: 2, boxesOnly: 1, crowds: 1, coverage: 0.5, area: { min: 2, mean: 3, max: 4 }, scores: { count: 1, mean: 0.5 } });
  t.deepEqual(stats.overlaps, { atLeast50: 1, atLeast70: 1, atLeast90: 0 });
  t.deepEqual(stats.annotationsPerImage, { min: 0, mean: 1.5, max: 3 });
  t.deepEqual(stats.areaHistogram, [0, 2, 1]);
  t.deepEqual(stats.perImageHistogram, [1, 0, 1], 'none, and 2 to 3');
  t.deepEqual(stats.sides, { width: { min: 2, max: 2 }, height: { min: 2, max: 2 } });
  t.like(stats.categories[0]!, { name: 'cat', annotations: 2, images: 1, masks: 2, meanArea: 3.5 });
  t.like(stats.categories[1]!, { name: 'dog', annotations: 1, images: 1, masks: 0, crowds: 1 });
  t.deepEqual(new StatsCounter([]).result().area, { min: 0, mean: 0, max: 0 }, 'an empty dataset has no infinities');
});
