/** `sam models ...` as a user runs it: results on stdout, the story on stderr, the promised exit codes; the network is never needed. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import test, { type ExecutionContext } from 'ava';
import { REGISTRY, findEntry } from '../../src/models/registry.js';
import { temporaryFolder } from '../files/temporary-folder.js';
import { weightsOf, weightsServer } from '../models/weights-server.js';
import { runSam } from './run-sam.js';

interface Run { status: number | null; stdout: string; stderr: string }

async function run(t: ExecutionContext, ...args: string[]): Promise<Run & { cache: string }> {
  const cache = join(await temporaryFolder(t), 'cache');
  return { ...(await runIn(cache, ...args)), cache };
}

async function runIn(cache: string, ...args: string[]): Promise<Run> {
  const { code: status, stdout, stderr } = await runSam(['models', ...args], { env: environment(cache) });
  return { status, stdout, stderr };
}

async function textOf(stream: Readable): Promise<string> {
  const pieces: Buffer[] = [];
  // a stream without an encoding yields buffers, but its type does not say so
  for await (const piece of stream as AsyncIterable<Buffer>) pieces.push(piece);
  return Buffer.concat(pieces).toString();
}

// oclif warns of more when it thinks that it is being developed
const environment = (cache: string): NodeJS.ProcessEnv => ({ ...process.env, NODE_ENV: 'production', SAM_CACHE_DIR: cache, SAM_MODEL_MIRROR: '', SAM_MODEL: '' });

/** The one object that --json prints. */
interface Envelope { schema: number; ok: boolean; command: string; summary: Record<string, unknown>; outputs: string[]; errors: { code: string; message: string; file?: string }[] }
// the base command's shape; what is asserted is read from it
const envelope = (stdout: string): Envelope => JSON.parse(stdout) as Envelope;

test('list prints every model, aligned, and touches nothing', async (t) => {
  const { status, stdout, stderr, cache } = await run(t, 'list');
  t.is(status, 0);
  t.is(stderr, '');
  const lines = stdout.trimEnd().split('\n');
  t.deepEqual(lines.slice(1).map((line) => line.split(/\s/)[0]), REGISTRY.map(({ name }) => name));
  t.regex(lines[0] ?? '', /^NAME +CONTRACT +STATUS +SIZE +CACHED +LICENCE +TITLE$/);
  const size = (['encoder.onnx', 'decoder.onnx'].reduce((sum, name) => sum + statSync(join('models', name)).size, 0) / 1e6).toFixed(1);
  t.regex(lines[1] ?? '', new RegExp(`^embedded +F1 +ready +${size} MB +yes +Apache-2\\.0 `));
  t.regex(lines[2] ?? '', /^mobile-sam +F1 +ready +44\.7 MB +no /);
  t.regex(lines.at(-1) ?? '', /^hq-sam-vit-h +F8 +unverified +- +no /);
  t.false(existsSync(cache));
});

test('list --json: one object, the same facts', async (t) => {
  const { status, stdout, stderr } = await run(t, 'list', '--json');
  t.is(status, 0);
  t.is(stderr, '');
  const found = envelope(stdout);
  t.like(found, { schema: 1, ok: true, command: 'models list', outputs: [], errors: [] });
  const models = found.summary['models'] as { name: string; bytes?: number; files: { sha256: string }[] }[];
  t.deepEqual(models.map(({ name }) => name), REGISTRY.map(({ name }) => name));
  t.deepEqual(models.find(({ name }) => name === 'mobile-sam')?.files.map(({ sha256 }) => sha256), findEntry('mobile-sam')?.files.map(({ sha256 }) => sha256));
  t.is(models.find(({ name }) => name === 'sam-vit-b-q8')?.bytes, undefined);
});

test('info prints what is known, checksums and addresses included', async (t) => {
  const { status, stdout } = await run(t, 'info', 'sam-vit-b-q8');
  t.is(status, 0);
  for (const { sha256, url } of findEntry('sam-vit-b-q8')?.files ?? []) t.true(stdout.includes(sha256) && stdout.includes(url), stdout);
  t.true(stdout.includes('1 a prompt') && stdout.includes('cannot serve segment-all'), stdout);
  t.true((await run(t, 'info', 'embedded')).stdout.includes('in this package'));
});

test('exit codes: each wrong request has its own, with a sentence on stderr and with --json', async (t) => {
  const rows: [string[], number, string, RegExp][] = [
    [['info'], 2, 'usage/option', /name/],
    [['info', 'a', 'b'], 2, 'usage/option', /./],
    [['list', '--nonsense'], 2, 'usage/option', /nonsense/],
    [['pull'], 2, 'usage/option', /name/],
    [['info', 'mobil-sam'], 5, 'model/unknown', /did you mean mobile-sam/],
    [['pull', 'mobil-sam'], 5, 'model/unknown', /did you mean mobile-sam/],
    [['verify', 'nope'], 5, 'model/unknown', /nope/],
    [['path', 'nope'], 5, 'model/unknown', /nope/],
    [['path', 'mobile-sam'], 5, 'model/missing', /sam models pull mobile-sam/],
    [['pull', 'mobile-sam', '--offline'], 5, 'model/offline', /offline/],
    [['pull', 'hq-sam-vit-b'], 5, 'model/unverified', /No checksum is published/],
    [['verify', 'hq-sam-vit-b'], 5, 'model/unverified', /no checksum is published/],
    [['verify', 'mobile-sam'], 5, 'model/missing', /sam models pull mobile-sam/],
  ];
  for (const [args, code, name, message] of rows) {
    const text = await run(t, ...args);
    t.is(text.status, code, args.join(' '));
    t.regex(text.stderr, message);
    t.true(text.stderr.includes(`[${name}]`), text.stderr);
    t.false(existsSync(text.cache), 'nothing is made');
    const json = await run(t, ...args, '--json');
    t.is(json.status, code, args.join(' '));
    t.is(json.stderr, '');
    t.like(envelope(json.stdout), { ok: false, schema: 1 });
    t.is(envelope(json.stdout).errors[0]?.code, name, args.join(' '));
  }
});

