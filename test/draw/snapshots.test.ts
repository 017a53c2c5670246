/**
 * Whole compositions beside pictures that people have looked at. Text and lines may differ by little where Skia was built for another processor.
 * After a meant change: `SAM_WRITE_SNAPSHOTS=1 npx ava dist/test/draw/snapshots.test.js`, and look at `test/snapshots/` again.
 */
import test from 'ava';
import { readFileSync, writeFileSync } from 'node:fs';
import { AGREED, EXTRA, MISSED } from '../../src/draw/against.js';
import { contactSheet, sideBySide } from '../../src/draw/compose.js';
import { croppedObject, cutOut } from '../../src/draw/cutout.js';
import { withEntries } from '../../src/draw/legend.js';
import { objectOf } from '../../src/draw/objects.js';
import { drawOverlay } from '../../src/draw/overlay.js';
import { decodeImage } from '../../src/image/decode.js';
import { encodePngRgb } from '../../src/image/encode.js';
import { resizeBilinear } from '../../src/image/resize.js';
import type { RgbImage } from '../../src/image/rgb-image.js';
import { annotation, CATEGORIES, landscape, maskWhere, objects } from './scenes.js';

const image = landscape(240, 160), categories = CATEGORIES;
const crowded = Array.from({ length: 30 }, (_, i) => annotation(i + 1, { rle: maskWhere(240, 160, (x, y) => Math.hypot(x - 20 - 40 * (i % 6), y - 16 - 32 * Math.floor(i / 6)) < 11) }));

const COMPOSITIONS: Record<string, () => RgbImage> = {
  instances: () => drawOverlay(image, objects(), { categories }),
  'points-and-boxes': () => drawOverlay(image, objects(), { points: true, boxes: true, labels: 'id', prompts: [{ points: [{ x: 30, y: 20, label: 0 }], box: { x0: 20, y0: 10, x1: 120, y1: 140 } }] }),
  categories: () => drawOverlay(image, objects(), { categories, by: 'category', alpha: 0.7, edge: 3 }),
  scores: () => drawOverlay(image, objects(), { by: 'score', noLabels: true }),
  areas: () => drawOverlay(image, objects(), { by: 'area', labels: 'area' }),
  crowded: () => drawOverlay(image, crowded, { labels: 'id', maxLabels: 30 }),
  'side-by-side': () => sideBySide([image, drawOverlay(image, objects(), { noLabels: true })], 6),
  sheet: () => withEntries(contactSheet(
    [image, drawOverlay(image, objects(), { noLabels: true }), landscape(90, 160)].map((picture, i) => ({ picture: i === 2 ? picture : resizeBilinear(picture, { width: 160, height: 107 }), caption: [`folder/with a long name of an image ${i}.jpg`, `${i} objects`] })),
    { columns: 2, side: 160, captionLines: 2 },
  ), [{ colour: AGREED, text: 'agreed 12' }, { colour: MISSED, text: 'missed 3' }, { colour: EXTRA, text: 'extra 4' }], 12),
};

for (const [name, compose] of Object.entries(COMPOSITIONS)) {
  test(`${name} looks as it did`, async (t) => {
    const path = `test/snapshots/${name}.png`, picture = compose();
    if (process.env['SAM_WRITE_SNAPSHOTS'] === '1') writeFileSync(path, await encodePngRgb(picture));
    const known = await decodeImage(readFileSync(path), { name: path });
    t.deepEqual([picture.width, picture.height], [known.width, known.height]);
    let different = 0;
    picture.data.forEach((value, i) => { if (Math.abs(value - known.data[i]!) > 12) different++; });
    t.true(different < picture.data.length / 1000, `${different} of ${picture.data.length} values differ`);
  });
}

test('a caption that the font cannot write is drawn with its own squares, never in another font', (t) => {
  const page = (caption: string): RgbImage => contactSheet([{ picture: landscape(80, 60), caption: [caption] }], { columns: 1, side: 80, captionLines: 1 });
  t.deepEqual(page('猫.png'), page('□.png'));
  t.notDeepEqual(page('猫.png'), page('a.png'));
});

test('a cut-out has its object\'s pixels and nothing else; a crop keeps the object where it is', (t) => {
  const ring = objectOf(objects()[2]!, image), cutout = cutOut(image, ring)!;
  t.deepEqual(cutout.box, ring.box);
  const at = (x: number, y: number): number[] => [...cutout.data.subarray(4 * ((y - cutout.box.y0) * cutout.width + x - cutout.box.x0)).subarray(0, 4)];
  t.deepEqual(at(180, 60), [0, 0, 0, 0], 'the hole, without the colours below it');
  t.deepEqual(at(180, 30), [...image.data.subarray((30 * 240 + 180) * 3, (30 * 240 + 180) * 3 + 3), 255]);
  t.is(cutout.data.filter((value, i) => i % 4 === 3 && value === 255).length, ring.area);
  const box = cutOut(image, objectOf(objects()[4]!, image))!;
  t.deepEqual(box.box, { x0: 196, y0: 108, x1: 240, y1: 150 }, 'of a box all of it that is in the image');
  t.is(cutOut(image, objectOf(annotation(1, { rle: maskWhere(240, 160, () => false) }), image)), undefined);
  t.deepEqual(croppedObject(ring, { x0: 100, y0: 20, x1: 240, y1: 100 }).rle, maskWhere(140, 80, (x, y) => Math.abs(Math.hypot(x - 80, y - 40) - 30) < 9));
});
