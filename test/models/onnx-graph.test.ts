/** What is read of a graph, and that damage gives an error of ours or a value, never another exception. */
import test from 'ava';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isSamError } from '../../src/errors.js';
import { describeOnnx, describeTensor, readOnnxGraph } from '../../src/models/onnx-graph.js';
import { MemorySource, bytesField, concat, integerField } from '../../src/models/protobuf.js';
import { temporaryFolder } from '../files/temporary-folder.js';
import { TEST_DECODER, TEST_ENCODER } from '../test-model.js';
import { SMALL, graphAttribute, graphBytes, modelBytes, type SmallGraph } from './small-model.js';

const EMPTY: SmallGraph = { inputs: [], outputs: [], nodes: [], weights: [] };
const sideFile = (name: string): Uint8Array => concat([bytesField(8, `weight of ${name}`), bytesField(13, concat([bytesField(1, 'location'), bytesField(2, name)])), bytesField(13, concat([bytesField(1, 'offset'), bytesField(2, '4096')]))]);

/** Inputs with every kind of shape, a weight that is declared as an input, operators of three domains, side files at three places. */
const RICH: SmallGraph = {
  inputs: [{ name: 'a', shape: [1, -1, 'n'] }, { name: 'w1', shape: [1] }, { name: 'nothing known', shape: [] }],
  outputs: [{ name: 'y', shape: [''] }],
  weights: [{ name: 'w1', type: 'float32', shape: [1], values: [1] }],
  nodes: [
    { op: 'Add', inputs: ['a', 'w1'], outputs: ['x'] }, { op: 'Gelu', inputs: ['x'], outputs: ['z'], domain: 'com.microsoft' },
    concat([bytesField(4, 'If'), graphAttribute('then_branch', { ...EMPTY, nodes: [{ op: 'Odd', inputs: ['x'], outputs: ['y'], domain: 'org.odd' }], more: [bytesField(5, sideFile('inner.bin'))] })]),
    concat([bytesField(4, 'Constant'), bytesField(5, bytesField(5, sideFile('constant.bin')))]),
  ],
  more: [bytesField(5, sideFile('top.bin')), bytesField(5, sideFile('top.bin'))],
};

const describe = (bytes: Uint8Array) => describeOnnx(new MemorySource(bytes));

test('inputs, outputs, domains, side files and producer of a graph', (t) => {
  t.deepEqual(describe(modelBytes(RICH)), {
    inputs: [{ name: 'a', type: 'float32', shape: [1, -1, 'n'] }, { name: 'nothing known', type: 'float32', shape: [] }],
    outputs: [{ name: 'y', type: 'float32', shape: ['?'] }],
    domains: ['', 'com.microsoft', 'org.odd'], externalFiles: ['constant.bin', 'inner.bin', 'top.bin'], producer: 'drawn',
  });
});

test('side files and domains in the places where few look', (t) => {
  const sparse = (name: string): Uint8Array => concat([bytesField(1, sideFile(`${name}-values.bin`)), bytesField(2, sideFile(`${name}-indices.bin`)), integerField(3, 4)]);
  const inFunction = concat([bytesField(4, 'Constant'), bytesField(7, 'org.hidden'), bytesField(5, bytesField(22, sparse('attribute')))]);
  const lists = concat([
    bytesField(4, 'Lists'), bytesField(5, bytesField(10, sideFile('tensors.bin'))), bytesField(5, bytesField(23, sparse('list'))),
    bytesField(5, bytesField(11, graphBytes({ ...EMPTY, nodes: [{ op: 'Odd', inputs: [], outputs: [], domain: 'org.listed' }] }))),
  ]);
  const found = describe(modelBytes({ ...EMPTY, nodes: [lists], outputs: [{ name: 'y', shape: [1] }], more: [bytesField(15, sparse('graph'))] }, [bytesField(25, concat([bytesField(1, 'own'), bytesField(7, inFunction)]))]));
  t.deepEqual(found.externalFiles, [
    'attribute-indices.bin', 'attribute-values.bin', 'graph-indices.bin', 'graph-values.bin', 'list-indices.bin', 'list-values.bin', 'tensors.bin',
  ]);
  t.deepEqual(found.domains, ['', 'org.hidden', 'org.listed']);
});

test('element types by name, others by number', (t) => {
  const ofType = (type: number): Uint8Array => bytesField(12, concat([bytesField(1, 'y'), bytesField(2, bytesField(1, integerField(1, type)))]));
  const types = [1, 2, 3, 6, 7, 9, 10, 11, 16].map((type) => describe(modelBytes({ ...EMPTY, more: [ofType(type)] })).outputs[0]!.type);
  t.deepEqual(types, ['float32', 'uint8', 'int8', 'int32', 'int64', 'bool', 'float16', 'float64', 'type 16']);
  const sequence = bytesField(12, concat([bytesField(1, 'y'), bytesField(2, bytesField(4, new Uint8Array(0)))]));
  t.deepEqual(describe(modelBytes({ ...EMPTY, more: [sequence] })).outputs, [{ name: 'y', type: 'unknown', shape: [] }]);
});

