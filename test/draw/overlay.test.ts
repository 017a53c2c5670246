/** Overlays: order, colours by what is asked for, points, boxes, labels, legends, and what cannot be drawn. */
import test from 'ava';
import { AGREED, comparedColours, compareObjects, comparisonLegend, EXTRA, MISSED } from '../../src/draw/against.js';
import { areaAmount, colourOf, UNKNOWN_COLOUR } from '../../src/draw/colouring.js';
import { labelText } from '../../src/draw/label-text.js';
import { objectOf, scaledObjects } from '../../src/draw/objects.js';
import { categoriesById, drawOverlay } from '../../src/draw/overlay.js';
import { paletteColour, PALETTE_SIZE } from '../../src/draw/palette.js';
import { BACKGROUND, FOREGROUND } from '../../src/draw/prompts.js';
import { scaleColour } from '../../src/draw/scale.js';
import { rleOf } from '../mask/drawn.js';
import { annotation, blended, CATEGORIES, grey, landscape, maskWhere, objects, pixelAt } from './scenes.js';

const plain = { edge: 0, noLabels: true, alpha: 0.5 } as const;
const whole = maskWhere(40, 30, () => true), corner = maskWhere(40, 30, (x, y) => x < 10 && y < 10);

test('the largest comes first, wherever it stands; the image given stays as it is', (t) => {
  const image = grey(40, 30);
  for (const list of [[annotation(1, { rle: corner }), annotation(2, { rle: whole })], [annotation(2, { rle: whole }), annotation(1, { rle: corner })]]) {
    const drawn = drawOverlay(image, list, plain);
    t.deepEqual(pixelAt(drawn, 5, 5), blended(paletteColour(1), 0.5));
    t.deepEqual(pixelAt(drawn, 20, 20), blended(paletteColour(2), 0.5));
  }
  t.true(image.data.every((value) => value === 100));
});

test('the same object has the same colour whatever stands beside it; colours go by id, category, area or score', (t) => {
  const size = { width: 40, height: 30 }, object = { id: 7, categoryId: 3, area: 12, score: 0.75 };
  t.deepEqual(colourOf(object, size), paletteColour(7));
  t.deepEqual(colourOf(object, size, { by: 'category' }), paletteColour(3));
  t.deepEqual(colourOf(object, size, { by: 'area' }), scaleColour(areaAmount(0.01)));
  t.deepEqual(colourOf(object, size, { by: 'score' }), scaleColour(0.5));
  t.deepEqual(colourOf(object, size, { by: 'score', scoreFrom: 0.75 }), scaleColour(0));
  t.deepEqual(colourOf({ id: 1, categoryId: 1, area: 1, generator: { predictedIou: 1 } }, size, { by: 'score' }), scaleColour(1));
  t.deepEqual(colourOf({ id: 1, categoryId: 1, area: 1 }, size, { by: 'score' }), UNKNOWN_COLOUR);
  t.deepEqual([areaAmount(1), areaAmount(1e-4), areaAmount(0), areaAmount(0.01)], [1, 0, 0, 0.5]);
  t.deepEqual(paletteColour(1), paletteColour(1 + PALETTE_SIZE));
  t.deepEqual(paletteColour(0), paletteColour(PALETTE_SIZE), '0 is an id too');
});

test('points: a star for foreground, a circle with a bar for background, whatever lies below', (t) => {
  const drawn = drawOverlay(grey(80, 60), [annotation(1, { rle: maskWhere(80, 60, () => true), generator: { pointCoords: [[20, 20]] } })], { ...plain, points: true, prompts: [{ points: [{ x: 60, y: 40, label: 0 }] }] });
  t.deepEqual(pixelAt(drawn, 19, 19), [...FOREGROUND]);
  t.deepEqual(pixelAt(drawn, 60, 40), [255, 255, 255], 'the bar');
  t.deepEqual(pixelAt(drawn, 60, 37), [...BACKGROUND]);
  const without = drawOverlay(grey(80, 60), [annotation(1, { generator: { pointCoords: [[20, 20]] } })], plain);
  t.true(without.data.every((value) => value === 100), 'points of annotations are drawn when asked for');
});

test('boxes are drawn when asked for, and of what has no mask; prompted boxes in their own colour', (t) => {
  const box = { x0: 5, y0: 5, x1: 25, y1: 20 };
  const list = [annotation(1, { rle: corner }), annotation(2, { box })];
  t.deepEqual(pixelAt(drawOverlay(grey(40, 30), list, plain), 24, 12), [...paletteColour(2)]);
  t.deepEqual(pixelAt(drawOverlay(grey(40, 30), list, plain), 0, 0), blended(paletteColour(1), 0.5));
  t.deepEqual(pixelAt(drawOverlay(grey(40, 30), list, { ...plain, boxes: true }), 0, 0), [...paletteColour(1)], 'the box of the mask');
  const prompted = drawOverlay(grey(40, 30), [], { ...plain, prompts: [{ box }] });
  t.true(pixelAt(prompted, 5, 12)[1]! > 130 && pixelAt(prompted, 5, 12)[0]! < 100, 'green');
  t.deepEqual(pixelAt(prompted, 15, 12), [100, 100, 100]);
});

