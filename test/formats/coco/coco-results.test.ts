/** COCO results: the contract, beside an instances file with the images and categories. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { isSamError } from '../../../src/errors.js';
import { coco } from '../../../src/formats/coco/coco.js';
import { cocoResults } from '../../../src/formats/coco/coco-results.js';
import { sourceOf, type Loss } from '../../../src/formats/format.js';
import { CASES, type DatasetCase } from '../../contracts/cases.js';
import { formatContract, MAX_PIXELS, type HostileInput } from '../../contracts/format.js';
import { memorySink } from '../../contracts/memory-sink.js';
import { temporaryFolder } from '../../files/temporary-folder.js';

/** The instances file that a results file is read with: the same images and categories, no annotations. */
async function instancesIn(folder: string, { categories, entries }: DatasetCase): Promise<{ instances: string }> {
  const sink = memorySink();
  await coco.writer?.write(sourceOf(categories, entries.map(({ image: { split: _, ...image } }) => ({ image, annotations: [] }))), sink, {});
  const instances = join(folder, 'instances', 'annotations.json');
  await mkdir(join(folder, 'instances'), { recursive: true });
  await writeFile(instances, sink.text());
  return { instances };
}

const INSTANCES = '{"images":[{"id":1,"file_name":"a.png","width":12,"height":10}],"annotations":[{"not":"looked at"}],"categories":[{"id":1,"name":"cat"}]}';
const GOOD = '{"image_id":1,"category_id":1,"bbox":[1,1,2,2],"score":0.5}';

test('a file without its instances file says which flag names it', async (t) => {
  const path = join(await temporaryFolder(t), 'results.json');
  await writeFile(path, '[]');
  const error = await t.throwsAsync(async () => cocoResults.reader?.read(path, { maxPixels: MAX_PIXELS, report: () => undefined }));
  t.true(isSamError(error, 'usage/option'));
  t.regex(error?.message ?? '', /--instances/);
});

test('a mask goes without its box, and predicted IoU serves as the score', async (t) => {
  const { categories, entries }: DatasetCase = CASES.generator;
  const sink = memorySink();
  await cocoResults.writer?.write(sourceOf(categories, entries.map(({ image, annotations }) => ({ image, annotations: annotations.map((a) => ({ ...a, box: { x0: 0, y0: 0, x1: 12, y1: 10 } })) }))), sink, {});
  const [result] = JSON.parse(sink.text()) as Record<string, unknown>[];
  t.deepEqual(Object.keys(result ?? {}), ['image_id', 'category_id', 'segmentation', 'score', 'predicted_iou', 'stability_score', 'point_coords', 'crop_box']);
  t.is(result?.['score'], 0.9375);
  t.is(sink.losses.size, 0);
});

/** One good result, which lenient reading keeps, and one that is wrong. */
function beside(name: string, wrong: string, code: string, leaves = 1): HostileInput {
  return whole(name, `[${GOOD},\n${wrong}]`, code, leaves);
}

function whole(name: string, text: string, code: string, leaves: HostileInput['leaves']): HostileInput {
  return { name, files: { 'results.json': text }, code, leaves, withInstances: INSTANCES };
}

const loses = (...losses: Loss[]): Loss[] => ['scores', ...losses];

formatContract({
  format: cocoResults,
  fileName: 'results.json',
  losses: {
    box: loses(), fractionalBox: loses(), polygon: loses('polygons'), polygonParts: loses('polygons'), mask: loses(), maskWithHole: loses(), maskParts: loses(), fullMask: loses(),
    maskAndBox: loses(), overlap: loses(), crowd: loses('crowds'), attributes: loses(), extra: loses(), names: loses(), sparseIds: loses('ids'), split: loses('splits'),
  },
  gains: { generator: ['scores'] },
  readOptions: instancesIn,
  hostile: [
    beside('a result without a score', '{"image_id":1,"category_id":1,"bbox":[1,1,2,2]}', 'score/invalid'),
    beside('a score that is a text', '{"image_id":1,"category_id":1,"bbox":[1,1,2,2],"score":"1"}', 'score/invalid'),
    beside('a score that is NaN', '{"image_id":1,"category_id":1,"bbox":[1,1,2,2],"score":NaN}', 'json/syntax'),
    beside('an image that the instances file does not have', '{"image_id":2,"category_id":1,"bbox":[1,1,2,2],"score":1}', 'image/unknown'),
    beside('a category that the instances file does not have', '{"image_id":1,"category_id":2,"bbox":[1,1,2,2],"score":1}', 'category/unknown'),
    beside('an image_id that is a text', '{"image_id":"1","category_id":1,"bbox":[1,1,2,2],"score":1}', 'id/invalid'),
    beside('a mask of another size', '{"image_id":1,"category_id":1,"segmentation":{"size":[3,3],"counts":[9]},"score":1}', 'size/mismatch'),
    beside('a result that is a number', '7', 'json/record'),
    beside('a comma at the end', `${GOOD},`, 'json/comma', 2),
    whole('an object', '{"results":[]}', 'data/format', 'refused'),
    whole('a text', '"results"', 'data/format', 'refused'),
    whole('a list that was cut off', `[${GOOD}, {"image_id":`, 'data/json', 'refused'),
    whole('two lists', `[${GOOD}]\n[${GOOD}]`, 'data/json', 'refused'),
  ],
});