test('a model as its exporter writes it', (t) => {
  const encoder = readOnnxGraph(TEST_ENCODER), decoder = readOnnxGraph(TEST_DECODER);
  t.deepEqual(encoder.inputs.map(describeTensor), ['x float32[1, 3, 256, 256]']);
  t.deepEqual(decoder.inputs.map((input) => input.name), ['image_embeddings', 'point_coords', 'point_labels', 'mask_input', 'has_mask_input', 'orig_im_size']);
  t.deepEqual(decoder.outputs.map((output) => output.name), ['masks', 'iou_predictions', 'low_res_masks']);
  t.deepEqual([encoder.domains, decoder.domains, encoder.externalFiles, decoder.externalFiles], [[''], [''], [], []]);
});

test('what is no model is told with its file', async (t) => {
  const folder = await temporaryFolder(t);
  const refused = async (name: string, content: string | Uint8Array): Promise<void> => {
    await writeFile(join(folder, name), content);
    const error = t.throws(() => readOnnxGraph(join(folder, name), name), { code: 'model/format' });
    t.is('file' in error && error.file, name);
  };
  await refused('empty.onnx', '');
  await refused('text.onnx', '{"not": "a model"}');
  await refused('page.onnx', '<!doctype html><title>404</title>');
  await refused('pointer.onnx', 'version https://git-lfs.github.com/spec/v1\noid sha256:0000\nsize 12\n');
  await refused('no-graph.onnx', integerField(1, 8));
  await refused('no-outputs.onnx', modelBytes(EMPTY));
  await refused('two-graphs.onnx', concat([modelBytes(SMALL), modelBytes(SMALL)]));
  t.throws(() => readOnnxGraph(join(folder, 'missing.onnx')), { code: 'model/missing', message: 'Cannot open the model file: ENOENT.' });
  await mkdir(join(folder, 'folder.onnx'));
  const error = t.throws(() => readOnnxGraph(join(folder, 'folder.onnx'), 'folder.onnx'));
  t.true(isSamError(error, 'model/format', 'model/missing'));
});

test('graphs within graphs: a few levels are read, more than any exporter writes are refused', (t) => {
  const nested = (levels: number): Uint8Array => {
    let graph: SmallGraph = { ...EMPTY, nodes: [{ op: 'Odd', inputs: [], outputs: [], domain: 'deep' }] };
    for (let i = 0; i < levels; i++) graph = { ...EMPTY, nodes: [concat([bytesField(4, 'If'), graphAttribute('then_branch', graph)])] };
    return modelBytes({ ...graph, outputs: [{ name: 'y', shape: [1] }] });
  };
  t.deepEqual(describe(nested(5)).domains, ['', 'deep']);
  t.throws(() => describe(nested(2000)), { code: 'model/format', message: /deeper than 32 levels/ });
});

/** Describes damaged bytes; anything thrown must be ours. */
function survives(bytes: Uint8Array): 'value' | 'error' {
  try {
    describe(bytes);
    return 'value';
  } catch (error) {
    if (isSamError(error, 'model/format')) return 'error';
    throw error;
  }
}

for (const [name, model] of [['small', modelBytes(SMALL)], ['rich', modelBytes(RICH)]] as const) {
  test(`every truncation of a model is refused or read: ${name}`, (t) => {
    const found = Array.from({ length: model.length }, (_, length) => survives(model.subarray(0, length)));
    t.true(found.includes('error'));
    t.is(found[0], 'error');
    t.is(survives(model), 'value');
  });

  test(`every flipped bit of a model is refused or read: ${name}`, (t) => {
    const found = new Set<string>();
    for (let at = 0; at < model.length; at++) {
      for (let bit = 0; bit < 8; bit++) {
        const flipped = Uint8Array.from(model);
        flipped[at]! ^= 1 << bit;
        found.add(survives(flipped));
      }
    }
    t.deepEqual([...found].sort(), ['error', 'value']);
  });
}

test('many flips at once, and a damaged real model', async (t) => {
  const real = (await readFile(TEST_DECODER)).subarray(0, 300_000);
  let state = 7;
  const chance = (below: number): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor(state / 2 ** 32 * below);
  };
  for (let round = 0; round < 300; round++) {
    const model = round % 10 === 0 ? Uint8Array.from(real) : modelBytes(RICH);
    for (let flips = 1 + chance(20); flips > 0; flips--) model[chance(model.length)] = chance(256);
    t.truthy(survives(model));
  }
});
