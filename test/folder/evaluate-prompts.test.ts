/** `evaluate prompts` on a drawn dataset with a small model: its numbers against the predictor asked by hand, whoever works, and what is refused. */
import test from 'ava';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { evaluatePrompts } from '../../src/folder/evaluate-prompts.js';
import type { PromptsRequest } from '../../src/folder/prompts-report.js';
import { readImage } from '../../src/image/decode.js';
import { farthestPixel } from '../../src/mask/distance.js';
import { maskIou } from '../../src/mask/iou.js';
import { boxFromRle, rleFromBitmask } from '../../src/mask/rle.js';
import { rleToCoco } from '../../src/mask/rle-string.js';
import { predict } from '../../src/models/predict.js';
import { Predictor } from '../../src/models/predictor.js';
import { temporaryFolder } from '../files/temporary-folder.js';
import { TEST_ENV, TEST_FILES } from '../test-model.js';
import { drawRegions, type DrawnDataset } from './drawn-regions.js';

type Settings = PromptsRequest['options'] & { thresholds?: PromptsRequest['thresholds'] } & Partial<Pick<PromptsRequest, 'regions' | 'output' | 'plot'>>;

function evaluate({ annotations, images }: Pick<DrawnDataset, 'annotations' | 'images'>, { thresholds = {}, regions, output, plot, ...options }: Settings = {}) {
  return evaluatePrompts({ annotations, images, regions, output, plot, env: TEST_ENV, options: { clicks: 3, workers: 1, ...options }, thresholds, image: {} });
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
const near = (a: number | undefined, b: number): boolean => a !== undefined && Math.abs(a - b) < 1e-9;

test('the numbers are those of the predictor, asked by hand', async (t) => {
  const drawn = await drawRegions(await temporaryFolder(t));
  const { scores, errors } = await evaluate(drawn);
  t.deepEqual(errors, []);
  const predictor = await Predictor.open(TEST_FILES);
  const boxes: number[] = [], tops: number[] = [], bests: number[] = [];
  for (const { image, truth } of drawn.regions) {
    const embedding = await predictor.embed(await readImage(join(drawn.images, image), { name: image }));
    const [boxed] = await predict(predictor, embedding, [{ box: boxFromRle(truth)! }], { multimask: false });
    boxes.push(maskIou([boxed!.masks[0]!], [truth])[0]!);
    const { x, y } = farthestPixel(truth)!;
    const [clicked] = await predict(predictor, embedding, [{ points: [{ x, y, label: 1 }] }], { multimask: true });
    const ious = clicked!.masks.map((mask) => maskIou([mask], [truth])[0]!);
    tops.push(ious[clicked!.predictedIou.indexOf(Math.max(...clicked!.predictedIou))]!);
    bests.push(Math.max(...ious));
  }
  await predictor.close();
  const all = scores!.all!;
  t.is(all.regions, 4);
  t.true(near(all.box, mean(boxes)), `${all.box} and ${mean(boxes)}`);
  t.true(near(all.top.iou[0], mean(tops)));
  t.true(near(all.best.iou[0], mean(bests)));
  t.true(all.box! > 0.3 && bests.length === 4 && all.best.iou[0]! >= all.top.iou[0]!);
  t.deepEqual([scores!.small?.regions, scores!.medium?.regions, scores!.large], [2, 2, null], 'discs of 9, 16, 22 and 30 pixels of radius');
  t.is(all.top.iou.length, 3);
});

test('the same numbers whatever the number of workers; another seed moves the noise alone', async (t) => {
  const drawn = await drawRegions(await temporaryFolder(t));
  const one = await evaluate(drawn), two = await evaluate(drawn, { workers: 2 }), other = await evaluate(drawn, { seed: 1 });
  t.deepEqual(one.scores, two.scores);
  t.not(one.scores!.all!.noisyBox, other.scores!.all!.noisyBox);
  t.is(one.scores!.all!.box, other.scores!.all!.box);
  t.deepEqual(one.scores!.all!.top, other.scores!.all!.top);
});

test('images and annotations that will not do cost themselves, and stand with their records', async (t) => {
  const folder = await temporaryFolder(t);
  const drawn = await drawRegions(folder);
  const clean = await evaluate(drawn);
  const [first] = drawn.json.annotations;
  const empty = rleToCoco(rleFromBitmask({ data: new Uint8Array(120 * 80), width: 120, height: 80 }));
  const { segmentation: _mask, ...bare } = first!;
  writeFileSync(drawn.annotations, JSON.stringify({
    ...drawn.json,
    images: [...drawn.json.images, { id: 8, file_name: 'gone.png', width: 120, height: 80 }, { id: 9, file_name: 'b.png', width: 60, height: 40 }],
    annotations: [
      ...drawn.json.annotations, { ...first, id: 80, image_id: 8 }, { ...bare, id: 81 }, { ...first, id: 82, segmentation: empty }, { ...first, id: 83, iscrowd: 1 },
      { ...first, id: 90, image_id: 9, segmentation: { size: [40, 60], counts: [0, 2400] } },
    ],
  }));
  const report = await evaluate(drawn);
  t.deepEqual(report.scores, clean.scores, 'what is left has the same numbers');
  t.deepEqual([report.images, report.failed, report.leftOut], [4, 2, { crowds: 1, refused: 2 }]);
  t.deepEqual(report.errors.map(({ code, file, record }) => [code, file, record]), [
    ['data/record', 'b.png', 'annotation 81'], ['data/record', 'b.png', 'annotation 82'], ['image/size', 'b.png', 'image 9'], ['image/missing', 'gone.png', 'image 8'],
  ]);
  t.regex(report.errors[2]!.message, /60 x 40, but the upright image is 120 x 80/);
});

test('a subset by ids, by a draw, by a number of images', async (t) => {
  const folder = await temporaryFolder(t);
  const drawn = await drawRegions(folder);
  const regions = join(folder, 'ids.json');
  writeFileSync(regions, '{"note": "two", "annotation_ids": [1, 4]}');
  t.is((await evaluate(drawn, { regions })).scores!.all!.regions, 2);
  t.is((await evaluate(drawn, { maxRegionsPerImage: 1 })).scores!.all!.regions, 2);
  const limited = await evaluate(drawn, { limit: 1 });
  t.deepEqual([limited.images, limited.scores!.all!.regions], [1, 2]);
  writeFileSync(regions, '[1, 77]');
  await t.throwsAsync(() => evaluate(drawn, { regions }), { code: 'data/record', message: /1 of the ids .* 77 first/ });
  writeFileSync(regions, '[1, "2"]');
  await t.throwsAsync(() => evaluate(drawn, { regions }), { code: 'data/record', message: /found "2"/ });
  writeFileSync(regions, '{"ids": [1]}');
  await t.throwsAsync(() => evaluate(drawn, { regions }), { code: 'data/record', message: /annotation_ids/ });
});

test('a dry run looks for images and asks nobody', async (t) => {
  const folder = await temporaryFolder(t);
  const drawn = await drawRegions(folder);
  const output = join(folder, 'new', 'numbers.json');
  const dry = await evaluate(drawn, { dryRun: true, output, thresholds: { minBoxIou: 1 } });
  t.deepEqual([dry.images, dry.failed, dry.scores, dry.outputs, dry.unmet], [2, 0, undefined, [], []]);
  t.false(existsSync(join(folder, 'new')));
});

test('nothing to evaluate is said before any work', async (t) => {
  const drawn = await drawRegions(await temporaryFolder(t));
  writeFileSync(drawn.annotations, JSON.stringify({ ...drawn.json, annotations: [] }));
  await t.throwsAsync(() => evaluate(drawn), { code: 'usage/no-images', message: /No annotation has a mask/ });
  writeFileSync(drawn.annotations, JSON.stringify({ ...drawn.json, categories: [{ id: 1 }] }));
  await t.throwsAsync(() => evaluate(drawn), { code: 'data/record', message: /No annotation that could be read .* Expected a name/ });
});
