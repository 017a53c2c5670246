/** The codec against pycocotools' own answers: this project's goldens, and more of them where the shared ones are. */
import test from 'ava';
import { existsSync, readFileSync } from 'node:fs';
import { boxToCocoXywh } from '../../src/geometry/box.js';
import type { ImageSize } from '../../src/geometry/size.js';
import { columnMajorFromRle, rleFromColumnMajor } from '../../src/mask/bitmap-columns.js';
import { rleFromCoco, rleToCounts } from '../../src/mask/coco-rle.js';
import { maskIou } from '../../src/mask/iou.js';
import { canonicalRle, mergeRle } from '../../src/mask/merge.js';
import { rleFromBox, rleFromPolygon, rleFromPolygons } from '../../src/mask/polygon-fill.js';
import { bitmaskFromRle, boxFromRle, rleArea, rleFromBitmask, type Rle } from '../../src/mask/rle.js';
import { rleFromString, rleToCoco, rleToString } from '../../src/mask/rle-string.js';

type Size = [height: number, width: number];
type Xywh = [number, number, number, number];

interface Goldens {
  polygons: { name: string; size: Size; polygon: number[]; rle: string }[];
  boxes: { size: Size; bbox: Xywh; rle: string }[];
  iou: { size: Size; detections: string[]; ground_truths: string[]; crowd: number[]; iou: number[][]; union: string; intersection: string }[];
  zero_runs: { size: Size; counts: number[]; rle: string; area: number; bbox: Xywh; canonical: string }[];
}

interface SharedGoldens {
  encode: { size: Size; counts: number[]; rle: string; area: number; bbox: Xywh }[];
  iou: { size: Size; dt: string; gt: string; iscrowd: 0 | 1; iou: number }[];
  merge: { size: Size; rles: string[]; intersect: boolean; rle: string }[];
  polygons: { size: Size; polygons: number[][]; rles: string[]; merged: string; area: number }[];
  boxes: { size: Size; bbox: Xywh; rle: string }[];
}

// our own script wrote it
const goldens = JSON.parse(readFileSync('fixtures/goldens/rle.json', 'utf8')) as Goldens;
const sizeOf = ([height, width]: Size): ImageSize => ({ width, height });
const read = (text: string, [height, width]: Size): Rle => rleFromString(text, width, height);
const boxOf = (rle: Rle): number[] => {
  const box = boxFromRle(rle);
  return box === undefined ? [0, 0, 0, 0] : boxToCocoXywh(box);
};
const fromXywh = ([x, y, w, h]: Xywh, size: Size): Rle => rleFromBox({ x0: x, y0: y, x1: x + w, y1: y + h }, sizeOf(size));

for (const name of new Set(goldens.polygons.map((golden) => golden.name))) {
  test(`polygons set pycocotools' pixels: ${name}`, (t) => {
    for (const { size, polygon, rle } of goldens.polygons.filter((golden) => golden.name === name)) {
      t.is(rleToString(rleFromPolygon(polygon, sizeOf(size))), rle, `${size.join(' x ')}: ${polygon.join()}`);
    }
  });
}

test('boxes set pycocotools\' pixels', (t) => {
  for (const { size, bbox, rle } of goldens.boxes) t.is(rleToString(fromXywh(bbox, size)), rle, `${size.join(' x ')}: ${bbox.join()}`);
});

test('IoU, crowds and merged masks are pycocotools\'', (t) => {
  for (const { size, detections, ground_truths: truths, crowd, iou, union, intersection } of goldens.iou) {
    const dt = detections.map((text) => read(text, size)), gt = truths.map((text) => read(text, size));
    const matrix = maskIou(dt, gt, crowd);
    t.is(matrix.length, dt.length * gt.length);
    iou.flat().forEach((expected, i) => { t.true(Math.abs(matrix[i]! - expected) < 1e-12, `${size.join(' x ')}, pair ${i}: ${matrix[i]} is not ${expected}`); });
    const masks = [...dt.slice(0, 4), gt[1]!];
    t.is(rleToString(mergeRle(masks, 'union')), union);
    t.is(rleToString(mergeRle(masks.slice(0, 2), 'intersection')), intersection);
  }
});

test('runs of no length: read, measured and written in the one way', (t) => {
  for (const { size, counts, rle: text, area, bbox, canonical } of goldens.zero_runs) {
    const rle = rleFromCoco({ size, counts });
    t.deepEqual(read(text, size), rle);
    t.is(rleToString(rle), text, 'the string form keeps the runs as they are');
    t.deepEqual(rleToCounts(rle), { size, counts });
    t.is(rleArea(rle), area);
    t.deepEqual(boxOf(rle), bbox);
    t.is(rleToString(canonicalRle(rle)), canonical);
    t.is(rleToCoco(rle).counts, canonical, 'files get canonical runs');
  }
});

const SHARED = '../shared/goldens/rle/cases.json';
const sharedTest = existsSync(SHARED) ? test : test.skip;
const shared = (): SharedGoldens => JSON.parse(readFileSync(SHARED, 'utf8')) as SharedGoldens;

sharedTest(`masks of ${SHARED}, where it is`, (t) => {
  for (const { size, counts, rle: text, area, bbox } of shared().encode) {
    const rle = rleFromCoco({ size, counts });
    t.is(rleToString(rle), text);
    t.deepEqual(rleFromCoco({ size, counts: text }), rle);
    t.is(rleToString(rleFromBitmask(bitmaskFromRle(rle))), text);
    t.is(rleToString(rleFromColumnMajor(columnMajorFromRle(rle), sizeOf(size))), text);
    t.is(rleArea(rle), area);
    t.deepEqual(boxOf(rle), bbox);
  }
});

sharedTest(`IoU of ${SHARED}, where it is`, (t) => {
  for (const { size, dt, gt, iscrowd, iou } of shared().iou) {
    const [found] = maskIou([read(dt, size)], [read(gt, size)], [iscrowd]);
    t.true(Math.abs(found! - iou) <= 1e-12, `${found} is not ${iou}`);
  }
});

sharedTest(`merged masks of ${SHARED}, where it is`, (t) => {
  for (const { size, rles, intersect, rle } of shared().merge) {
    t.is(rleToString(mergeRle(rles.map((text) => read(text, size)), intersect ? 'intersection' : 'union')), rle);
  }
});

sharedTest(`polygons and boxes of ${SHARED}, where it is`, (t) => {
  const { polygons, boxes } = shared();
  for (const { size, polygons: rings, rles, merged, area } of polygons) {
    rings.forEach((ring, i) => { t.is(rleToString(rleFromPolygon(ring, sizeOf(size))), rles[i]!); });
    const union = rleFromPolygons(rings, sizeOf(size));
    t.is(rleToString(union), merged);
    t.is(rleArea(union), area);
  }
  for (const { size, bbox, rle } of boxes) t.is(rleToString(fromXywh(bbox, size)), rle);
});
