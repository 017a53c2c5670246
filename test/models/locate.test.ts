/** What `--model` and `SAM_MODEL` may name, which files are taken for it, and that none of them is taken unseen. */
import { copyFileSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { SamError, type ErrorCode } from '../../src/errors.js';
import { locateModel } from '../../src/models/locate.js';
import { modelSha256, type LocatedModel } from '../../src/models/located-model.js';
import { parseModelJson } from '../../src/models/model-json.js';
import { temporaryFolder } from '../files/temporary-folder.js';
import { TEST_DECODER, TEST_ENCODER, TEST_MODEL } from '../test-model.js';
import { sha256Of } from './weights-server.js';

const listed = ['encoder.onnx', 'decoder.onnx'].map((name) => {
  const bytes = readFileSync(join(TEST_MODEL, name));
  return { path: name, bytes: bytes.length, sha256: sha256Of(bytes) };
});

const locate = (model: string | undefined, env: Record<string, string> = {}): Promise<LocatedModel> => locateModel(model, { env });

async function fails(t: ExecutionContext, model: string, code: ErrorCode, ...parts: string[]): Promise<void> {
  const error = await t.throwsAsync(locate(model), { instanceOf: SamError });
  t.is(error.code, code, error.message);
  t.is(error.exitCode, 5);
  for (const part of parts) t.true(error.message.includes(part), `${error.message} should hold ${part}`);
}

/** A folder with the test model's graphs under the given names. */
async function folderWith(t: ExecutionContext, encoder = 'encoder.onnx', decoder = 'decoder.onnx'): Promise<string> {
  const folder = join(await temporaryFolder(t), 'my-model');
  mkdirSync(join(folder, 'onnx'), { recursive: true });
  copyFileSync(TEST_ENCODER, join(folder, encoder));
  copyFileSync(TEST_DECODER, join(folder, decoder));
  return folder;
}

const manifest = (folder: string, value: object): void => writeFileSync(join(folder, 'model.json'), JSON.stringify({ schema: 1, ...value }));

test('without a name: SAM_MODEL, else the embedded model, verified by its list', async (t) => {
  const model = await locate(undefined);
  t.like(model, { name: 'embedded', origin: 'embedded', folder: resolve('models'), encoder: resolve('models/encoder.onnx'), decoder: resolve('models/decoder.onnx') });
  t.like(model.json, { schema: 1, contract: 'F1' });
  t.deepEqual(model.files.slice(0, 2).map(({ bytes, sha256 }) => ({ bytes, sha256 })), [model.encoder, model.decoder].map((path) => readFileSync(path)).map((bytes) => ({ bytes: bytes.length, sha256: sha256Of(bytes) })));
  t.deepEqual(await locate(undefined, { SAM_MODEL: '' }), model);
  const folder = await folderWith(t);
  t.like(await locate(undefined, { SAM_MODEL: folder }), { name: 'my-model', origin: 'folder', folder });
  t.like(await locate('embedded', { SAM_MODEL: folder }), { origin: 'embedded' });
});

for (const [encoder, decoder] of [
  ['encoder.onnx', 'decoder.onnx'], ['vision_encoder.onnx', 'prompt_encoder_mask_decoder.onnx'],
  ['onnx/encoder.onnx', 'onnx/decoder.onnx'], ['onnx/vision_encoder.onnx', 'onnx/prompt_encoder_mask_decoder.onnx'],
] as const) {
  test(`a folder with ${encoder} and ${decoder} is a model`, async (t) => {
    const folder = await folderWith(t, encoder, decoder);
    const model = await locate(folder);
    t.like(model, { name: 'my-model', origin: 'folder', encoder: join(folder, encoder), decoder: join(folder, decoder) });
    t.deepEqual(model.files, [join(folder, encoder), join(folder, decoder)].map((path, i) => ({ ...listed[i]!, path })));
    t.is(model.json, undefined);
  });
}

test('what is no model says what was found', async (t) => {
  const folder = await folderWith(t);
  await fails(t, join(folder, 'nowhere'), 'model/missing', 'There is no folder');
  await fails(t, './nowhere', 'model/missing', 'There is no folder ./nowhere');
  await fails(t, join(folder, 'encoder.onnx'), 'model/missing', 'is a file');
  await fails(t, join(folder, 'onnx'), 'model/missing', 'it holds no .onnx file');
  renameSync(join(folder, 'decoder.onnx'), join(folder, 'onnx', 'decode.onnx'));
  await fails(t, folder, 'model/missing', 'expected encoder.onnx and decoder.onnx', 'found encoder.onnx, onnx/decode.onnx');
  mkdirSync(join(folder, 'decoder.onnx'));
  await fails(t, folder, 'model/missing', 'decoder.onnx is not a regular file');
  writeFileSync(join(folder, 'encoder.onnx'), 'not a graph');
  rmSync(join(folder, 'decoder.onnx'), { recursive: true });
  copyFileSync(TEST_DECODER, join(folder, 'decoder.onnx'));
  await fails(t, folder, 'model/format');
});

test('a registry name: known ones are fetched first, unknown ones are not guessed, unverified ones not used', async (t) => {
  const env = { SAM_CACHE_DIR: join(await temporaryFolder(t), 'cache') };
  await t.throwsAsync(locate('mobile-sam', env), { code: 'model/missing', message: /sam models pull mobile-sam/ });
  await t.throwsAsync(locate(undefined, { ...env, SAM_MODEL: 'slimsam-77' }), { code: 'model/missing', message: /sam models pull slimsam-77/ });
  await t.throwsAsync(locate('mobilesam', env), { code: 'model/unknown', message: /did you mean mobile-sam/ });
  await t.throwsAsync(locate('hq-sam-vit-b', env), { code: 'model/unverified' });
});

test('model.json names the files and overrides what the graphs say', async (t) => {
  const folder = await folderWith(t, 'e.onnx', 'onnx/d.onnx');
  manifest(folder, { name: 'mine', encoder: 'e.onnx', decoder: 'onnx/d.onnx', maskSide: 64, 'x-training': { epochs: 3 } });
  const model = await locate(folder);
  t.like(model, { name: 'mine', encoder: join(folder, 'e.onnx'), decoder: join(folder, 'onnx', 'd.onnx'), json: { maskSide: 64 } });
  t.deepEqual(model.files.map(({ path }) => path), [model.encoder, model.decoder, join(folder, 'model.json')], 'model.json decides what the model answers, too');
  const usual = await folderWith(t);
  manifest(usual, { encoderInput: 'nchw-normalised' });
  t.like(await locate(usual), { name: 'my-model', encoder: join(usual, 'encoder.onnx') });
  manifest(usual, { encoder: 'gone.onnx' });
  await fails(t, usual, 'model/missing', 'gone.onnx');
});

test('files listed with checksums: swapped, truncated, or left out', async (t) => {
  const folder = await folderWith(t);
  manifest(folder, { files: listed });
  t.is((await locate(folder)).files.length, 3);
  truncateSync(join(folder, 'decoder.onnx'), 1000);
  const half = sha256Of(readFileSync(TEST_DECODER).subarray(0, 1000));
  await fails(t, folder, 'model/checksum', 'decoder.onnx', `expected ${listed[1]?.bytes} bytes with sha256 ${listed[1]?.sha256}`, `found 1000 with ${half}`);
  copyFileSync(TEST_ENCODER, join(folder, 'decoder.onnx'));
  await fails(t, folder, 'model/checksum', 'decoder.onnx', listed[1]?.sha256 ?? '', listed[0]?.sha256 ?? '');
  copyFileSync(TEST_DECODER, join(folder, 'decoder.onnx'));
  manifest(folder, { files: listed.slice(0, 1) });
  await fails(t, folder, 'model/json', 'not decoder.onnx');
  manifest(folder, { files: [...listed, { ...listed[0], path: 'extra.bin' }] });
  await fails(t, folder, 'model/missing', 'extra.bin');
});

test('paths in model.json stay in the folder', async (t) => {
  const folder = await folderWith(t);
  copyFileSync(TEST_ENCODER, join(folder, '..', 'encoder.onnx'));
  symlinkSync(join(folder, '..', 'encoder.onnx'), join(folder, 'link.onnx'));
  for (const encoder of ['../encoder.onnx', 'onnx/../../encoder.onnx', '..\\encoder.onnx', join(folder, '..', 'encoder.onnx'), 'C:\\encoder.onnx', 'link.onnx']) {
    manifest(folder, { encoder });
    await fails(t, folder, 'model/unsafe', 'is refused');
    manifest(folder, { files: [...listed, { ...listed[0], path: encoder }] });
    await fails(t, folder, 'model/unsafe', 'is refused');
  }
});

test('model.json is checked key by key', (t) => {
  const sum = 'a'.repeat(64);
  const rows: [string, string][] = [
    ['', 'not valid JSON'], ['{"schema":1', 'not valid JSON'], ['[]', 'expects an object, found []'], ['null', 'found null'], ['{}', 'lacks "schema": 1'],
    ['{"schema":2}', '"schema" in model.json expects the number 1, found 2'], ['{"schema":"1"}', 'found "1"'],
    ['{"schema":1,"name":""}', '"name"'], ['{"schema":1,"name":null}', 'found null'], ['{"schema":1,"contract":"F0"}', 'one of F1, F2'],
    ['{"schema":1,"inputSide":0}', 'a whole number from 1 to 8192, found 0'], ['{"schema":1,"maskSide":"64"}', '"maskSide"'], ['{"schema":1,"inputSide":1.5}', 'found 1.5'],
    ['{"schema":1,"encoderInput":"nchw"}', 'one of nchw-normalised, hwc-rgb255, found "nchw"'],
    ['{"schema":1,"recommended":[1]}', 'an object of numbers'], ['{"schema":1,"recommended":{"predIouThresh":"0.5"}}', 'an object of numbers'],
    ['{"schema":1,"files":{}}', 'a list of'], ['{"schema":1,"files":[{"path":"a","bytes":1}]}', 'a list of'],
    [`{"schema":1,"files":[{"path":"a","bytes":-1,"sha256":"${sum}"}]}`, 'a list of'], [`{"schema":1,"files":[{"path":"a","bytes":1,"sha256":"${sum.toUpperCase()}"}]}`, 'a list of'],
    ['{"schema":1,"inputside":256}', 'a key "inputside"; did you mean "inputSide"?'], ['{"schema":1,"license":"MIT"}', 'did you mean "licence"?'],
  ];
  for (const [text, part] of rows) {
    const error = t.throws(() => parseModelJson(text, 'model.json'), { code: 'model/json' }, text);
    t.true(error.message.includes(part), `${text}: ${error.message} should hold ${part}`);
  }
  t.deepEqual(parseModelJson(`{"schema":1,"comment":"x","files":[{"path":"a","bytes":0,"sha256":"${sum}"}]}`, 'model.json').files, [{ path: 'a', bytes: 0, sha256: sum }]);
});

/** One field of a protobuf message: its number, and bytes or text. */
const field = (number: number, content: Buffer | string): Buffer => {
  const bytes = Buffer.from(content);
  return Buffer.concat([Buffer.from([(number << 3) | 2, bytes.length]), bytes]);
};
/** The smallest graph with an output whose weights lie in another file. */
const graphWith = (location: string): Buffer => {
  const external = field(13, Buffer.concat([field(1, 'location'), field(2, location)]));
  return field(7, Buffer.concat([field(5, Buffer.concat([field(8, 'w'), external])), field(12, field(1, 'y'))]));
};

test('weights beside a graph belong to the model; elsewhere they are refused', async (t) => {
  const folder = await folderWith(t, 'vision_encoder.onnx', 'prompt_encoder_mask_decoder.onnx');
  const graph = join(folder, 'vision_encoder.onnx');
  writeFileSync(graph, graphWith('vision_encoder.onnx_data'));
  await fails(t, folder, 'model/missing', 'vision_encoder.onnx_data');
  writeFileSync(join(folder, 'vision_encoder.onnx_data'), 'weights');
  const model = await locate(folder);
  t.deepEqual(model.files.at(-1), { path: join(folder, 'vision_encoder.onnx_data'), bytes: 7, sha256: sha256Of(Buffer.from('weights')) });
  const file = (name: string) => ({ path: name, bytes: readFileSync(join(folder, name)).length, sha256: sha256Of(readFileSync(join(folder, name))) });
  manifest(folder, { files: ['vision_encoder.onnx', 'prompt_encoder_mask_decoder.onnx'].map(file) });
  await fails(t, folder, 'model/json', 'not vision_encoder.onnx_data');
  manifest(folder, { files: ['vision_encoder.onnx', 'prompt_encoder_mask_decoder.onnx', 'vision_encoder.onnx_data'].map(file) });
  t.is((await locate(folder)).files.length, 4);
  rmSync(join(folder, 'model.json'));
  writeFileSync(join(folder, '..', 'w.bin'), 'weights');
  for (const location of ['../w.bin', join(folder, '..', 'w.bin')]) {
    writeFileSync(graph, graphWith(location));
    await fails(t, folder, 'model/unsafe');
  }
});

test('a model\'s checksum is that of its bytes: wherever they lie, whatever they are called, in any order', async (t) => {
  const a = await locate(await folderWith(t));
  const b = await locate(await folderWith(t, 'onnx/vision_encoder.onnx', 'onnx/prompt_encoder_mask_decoder.onnx'));
  t.is(modelSha256(a.files), modelSha256([...b.files].reverse()));
  t.regex(modelSha256(a.files), /^[0-9a-f]{64}$/);
  const other = await folderWith(t);
  writeFileSync(join(other, 'decoder.onnx'), readFileSync(TEST_ENCODER));
  t.not(modelSha256((await locate(other)).files), modelSha256(a.files));
  const overridden = await folderWith(t);
  manifest(overridden, { inputSide: 256 });
  t.not(modelSha256((await locate(overridden)).files), modelSha256(a.files));
});
