/** Contracts over the same weights: every encoder signature and decoder form gives the same masks; what is no contract says what it found. */
import test, { type ExecutionContext } from 'ava';
import { existsSync, readFileSync, writeFileSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isSamError, type ErrorCode } from '../../src/errors.js';
import type { RgbImage } from '../../src/image/rgb-image.js';
import { Predictor } from '../../src/models/predictor.js';
import { TEST_DECODER, TEST_ENCODER } from '../test-model.js';
import { editOnnx, hwcEncoder, type Edit } from './onnx-edit.js';

const ENCODER = readFileSync(TEST_ENCODER);
const DECODER = readFileSync(TEST_DECODER);
const SIDE = 256;

/** A drawn picture, wider than high so that there is padding. */
const IMAGE: RgbImage = {
  width: 120, height: 70,
  data: Uint8Array.from({ length: 120 * 70 * 3 }, (_, i) => {
    const x = Math.floor(i / 3) % 120, y = Math.floor(i / 360);
    return (x - 40) ** 2 + (y - 35) ** 2 < 400 ? [220, 60, 40][i % 3]! : 70 + ((x * y) % 23);
  }),
};
const POINTS = Float64Array.of(40, 35, 100, 20, 10, 60);

interface Files { encoder?: Uint8Array; decoder?: Uint8Array; extra?: Record<string, Uint8Array>; encoderInput?: 'nchw-normalised' | 'hwc-rgb255' }

async function withModel<T>(t: ExecutionContext, files: Files, use: (predictor: Predictor) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'sam-model-'));
  t.teardown(() => { rmSync(folder, { recursive: true }); });
  writeFileSync(join(folder, 'encoder.onnx'), files.encoder ?? ENCODER);
  writeFileSync(join(folder, 'decoder.onnx'), files.decoder ?? DECODER);
  for (const [name, bytes] of Object.entries(files.extra ?? {})) writeFileSync(join(folder, name), bytes);
  const predictor = await Predictor.open({ name: 'test', sha256: 'test', encoder: join(folder, 'encoder.onnx'), decoder: join(folder, 'decoder.onnx'), encoderInput: files.encoderInput });
  try {
    return await use(predictor);
  } finally {
    await predictor.close();
  }
}

/** The three masks and scores of each point, whatever the decoder's token layout. */
async function answersOf(predictor: Predictor): Promise<{ iou: number[]; masks: string }> {
  const embedding = await predictor.embed(IMAGE);
  const decoded = await predictor.decodePoints(embedding, POINTS);
  const cells = predictor.spec.maskSide ** 2;
  const iou: number[] = [], masks: string[] = [];
  for (let i = 0; i < POINTS.length / 2; i++) {
    for (let m = 0; m < 3; m++) {
      const index = i * decoded.perPrompt + decoded.first + m;
      iou.push(decoded.iou[index]!);
      masks.push(Array.from(decoded.logits.subarray(index * cells, (index + 1) * cells), (v) => (v > 0 ? '1' : '0')).join(''));
    }
  }
  return { iou, masks: masks.join('\n') };
}

const edited = (bytes: Uint8Array, edit: Edit): Uint8Array => editOnnx(bytes, edit).model;
const planes = [1, 3, SIDE, SIDE];

const PROMPT_INPUTS = [{ name: 'image_embeddings', shape: [1, 64, 16, 16] }, { name: 'point_coords', shape: ['prompts', 'points', 2] }, { name: 'point_labels', shape: ['prompts', 'points'] }];

