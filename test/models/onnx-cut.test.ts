/** Cut graphs: what nobody uses is gone, what is left gives the same numbers to the bit. */
import test, { type ExecutionContext } from 'ava';
import { readFileSync } from 'node:fs';
import { isSamError } from '../../src/errors.js';
import { cutOnnx } from '../../src/models/onnx-cut.js';
import { describeOnnx } from '../../src/models/onnx-graph.js';
import { seededTensor } from '../../src/models/probe.js';
import { MemorySource, bytesField, concat, fieldsOf, textOf, type Field } from '../../src/models/protobuf.js';
import { SessionThread } from '../../src/models/session.js';
import type { Feed } from '../../src/models/session-protocol.js';
import { TEST_DECODER } from '../test-model.js';
import { SMALL, graphAttribute, graphBytes, modelBytes } from './small-model.js';

/** Names in a graph: what its nodes make, its weights, inputs, outputs, and noted shapes. */
function namesIn(model: Uint8Array): Record<'made' | 'weights' | 'inputs' | 'outputs' | 'between', string[]> {
  const source = new MemorySource(model);
  const within = (field: Field): Field[] => [...fieldsOf(source, field.start, field.end)];
  const graph = within([...fieldsOf(source, 0, source.size)].find((field) => field.number === 7)!);
  const names = (number: number, nameField: number): string[] =>
    graph.filter((field) => field.number === number).flatMap((field) => within(field).filter((part) => part.number === nameField).map((part) => textOf(source, part)));
  return { made: names(1, 2), weights: names(5, 8), inputs: names(11, 1), outputs: names(12, 1), between: names(13, 1) };
}

test('nodes, weights, inputs and outputs that nothing uses any more are gone', (t) => {
  t.deepEqual(namesIn(modelBytes(SMALL)), {
    made: ['sum', 'twice', 'product', 'other', 'dead'], weights: ['w1', 'w2', 'w3', 'w4'], inputs: ['a', 'b'], outputs: ['twice', 'other'], between: ['sum', 'product'],
  });
  t.deepEqual(namesIn(cutOnnx(modelBytes(SMALL), { outputs: ['twice'], shapes: {} })), { made: ['sum', 'twice'], weights: ['w1', 'w2'], inputs: ['a'], outputs: ['twice'], between: [] });
  t.deepEqual(namesIn(cutOnnx(modelBytes(SMALL), { outputs: ['other'], shapes: {} })), { made: ['product', 'other'], weights: ['w1', 'w3'], inputs: ['b'], outputs: ['other'], between: [] });
});

test('an input that is left out is not the output that another node leaves out', (t) => {
  const model = modelBytes({ ...SMALL, nodes: [...SMALL.nodes, { op: 'Clip', inputs: ['twice', '', 'w2'], outputs: ['clipped'] }, { op: 'Dropout', inputs: ['b'], outputs: ['dropped', ''] }], outputs: [...SMALL.outputs, { name: 'clipped', shape: [2] }] });
  t.deepEqual(namesIn(cutOnnx(model, { outputs: ['clipped'], shapes: {} })).inputs, ['a']);
});

test('new shapes for inputs, as numbers and names; others stay', (t) => {
  const cut = cutOnnx(modelBytes(SMALL), { outputs: ['twice', 'other'], shapes: { b: [7, 'points', 2] } });
  t.deepEqual(describeOnnx(new MemorySource(cut)).inputs, [{ name: 'a', type: 'float32', shape: [2] }, { name: 'b', type: 'float32', shape: [7, 'points', 2] }]);
});

test('all else of the model stays as it stands, also fields of unknown kinds', (t) => {
  const odd = [Uint8Array.of(0x28, ...Array<number>(9).fill(0xff), 0x01), Uint8Array.of(0xf1, 0x3e, 1, 2, 3, 4, 5, 6, 7, 8), Uint8Array.of(0xfd, 0x3e, 1, 2, 3, 4)];
  const model = modelBytes(SMALL, odd), cut = cutOnnx(model, { outputs: ['twice'], shapes: {} });
  const others = (bytes: Uint8Array): unknown[] => {
    const source = new MemorySource(bytes);
    return [...fieldsOf(source, 0, source.size)].filter((field) => field.number !== 7).map((field) => [field.number, field.wire, field.value, Buffer.from(bytes.subarray(field.start, field.end)).toString('hex')]);
  };
  t.is(others(model).length, 6);
  t.deepEqual(others(cut), others(model));
});

