/** A decoder in parts answers what the whole one does, and one that has no parts is left whole. */
import test from 'ava';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeFileSync } from 'node:fs';
import { portableDecoder } from '../../src/models/decoder-graph.js';
import { decoderParts, type DecoderParts } from '../../src/models/decoder-parts.js';
import { isClose } from '../../src/models/f1.js';
import { describeOnnx } from '../../src/models/onnx-graph.js';
import { edgesOfModel } from '../../src/models/onnx-cut.js';
import { seededTensor } from '../../src/models/probe.js';
import { MemorySource } from '../../src/models/protobuf.js';
import { SessionThread } from '../../src/models/session.js';
import type { PlainTensor } from '../../src/models/session-protocol.js';
import { temporaryFolder } from '../files/temporary-folder.js';
import { TEST_DECODER } from '../test-model.js';
import { editOnnx, type Edit } from './onnx-edit.js';

type Tensors = Record<string, PlainTensor>;
const OUTPUTS = ['iou_predictions', 'low_res_masks'];
const META = '../shared/goldens/models/meta/decoder.onnx';
const about = (model: Uint8Array): ReturnType<typeof describeOnnx> => describeOnnx(new MemorySource(model));

class Parts {
  constructor(private readonly thread: SessionThread, private readonly models: DecoderParts & { plain: Uint8Array }) {}

  async open(): Promise<void> {
    for (const [name, model] of Object.entries(this.models)) await this.thread.open(name, model as Uint8Array, 1);
  }

  async run(part: keyof Parts['models'], known: Tensors): Promise<Tensors> {
    const { inputs, outputs } = about(this.models[part]);
    return this.thread.run(part, Object.fromEntries(inputs.map(({ name }) => [name, known[name]!])), outputs.map(({ name }) => name));
  }
}

/** Labels of up to nine points, of boxes, and of both. */
const PROMPTS = [[1, -1], [1, 0, -1], [1, 1, 0, 1, -1], [1, 0, 1, 0, 1, 1, 1, 0, 1, -1], [2, 3], [1, 0, 2, 3]];

for (const [name, path, maskSide] of [['the embedded model', 'models/decoder.onnx', 128], ['the test model', TEST_DECODER, 64], ['Meta\'s own export', META, 64]] as const) {
  // skipped where the goldens are not beside this repository
  (existsSync(path) ? test : test.skip)(`${name}: clicks and boxes, with and without a mask`, async (t) => {
    const { bytes: plain } = portableDecoder(path), models = await decoderParts(plain, maskSide, 1), thread = new SessionThread();
    t.teardown(() => thread.close());
    const parts = new Parts(thread, { ...models!, plain }), side = 4 * maskSide;
    await parts.open();
    const embedding = seededTensor(about(plain).inputs.find((input) => input.name === 'image_embeddings')!.shape.map(Number));
    const masked = (data: Float32Array, flag: number): Tensors => ({ mask_input: { data, shape: [1, 1, maskSide, maskSide] }, has_mask_input: { data: Float32Array.of(flag), shape: [1] } });
    const none = { image_embeddings: embedding, ...masked(new Float32Array(maskSide ** 2), 0) }, image = await parts.run('image', none), without = await parts.run('mask', { ...none, ...image });
    for (const labels of PROMPTS) {
      const points = {
        point_coords: { data: Float32Array.from({ length: 2 * labels.length }, (_, i) => (i * 53 + 31) * 7 % side), shape: [1, labels.length, 2] },
        point_labels: { data: Float32Array.from(labels), shape: [1, labels.length] },
      };
      const mask = masked(Float32Array.from({ length: maskSide ** 2 }, (_, at) => 8 * Math.sin(at / (20 + 30 * labels.length))), 1);
      const known = { ...none, ...points, ...image };
      for (const [question, early] of [[known, without], [{ ...known, ...mask }, await parts.run('mask', { ...known, ...mask })]] as const) {
        const whole = await parts.run('plain', question), answer = await parts.run('prompts', { ...question, ...early });
        for (const output of OUTPUTS) {
          t.deepEqual(answer[output]!.shape, whole[output]!.shape);
          t.true(isClose(answer[output]!.data as Float32Array, whole[output]!.data as Float32Array), `${output} of ${labels.join()}`);
        }
      }
      const [bare, fed] = [await parts.run('plain', known), await parts.run('plain', { ...known, ...mask })];
      t.false(isClose(bare['low_res_masks']!.data as Float32Array, fed['low_res_masks']!.data as Float32Array), 'the mask matters');
    }
  });
}

test('the image\'s share of the embedded decoder is not in the part for each question', async (t) => {
  const { bytes } = portableDecoder('models/decoder.onnx'), { image, prompts } = (await decoderParts(bytes, 128, 1))!;
  const made = (model: Uint8Array): Set<string> => new Set(edgesOfModel(model).nodes.flatMap(({ outputs }) => outputs));
  const early = about(image).outputs.map(({ name }) => name), late = made(prompts);
  t.true(early.length > 5);
  t.deepEqual(early.filter((name) => late.has(name)), []);
  t.false(about(prompts).inputs.some(({ name }) => name === 'image_embeddings'));
});

const edited = async (path: string, edit: Edit): Promise<DecoderParts | undefined> => {
  writeFileSync(path, editOnnx(readFileSync(TEST_DECODER), edit).model);
  return decoderParts(portableDecoder(path).bytes, 64, 1);
};
const INPUTS = [
  { name: 'image_embeddings', shape: [1, 64, 16, 16] }, { name: 'point_coords', shape: [1, 'points', 2] }, { name: 'point_labels', shape: [1, 'points'] },
  { name: 'mask_input', shape: [1, 1, 64, 64] }, { name: 'has_mask_input', shape: [1] }, { name: 'orig_im_size', shape: [2] },
];

test('no parts: answers that are not the whole one\'s, an embedding of unknown size, a graph that the runtime refuses, no graph', async (t) => {
  const folder = await temporaryFolder(t), image = { rename: { image_embeddings: 'w_image' }, inputs: INPUTS };
  t.truthy(await edited(join(folder, 'same.onnx'), { ...image, before: [{ op: 'Identity', inputs: ['image_embeddings'], outputs: ['w_image'] }] }));
  t.is(await edited(join(folder, 'random.onnx'), { ...image, before: [{ op: 'RandomUniformLike', inputs: ['image_embeddings'], outputs: ['w_image'] }] }), undefined);
  t.is(await edited(join(folder, 'unknown.onnx'), { inputs: [{ name: 'image_embeddings', shape: [1, 64, 'h', 'w'] }, ...INPUTS.slice(1)] }), undefined);
  t.is(await edited(join(folder, 'refused.onnx'), { ...image, before: [{ op: 'NoSuchOperator', inputs: ['image_embeddings'], outputs: ['w_image'] }] }), undefined);
  t.is(await decoderParts(Uint8Array.of(1, 2, 3), 64, 1), undefined);
});
