/** Runs of `sam segment-all`: the same bytes however they are done, gone on with after any end, and a story that goes where it was asked to. */
import { closeSync, existsSync, lstatSync, mkdirSync, openSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import test, { type ExecutionContext } from 'ava';
import { inodesOf, outputsOf, treeOf } from '../folder/fake-run.js';
import type { Running } from '../folder/child.js';
import { TEST_ENV } from '../test-model.js';
import { SAM, runJson, runSam, startSam, takeScene, workplace } from './run-sam.js';

const SCENES = ['beach.jpg', 'fruit.png', 'garden.webp', 'icon.png', 'shelf/books.png', 'tiles.png'];
// one after the other: what is caught in the middle must not be over before it is looked at
const linux = existsSync('/proc/self/task') ? test.serial : test.serial.skip;

test.serial('the same bytes with 1, 2 and 4 workers, and from shards put together', async (t) => {
  const { root, input } = await workplace(t, SCENES);
  const run = async (name: string, ...flags: string[]): Promise<void> => {
    const end = await runSam(['segment-all', input, '--output', join(root, name), '--format', 'coco', '--points-per-side', '6', ...flags]);
    t.is(end.code, 0, end.stderr);
  };
  for (const workers of ['1', '2', '4']) await run(workers, '--workers', workers);
  t.deepEqual(treeOf(join(root, '2')), treeOf(join(root, '1')));
  t.deepEqual(treeOf(join(root, '4')), treeOf(join(root, '1')));
  for (const shard of ['2/3', '0/3', '1/3']) await run('shards', '--shard', shard);
  const parts = ['0', '1', '2'].map((i) => join(root, `shards/annotations-${i}-of-3.json`));
  t.is((await runSam(['merge', ...parts, '--output', join(root, 'merged.json')])).code, 0);
  t.is(readFileSync(join(root, 'merged.json'), 'utf8'), readFileSync(join(root, '1/annotations.json'), 'utf8'));
});

test.serial('inputs stay as they are, and nothing is left in the home folder', async (t) => {
  const { root, input, output } = await workplace(t, SCENES);
  mkdirSync(join(root, 'home'));
  const look = () => Object.keys(treeOf(input)).map((name) => {
    const { mtimeNs, mode, ino } = lstatSync(join(input, name), { bigint: true });
    return [name, mtimeNs, mode, ino];
  });
  const before = [treeOf(input), look()];
  // the runtime keeps still in CI by itself; elsewhere it must be told to
  const env = { HOME: join(root, 'home'), XDG_CACHE_HOME: undefined, XDG_DATA_HOME: undefined, XDG_CONFIG_HOME: undefined, SAM_CACHE_DIR: undefined, CI: undefined };
  t.is((await runSam(['segment-all', input, '--output', output, '--points-per-side', '2', '--force'], { env, fresh: true })).code, 0);
  t.deepEqual([treeOf(input), look()], before);
  t.deepEqual(treeOf(join(root, 'home')), {});
});

test.serial('a second run skips what is done and writes no output; an image that is new or changed is done alone', async (t) => {
  const { input, output } = await workplace(t, ['fruit.png', 'icon.png', 'tiles.png']);
  const words = ['segment-all', input, '--output', output, '--points-per-side', '2', '--profile'];
  const run = () => runJson(t, words);
  const stages = (summary: Record<string, unknown>): string[] => Object.keys(summary['seconds'] as object);
  const first = await run();
  t.like(first.summary, { images: 3, done: 3, skipped: 0 });
  t.true(stages(first.summary).includes('encode'));
  const before = inodesOf(output);
  const second = await run();
  t.like(second.summary, { images: 3, done: 0, skipped: 3, masks: first.summary['masks'] });
  t.deepEqual(second.outputs, first.outputs);
  t.false(stages(second.summary).includes('encode'), 'no model was asked');
  const outputs = (inodes: Record<string, string>) => Object.entries(inodes).filter(([name]) => !name.startsWith('.sam/'));
  t.deepEqual(outputs(inodesOf(output)), outputs(before));
  takeScene('shelf/books.png', join(input, 'books.png'));
  t.like((await run()).summary, { images: 4, done: 1, skipped: 3 });
  takeScene('icon.png', join(input, 'tiles.png'));
  t.like((await run()).summary, { images: 4, done: 1, skipped: 3 });
  t.deepEqual(Object.keys(outputsOf(output)), ['books.json', 'fruit.json', 'icon.json', 'tiles.json']);
});

/** What an uninterrupted run over the twelve images makes; the same for every test. */
let golden: Record<string, string> | undefined;

/** Twelve images, the words of a run over them, and the tree that an uninterrupted run makes. */
async function twelve(t: ExecutionContext): Promise<{ output: string; words: string[]; golden: Record<string, string>; some: (running: Running) => Promise<void> }> {
  const { root, input, output } = await workplace(t, []);
  for (let i = 10; i < 22; i++) takeScene(i % 2 === 0 ? 'tiles.png' : 'fruit.png', join(input, `${i}.png`));
  const words = ['segment-all', input, '--points-per-side', '12', '--workers', '2', '--output'];
  if (golden === undefined) {
    t.is((await runSam([...words, join(root, 'golden')])).code, 0);
    golden = treeOf(join(root, 'golden'));
  }
  const some = async (running: Running): Promise<void> => {
    while (!existsSync(output) || !readdirSync(output).some((name) => name.endsWith('.json'))) {
      if (running.child.exitCode !== null) throw new Error(`It ended before it began: ${(await running.end).stderr}`);
      await sleep(2);
    }
  };
  return { output, words: [...words, output], golden, some };
}

async function goesOn(t: ExecutionContext, { output, words, golden }: { output: string; words: string[]; golden: Record<string, string> }, finished: number): Promise<void> {
  t.deepEqual(Object.keys(treeOf(output)).filter((name) => name.endsWith('.sam-tmp') || name.endsWith('lock')), []);
  t.true(finished > 0 && finished < 12, `${finished} of 12 were finished`);
  t.like((await runJson(t, words)).summary, { done: 12 - finished, skipped: finished });
  t.deepEqual(treeOf(output), golden);
}

const finishedIn = (stderr: string): number => Number(/Interrupted: (\d+) of 12 images are finished\. Run the same command again to go on\. \[interrupted\/signal\]\n$/.exec(stderr)?.[1]);

for (const times of [1, 2]) {
  linux(`SIGINT ${times === 1 ? 'once' : 'twice'}: exit code 130, how to go on, and going on`, async (t) => {
    const scene = await twelve(t);
    const running = startSam(scene.words);
    await scene.some(running);
    // to the whole group, as a terminal does
    for (let i = 0; i < times; i++) process.kill(-(running.child.pid ?? 0), 'SIGINT');
    const { code, stdout, stderr } = await running.end;
    t.deepEqual([code, stdout], [130, ''], stderr);
    t.true(await running.isGone());
    t.true(stderr.includes('Finishing the images in work; once more to give them up.\n'), stderr);
    await goesOn(t, scene, finishedIn(stderr));
  });
}

linux('SIGTERM: exit code 143, with --json too', async (t) => {
  const scene = await twelve(t);
  const running = startSam([...scene.words, '--json']);
  await scene.some(running);
  running.child.kill('SIGTERM');
  const { code, stdout, stderr } = await running.end;
  t.deepEqual([code, stderr], [143, '']);
  const { ok, summary, outputs, errors } = JSON.parse(stdout) as { ok: boolean; summary: { done: number }; outputs: string[]; errors: { code: string }[] }; // the envelope
  t.deepEqual([ok, outputs.length, errors.map((error) => error.code)], [false, summary.done, ['interrupted/signal']]);
  await goesOn(t, scene, summary.done);
});

linux('a worker that is killed costs nothing but time', async (t) => {
  const { output, words, golden, some } = await twelve(t);
  const running = startSam(words);
  await some(running);
  const children = readFileSync(`/proc/${running.child.pid}/task/${running.child.pid}/children`, 'utf8').trim().split(' ');
  t.is(children.length, 2);
  process.kill(Number(children[0]), 'SIGKILL');
  const { code, stderr } = await running.end;
  t.is(code, 0, stderr);
  t.regex(stderr, /12 images: 12 masked; /);
  t.deepEqual(treeOf(output), golden);
});

linux('a second run on the folder is refused with 6 and names the first', async (t) => {
  const { output, words, golden, some } = await twelve(t);
  const running = startSam(words);
  await some(running);
  // held still, so that it surely works for as long as the second takes to start
  running.child.kill('SIGSTOP');
  t.teardown(() => running.child.kill('SIGKILL'));
  const second = await runJson(t, [...words, '--force']);
  running.child.kill('SIGCONT');
  t.is(second.code, 6);
  t.like(second.errors[0], { code: 'locked/output', file: join(output, '.sam/lock') });
  t.true(second.errors[0]?.message.includes(`in use by process ${running.child.pid} on `), second.errors[0]?.message);
  t.is((await running.end).code, 0);
  t.deepEqual(treeOf(output), golden);
});

test.serial('--verbose says where defaults come from, --profile the seconds, --quiet nothing but errors', async (t) => {
  const { root, input } = await workplace(t);
  const words = ['segment-all', input, '--points-per-side', '2', '--output'];
  const { stdout, stderr } = await runSam([...words, join(root, 'a'), '--verbose', '--profile', '--workers', '2']);
  t.is(stdout, '');
  for (const line of ['model tiny (folder), 2 workers, 1 thread each', '  --points-per-side 2 (flag)', '  --pred-iou-thresh 0.35 (model.json)', '  --box-nms-thresh 0.7 (default)']) {
    t.true(stderr.includes(`${line}\n`), stderr);
  }
  for (const stage of ['read', 'encode', 'decode', 'masks', 'write']) t.regex(stderr, new RegExp(`^ {2}${stage} +\\d+\\.\\d{3} s$`, 'm'));
  t.deepEqual(await runSam([...words, join(root, 'b'), '--quiet']), { code: 0, signal: null, stdout: '', stderr: '' });
  writeFileSync(join(input, 'zero.png'), '');
  t.is((await runSam([...words, join(root, 'c'), '--quiet'])).stderr, 'error: zero.png: The image file has no bytes. [image/empty]\n');
});

/** Runs with stdout, or stderr, on a device that is always full, or on a pipe that nobody reads. */
async function runInto(words: readonly string[], where: { stdout?: string; stderr?: string }): Promise<{ code: number | null; stderr: string }> {
  const [out, err] = [where.stdout, where.stderr].map((path) => (path === undefined ? 'pipe' : openSync(path, 'w')));
  const child = spawn(process.execPath, [SAM, ...words], { stdio: ['ignore', out, err], env: { ...process.env, NODE_ENV: 'production', ...TEST_ENV } });
  child.stdout?.destroy();
  const said = child.stderr === null ? '' : text(child.stderr);
  const [code] = await once(child, 'close') as [number | null]; // what `close` gives
  for (const end of [out, err]) if (typeof end === 'number') closeSync(end);
  return { code, stderr: await said };
}

test.serial('a reader that goes away is no error', async (t) => {
  const { input, output } = await workplace(t);
  t.deepEqual(await runInto(['segment-all', input, '--output', output, '--json', '--points-per-side', '2'], {}), { code: 0, stderr: '' });
  t.true(existsSync(join(output, 'icon.json')));
  t.is((await runInto(['segment-all', '--help'], {})).code, 0);
});

(existsSync('/dev/full') ? test.serial : test.serial.skip)('a full disk behind stdout is an error of its own; behind stderr it stops no work', async (t) => {
  const { root, input } = await workplace(t);
  const words = ['segment-all', input, '--points-per-side', '2', '--output'];
  for (const flag of ['--json', '--dry-run']) {
    const { code, stderr } = await runInto([...words, join(root, flag), flag], { stdout: '/dev/full' });
    t.is(code, 8);
    t.regex(stderr, /error: The result cannot be written to stdout: the disk is full\. \[storage\/full\]\n$/);
  }
  t.is((await runInto([...words, join(root, 'told')], { stderr: '/dev/full' })).code, 0);
  t.true(existsSync(join(root, 'told/icon.json')));
});