/** chosen = flag > 0 ? w_then : sum; the branches read both from outside. */
const BRANCHES = {
  ...SMALL,
  inputs: [...SMALL.inputs, { name: 'flag', shape: [1] }],
  outputs: [...SMALL.outputs, { name: 'chosen', shape: ['m'] }],
  weights: [...SMALL.weights, { name: 'w_then', type: 'float32' as const, shape: [2], values: [8, 9] }, { name: 'zero', type: 'float32' as const, shape: [1], values: [0] }],
  nodes: [
    ...SMALL.nodes, { op: 'Greater', inputs: ['flag', 'zero'], outputs: ['condition'] },
    concat([
      bytesField(1, 'condition'), bytesField(2, 'chosen'), bytesField(4, 'If'),
      graphAttribute('then_branch', { inputs: [], weights: [], nodes: [{ op: 'Identity', inputs: ['w_then'], outputs: ['t'] }], outputs: [{ name: 't', shape: [2] }] }),
      graphAttribute('else_branch', { inputs: [], weights: [], nodes: [{ op: 'Identity', inputs: ['sum'], outputs: ['e'] }], outputs: [{ name: 'e', shape: [2] }] }),
    ]),
  ],
};

test('what the branches of an If read from outside stays', (t) => {
  t.deepEqual(namesIn(cutOnnx(modelBytes(BRANCHES), { outputs: ['chosen'], shapes: {} })), {
    made: ['sum', 'condition', 'chosen'], weights: ['w1', 'w_then', 'zero'], inputs: ['a', 'flag'], outputs: ['chosen'], between: [],
  });
});

test('so does what graphs in a list read', (t) => {
  const branch = graphBytes({ inputs: [], outputs: [], weights: [], nodes: [{ op: 'Identity', inputs: ['product'], outputs: ['i'] }] });
  const listed = concat([bytesField(2, 'listed'), bytesField(4, 'Odd'), bytesField(5, concat([bytesField(1, 'branches'), bytesField(11, branch)]))]);
  const model = modelBytes({ ...SMALL, nodes: [...SMALL.nodes, listed], outputs: [...SMALL.outputs, { name: 'listed', shape: [2] }] });
  t.deepEqual(namesIn(cutOnnx(model, { outputs: ['listed'], shapes: {} })).made, ['product', 'listed']);
});

/** Runs a model and its cut on the same feeds and compares the kept outputs bit by bit. */
async function sameOutputs(t: ExecutionContext, model: Uint8Array, outputs: string[], feeds: Record<string, Feed>, unused: string[]): Promise<void> {
  const thread = new SessionThread();
  t.teardown(() => thread.close());
  await thread.open('whole', model, 1);
  await thread.open('cut', cutOnnx(model, { outputs, shapes: {} }), 1);
  const whole = await thread.run('whole', feeds, outputs);
  const cut = await thread.run('cut', Object.fromEntries(Object.entries(feeds).filter(([name]) => !unused.includes(name))), outputs);
  t.deepEqual(Object.keys(cut), outputs);
  for (const name of outputs) {
    t.deepEqual(cut[name]!.shape, whole[name]!.shape);
    t.true(Buffer.from(cut[name]!.data.buffer).equals(Buffer.from(whole[name]!.data.buffer)), name);
    t.true(cut[name]!.data.length > 0);
  }
}

const SMALL_FEEDS = { a: { data: Float32Array.of(0.2, -7), shape: [2] }, b: { data: Float32Array.of(1, 2, 3, 4), shape: [2, 2] } };

test('the runtime takes a cut graph and gives the same numbers', async (t) => {
  await sameOutputs(t, modelBytes(SMALL), ['twice'], SMALL_FEEDS, ['b']);
  for (const flag of [1, -1]) {
    await sameOutputs(t, modelBytes(BRANCHES), ['chosen'], { ...SMALL_FEEDS, flag: { data: Float32Array.of(flag), shape: [1] } }, ['b']);
  }
});

test('Meta\'s decoder without its upsampled masks', async (t) => {
  const model = readFileSync(TEST_DECODER);
  const feeds = {
    image_embeddings: seededTensor([1, 64, 16, 16]), point_coords: { data: Float32Array.of(100, 80, 0, 0), shape: [1, 2, 2] }, point_labels: { data: Float32Array.of(1, -1), shape: [1, 2] },
    mask_input: seededTensor([1, 1, 64, 64]), has_mask_input: { data: Float32Array.of(1), shape: [1] }, orig_im_size: { data: Float32Array.of(30, 40), shape: [2] },
  };
  await sameOutputs(t, model, ['iou_predictions', 'low_res_masks'], feeds, ['orig_im_size']);
  const cut = namesIn(cutOnnx(model, { outputs: ['iou_predictions', 'low_res_masks'], shapes: {} })), whole = namesIn(model);
  t.true(cut.made.length < whole.made.length);
  t.false(cut.inputs.includes('orig_im_size'));
});

test('every truncation of a model is cut or refused', (t) => {
  const model = modelBytes(BRANCHES);
  for (let length = 0; length < model.length; length++) {
    try {
      t.true(cutOnnx(model.subarray(0, length), { outputs: ['chosen'], shapes: { a: [1] } }).length <= 2 * length);
    } catch (error) {
      if (!isSamError(error, 'model/format')) throw error;
    }
  }
});
