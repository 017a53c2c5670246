/** The decoder whose attention multiplies tokens instead of pixels gives the answers of the graph that it was made from, and graphs of other forms are left alone. */
import test from 'ava';
import { readFileSync } from 'node:fs';
import { absorbF1 } from '../../src/models/f1-absorb.js';
import { rearrangeF1 } from '../../src/models/f1-rearrange.js';
import { cutOnnx, edgesOfModel } from '../../src/models/onnx-cut.js';
import { seededTensor } from '../../src/models/probe.js';
import { MemorySource, fieldsOf, integersOf } from '../../src/models/protobuf.js';
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

/** Labels of one to five points, of a box, and of a box with points. */
const PROMPTS = [[1, -1], [1, 0, -1], [1, 1, 0, -1], [0, 1, 0, 1, -1], [1, 0, 1, 0, 1, -1], [2, 3], [1, 0, 2, 3]];

for (const [name, model] of [['trained', (): Uint8Array => DECODER], ['of noise', noise]] as const) {
  test(`${name}: one to nine prompts in a run, the same answers as the plain graph`, async (t) => {
    const thread = new SessionThread(), batched = (bytes: Uint8Array): Uint8Array => cutOnnx(bytes, { outputs: OUTPUTS, shapes: { point_coords: ['prompts', 'points', 2], point_labels: ['prompts', 'points'] } });
    t.teardown(() => thread.close());
    await thread.open('plain', batched(model()), 1);
    await thread.open('absorbed', batched(absorbF1(rearrangeF1(model(), 16)!, PIXELS)!), 1);
    const image_embeddings = seededTensor([1, 64, 16, 16]);
    for (let count = 1; count <= 9; count++) {
      for (const labels of PROMPTS) {
        const points = labels.length;
        const feeds = {
          image_embeddings, mask_input: seededTensor([1, 1, 64, 64]), has_mask_input: { data: Float32Array.of(count % 2), shape: [1] },
          point_coords: { data: Float32Array.from({ length: 2 * count * points }, (_, i) => (i * 53 + 31) * 7 % 256), shape: [count, points, 2] },
          point_labels: { data: Float32Array.from(Array.from({ length: count }, () => labels).flat()), shape: [count, points] },
        };
        const plain = await thread.run('plain', feeds, OUTPUTS), other = await thread.run('absorbed', feeds, OUTPUTS);
        for (const output of OUTPUTS) {
          t.deepEqual(other[output]!.shape, plain[output]!.shape);
          // outputs of a decoder are float32; there are too many of them for Math.max
          const found = other[output]!.data, gap = (plain[output]!.data as Float32Array).reduce((most, value, i) => Math.max(most, Math.abs(value - Number(found[i])) / (1 + Math.abs(value))), 0);
          t.true(gap < 1e-4, `${output} of ${count} prompts ${labels.join()} differs by ${gap}`);
        }
      }
    }
  });
}

/** The same graph; every larger matrix of its weights is drawn from one seeded row of numbers. */
function noise(): Uint8Array {
  const model = new Uint8Array(DECODER), source = new MemorySource(model), graph = [...fieldsOf(source, 0, source.size)].find(({ number }) => number === 7)!;
  let state = 1;
  const next = (): number => (state = (state * 48271) % 2147483647) / 2147483647 - 0.5;
  for (const tensor of fieldsOf(source, graph.start, graph.end)) {
    if (tensor.number !== 5) continue;
    const fields = [...fieldsOf(source, tensor.start, tensor.end)], raw = fields.find(({ number }) => number === 9), sides = fields.filter(({ number }) => number === 1).flatMap((field) => integersOf(source, field));
    if (raw === undefined || sides.length !== 2 || Number(fields.find(({ number }) => number === 2)?.value) !== 1) continue;
    const values = Float32Array.from({ length: (raw.end - raw.start) / 4 }, () => 4 * next() / Math.sqrt(sides[0]!));
    model.set(new Uint8Array(values.buffer), raw.start);
  }
  return model;
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
