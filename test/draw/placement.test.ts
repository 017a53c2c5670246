/** Labels keep off each other and inside the picture; colours of neighbours in the palette differ. */
import test from 'ava';
import fc from 'fast-check';
import { mixed, type Rgb } from '../../src/draw/colour.js';
import { paletteColour, PALETTE_SIZE } from '../../src/draw/palette.js';
import { placeLabels, type LabelWish } from '../../src/draw/placement.js';
import { scaleColour } from '../../src/draw/scale.js';

const PICTURE = { width: 200, height: 120 };

const wishes: fc.Arbitrary<LabelWish> = fc.record({ width: fc.integer({ min: 5, max: 60 }), height: fc.constant(12), x: fc.integer({ min: -20, max: 220 }), y: fc.integer({ min: -20, max: 140 }), size: fc.integer({ min: 1, max: 150 }) })
  .map(({ width, height, x, y, size }) => ({ width, height, anchor: { x, y }, box: { x0: x - size / 2, y0: y - size / 2, x1: x + size / 2, y1: y + size / 2 } }));

test('no label lies over another, none leaves the picture', (t) => {
  fc.assert(fc.property(fc.array(wishes, { maxLength: 60 }), (list) => {
    const placed = placeLabels(list, PICTURE, 1).flatMap((place, i) => (place === undefined ? [] : [{ ...place, ...list[i]!, x: place.x, y: place.y }]));
    t.true(placed.every(({ x, y, width, height }) => x >= 0 && y >= 0 && x + width <= PICTURE.width && y + height <= PICTURE.height));
    placed.forEach((a, i) => {
      for (const b of placed.slice(i + 1)) t.false(a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height);
    });
    t.true(list.length === 0 || placed.length > 0);
  }));
});

test('the first takes the middle of a large object, a small one is not covered, who finds no place is moved and led back', (t) => {
  const large: LabelWish = { width: 30, height: 12, anchor: { x: 100, y: 60 }, box: { x0: 40, y0: 20, x1: 160, y1: 100 } };
  const small: LabelWish = { width: 30, height: 12, anchor: { x: 105, y: 62 }, box: { x0: 100, y0: 58, x1: 110, y1: 66 } };
  t.deepEqual(placeLabels([large], PICTURE, 1), [{ x: 85, y: 54, isMoved: false }]);
  t.deepEqual(placeLabels([small], PICTURE, 1), [{ x: 100, y: 46, isMoved: false }]);
  const crowd = placeLabels(Array.from({ length: 12 }, () => small), PICTURE, 1);
  t.true(crowd.slice(0, 2).every((place) => place?.isMoved === false), 'above and below');
  t.true(crowd.slice(-3).every((place) => place?.isMoved === true));
  t.deepEqual(placeLabels([{ ...small, width: 201 }], PICTURE, 1), [undefined], 'wider than the picture');
  const [avoiding] = placeLabels([large], PICTURE, 1, { avoid: [{ x0: 95, y0: 55, x1: 105, y1: 65 }] });
  t.notDeepEqual(avoiding, { x: 85, y: 54, isMoved: false });
  const [polite] = placeLabels([large], PICTURE, 1, { objects: [large.box, small.box] });
  t.true(polite!.y + 12 <= small.box.y0 || polite!.y >= small.box.y1, 'the small object beside it is seen');
  t.deepEqual(placeLabels([small], PICTURE, 1, { objects: [small.box] }), [{ x: 100, y: 46, isMoved: false }], 'its own box is not in its way');
});

/** OKLab, in which equal distances look alike. */
function labOf(colour: Rgb): number[] {
  const [r, g, b] = colour.map((value) => (value / 255 <= 0.04045 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4)) as [number, number, number];
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b), m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b), s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  return [0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s, 1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s, 0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s];
}

test('any twelve neighbours of the palette are well apart, none is near black or white', (t) => {
  for (let i = 1; i <= PALETTE_SIZE; i++) {
    const lab = labOf(paletteColour(i));
    t.true(lab[0]! > 0.55 && lab[0]! < 0.88, `lightness of ${i}`);
    for (let j = i + 1; j < i + 12; j++) {
      const other = labOf(paletteColour(j));
      t.true(Math.hypot(...lab.map((value, c) => value - other[c]!)) > 0.08, `${i} and ${j}`);
    }
  }
});

test('the scale goes from its first colour to its last, lighter all the way', (t) => {
  t.deepEqual([scaleColour(0), scaleColour(1), scaleColour(-3), scaleColour(7)], [[68, 1, 84], [253, 231, 37], [68, 1, 84], [253, 231, 37]]);
  for (let i = 1; i <= 50; i++) t.true(labOf(scaleColour(i / 50))[0]! > labOf(scaleColour((i - 1) / 50))[0]!);
  t.deepEqual(mixed([0, 10, 255], [255, 20, 0], 0.2), [51, 12, 204]);
});