test('labels say what is asked for', (t) => {
  const categories = categoriesById(CATEGORIES), size = { width: 240, height: 160 };
  const [first, , , greek, nameless] = objects().map((each) => objectOf(each, size));
  t.is(labelText(first!, undefined, categories), 'ball 0.97');
  t.is(labelText(first!, undefined, categoriesById(CATEGORIES.slice(0, 1))), '0.97', 'one category says nothing');
  t.is(labelText(greek!, ['category', 'id', 'score', 'area'], categories), `Ωμέγα Жук #4 0.51 ${greek!.area} px`);
  t.is(labelText(nameless!, undefined, categories), 'category 4', 'no name');
  t.is(labelText(objectOf(annotation(1, { categoryId: 9, score: 0.999 }), size), undefined, new Map([...categories, [9, { id: 9, name: '猫' }]])), 'category 9 0.99', 'a name that the font lacks, a score that is not 1');
  t.throws(() => drawOverlay(grey(4, 4), [], { labels: 'name' }), { message: /--labels expects category, score, id, area .* got "name"/ });
});

test('a label is a plate of the object\'s colour in the object', (t) => {
  const drawn = drawOverlay(grey(120, 80), [annotation(3, { rle: maskWhere(120, 80, (x, y) => x > 10 && y > 10), score: 0.5 })], { labels: 'score', edge: 0 });
  const plate = Array.from({ length: drawn.data.length / 3 }, (_, i) => String(drawn.data.subarray(3 * i, 3 * i + 3))).filter((pixel) => pixel === String(paletteColour(3))).length;
  t.true(plate > 150 && plate < 800, `${plate} pixels`);
  t.deepEqual(drawOverlay(grey(120, 80), [annotation(3, { rle: whole40() })], { noLabels: true, edge: 0 }), drawOverlay(grey(120, 80), [annotation(3, { rle: whole40() })], { maxLabels: 0, edge: 0 }));
});

const whole40 = () => maskWhere(120, 80, (x) => x < 40);

test('a legend stands below the picture, which stays whole', (t) => {
  const image = landscape(240, 160);
  for (const by of ['area', 'score'] as const) {
    const bare = drawOverlay(image, objects(), { by, noLegend: true }), explained = drawOverlay(image, objects(), { by });
    t.deepEqual(explained.data.subarray(0, bare.data.length), bare.data);
    t.is(explained.width, 240);
    t.true(explained.height > 180);
  }
  t.is(drawOverlay(image, objects()).height, 160);
});

test('the same bytes each time, a picture for every size down to one pixel', (t) => {
  t.deepEqual(drawOverlay(landscape(240, 160), objects(), { categories: CATEGORIES, points: true }), drawOverlay(landscape(240, 160), objects(), { categories: CATEGORIES, points: true }));
  const tiny = drawOverlay(grey(1, 1), [annotation(1, { rle: rleOf('#'), score: 1 })], { boxes: true, by: 'area' });
  t.is(tiny.width, 1);
});

test('a mask of another size or with a fault is an error that names it', (t) => {
  t.throws(() => drawOverlay(grey(5, 5), [annotation(12, { rle: rleOf('##') })]), { code: 'data/record', message: 'The mask is 2 x 1, but the image 5 x 5.' });
  const broken = { width: 5, height: 5, counts: Uint32Array.from([3]) };
  t.like(t.throws(() => drawOverlay(grey(5, 5), [annotation(12, { rle: broken })])), { code: 'data/record', record: 'annotation 12' });
});

test('objects in a thumbnail keep their places', (t) => {
  const [scaled] = scaledObjects([objectOf(annotation(1, { rle: corner, generator: { pointCoords: [[10, 4]] } }), { width: 40, height: 30 })], { width: 40, height: 30 }, { width: 20, height: 15 });
  t.deepEqual(scaled!.rle, maskWhere(20, 15, (x, y) => x < 5 && y < 5));
  t.deepEqual(scaled!.box, { x0: 0, y0: 0, x1: 5, y1: 5 });
  t.deepEqual(scaled!.annotation.generator?.pointCoords, [[5, 2]]);
});

test('agreed, missed and extra: each object has one partner, the best first', (t) => {
  const size = { width: 40, height: 30 };
  const strip = (from: number, to: number) => maskWhere(40, 30, (x) => x >= from && x < to);
  const own = [annotation(1, { rle: strip(0, 10) }), annotation(2, { rle: strip(1, 11) }), annotation(3, { rle: strip(30, 40) })].map((each) => objectOf(each, size));
  const references = [annotation(1, { rle: strip(1, 11) }), annotation(2, { box: { x0: 30, y0: 0, x1: 40, y1: 30 } }), annotation(3, { rle: strip(20, 25) })].map((each) => objectOf(each, size));
  const comparison = compareObjects(own, references, size, 0.5);
  t.deepEqual(comparison.agreed.map(({ object, reference, iou }) => [object.annotation.id, reference.annotation.id, iou]), [[2, 1, 1], [3, 2, 1]], 'a box agrees with a mask');
  t.deepEqual(comparison.missed.map(({ annotation: { id } }) => id), [3]);
  t.deepEqual(comparison.extra.map(({ annotation: { id } }) => id), [1]);
  t.deepEqual(comparisonLegend(comparison).map(({ text }) => text), ['agreed 2', 'missed 1', 'extra 1']);
  t.deepEqual(comparisonLegend(comparison, true).map(({ text }) => text), ['agreed 2', 'missed 1 (right)', 'extra 1 (left)']);
  t.deepEqual([...comparedColours(comparison, 'both').values()], [AGREED, AGREED, MISSED, EXTRA]);
  t.deepEqual([...comparedColours(comparison, 'references').keys()].map(({ annotation: { id } }) => id), [1, 2, 3]);
  t.is(compareObjects(own, [], size, 0).extra.length, 3);
  t.is(compareObjects([own[0]!], [references[2]!], size, 0).agreed.length, 0, 'nothing shared is no agreement');
});
