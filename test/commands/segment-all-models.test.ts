/** `sam segment-all --model` as a stranger gets it wrong: each model that will not do exits 5 with its reason, and nothing is written. */
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { editOnnx } from '../models/onnx-edit.js';
import { TEST_DECODER, TEST_ENCODER, TEST_MODEL } from '../test-model.js';
import { runJson, runSam, workplace } from './run-sam.js';

const ENCODER = readFileSync(TEST_ENCODER);
const DECODER = readFileSync(TEST_DECODER);

/** Meta's decoder, giving only its first mask. */
const SINGLE = editOnnx(DECODER, {
  rename: { iou_predictions: 'all_iou', low_res_masks: 'all_low' },
  outputs: [{ name: 'masks', shape: [1, 4, 'h', 'w'] }, { name: 'iou_predictions', shape: ['b', 1] }, { name: 'low_res_masks', shape: ['b', 1, 64, 64] }],
  constants: [{ name: 'w_0', type: 'int64', shape: [1], values: [0] }, { name: 'w_1', type: 'int64', shape: [1], values: [1] }],
  after: [{ op: 'Slice', inputs: ['all_iou', 'w_0', 'w_1', 'w_1'], outputs: ['iou_predictions'] }, { op: 'Slice', inputs: ['all_low', 'w_0', 'w_1', 'w_1'], outputs: ['low_res_masks'] }],
}).model;

/** Files of a model folder by their names, and what is said of it; `late`: only a run of the graph tells. */
const FOLDERS: Record<string, { files: Record<string, Uint8Array | string>; code: string; message: RegExp; late?: true }> = {
  'no file at all': { files: {}, code: 'model/missing', message: /is no model: expected encoder\.onnx and decoder\.onnx, .* it holds no \.onnx file/ },
  'no decoder': { files: { 'encoder.onnx': ENCODER }, code: 'model/missing', message: /found encoder\.onnx/ },
  'the two swapped': { files: { 'encoder.onnx': DECODER, 'decoder.onnx': ENCODER }, code: 'model/contract', message: /the two files are swapped/ },
  'an encoder cut short': { files: { 'encoder.onnx': ENCODER.subarray(0, 100_000), 'decoder.onnx': DECODER }, code: 'model/format', message: /Not a readable ONNX file/ },
  'text files': { files: { 'encoder.onnx': 'hello', 'decoder.onnx': 'hello' }, code: 'model/format', message: /Not a readable ONNX file/ },
  'a graph of another family': { files: { 'encoder.onnx': ENCODER, 'decoder.onnx': editOnnx(DECODER, { rename: { point_coords: 'batched_point_coords' } }).model }, code: 'model/contract', message: /F6 \(EfficientSAM\), which this version does not run yet/ },
  'an unknown operator': { files: { 'encoder.onnx': ENCODER, 'decoder.onnx': editOnnx(DECODER, { before: [{ op: 'Evil', inputs: ['point_coords'], outputs: ['evil'], domain: 'evil.example' }] }).model }, code: 'model/unsafe', message: /evil\.example/ },
  'a decoder of one mask': { files: { 'encoder.onnx': ENCODER, 'decoder.onnx': SINGLE }, code: 'model/unfit', message: /returns one mask a prompt; automatic masks need its three candidates/, late: true },
  'a graph that the runtime refuses': { files: { 'encoder.onnx': editOnnx(ENCODER, { before: [{ op: 'NoSuchOperator', inputs: ['x'], outputs: ['y'] }] }).model, 'decoder.onnx': DECODER }, code: 'model/run', message: /onnxruntime: .*NoSuchOperator/, late: true },
  'model.json that is no JSON': { files: { 'encoder.onnx': ENCODER, 'decoder.onnx': DECODER, 'model.json': '{"schema":1,' }, code: 'model/json', message: /not valid JSON/ },
  'model.json that recommends nonsense': { files: { 'encoder.onnx': ENCODER, 'decoder.onnx': DECODER, 'model.json': '{"schema":1,"recommended":{"predIouThresh":7}}' }, code: 'model/json', message: /--pred-iou-thresh expects a number from 0 to 1, got 7/ },
};

for (const [what, { files, code, message, late }] of Object.entries(FOLDERS)) {
  test(`a model folder with ${what}`, async (t) => {
    const { root, input, output } = await workplace(t);
    const model = join(root, 'model');
    mkdirSync(model);
    for (const [name, bytes] of Object.entries(files)) writeFileSync(join(model, name), bytes);
    const words = ['segment-all', input, '--output', output, '--model', model];
    const [said, json] = [await runSam(words), await runJson(t, words)];
    t.deepEqual([said.code, json.code, said.stdout], [5, 5, '']);
    t.regex(said.stderr, message);
    t.true(said.stderr.endsWith(`[${code}]\n`), said.stderr);
    t.is(json.errors.length, 1);
    t.is(json.errors[0]?.code, code);
    t.regex(json.errors[0]?.message ?? '', message);
    if (late === true) t.deepEqual(readdirSync(output), ['.sam'], 'no image has an output');
    else t.false(existsSync(output), 'nothing was written');
    t.is((await runSam(['segment-all', input, '--output', output, '--points-per-side', '2'])).code, 0, 'the folder is free for a model that does');
  });
}

test('a file that is not what model.json lists', async (t) => {
  const { root, input, output } = await workplace(t);
  const model = join(root, 'model');
  cpSync(TEST_MODEL, model, { recursive: true });
  writeFileSync(join(model, 'model.json'), readFileSync(join(TEST_MODEL, 'model.json'), 'utf8').replace('445f706e', '00000000'));
  const { code, errors } = await runJson(t, ['segment-all', input, '--output', output, '--model', model]);
  t.is(code, 5);
  t.like(errors[0], { code: 'model/checksum', file: join(model, 'encoder.onnx') });
  t.regex(errors[0]?.message ?? '', /expected 3377401 bytes with sha256 00000000\w{56}, found 3377401 with 445f706e\w{56}\./);
});

test('names: near ones are offered, what must be fetched first says how, what will not do is not offered for fetching', async (t) => {
  const { input, output } = await workplace(t);
  const rows: [string, string, RegExp][] = [
    ['mobilesam', 'model/unknown', /There is no model "mobilesam": did you mean mobile-sam\?/],
    ['zzz', 'model/unknown', /`sam models list` prints the names/],
    ['mobile-sam', 'model/missing', /not in the cache .*Fetch it: sam models pull mobile-sam/],
    ['sam-vit-b-q8', 'model/unfit', /returns one mask a prompt/],
    ['sam2.1-tiny', 'model/unfit', /contract F3, which this version cannot run yet/],
    ['hq-sam-vit-b', 'model/unverified', /no checksum is published/],
    ['./nowhere', 'model/missing', /There is no folder \.\/nowhere/],
    [join(input, 'icon.png'), 'model/missing', /A model is a folder with its graphs; .*icon\.png is a file/],
  ];
  for (const [model, error, message] of rows) {
    const { code, errors } = await runJson(t, ['segment-all', input, '--output', output, '--model', model]);
    t.is(code, 5, model);
    t.is(errors[0]?.code, error, model);
    t.regex(errors[0]?.message ?? '', message);
    t.false(existsSync(output));
  }
  const byEnvironment = await runJson(t, ['segment-all', input, '--output', output], { env: { SAM_MODEL: 'mobilesam' } });
  t.is(byEnvironment.errors[0]?.code, 'model/unknown', 'SAM_MODEL is asked where --model is not given');
});
