/** A graph in two parts: each tensor is made where it can first be, and the parts after one another give the numbers of the whole. */
import test from 'ava';
import { describeOnnx } from '../../src/models/onnx-graph.js';
import { restOnnx, splitOnnx } from '../../src/models/onnx-split.js';
import { edgesOfModel } from '../../src/models/onnx-cut.js';
import { MemorySource } from '../../src/models/protobuf.js';
import { SessionThread } from '../../src/models/session.js';
import { SMALL, graphAttribute, modelBytes, type SmallGraph } from './small-model.js';
import { bytesField, concat } from '../../src/models/protobuf.js';

/** joined = (a + w1) * w2 + b * w3, `both` = joined - (a + w1); `only` follows from a alone. */
const JOINED: SmallGraph = {
  ...SMALL,
  nodes: [
    { op: 'Add', inputs: ['a', 'w1'], outputs: ['sum'] }, { op: 'Mul', inputs: ['sum', 'w2'], outputs: ['twice'] }, { op: 'Neg', inputs: ['w4'], outputs: ['minus'] },
    { op: 'Mul', inputs: ['b', 'w3'], outputs: ['product'] }, { op: 'Add', inputs: ['twice', 'product'], outputs: ['joined'] }, { op: 'Sub', inputs: ['joined', 'sum'], outputs: ['less'] },
    { op: 'Add', inputs: ['less', 'minus'], outputs: ['both'] }, { op: 'Abs', inputs: ['twice'], outputs: ['only'] },
  ],
  outputs: [{ name: 'both', shape: ['n', 2] }, { name: 'only', shape: [2] }],
};
const OUTPUTS = ['both', 'only'];
const made = (model: Uint8Array): string[] => edgesOfModel(model).nodes.flatMap(({ outputs }) => outputs);
const takes = (model: Uint8Array): string[] => describeOnnx(new MemorySource(model)).inputs.map(({ name }) => name);

test('what follows from one input is made first, constants where they are used', (t) => {
  const model = modelBytes(JOINED), split = splitOnnx(model, ['a'], OUTPUTS)!;
  t.deepEqual(split.boundary, ['twice', 'sum', 'only']);
  t.deepEqual([made(split.first), takes(split.first)], [['sum', 'twice', 'only'], ['a']]);
  const rest = restOnnx(model, split.boundary.map((name) => ({ name, shape: [2] })), OUTPUTS);
  t.deepEqual(made(rest), ['minus', 'product', 'joined', 'less', 'both']);
  t.deepEqual(takes(rest).sort(), ['b', 'only', 'sum', 'twice']);
});

test('the parts after one another give the numbers of the whole', async (t) => {
  const thread = new SessionThread(), whole = modelBytes({ ...JOINED, outputs: JOINED.outputs.slice(0, 1) }), split = splitOnnx(whole, ['a'], ['both'])!;
  t.teardown(() => thread.close());
  const a = { data: Float32Array.of(0.2, -7), shape: [2] }, b = { data: Float32Array.of(1, 2, 3, 4), shape: [2, 2] };
  await thread.open('whole', whole, 1);
  await thread.open('first', split.first, 1);
  await thread.open('rest', restOnnx(whole, split.boundary.map((name) => ({ name, shape: [2] })), ['both']), 1);
  const known = await thread.run('first', { a }, split.boundary);
  t.deepEqual(await thread.run('rest', { b, ...known }, ['both']), await thread.run('whole', { a, b }, ['both']));
});

test('an input that both parts use stays an input of the second; nothing to do first is no split', (t) => {
  const model = modelBytes({ ...JOINED, nodes: [...JOINED.nodes.slice(0, 5), { op: 'Sub', inputs: ['joined', 'a'], outputs: ['less'] }, ...JOINED.nodes.slice(6)] });
  const split = splitOnnx(model, ['a'], ['both'])!;
  t.deepEqual(split.boundary, ['twice']);
  t.deepEqual(takes(restOnnx(model, [{ name: 'twice', shape: [2] }], ['both'])).sort(), ['a', 'b', 'twice']);
  t.is(splitOnnx(modelBytes(SMALL), ['a'], ['other']), undefined);
  t.is(splitOnnx(modelBytes(SMALL), ['nothing'], ['twice', 'other']), undefined);
});

test('what a branch reads from outside is of the first part too', (t) => {
  const branch = (name: string, from: string): Uint8Array => graphAttribute(name, { inputs: [], weights: [], nodes: [{ op: 'Identity', inputs: [from], outputs: [`${name}_i`] }], outputs: [{ name: `${name}_i`, shape: [2] }] });
  const chosen = concat([bytesField(1, 'condition'), bytesField(2, 'chosen'), bytesField(4, 'If'), branch('then_branch', 'sum'), branch('else_branch', 'w2')]);
  const model = modelBytes({ ...SMALL, nodes: [...SMALL.nodes, { op: 'Greater', inputs: ['b', 'w1'], outputs: ['condition'] }, chosen], outputs: [{ name: 'chosen', shape: [2] }] });
  t.deepEqual(splitOnnx(model, ['a'], ['chosen'])!.boundary, ['sum']);
});
