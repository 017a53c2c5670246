/** Duplicates by mask IoU and containment: exactly the planted ones go, and the preferred of two stays. */
import test from 'ava';
import { DEDUPE_OPTIONS, dedupeEntry, type DedupeOptions } from '../../src/dataset/dedupe.js';
import { resolveOptions } from '../../src/options.js';
import { drawn, entryOf } from './drawn.js';

const options = (some: Partial<DedupeOptions>): DedupeOptions => resolveOptions(DEDUPE_OPTIONS, some);
const whole = ['####', '####', '####', '....'], near = ['####', '####', '###.', '....'], part = ['##..', '##..', '....', '....'], far = ['....', '....', '....', '####'];

test('a near copy goes, a part and a stranger stay', (t) => {
  const entry = entryOf([drawn(1, whole), drawn(2, near), drawn(3, part), drawn(4, far)], 4, 4);
  const { entry: rest, removed } = dedupeEntry(entry, options({ iou: 0.9 }));
  t.deepEqual(rest.annotations.map((a) => a.id), [1, 3, 4]);
  t.deepEqual(removed, [{ id: 2, index: 1, duplicateOf: 1, duplicateOfIndex: 0, iou: 11 / 12, containment: 1 }]);
});

test('the threshold itself counts, above it does not', (t) => {
  const entry = entryOf([drawn(1, whole), drawn(2, near)], 4, 4);
  t.is(dedupeEntry(entry, options({ iou: 11 / 12 })).removed.length, 1);
  t.is(dedupeEntry(entry, options({ iou: 11 / 12 + 1e-9 })).removed.length, 0);
});

test('containment takes parts too, where it is asked for', (t) => {
  const entry = entryOf([drawn(1, part), drawn(2, whole), drawn(3, far)], 4, 4);
  t.deepEqual(dedupeEntry(entry, options({ containment: 0.95, prefer: 'area' })).entry.annotations.map((a) => a.id), [2, 3]);
  t.deepEqual(dedupeEntry(entry, options({ containment: 0.95 })).entry.annotations.map((a) => a.id), [1, 3], 'by order the earlier stays');
});

test('the preferred of two stays; ties keep the earlier', (t) => {
  const scored = [drawn(1, whole, { score: 0.2 }), drawn(2, near, { score: 0.9 }), drawn(3, whole, { score: 0.9 })];
  t.deepEqual(dedupeEntry(entryOf(scored, 4, 4), options({ prefer: 'score' })).entry.annotations.map((a) => a.id), [2]);
  t.deepEqual(dedupeEntry(entryOf(scored, 4, 4), options({ prefer: 'area' })).entry.annotations.map((a) => a.id), [1]);
  const staged = [drawn(1, whole, { attributes: { stage: 'fully-automatic' } }), drawn(2, near, { attributes: { stage: 'assisted-manual' } })];
  t.deepEqual(dedupeEntry(entryOf(staged, 4, 4), options({ prefer: 'stage' })).entry.annotations.map((a) => a.id), [2]);
});

test('a removed mask removes nothing: chains end', (t) => {
  const rows = [['#####.....'], ['.#####....'], ['..#####...']];
  const entry = entryOf(rows.map((r, i) => drawn(i + 1, r)), 10, 1);
  t.deepEqual(dedupeEntry(entry, options({ iou: 0.6 })).entry.annotations.map((a) => a.id), [1, 3], '1 removes 2; 3 overlaps 2 as much, but 2 is gone');
});

test('categories apart, polygons and runs alike, boxes alone untouched', (t) => {
  const two = [drawn(1, whole), drawn(2, whole, { categoryId: 2 })];
  t.is(dedupeEntry(entryOf(two, 4, 4), options({ perCategory: true })).removed.length, 0);
  t.is(dedupeEntry(entryOf(two, 4, 4), options({})).removed.length, 1);
  const polygon = drawn(2, whole, { segmentation: { kind: 'polygons', rings: [[0, 0, 4, 0, 4, 3, 0, 3]] } });
  t.deepEqual(dedupeEntry(entryOf([drawn(1, whole), polygon], 4, 4), options({})).removed.map((d) => d.iou), [1]);
  const boxes = [1, 2].map((id) => ({ id, imageId: 1, categoryId: 1, isCrowd: false, box: { x0: 0, y0: 0, x1: 2, y1: 2 } }));
  t.is(dedupeEntry(entryOf(boxes, 4, 4), options({})).entry.annotations.length, 2);
});