const VARIANTS: Record<string, Files> = {
  'resized HWC 0..255 in, as samexporter and Acly export': { encoder: hwcEncoder(ENCODER, SIDE) },
  'planes named input_image, as samexporter without preprocessing': { encoder: edited(ENCODER, { rename: { x: 'input_image' }, inputs: [{ name: 'input_image', shape: planes }] }) },
  'planes named images, embedding named embeddings': { encoder: edited(ENCODER, { rename: { x: 'images', image_embeddings: 'embeddings' } }) },
  'a decoder with dynamic prompts and one mask input for all': {
    decoder: edited(DECODER, { inputs: [...PROMPT_INPUTS, { name: 'mask_input', shape: [1, 1, 64, 64] }, { name: 'has_mask_input', shape: [1] }, { name: 'orig_im_size', shape: [2] }] }),
  },
  'a decoder with dynamic prompts and a mask input for each (our batched F1)': {
    decoder: edited(DECODER, {
      rename: { mask_input: 'w_mask', has_mask_input: 'w_has' },
      inputs: [...PROMPT_INPUTS, { name: 'mask_input', shape: ['prompts', 1, 64, 64] }, { name: 'has_mask_input', shape: ['prompts'] }, { name: 'orig_im_size', shape: [2] }],
      constants: [{ name: 'w_0', type: 'int64', shape: [1], values: [0] }, { name: 'w_1', type: 'int64', shape: [1], values: [1] }],
      before: [{ op: 'Slice', inputs: ['mask_input', 'w_0', 'w_1', 'w_0'], outputs: ['w_mask'] }, { op: 'Slice', inputs: ['has_mask_input', 'w_0', 'w_1', 'w_0'], outputs: ['w_has'] }],
    }),
  },
};

for (const [name, files] of Object.entries(VARIANTS)) {
  test(`the same masks: ${name}`, async (t) => {
    const expected = await withModel(t, {}, answersOf);
    const found = await withModel(t, files, answersOf);
    t.is(found.masks, expected.masks);
    found.iou.forEach((value, i) => { t.true(Math.abs(value - expected.iou[i]!) < 1e-5); });
  });
}

const F2 = '../shared/goldens/models/transformers';
(existsSync(F2) ? test : test.skip)('the same masks: contract F2 with the same weights', async (t) => {
  const expected = await withModel(t, {}, answersOf);
  const predictor = await Predictor.open({ name: 'f2', sha256: 'f2', encoder: `${F2}/vision_encoder.onnx`, decoder: `${F2}/prompt_encoder_mask_decoder.onnx` });
  t.is(predictor.spec.contract, 'F2');
  t.false(predictor.spec.takesBoxes);
  const found = await answersOf(predictor);
  t.is(found.masks, expected.masks);
  const embedding = await predictor.embed(IMAGE);
  const boxes = { count: 1, points: 2, coords: Float32Array.of(1, 1, 9, 9), labels: Float32Array.of(2, 3) };
  await t.throwsAsync(() => predictor.decode(embedding, boxes), { code: 'model/unfit', message: /no boxes/ });
  await predictor.close();
});

test('weights in a side file beside the graph', async (t) => {
  const expected = await withModel(t, {}, answersOf);
  const encoder = editOnnx(ENCODER, { external: 'encoder.onnx_data' }), decoder = editOnnx(DECODER, { external: 'weights.bin' });
  t.true(encoder.side.length > 1e6 && encoder.model.length < 1e6);
  const files = { encoder: encoder.model, decoder: decoder.model, extra: { 'encoder.onnx_data': encoder.side, 'weights.bin': decoder.side } };
  t.is((await withModel(t, files, answersOf)).masks, expected.masks);
});

test('a decoder that returns one mask is known as such', async (t) => {
  const one = edited(DECODER, {
    rename: { iou_predictions: 'all_iou', low_res_masks: 'all_low' },
    outputs: [{ name: 'masks', shape: [1, 4, 'h', 'w'] }, { name: 'iou_predictions', shape: ['b', 1] }, { name: 'low_res_masks', shape: ['b', 1, 64, 64] }],
    constants: [{ name: 'w_0', type: 'int64', shape: [1], values: [0] }, { name: 'w_1', type: 'int64', shape: [1], values: [1] }],
    after: [{ op: 'Slice', inputs: ['all_iou', 'w_0', 'w_1', 'w_1'], outputs: ['iou_predictions'] }, { op: 'Slice', inputs: ['all_low', 'w_0', 'w_1', 'w_1'], outputs: ['low_res_masks'] }],
  });
  t.is(await withModel(t, { decoder: one }, async (predictor) => predictor.spec.masksPerPrompt), 1);
});

