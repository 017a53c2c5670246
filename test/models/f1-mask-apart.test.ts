/** The decoder whose mask goes its own way gives the answers of the graph that it was made from, and graphs of other forms are left alone. */
import test from 'ava';
import { readFileSync } from 'node:fs';
import { absorbF1 } from '../../src/models/f1-absorb.js';
import { maskApart } from '../../src/models/f1-mask-apart.js';
import { rearrangeF1 } from '../../src/models/f1-rearrange.js';
import { cutOnnx } from '../../src/models/onnx-cut.js';
import { describeOnnx } from '../../src/models/onnx-graph.js';
import { splitOnnx } from '../../src/models/onnx-split.js';
import { seededTensor } from '../../src/models/probe.js';
import { MemorySource } from '../../src/models/protobuf.js';
import { SessionThread } from '../../src/models/session.js';
import { TEST_DECODER, TEST_ENCODER } from '../test-model.js';

const DECODER = readFileSync(TEST_DECODER);
const OUTPUTS = ['iou_predictions', 'low_res_masks'];
const cut = (model: Uint8Array): Uint8Array => cutOnnx(model, { outputs: OUTPUTS, shapes: {} });
/** Without the repetition of the image for each prompt, which makes all follow from the prompts. */
const rearranged = rearrangeF1(DECODER, 16)!;

for (const [name, model] of [['rearranged before', rearranged], ['with attention rearranged too', absorbF1(rearranged, 256)!]] as const) {
  test(`${name}: the same answers with a mask, without, and in between`, async (t) => {
    const thread = new SessionThread();
    t.teardown(() => thread.close());
    await thread.open('plain', cut(DECODER), 1);
    await thread.open('apart', cut(maskApart(model)!), 1);
    const answers: number[] = [];
    for (const flag of [0, 1, 0.5]) {
      const feeds = {
        image_embeddings: seededTensor([1, 64, 16, 16]), mask_input: seededTensor([1, 1, 64, 64]), has_mask_input: { data: Float32Array.of(flag), shape: [1] },
        point_coords: { data: Float32Array.of(100, 80, 200, 30, 0, 0), shape: [1, 3, 2] }, point_labels: { data: Float32Array.of(1, 0, -1), shape: [1, 3] },
      };
      const plain = await thread.run('plain', feeds, OUTPUTS), other = await thread.run('apart', feeds, OUTPUTS);
      for (const output of OUTPUTS) {
        const difference = Math.max(...Array.from(plain[output]!.data as Float32Array, (value, i) => Math.abs(value - Number(other[output]!.data[i]))));
        t.true(difference < 1e-4, `${output} with flag ${flag} differs by ${difference}`);
      }
      answers.push(Number(other['low_res_masks']!.data[0]));
    }
    t.is(new Set(answers).size, 3, 'the flag matters');
  });
}

test('the three products of the first layer\'s pixels follow from the image alone', (t) => {
  const before = splitOnnx(cut(rearranged), ['image_embeddings'], OUTPUTS)!, after = splitOnnx(cut(maskApart(rearranged)!), ['image_embeddings'], OUTPUTS)!;
  t.is(after.boundary.length, before.boundary.length + 3);
  t.deepEqual(describeOnnx(new MemorySource(after.first)).inputs.map(({ name }) => name), ['image_embeddings']);
});

test('a graph of another form is left alone', (t) => {
  t.is(maskApart(readFileSync(TEST_ENCODER)), undefined);
  t.is(maskApart(readFileSync('models/decoder.onnx')), undefined);
  t.is(maskApart(Buffer.from(DECODER.toString('latin1').replaceAll('mask_downscaling.6.weight', 'mask_downscaling.9.weight'), 'latin1')), undefined);
});
