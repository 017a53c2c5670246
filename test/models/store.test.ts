/** The cache and what is pulled into it: whose folder it is, what lies where, and that nothing is used that is not what its checksum says. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, chownSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import test, { type ExecutionContext } from 'ava';
import { acquireLock } from '../../src/files/lock.js';
import { cacheFolder, checkCacheFolder, makeCacheFolder, type Environment } from '../../src/models/cache-dir.js';
import { locateEntry } from '../../src/models/locate.js';
import { pullModel, pullModels, type PullOptions } from '../../src/models/pull.js';
import type { RegistryEntry } from '../../src/models/registry.js';
import { sourcesOf } from '../../src/models/sources.js';
import { storedPath } from '../../src/models/store.js';
import { verifyStored } from '../../src/models/verify.js';
import { temporaryFolder } from '../files/temporary-folder.js';
import { tinyDisk } from './tiny-disk.js';
import { serve, serveBeginning, sha256Of, weightsOf, weightsServer, type WeightsServer } from './weights-server.js';

const encoder = weightsOf('encoder', 200_000);
const encoderData = weightsOf('encoder data', 50_000);
const decoder = weightsOf('decoder', 10_000);
// nobody listens there: only the mirror has the files
const nowhere = 'https://127.0.0.1:1';

const entry: RegistryEntry = {
  name: 'test-model', title: 'A test', contract: 'F2', status: 'ready', licence: 'none', source: 'nowhere', masksPerPrompt: 3, notes: '',
  files: [
    { role: 'encoder', name: 'vision_encoder.onnx', url: `${nowhere}/e`, bytes: encoder.length, sha256: sha256Of(encoder) },
    { role: 'encoder-data', name: 'vision_encoder.onnx_data', url: `${nowhere}/d`, bytes: encoderData.length, sha256: sha256Of(encoderData) },
    { role: 'decoder', name: 'prompt_encoder_mask_decoder.onnx', url: `${nowhere}/p`, sha256: sha256Of(decoder) },
  ],
};
const bySum = new Map([encoder, encoderData, decoder].map((bytes) => [`/${sha256Of(bytes)}`, bytes]));

async function mirror(t: ExecutionContext): Promise<WeightsServer> {
  return await weightsServer(t, (request, response) => {
    const bytes = bySum.get(request.url ?? '');
    if (bytes === undefined) response.writeHead(404).end();
    else serve(request, response, bytes);
  });
}

interface Cache { cache: string; env: Environment; options: PullOptions; server: WeightsServer }

async function emptyCache(t: ExecutionContext, server?: WeightsServer): Promise<Cache> {
  const cache = join(await temporaryFolder(t), 'cache');
  const asked = server ?? (await mirror(t));
  const env = { SAM_CACHE_DIR: cache, SAM_MODEL_MIRROR: asked.url };
  return { cache, env, server: asked, options: { env, settings: { idleTimeoutMs: 2000, backoffMs: [] } } };
}

const modeOf = (path: string): number => statSync(path).mode & 0o777;
const asRoot = process.getuid?.() === 0;

test('the cache folder: SAM_CACHE_DIR, else XDG_CACHE_HOME, else the home', (t) => {
  const rows: [Environment, string][] = [
    [{ SAM_CACHE_DIR: '/a/b', XDG_CACHE_HOME: '/x', HOME: '/h' }, '/a/b'],
    [{ SAM_CACHE_DIR: 'a', HOME: '/h' }, resolve('a')],
    [{ SAM_CACHE_DIR: '', XDG_CACHE_HOME: '/x', HOME: '/h' }, '/x/sam'],
    [{ XDG_CACHE_HOME: 'relative', HOME: '/h' }, '/h/.cache/sam'],
    [{ HOME: '/h' }, '/h/.cache/sam'],
    [{}, join(homedir(), '.cache', 'sam')],
  ];
  for (const [env, expected] of rows) t.is(cacheFolder(env), expected, JSON.stringify(env));
});

test('a cache folder is made for its owner alone; one that others can write to is refused', async (t) => {
  const parent = await temporaryFolder(t);
  const cache = join(parent, 'a', 'sam');
  t.false(await checkCacheFolder(cache));
  await makeCacheFolder(cache);
  t.is(modeOf(cache), 0o700);
  t.true(await checkCacheFolder(cache));
  for (const mode of [0o770, 0o702, 0o777]) {
    chmodSync(cache, mode);
    const error = await t.throwsAsync(makeCacheFolder(cache), { code: 'model/cache' });
    t.true(error.message.includes(mode.toString(8)), error.message);
  }
  chmodSync(cache, 0o755);
  t.true(await checkCacheFolder(cache), 'others may read');
  writeFileSync(join(parent, 'file'), '');
  await t.throwsAsync(checkCacheFolder(join(parent, 'file')), { code: 'model/cache' });
  await t.throwsAsync(makeCacheFolder(join(parent, 'file', 'sam')), { code: 'storage/not-writable' });
});

(asRoot ? test : test.skip)('a cache folder of another user is refused (needs root to make one)', async (t) => {
  const cache = await temporaryFolder(t);
  chownSync(cache, 12345, 12345);
  await t.throwsAsync(checkCacheFolder(cache), { code: 'model/cache', message: /user 12345/ });
});

test('sources: mirrors in their order, then the publisher; http only where a mirror says it', (t) => {
  const file = { sha256: 'ab', url: 'https://publisher.example/x.onnx' };
  const urls = (text: string | undefined): string[] => sourcesOf(file, { SAM_MODEL_MIRROR: text }).map(String);
  t.deepEqual(urls(undefined), [file.url]);
  t.deepEqual(urls(''), [file.url]);
  t.deepEqual(urls('https://a.example/m/, http://127.0.0.1:8080'), ['https://a.example/m/ab', 'http://127.0.0.1:8080/ab', file.url]);
  for (const text of ['a.example', 'ftp://a.example', 'file:///tmp', 'https://']) t.throws(() => urls(text), { code: 'usage/option' }, text);
  t.throws(() => sourcesOf({ ...file, url: 'http://publisher.example/x' }, {}), { code: 'model/unsafe' });
});

test('pull: files lie read-only under their checksums and, linked, under their names in the model\'s folder', async (t) => {
  const { cache, env, options, server } = await emptyCache(t);
  const report = await pullModel(entry, options);
  t.deepEqual(report.files.map(({ name, state }) => [name, state]), entry.files.map(({ name }) => [name, 'fetched']));
  t.is(report.folder, join(cache, 'models', 'test-model'));
  t.deepEqual(readdirSync(report.folder).sort(), entry.files.map(({ name }) => name).sort());
  for (const file of entry.files) {
    const stored = storedPath(cache, file.sha256);
    t.is(sha256Of(readFileSync(stored)), file.sha256);
    t.is(modeOf(stored), 0o444);
    t.is(statSync(stored).ino, statSync(join(report.folder, file.name)).ino, 'one file, two names');
  }
  t.deepEqual(readdirSync(join(cache, 'sha256')).filter((name) => /part|lock|tmp/.test(name)), []);
  t.deepEqual([modeOf(cache), modeOf(join(cache, 'sha256')), modeOf(report.folder)], [0o700, 0o700, 0o700]);
  const again = await pullModel(entry, { ...options, offline: true });
  t.true(again.files.every(({ state }) => state === 'present'));
  t.is(server.seen.length, 3);
  const model = await locateEntry(entry, env);
  t.is(model.encoder, join(report.folder, 'vision_encoder.onnx'));
  t.is(model.decoder, join(report.folder, 'prompt_encoder_mask_decoder.onnx'));
  t.deepEqual(model.files.map(({ bytes, sha256 }) => [bytes, sha256]), [encoder, encoderData, decoder].map((b) => [b.length, sha256Of(b)]));
});

test('a model\'s folder is made anew: removed, damaged, or linked to a file that was replaced', async (t) => {
  const { env, options, server } = await emptyCache(t);
  const { folder } = await pullModel(entry, options);
  const graph = join(folder, 'vision_encoder.onnx');
  rmSync(folder, { recursive: true });
  await locateEntry(entry, env);
  t.true(readFileSync(graph).equals(encoder));
  rmSync(graph);
  writeFileSync(graph, 'something else');
  await locateEntry(entry, env);
  t.true(readFileSync(graph).equals(encoder));
  t.is(server.seen.length, 3, 'nothing was fetched');
});

test('pull: a damaged stored file is fetched again', async (t) => {
  const { cache, env, options, server } = await emptyCache(t);
  const { folder } = await pullModel(entry, options);
  const stored = storedPath(cache, sha256Of(encoder));
  chmodSync(stored, 0o600);
  writeFileSync(stored, encoder.subarray(0, 1000));
  const error = await t.throwsAsync(locateEntry(entry, env), { code: 'model/checksum' });
  for (const part of ['vision_encoder.onnx', sha256Of(encoder), sha256Of(encoder.subarray(0, 1000)), 'sam models pull test-model']) t.true(error.message.includes(part), error.message);
  const report = await pullModel(entry, options);
  t.deepEqual(report.files.map(({ state }) => state), ['fetched', 'present', 'present']);
  t.is(server.seen.length, 4);
  t.true(readFileSync(join(folder, 'vision_encoder.onnx')).equals(encoder), 'the folder follows');
  await locateEntry(entry, env);
});

test('a file is hashed when it is new or its time changed, and always by verify', async (t) => {
  const { cache, env, options } = await emptyCache(t);
  await pullModel(entry, options);
  t.true((await verifyStored(cache, entry)).every(({ problem }) => problem === undefined));
  const stored = storedPath(cache, sha256Of(decoder));
  utimesSync(stored, 1000, 1000);
  await locateEntry(entry, env);
  const flipped = Buffer.from(decoder);
  flipped[5] = flipped[5]! ^ 1;
  chmodSync(stored, 0o600);
  writeFileSync(stored, flipped);
  // the bits rot, the clock stands still: only a full reading can tell
  utimesSync(stored, 1000, 1000);
  await t.notThrowsAsync(locateEntry(entry, env));
  const found = await verifyStored(cache, entry);
  t.deepEqual(found.map(({ problem }) => problem?.code), [undefined, undefined, 'model/checksum']);
  t.true(found[2]?.problem?.message.includes(sha256Of(flipped)));
  await t.throwsAsync(locateEntry(entry, env), { code: 'model/checksum' }, 'what verify found is remembered');
  await pullModel(entry, options);
  await t.notThrowsAsync(locateEntry(entry, env));
  chmodSync(stored, 0o600);
  writeFileSync(stored, flipped);
  await t.throwsAsync(locateEntry(entry, env), { code: 'model/checksum' }, 'a changed time is enough');
});

test('verify tells of files that are gone', async (t) => {
  const { cache, options } = await emptyCache(t);
  await pullModel(entry, options);
  rmSync(storedPath(cache, sha256Of(encoderData)));
  t.deepEqual((await verifyStored(cache, entry)).map(({ problem }) => problem?.code), [undefined, 'model/missing', undefined, undefined],
    'the name in the folder still leads to its bytes');
});

test('without the network: offline names what is missing, a dry run tells and makes nothing', async (t) => {
  const { cache, env, options, server } = await emptyCache(t);
  await t.throwsAsync(pullModel(entry, { ...options, offline: true }), { code: 'model/offline', message: /vision_encoder\.onnx, .* of test-model/ });
  const plan = await pullModel(entry, { ...options, dryRun: true });
  t.deepEqual(plan.files.map(({ state, bytes }) => [state, bytes]), [['to fetch', 200_000], ['to fetch', 50_000], ['to fetch', undefined]]);
  t.false(existsSync(cache));
  t.is(server.seen.length, 0);
  await t.throwsAsync(locateEntry(entry, env), { code: 'model/missing', message: /sam models pull test-model/ });
});

test('pullModels refuses a name that cannot be pulled before it fetches any', async (t) => {
  const { cache, options, server } = await emptyCache(t);
  await t.throwsAsync(pullModels(['mobile-sam', 'hq-sam-vit-b'], options), { code: 'model/unverified' });
  await t.throwsAsync(pullModels(['mobile-sam', 'mobil-sam'], options), { code: 'model/unknown', message: /did you mean mobile-sam/ });
  t.deepEqual((await pullModels(['embedded'], options)).map(({ files }) => files), [[]]);
  t.false(existsSync(cache));
  t.is(server.seen.length, 0);
});

test('a mirror that serves other bytes: its file is not kept, the next mirror is asked', async (t) => {
  const liar = await weightsServer(t, (request, response) => serve(request, response, weightsOf('lie', bySum.get(request.url ?? '')?.length ?? 0)));
  const honest = await mirror(t);
  const { cache, options } = await emptyCache(t, liar);
  const error = await t.throwsAsync(pullModel(entry, options), { code: 'model/checksum' });
  t.true(error.message.includes(sha256Of(encoder)) && error.message.includes(nowhere), error.message);
  t.deepEqual(readdirSync(join(cache, 'sha256')), []);
  const env = { ...options.env, SAM_MODEL_MIRROR: `${liar.url},${honest.url}` };
  await pullModel(entry, { ...options, env });
  await locateEntry(entry, env);
});

test('a file that another process fetches is locked', async (t) => {
  const { cache, options } = await emptyCache(t);
  mkdirSync(join(cache, 'sha256'), { recursive: true, mode: 0o700 });
  chmodSync(cache, 0o700);
  const lock = await acquireLock(`${storedPath(cache, sha256Of(encoder))}.lock`, 'locked/cache', 'It');
  const error = await t.throwsAsync(pullModel(entry, options), { code: 'locked/cache' });
  t.true(error.message.includes('test-model/vision_encoder.onnx'), error.message);
  await lock.release();
  await pullModel(entry, options);
});

test('where the file system has no hard links the folder holds verified copies', async (t) => {
  const { cache, env, options } = await emptyCache(t);
  mkdirSync(cache, { mode: 0o700 });
  // links do not reach from one disk to another
  if ((await tinyDisk(t, 2048, join(cache, 'models'))) === undefined) return;
  const { folder } = await pullModel(entry, options);
  const copy = join(folder, 'vision_encoder.onnx');
  t.true(readFileSync(copy).equals(encoder));
  t.not(statSync(copy).ino, statSync(storedPath(cache, sha256Of(encoder))).ino);
  t.is(modeOf(copy), 0o444);
  chmodSync(copy, 0o600);
  writeFileSync(copy, 'damaged');
  t.deepEqual((await verifyStored(cache, entry)).map(({ problem }) => problem?.code), [undefined, 'model/checksum', undefined, undefined, undefined, undefined]);
  await locateEntry(entry, env);
  t.true(readFileSync(copy).equals(encoder), 'a damaged copy is made again');
});

test('a pull that is killed goes on where it stopped', async (t) => {
  const server = await weightsServer(t, (request, response, number) => {
    if (number === 0) serveBeginning(response, encoder, 120_000);
    else serve(request, response, bySum.get(request.url ?? '') ?? Buffer.alloc(0));
  });
  const { cache, env, options } = await emptyCache(t, server);
  const child = spawn(process.execPath, [fileURLToPath(new URL('./pull-child.js', import.meta.url)), JSON.stringify(entry)], { env: { ...process.env, ...env }, stdio: 'ignore' });
  const part = `${storedPath(cache, sha256Of(encoder))}.part`;
  while (!existsSync(part) || statSync(part).size < 120_000) await sleep(5);
  child.kill('SIGKILL');
  await once(child, 'exit');
  t.false(existsSync(storedPath(cache, sha256Of(encoder))), 'half a file has no name');
  await pullModel(entry, options);
  t.is(server.seen[1]?.range, 'bytes=120000-');
  await locateEntry(entry, env);
  t.deepEqual(readdirSync(join(cache, 'sha256')).filter((name) => /part|lock|tmp/.test(name)), []);
});
