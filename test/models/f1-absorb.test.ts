/** The decoder whose attention multiplies tokens instead of pixels gives the answers of the graph that it was made from, and graphs of other forms are left alone. */
import test from 'ava';
import { readFileSync } from 'node:fs';
import { absorbF1 } from '../../src/models/f1-absorb.js';
import { rearrangeF1 } from '../../src/models/f1-rearrange.js';
import { cutOnnx, edgesOfModel } from '../../src/models/onnx-cut.js';
import { seededTensor } from '../../src/models/probe.js';
import { SessionThread } from '../../src/models/session.js';
import { TEST_DECODER, TEST_ENCODER } from '../test-model.js';

const DECODER = readFileSync(TEST_DECODER), PIXELS = 16 * 16;
const OUTPUTS = ['iou_predictions', 'low_res_masks'];
const cut = (model: Uint8Array): Uint8Array => cutOnnx(model, { outputs: OUTPUTS, shapes: {} });

for (const [name, model] of [['as exported', (): Uint8Array => DECODER], ['rearranged before', (): Uint8Array => rearrangeF1(DECODER, 16)!]] as const) {
  test(`${name}: the same answers for few tokens and many`, async (t) => {
    const thread = new SessionThread();
    t.teardown(() => thread.close());
    await thread.open('plain', cut(DECODER), 1);
    await thread.open('absorbed', cut(absorbF1(model(), PIXELS)!), 1);
    for (const [points, withMask] of [[2, 0], [2, 1], [5, 1], [10, 0], [30, 0]] as const) {
      const feeds = {
        image_embeddings: seededTensor([1, 64, 16, 16]), mask_input: seededTensor([1, 1, 64, 64]), has_mask_input: { data: Float32Array.of(withMask), shape: [1] },
        point_coords: { data: Float32Array.from({ length: 2 * points }, (_, i) => (i * 53) % 256), shape: [1, points, 2] },
        point_labels: { data: Float32Array.from({ length: points }, (_, i) => (i === points - 1 ? -1 : i % 2)), shape: [1, points] },
      };
      const plain = await thread.run('plain', feeds, OUTPUTS), other = await thread.run('absorbed', feeds, OUTPUTS);
      for (const output of OUTPUTS) {
        t.deepEqual(other[output]!.shape, plain[output]!.shape);
        const difference = Math.max(...Array.from(plain[output]!.data as Float32Array, (value, i) => Math.abs(value - Number(other[output]!.data[i]))));
        t.true(difference < 1e-4, `${output} of ${points} points differs by ${difference}`);
      }
    }
  });
}

test('pixels are no longer projected after the first layer', (t) => {
  const projections = (model: Uint8Array): string[] => edgesOfModel(cut(model)).nodes.flatMap(({ outputs }) => outputs).filter((name) => /(token_to_image.[kv]_proj|image_to_token.(q|out)_proj).MatMul/.test(name));
  t.is(projections(DECODER).length, 10);
  t.deepEqual(projections(absorbF1(DECODER, PIXELS)!).map((name) => name.replace(/.MatMul.*/, '')), ['cross_attn_token_to_image/k_proj', 'cross_attn_token_to_image/v_proj', 'cross_attn_image_to_token/q_proj'].map((name) => `/transformer/layers.0/${name}`));
});

test('a graph of another form is left alone', (t) => {
  t.is(absorbF1(readFileSync(TEST_ENCODER), PIXELS), undefined);
  t.is(absorbF1(readFileSync('models/decoder.onnx'), PIXELS), undefined);
  for (const name of ['final_attn_token_to_image.q_proj.bias', 'layers.1.cross_attn_image_to_token.out_proj.bias']) {
    const renamed = Buffer.from(DECODER.toString('latin1').replaceAll(name, name.replace('.', '_')), 'latin1');
    t.is(absorbF1(renamed, PIXELS), undefined, name);
  }
});