test('path prints the folder and nothing else', async (t) => {
  const { status, stdout, stderr } = await run(t, 'path', 'embedded');
  t.deepEqual({ status, stdout, stderr }, { status: 0, stdout: `${resolve('models')}\n`, stderr: '' });
});

test('pull: the embedded model needs nothing; a dry run says what would come from where', async (t) => {
  const embedded = await run(t, 'pull', 'embedded');
  t.is(embedded.status, 0);
  t.regex(embedded.stdout, /^embedded +\S*models +ready$/m);
  const { status, stdout, cache } = await run(t, 'pull', 'mobile-sam', 'slimsam-77', '--dry-run');
  t.is(status, 0);
  for (const file of [...findEntry('mobile-sam')?.files ?? [], ...findEntry('slimsam-77')?.files ?? []]) t.true(stdout.includes(file.url), stdout);
  t.true(stdout.includes(join(cache, 'models', 'mobile-sam')), stdout);
  t.false(existsSync(cache));
  t.deepEqual(envelope((await run(t, 'pull', 'mobile-sam', '--dry-run', '--json')).stdout).outputs, []);
});

test('a cache that others can write to is refused', async (t) => {
  const cache = join(await temporaryFolder(t), 'cache');
  mkdirSync(cache);
  chmodSync(cache, 0o777);
  for (const args of [['pull', 'mobile-sam', '--offline'], ['verify'], ['path', 'mobile-sam']]) {
    const { status, stderr } = await runIn(cache, ...args);
    t.is(status, 5, args.join(' '));
    t.true(stderr.includes('[model/cache]') && stderr.includes('chmod 700'), stderr);
  }
});

test('verify: the embedded model is good; a stored file that is not is named, and exits 5', async (t) => {
  const good = await run(t, 'verify');
  t.is(good.status, 0);
  t.is(good.stdout.match(/^good +embedded /gm)?.length, 3);
  const cache = join(await temporaryFolder(t), 'cache');
  mkdirSync(join(cache, 'sha256'), { recursive: true, mode: 0o700 });
  const [encoder] = findEntry('mobile-sam')?.files ?? [];
  writeFileSync(join(cache, 'sha256', encoder?.sha256 ?? ''), 'other bytes');
  const stray = '0'.repeat(64);
  writeFileSync(join(cache, 'sha256', stray), 'of no model');
  const bad = await runIn(cache, 'verify', '--all');
  t.is(bad.status, 5);
  t.regex(bad.stdout, /^BAD +mobile-sam /m);
  t.true(bad.stderr.includes(`expected sha256 ${encoder?.sha256}`) && bad.stderr.includes('sam models pull mobile-sam') && bad.stderr.includes(stray), bad.stderr);
  const json = envelope((await runIn(cache, 'verify', '--json')).stdout);
  t.deepEqual(json.errors.map(({ code }) => code), ['model/checksum', 'model/missing'], 'without --all the stray file is not read');
  t.deepEqual([json.ok, json.summary['bad'], json.summary['checked']], [false, 2, 5]);
});

for (const [signal, exitCode] of [['SIGINT', 130], ['SIGTERM', 143]] as const) test(`${signal} ends a pull with ${exitCode}, keeps what arrived and frees its lock; progress goes to stderr`, async (t) => {
  const [encoder] = findEntry('mobile-sam')?.files ?? [];
  const server = await weightsServer(t, (_, response) => {
    response.writeHead(200, { 'content-length': encoder?.bytes });
    response.write(weightsOf('anything', 100_000));
  });
  const cache = join(await temporaryFolder(t), 'cache');
  const child = spawn(process.execPath, ['bin/run.js', 'models', 'pull', 'mobile-sam'], { env: { ...environment(cache), SAM_MODEL_MIRROR: server.url }, stdio: 'pipe' });
  t.teardown(() => child.kill('SIGKILL'));
  const [out, err] = [textOf(child.stdout), textOf(child.stderr)];
  const part = `${encoder?.sha256}.part`;
  while (!existsSync(join(cache, 'sha256', part)) || statSync(join(cache, 'sha256', part)).size < 100_000) await sleep(5);
  child.kill(signal);
  const [code] = await once(child, 'close') as [number | null];
  t.is(code, exitCode);
  t.is(await out, '');
  const stderr = await err;
  t.regex(stderr, /^mobile-sam\/encoder\.onnx {2}\d/m);
  t.true(stderr.includes('[interrupted/signal]'), stderr);
  t.deepEqual(readdirSync(join(cache, 'sha256')), [part]);
  t.is(server.seen[0]?.path, `/${encoder?.sha256}`);
});

test('every command shows two examples', async (t) => {
  for (const name of ['list', 'info', 'pull', 'verify', 'path']) {
    const { status, stdout } = await run(t, name, '--help');
    t.is(status, 0, name);
    t.is(stdout.split('EXAMPLES')[1]?.match(/sam models/g)?.length, 2, stdout);
  }
});
