/** The rearranged decoder gives the answers of the graph that it was made from, and graphs of other forms are left alone. */
import test from 'ava';
import { readFileSync } from 'node:fs';
import { rearrangeF1 } from '../../src/models/f1-rearrange.js';
import { cutOnnx } from '../../src/models/onnx-cut.js';
import { seededTensor } from '../../src/models/probe.js';
import { SessionThread } from '../../src/models/session.js';
import { TEST_DECODER, TEST_ENCODER } from '../test-model.js';

const DECODER = readFileSync(TEST_DECODER);
const OUTPUTS = ['iou_predictions', 'low_res_masks'];
const cut = (model: Uint8Array): Uint8Array => cutOnnx(model, { outputs: OUTPUTS, shapes: { point_coords: ['prompts', 'points', 2], point_labels: ['prompts', 'points'] } });

test('points, boxes and earlier logits: the same answers', async (t) => {
  const rearranged = rearrangeF1(DECODER, 16);
  t.truthy(rearranged);
  const thread = new SessionThread();
  await thread.open('plain', cut(DECODER), 1);
  await thread.open('rearranged', cut(rearranged!), 1);
  const embedding = seededTensor([1, 64, 16, 16]);
  for (const [count, labels, withMask] of [[5, [1, -1], 0], [3, [2, 3], 0], [1, [1, 0, -1], 1]] as const) {
    const feeds = {
      image_embeddings: embedding,
      point_coords: { data: Float32Array.from({ length: count * labels.length * 2 }, (_, i) => (i * 53) % 256), shape: [count, labels.length, 2] },
      point_labels: { data: Float32Array.from(Array.from({ length: count }, () => labels).flat()), shape: [count, labels.length] },
      mask_input: seededTensor([1, 1, 64, 64]), has_mask_input: { data: Float32Array.of(withMask), shape: [1] },
    };
    const plain = await thread.run('plain', feeds, OUTPUTS);
    const other = await thread.run('rearranged', feeds, OUTPUTS);
    for (const name of OUTPUTS) {
      t.deepEqual(other[name]!.shape, plain[name]!.shape);
      const difference = Math.max(...Array.from(plain[name]!.data as Float32Array, (value, i) => Math.abs(value - Number(other[name]!.data[i]))));
      t.true(difference < 1e-4, `${name} of ${count} prompts differs by ${difference}`);
    }
  }
  await thread.close();
});

test('a graph of another form is left alone', (t) => {
  t.is(rearrangeF1(readFileSync(TEST_ENCODER), 16), undefined);
  const renamed = Buffer.from(DECODER.toString('latin1').replaceAll('output_upscaling.3.weight', 'output_upscaling.9.weight'), 'latin1');
  t.is(rearrangeF1(renamed, 16), undefined);
});