async function refused(t: ExecutionContext, files: Files, code: ErrorCode, message: RegExp, link?: string): Promise<void> {
  const error = await t.throwsAsync(() => withModel(t, files, async () => link));
  t.true(isSamError(error, code), `${String(error)} is ${code}`);
  t.regex(error?.message ?? '', message);
}

test('what is no model says what was found', async (t) => {
  const noGraph = Buffer.from('this is not a graph');
  await refused(t, { encoder: noGraph }, 'model/format', /ONNX/);
  await refused(t, { encoder: new Uint8Array(0) }, 'model/format', /ONNX/);
  await refused(t, { encoder: ENCODER.subarray(0, 100_000) }, 'model/format', /byte/);
  await refused(t, { decoder: DECODER.subarray(0, DECODER.length - 50_000) }, 'model/format', /byte/);
  await refused(t, { encoder: DECODER, decoder: ENCODER }, 'model/contract', /swapped.*point_coords float32\[1, num_points, 2\]/);
  await refused(t, { decoder: edited(DECODER, { rename: { point_coords: 'batched_point_coords' } }) }, 'model/contract', /F6 \(EfficientSAM\)/);
  await refused(t, { decoder: edited(DECODER, { rename: { mask_input: 'masks_in' } }) }, 'model/contract', /masks_in float32\[1, 1, 64, 64\]/);
  await refused(t, { decoder: edited(DECODER, { rename: { low_res_masks: 'low' } }) }, 'model/contract', /no float32 output low_res_masks/);
  const wide = edited(DECODER, { inputs: [
    { name: 'image_embeddings', shape: [1, 256, 64, 64] }, { name: 'point_coords', shape: [1, 'n', 2] }, { name: 'point_labels', shape: [1, 'n'] },
    { name: 'mask_input', shape: [1, 1, 256, 256] }, { name: 'has_mask_input', shape: [1] }, { name: 'orig_im_size', shape: [2] }] });
  await refused(t, { decoder: wide }, 'model/contract', /two models/);
});

test('foreign operators and side files elsewhere are refused before the runtime sees them', async (t) => {
  const foreign = edited(DECODER, { before: [{ op: 'Evil', inputs: ['point_coords'], outputs: ['w_evil'], domain: 'evil.example' }] });
  await refused(t, { decoder: foreign }, 'model/unsafe', /evil\.example/);
  for (const location of ['../weights.bin', '/etc/passwd', 'a/b.bin', '..\\w.bin', '']) {
    await refused(t, { decoder: edited(DECODER, { external: location }) }, 'model/unsafe', /plain file name/);
  }
  await refused(t, { decoder: edited(DECODER, { external: 'gone.bin' }) }, 'model/missing', /gone\.bin/);
  const folder = mkdtempSync(join(tmpdir(), 'sam-link-'));
  t.teardown(() => { rmSync(folder, { recursive: true }); });
  const decoder = editOnnx(DECODER, { external: 'w.bin' });
  writeFileSync(join(folder, 'encoder.onnx'), ENCODER);
  writeFileSync(join(folder, 'decoder.onnx'), decoder.model);
  writeFileSync(join(folder, 'real.bin'), decoder.side);
  symlinkSync('real.bin', join(folder, 'w.bin'));
  const open = () => Predictor.open({ name: 'x', sha256: 'x', encoder: join(folder, 'encoder.onnx'), decoder: join(folder, 'decoder.onnx') });
  await t.throwsAsync(open, { code: 'model/unsafe', message: /not a regular file/ });
});

test('an embedding belongs to its model', async (t) => {
  const embedding = await withModel(t, {}, (predictor) => predictor.embed(IMAGE));
  await withModel(t, {}, async (predictor) => {
    await t.throwsAsync(() => predictor.decodePoints({ ...embedding, model: 'other' }, POINTS), { code: 'model/unfit' });
    t.is((await predictor.decodePoints(embedding, POINTS)).perPrompt, 4, 'one made by another predictor of the same model serves');
  });
});
