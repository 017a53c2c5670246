/** Earlier logits in batches: prompts with a mask each, all in one run, get what each gets alone, whatever the graph makes of many masks. */
import test from 'ava';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { predict, type Prompt } from '../../src/models/predict.js';
import { Predictor } from '../../src/models/predictor.js';
import { temporaryFolder } from '../files/temporary-folder.js';
import { TEST_DECODER, TEST_ENCODER } from '../test-model.js';
import { editOnnx } from './onnx-edit.js';

const DECODER = readFileSync(TEST_DECODER);
const IMAGE = { width: 90, height: 60, data: Uint8Array.from({ length: 90 * 60 * 3 }, (_, i) => (i * 37) % 251) };

/** Looks at the first mask alone, however many there are: it must be asked one by one. */
const sliced = (): Uint8Array => editOnnx(DECODER, {
  rename: { mask_input: 'w_mask' },
  inputs: [
    { name: 'image_embeddings', shape: [1, 64, 16, 16] }, { name: 'point_coords', shape: ['prompts', 'points', 2] }, { name: 'point_labels', shape: ['prompts', 'points'] },
    { name: 'mask_input', shape: [1, 1, 64, 64] }, { name: 'has_mask_input', shape: [1] }, { name: 'orig_im_size', shape: [2] },
  ],
  constants: [{ name: 'w_0', type: 'int64', shape: [1], values: [0] }, { name: 'w_1', type: 'int64', shape: [1], values: [1] }],
  before: [{ op: 'Slice', inputs: ['mask_input', 'w_0', 'w_1', 'w_0'], outputs: ['w_mask'] }],
}).model;

for (const [name, decoder] of [['Meta\'s decoder', (): Uint8Array => DECODER], ['a decoder that looks at one mask only', sliced]] as const) {
  test(`masks together give what each gives alone: ${name}`, async (t) => {
    const path = join(await temporaryFolder(t), 'decoder.onnx');
    writeFileSync(path, decoder());
    const predictor = await Predictor.open({ name: 'm', sha256: 'm', encoder: TEST_ENCODER, decoder: path });
    const embedding = await predictor.embed(IMAGE);
    const prompts: Prompt[] = [[10, 20], [50, 40], [80, 5]].map(([x = 0, y = 0], i) => ({
      points: [{ x, y, label: 1 as const }], logits: Float32Array.from({ length: 64 * 64 }, (_, at) => 8 * Math.sin(at / (20 + 30 * i))),
    }));
    const together = await predict(predictor, embedding, prompts, { multimask: false });
    const plain = await predict(predictor, embedding, prompts.map(({ points = [] }) => ({ points })), { multimask: false });
    for (const [i, prompt] of prompts.entries()) {
      const [alone] = await predict(predictor, embedding, [prompt], { multimask: false });
      const gap = (a: Float32Array, b: Float32Array): number => Math.max(...a.map((value, at) => Math.abs(value - b[at]!)));
      t.true(gap(together[i]!.logits[0]!, alone!.logits[0]!) < 1e-3, `prompt ${i}: ${gap(together[i]!.logits[0]!, alone!.logits[0]!)}`);
      t.true(gap(plain[i]!.logits[0]!, alone!.logits[0]!) > 0.1, 'the logits matter');
    }
    await predictor.close();
  });
}
