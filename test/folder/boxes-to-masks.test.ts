/** Masks for boxes: those of Meta's predictor, one a box, whatever else the annotations hold; bad boxes and missing images cost only themselves. */
import test from 'ava';
import { copyFileSync, existsSync, mkdtempSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import type { DatasetEntry } from '../../src/dataset/types.js';
import { predictBoxes, workFolderOf, type BoxesResult } from '../../src/folder/boxes-to-masks.js';
import { coco } from '../../src/formats/coco/coco.js';
import { rleFromString } from '../../src/mask/rle-string.js';
import { rleArea, rleIntersection } from '../../src/mask/rle.js';
import { TEST_FILES } from '../test-model.js';

interface Golden { image: string; size: [number, number]; prompt: { box?: number[]; points?: unknown; multimask: boolean; refine?: boolean }; scores: number[]; masks: string[] }

const SETUP = { model: TEST_FILES, threads: 1, multimask: false, refine: 0, maxPixels: 1e8, lenient: false };

async function run(folder: string, dataset: unknown, more: { keepUnmasked?: boolean } = {}): Promise<{ result: BoxesResult; entries: DatasetEntry[] }> {
  const file = join(folder, 'boxes.json');
  writeFileSync(file, JSON.stringify(dataset));
  const source = await coco.reader!.read(file, { maxPixels: 1e8, report: () => undefined });
  const result = await predictBoxes({
    source, images: join(folder, 'images'), output: join(folder, 'masks.json'), setup: SETUP, workers: 1, resume: true, force: false, jitter: 0, seed: 0,
    record: { file: 'boxes' }, keepUnmasked: more.keepUnmasked ?? false,
  });
  const entries: DatasetEntry[] = [];
  for await (const entry of result.masked.entries()) entries.push(entry);
  await source.close?.();
  return { result, entries };
}

function folderFor(t: { teardown(fn: () => void): void }): string {
  const folder = mkdtempSync(join(tmpdir(), 'sam-boxes-'));
  mkdirSync(join(folder, 'images'));
  t.teardown(() => { rmSync(folder, { recursive: true }); });
  return folder;
}

const GOLDENS = '../shared/goldens';
(existsSync(`${GOLDENS}/predict`) ? test : test.skip)('the masks of Meta\'s predictor, ids, categories, scores and order kept', async (t) => {
  const folder = folderFor(t);
  const cases = (JSON.parse(readFileSync(`${GOLDENS}/predict/cases.json`, 'utf8')) as Golden[])
    .filter(({ prompt }) => prompt.box !== undefined && prompt.points === undefined && !prompt.multimask && prompt.refine !== true && prompt.box[2]! > prompt.box[0]!);
  const names = [...new Set(cases.map((golden) => golden.image))];
  for (const name of names) copyFileSync(`${GOLDENS}/amg/images/${name}`, join(folder, 'images', basename(name)));
  const images = names.map((name, i) => { const [height, width] = cases.find((golden) => golden.image === name)!.size; return { id: 50 - i, file_name: basename(name), width, height }; });
  const annotations = cases.map(({ image, prompt }, i) => ({
    id: 1000 + 3 * i, image_id: 50 - names.indexOf(image), category_id: 7, bbox: [prompt.box![0], prompt.box![1], prompt.box![2]! - prompt.box![0]!, prompt.box![3]! - prompt.box![1]!], iscrowd: 0, score: i / 100, mine: `x${i}`,
  }));
  const { result, entries } = await run(folder, { images, annotations, categories: [{ id: 7, name: 'thing' }] });
  t.is(result.findings.length, 0);
  const found = new Map(entries.flatMap((entry) => entry.annotations).map((annotation) => [annotation.id, annotation]));
  t.is(found.size, cases.length);
  let good = 0;
  cases.forEach((golden, i) => {
    const annotation = found.get(1000 + 3 * i)!;
    t.like(annotation, { categoryId: 7, score: i / 100, extra: { mine: `x${i}` } });
    t.true(Math.abs(annotation.generator!.predictedIou! - golden.scores[0]!) <= 0.005);
    const expected = rleFromString(golden.masks[0]!, golden.size[1], golden.size[0]);
    const rle = annotation.segmentation?.kind === 'rle' ? annotation.segmentation.rle : expected;
    const inter = rleIntersection(expected, rle), union = rleArea(expected) + rleArea(rle) - inter;
    if (union === 0 || inter / union >= 0.99) good++;
    t.is(annotation.area, rleArea(rle));
  });
  t.true(cases.length > 5 && good >= 0.99 * cases.length, `${good} of ${cases.length}`);
});

const SCENE = { id: 1, file_name: 'fruit.png', width: 0, height: 0 };

test('bad boxes, images that are not there and images of another size cost only themselves', async (t) => {
  const folder = folderFor(t);
  copyFileSync('fixtures/scenes/fruit.png', join(folder, 'images', 'fruit.png'));
  copyFileSync('fixtures/scenes/tiles.png', join(folder, 'images', 'tiles.png'));
  const size = (path: string): [number, number] => { const bytes = readFileSync(path); return [bytes.readUInt32BE(16), bytes.readUInt32BE(20)]; };
  const [width, height] = size('fixtures/scenes/fruit.png');
  const box = (id: number, imageId: number, bbox: number[]): unknown => ({ id, image_id: imageId, category_id: 1, bbox, iscrowd: 0, area: 1 });
  const dataset = {
    images: [{ ...SCENE, width, height }, { id: 2, file_name: 'gone.png', width: 10, height: 10 }, { id: 3, file_name: 'tiles.png', width: 5, height: 5 }, { id: 4, file_name: 'unused.png', width: 9, height: 9 }],
    annotations: [box(1, 1, [10, 10, 60, 50]), box(2, 1, [10, 10, 0, 5]), box(3, 1, [width + 5, 0, 9, 9]), box(4, 2, [1, 1, 5, 5]), box(5, 3, [1, 1, 3, 3]), box(6, 1, [-20, -20, 90, 90])],
    categories: [{ id: 1, name: 'thing' }],
  };
  const { result, entries } = await run(folder, dataset);
  t.deepEqual(entries.map((entry) => entry.annotations.map((annotation) => annotation.id)), [[1, 6], [], [], []], 'images stay listed');
  t.deepEqual(result.run.errors.map((error) => [error.file, error.code]), [['gone.png', 'image/missing'], ['tiles.png', 'image/size']]);
  t.deepEqual(result.findings.map((finding) => finding.record), ['annotation 2', 'annotation 3', 'annotation 4', 'annotation 5']);
  t.true(entries[0]!.annotations.every((annotation) => annotation.area! > 0 && annotation.box!.x1 > annotation.box!.x0));
  const kept = await run(folder, dataset, { keepUnmasked: true });
  t.deepEqual(kept.entries[0]!.annotations.map((annotation) => [annotation.id, annotation.segmentation === undefined]), [[1, false], [2, true], [3, true], [6, false]]);
});

test('a second run finds its work done, and gives the same', async (t) => {
  const folder = folderFor(t);
  copyFileSync('fixtures/scenes/fruit.png', join(folder, 'images', 'fruit.png'));
  const dataset = { images: [{ id: 1, file_name: 'fruit.png', width: 0, height: 0 }], annotations: [{ id: 1, image_id: 1, category_id: 1, bbox: [10, 10, 60, 50], iscrowd: 0 }], categories: [{ id: 1, name: 'thing' }] };
  const bytes = readFileSync('fixtures/scenes/fruit.png');
  Object.assign(dataset.images[0]!, { width: bytes.readUInt32BE(16), height: bytes.readUInt32BE(20) });
  const first = await run(folder, dataset);
  const part = join(workFolderOf(join(folder, 'masks.json')), '.sam/parts/fruit.png.json');
  const { mtimeMs } = statSync(part);
  const second = await run(folder, dataset);
  t.is(second.result.run.summary.skipped, 1);
  t.is(statSync(part).mtimeMs, mtimeMs);
  t.deepEqual(second.entries, first.entries);
});
