/** The generator against Meta's own records: on the project's fixtures, and on the larger set beside the project where it is. */
import test from 'ava';
import { existsSync, readFileSync } from 'node:fs';
import { generateMasks } from '../../src/generator/generate.js';
import { GENERATOR_OPTIONS, type GeneratorOptions } from '../../src/generator/options.js';
import { boxToSa1bXywh } from '../../src/geometry/box.js';
import { readImage } from '../../src/image/decode.js';
import { boxFromRle, rleArea } from '../../src/mask/rle.js';
import { Predictor } from '../../src/models/predictor.js';
import { resolveOptions } from '../../src/options.js';
import { TEST_FILES } from '../test-model.js';
import { matchRecords, misordered, type ReferenceRecord } from './compare-records.js';

interface GoldenCase { image: string; settings: Record<string, number>; records: string }

const SHARED = '../shared/goldens';
const MODELS: Record<string, { encoder: string; decoder: string }> = {
  F1: { encoder: `${SHARED}/models/meta/encoder.onnx`, decoder: `${SHARED}/models/meta/decoder.onnx` },
  F2: { encoder: `${SHARED}/models/transformers/vision_encoder.onnx`, decoder: `${SHARED}/models/transformers/prompt_encoder_mask_decoder.onnx` },
};

/** The reference's snake_case settings as our options. */
function optionsOf(settings: Record<string, number>): GeneratorOptions {
  return resolveOptions(GENERATOR_OPTIONS, Object.fromEntries(Object.entries(settings).map(([key, value]) => [key.replace(/_(.)/g, (_m, c: string) => c.toUpperCase()), value])));
}

const open = (files: { encoder: string; decoder: string }): Promise<Predictor> => Predictor.open({ name: 'test', sha256: 'test', ...files });

for (const [folder, imageFolder, files] of [
  ['fixtures/goldens', 'fixtures/scenes', { F1: TEST_FILES }],
  [`${SHARED}/amg`, `${SHARED}/amg/images`, MODELS],
] as const) {
  const present = existsSync(`${folder}/${folder.startsWith('fixtures') ? 'amg.json' : 'cases.json'}`);
  for (const [contract, model] of Object.entries(files)) {
    (present ? test : test.skip)(`masks, scores and order equal Meta's generator: ${folder}, contract ${contract}`, async (t) => {
      t.timeout(600_000);
      const cases = JSON.parse(readFileSync(`${folder}/${folder.startsWith('fixtures') ? 'amg.json' : 'cases.json'}`, 'utf8')) as GoldenCase[];
      const predictor = await open(model);
      let total = 0, matched = 0;
      for (const golden of cases) {
        const label = `${golden.image} ${JSON.stringify(golden.settings)}`;
        const reference = recordsOf(`${folder}/records/${golden.records}`);
        const image = await readImage(`${imageFolder}/${golden.image}`, { name: golden.image });
        const ours = await generateMasks(image, predictor, optionsOf(golden.settings));
        const matches = matchRecords(reference, ours);
        const found = matches.filter((i) => i >= 0).length;
        total += reference.length;
        matched += found;
        const allowed = Math.max(1, Math.floor(reference.length / 100));
        t.true(reference.length - found <= allowed, `${label}: ${reference.length - found} masks of the reference are missing`);
        t.true(ours.length - found <= allowed, `${label}: ${ours.length - found} masks are ours alone`);
        t.deepEqual(misordered(reference, matches, 1e-4), [], `${label}: order`);
        matches.forEach((i, r) => {
          if (i < 0) return;
          const a = ours[i]!, b = reference[r]!;
          t.true(Math.abs(a.predictedIou - b.predicted_iou) <= 0.005, `${label}: predicted IoU of ${r}`);
          t.true(Math.abs(a.stabilityScore - b.stability_score) <= 0.01, `${label}: stability of ${r}`);
          t.deepEqual(a.pointCoords, b.point_coords, `${label}: point of ${r}`);
          t.deepEqual(boxToSa1bXywh(a.cropBox).map((v, k) => (k < 2 ? v : v + 1)), b.crop_box, `${label}: crop box of ${r}`);
          t.is(a.area, rleArea(a.rle), `${label}: area of ${r} is its mask's`);
          const box = boxFromRle(a.rle);
          if (box !== undefined) t.deepEqual(a.box, box, `${label}: box of ${r} is its mask's`);
          boxToSa1bXywh(a.box).forEach((v, k) => { t.true(Math.abs(v - b.bbox[k]!) <= 1, `${label}: bbox of ${r}`); });
        });
      }
      t.true(total > 50, 'the goldens hold masks');
      t.true(matched >= 0.99 * total, `${matched} of ${total} masks match`);
      await predictor.close();
    });
  }
}

