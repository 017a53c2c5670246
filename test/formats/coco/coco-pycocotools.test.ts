/** What we write is what pycocotools reads: masks, areas, boxes, ids; and results of a dataset against itself score 1. */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import type { Annotation, DatasetEntry } from '../../../src/dataset/types.js';
import { coco } from '../../../src/formats/coco/coco.js';
import { cocoResults } from '../../../src/formats/coco/coco-results.js';
import { sourceOf } from '../../../src/formats/format.js';
import { boxFromRle, rleArea, rleFromBitmask, type Rle } from '../../../src/mask/rle.js';
import { rleToString } from '../../../src/mask/rle-string.js';
import { memorySink } from '../../contracts/memory-sink.js';
import { rleOfAnnotation } from '../../../src/dataset/masks.js';
import { temporaryFolder } from '../../files/temporary-folder.js';

/** A Python with pycocotools, where there is one. */
const python = process.env['SAM_PEERS_PYTHON'] ?? '';
const withPython = existsSync(python) ? test : test.skip;

interface Seen { id: number; image_id: number; category_id: number; iscrowd: number; area: number; bbox: number[]; counts: string; size: number[]; mask_area: number; mask_bbox: number[] }
interface Report { images: string[]; categories: Record<string, string>; annotations: Seen[]; results: { image_id: number; score: number; area: number }[]; ap: number }

/** Blobs of a little random walk: several parts, holes, edges of the image; the same at every run. */
function blob(seed: number, width: number, height: number): Rle {
  const data = new Uint8Array(width * height);
  let state = seed * 2654435761 % 2 ** 32;
  const next = (limit: number): number => {
    state = (state * 1664525 + 1013904223) % 2 ** 32;
    return Math.floor((state / 2 ** 32) * limit);
  };
  for (let k = 0; k < 6; k++) {
    const [x, y, w, h, value] = [next(width), next(height), 1 + next(width / 2), 1 + next(height / 2), k % 3 === 2 ? 0 : 1];
    for (let i = y; i < Math.min(height, y + h); i++) data.fill(value, i * width + x, i * width + Math.min(width, x + w));
  }
  data[0] = 1;
  return rleFromBitmask({ data, width, height });
}

/** A detection for every mask, as a detector that is always right. */
function dataset(): DatasetEntry[] {
  let id = 0;
  return [{ width: 64, height: 48 }, { width: 33, height: 57 }].map(({ width, height }, i) => {
    const annotations: Annotation[] = Array.from({ length: 12 }, (_, k) => {
      const segmentation: Annotation['segmentation'] = k % 3 === 0
        ? { kind: 'polygons', rings: [[1.5, 2.25, 20 + k, 3, 18, 30.75, 4, 28], ...(k % 2 === 0 ? [[22, 35, 32, 35, 32, 46, 22.4, 46]] : [])] }
        : { kind: 'rle', rle: blob(i * 100 + k, width, height) };
      return { id: ++id * 3, imageId: i + 5, categoryId: 1 + (k % 2) * 89, isCrowd: k === 11, segmentation, score: 0.5 + k / 100 };
    });
    return { image: { id: i + 5, fileName: `dir/${i}é.png`, width, height }, annotations };
  });
}

withPython('pycocotools sees the same masks, areas, boxes and ids', async (t) => {
  const folder = await temporaryFolder(t);
  const entries = dataset();
  const source = sourceOf([{ id: 1, name: 'cat', supercategory: 'animal' }, { id: 90, name: 'dog' }], entries);
  const [instances, results] = [memorySink(), memorySink()];
  await coco.writer!.write(source, instances, {});
  await cocoResults.writer!.write({ ...source, async *entries() { for (const entry of entries) yield { ...entry, annotations: entry.annotations.filter(({ isCrowd }) => !isCrowd) }; } }, results, {});
  await writeFile(join(folder, 'instances.json'), instances.text());
  await writeFile(join(folder, 'results.json'), results.text());
  const printed = execFileSync(python, ['test/formats/coco/read_with_pycocotools.py', join(folder, 'instances.json'), join(folder, 'results.json')], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  const report = JSON.parse(printed) as Report; // printed by the script above
  t.deepEqual(report.images, ['dir/0é.png', 'dir/1é.png']);
  t.deepEqual(report.categories, { cat: 'animal', dog: '' });
  const expected = entries.flatMap(({ image, annotations }) => annotations.map((annotation) => ({ annotation, mask: rleOfAnnotation(annotation, image)! })));
  t.is(report.annotations.length, expected.length);
  for (const [i, { annotation, mask }] of expected.entries()) {
    const seen = report.annotations[i];
    const { x0, y0, x1, y1 } = boxFromRle(mask)!;
    t.like(seen, { id: annotation.id, image_id: annotation.imageId, category_id: annotation.categoryId, iscrowd: annotation.isCrowd ? 1 : 0, area: rleArea(mask), mask_area: rleArea(mask), counts: rleToString(mask), size: [mask.height, mask.width] });
    t.deepEqual(seen?.mask_bbox, [x0, y0, x1 - x0, y1 - y0]);
    if (annotation.segmentation?.kind === 'rle') t.deepEqual(seen?.bbox, seen?.mask_bbox);
  }
  const detections = expected.filter(({ annotation }) => !annotation.isCrowd);
  t.deepEqual(report.results, detections.map(({ annotation, mask }) => ({ image_id: annotation.imageId, score: annotation.score!, area: rleArea(mask) })), 'the area of a result is that of its mask');
  t.is(report.ap, 1);
});