function recordsOf(path: string): ReferenceRecord[] {
  const value = JSON.parse(readFileSync(path, 'utf8')) as ReferenceRecord[] | { annotations: ReferenceRecord[] };
  return Array.isArray(value) ? value : value.annotations;
}

test('a 1 x 1 image gives one mask, whatever the thresholds that let it through', async (t) => {
  const predictor = await open(TEST_FILES);
  const image = { data: Uint8Array.of(133, 135, 118), width: 1, height: 1 };
  for (const settings of [{ pred_iou_thresh: 0.35, stability_score_thresh: 0.6 }, { pred_iou_thresh: 0, stability_score_thresh: 0 }]) {
    const records = await generateMasks(image, predictor, optionsOf({ ...settings, points_per_side: 8 }));
    t.deepEqual(records.map((record) => [...record.rle.counts]), [[0, 1]], 'copies of the same pixel are one mask, and empty masks are none');
  }
  await predictor.close();
});

test('the batch size changes no mask', async (t) => {
  const predictor = await open(TEST_FILES);
  const image = { data: Uint8Array.from({ length: 96 * 64 * 3 }, (_, i) => (Math.floor(i / 3 / 96) > 20 && Math.floor(i / 3) % 96 < 50 ? 220 : 40)), width: 96, height: 64 };
  const run = (points_per_batch: number) => generateMasks(image, predictor, optionsOf({ pred_iou_thresh: 0.2, stability_score_thresh: 0.4, points_per_side: 8, points_per_batch }));
  const [whole, small] = [await run(64), await run(7)];
  t.true(whole.length > 0);
  t.deepEqual(small.map((m) => [...m.rle.counts]), whole.map((m) => [...m.rle.counts]));
  await predictor.close();
});

test('area limits drop masks before they can suppress others, and mask IoU drops near copies', async (t) => {
  const predictor = await open(TEST_FILES);
  const image = await readImage('fixtures/scenes/' + (JSON.parse(readFileSync('fixtures/goldens/amg.json', 'utf8')) as GoldenCase[])[0]!.image, { name: 'scene' });
  const pixels = image.width * image.height;
  const all = await generateMasks(image, predictor, optionsOf({ pred_iou_thresh: 0.2, stability_score_thresh: 0.4, points_per_side: 16, box_nms_thresh: 1 }));
  const limited = await generateMasks(image, predictor, optionsOf({ pred_iou_thresh: 0.2, stability_score_thresh: 0.4, points_per_side: 16, box_nms_thresh: 1, min_area: 0.01, max_area: 0.2 }));
  t.true(limited.length < all.length && limited.length > 0);
  t.true(limited.every((m) => m.area >= 0.01 * pixels && m.area <= 0.2 * pixels));
  const apart = await generateMasks(image, predictor, optionsOf({ pred_iou_thresh: 0.2, stability_score_thresh: 0.4, points_per_side: 16, box_nms_thresh: 1, mask_nms_thresh: 0.8 }));
  t.true(apart.length < all.length && apart.length > 0);
  await predictor.close();
});
