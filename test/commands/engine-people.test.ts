/** People who are not there, on the command line: simulated in every stage, recorded and done again; and the troubles that images, disks and databases bring between two commands. */
import { spawnSync } from 'node:child_process';
import { copyFileSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { drawPng, placeWith, type Place } from '../engine/scenes.js';
import { truthOf } from '../engine/truth.js';
import { runJson, runSam } from './run-sam.js';

const PERSON = ['--give-up', 'paint', '--max-clicks', '2'], GRID = ['--points-per-side', '4', '--pred-iou-thresh', '0.3', '--stability-score-thresh', '0.5', '--workers', '1'];

async function project(t: ExecutionContext, names = ['a.png', 'b.png', 'c.png', 'd.png']): Promise<Place & { truth: string }> {
  const place = await placeWith(t, names);
  t.is((await runSam(['engine', 'init', place.folder, '--images', place.images])).code, 0);
  return { ...place, truth: await truthOf(place.folder, join(place.root, 'truth.json')) };
}

const simulate = ({ folder, truth }: { folder: string; truth: string }, ...args: string[]) => ['engine', 'assist', folder, '--simulate', truth, '--workers', '1', ...PERSON, ...args];

test('a simulated person draws, judges proposals, finishes a round; what it did is replayed, once', async (t) => {
  const place = await project(t), { folder, truth, root, images } = place, file = join(root, 'r.jsonl'), other = join(root, 'other');
  const drawn = await runJson(t, simulate(place, '--limit', '2', '--annotator', 'robot'));
  t.like(drawn, { code: 0, summary: { stage: 'assisted-manual', images: 2, waiting: 2 } });
  const proposed = await runJson(t, ['engine', 'propose', folder, ...GRID, '--simulate', truth, ...PERSON]);
  t.is(proposed.code, 0);
  const { masks, simulated } = proposed.summary as { masks: number; simulated: { accepted: number; corrected: number; rejected: number; verdictsOnly: boolean } }; // as the command prints
  t.true(masks > 0 && simulated.verdictsOnly);
  t.is(simulated.accepted + simulated.corrected + simulated.rejected, masks);
  t.like((await runJson(t, ['engine', 'status', folder])).summary, { states: { todo: 2, done: 2 }, proposed: 0 });
  t.regex((await runSam(simulate(place, '--stage', 'semi'))).stderr, /^2 images done: \d+ masks? drawn, 0 proposals accepted.*\n.*minutes of a person's time/m);
  const ended = await runJson(t, ['engine', 'round', folder, '--no-train', '--simulate', truth]);
  t.is(ended.code, 0);
  t.false('simulated' in ended.summary, 'nothing was to do any more');
  const steps = await runJson(t, ['engine', 'export', folder, '--recording', file]);
  t.deepEqual(steps.outputs, [file]);
  t.is((await runSam(['engine', 'export', folder, '--recording', file])).code, 0, 'the same bytes again');
  t.is((await runSam(['engine', 'init', other, '--images', images])).code, 0);
  const replayed = await runJson(t, ['engine', 'assist', other, '--replay', file]);
  t.like(replayed, { code: 0, summary: { done: steps.summary['steps'], known: 0, failed: 0, images: 4 } });
  t.like((await runJson(t, ['engine', 'assist', other, '--replay', file])).summary, { done: 0, known: steps.summary['steps'] });
  const counts = async (dir: string): Promise<unknown> => (await runJson(t, ['engine', 'status', dir])).summary['truth'];
  t.is(await counts(other), await counts(folder));
  // in parts, by the commands that have the stage
  const parts = join(root, 'parts');
  t.is((await runSam(['engine', 'init', parts, '--images', images])).code, 0);
  const judged = await runJson(t, ['engine', 'propose', parts, ...GRID, '--replay', file]);
  t.like(judged, { code: 0, summary: { replayed: { failed: 0, images: 0 } } });
  t.like((await runJson(t, ['engine', 'status', parts])).summary, { states: { todo: 4 } });
  const { done, others } = judged.summary['replayed'] as { done: number; others: number }; // as the command prints
  t.is(done + others, Number(steps.summary['steps']));
  t.like(await runJson(t, ['engine', 'round', parts, '--no-train', '--replay', file]), { code: 0, summary: { round: 1, replayed: { done: others, known: done, images: 4 } } });
  t.is(await counts(parts), await counts(folder));
  writeFileSync(file, `${readFileSync(file, 'utf8')}{"key": 5}\n`);
  const broken = await runJson(t, ['engine', 'assist', other, '--replay', file]);
  t.is(broken.code, 3);
  t.like(broken.errors[0], { code: 'data/recording', file, record: `line ${Number(steps.summary['steps']) + 2}` });
});

test('flags that contradict each other are refused, each with what is right', async (t) => {
  const { folder, truth, root } = await project(t, ['a.png']);
  const wrong: [string[], RegExp][] = [
    [['export', folder], /Exactly one of .*--recording, --to/], [['export', folder, '--to', 'coco'], /--output/], [['export', folder, '--recording', join(root, 'r'), '--to', 'coco', '--output', join(root, 'o')], /--to cannot also be provided/],
    [['assist', folder, '--accept-iou', '0.9'], /--simulate/], [['assist', folder, '--simulate', truth, '--open'], /--open.*cannot also be provided/], [['assist', folder, '--simulate', truth, '--replay', truth], /cannot also be provided/],
    [['assist', folder, '--replay-masks', 'decoded'], /--replay/], [['assist', folder, '--simulate', truth, '--verdicts-only'], /--verdicts-only needs --stage semi/], [['assist', folder, '--simulate', join(root, 'none')], /none/],
    [['propose', folder, '--max-clicks', '3'], /--simulate/], [['propose', folder, '--simulate', truth, '--replay', truth], /cannot also be provided/], [['round', folder, '--replay-masks', 'auto'], /--replay/], [['propose', folder, '--replay', join(root, 'none')], /none/], [['round', folder, '--give-up', 'paint'], /--simulate/], [['simulate', folder, truth], /./],
  ];
  for (const [args, message] of wrong) {
    const { code, stderr } = await runSam(['engine', ...args]);
    t.is(code, 2, `${args.join(' ')}: ${stderr}`);
    t.regex(stderr, message);
  }
  t.is((await runSam(['engine', 'assist', folder, '--replay', truth])).code, 4, 'a file that is no recording');
});

test('images that changed, moved or vanished between two commands cost themselves, and come back with sam engine init', async (t) => {
  const commands: [(place: Place & { truth: string }) => string[], number][] = [
    // the truth knows images by their names: the one that moved is none of its any more
    [(place) => simulate(place), 1], [({ folder }) => ['engine', 'propose', folder, ...GRID], 2], [({ folder }) => ['engine', 'auto', folder, ...GRID, '--crop-n-layers', '0'], 2],
  ];
  for (const [args, back] of commands) {
    const place = await project(t), { folder, images } = place;
    copyFileSync(join(images, 'b.png'), join(place.root, 'b.png'));
    await drawPng(join(images, 'b.png'), 77);
    renameSync(join(images, 'c.png'), join(images, 'moved.png'));
    const first = await runJson(t, args(place));
    t.like(first, { code: 3, summary: { images: 2, failed: 2 } });
    t.deepEqual(first.errors.map(({ file, code }) => [file, code]).sort(), [['b.png', 'image/changed'], ['c.png', 'image/missing']]);
    t.regex(first.errors.find(({ file }) => file === 'b.png')?.message ?? '', /sam engine init/);
    copyFileSync(join(place.root, 'b.png'), join(images, 'b.png'));
    t.is((await runSam(['engine', 'init', folder])).code, 0);
    t.like(await runJson(t, args(place)), { code: 0, summary: { images: back, failed: 0 } });
  }
});

test('a damaged page is told by every command, with exit 4, and nothing is changed', async (t) => {
  const place = await project(t), { folder, truth, root } = place, path = join(folder, 'engine.db');
  await runSam(simulate(place));
  const bytes = readFileSync(path);
  bytes.fill(0xa5, 4096 * 3, 4096 * 4);
  writeFileSync(path, bytes);
  for (const args of [simulate(place), ['engine', 'propose', folder, ...GRID], ['engine', 'auto', folder], ['engine', 'round', folder, '--simulate', truth], ['engine', 'export', folder, '--recording', join(root, 'r.jsonl')], ['engine', 'status', folder, '--plot', join(root, 's.png')], ['engine', 'assist', folder, '--read-only']]) {
    const { code, errors } = await runJson(t, args);
    t.is(code, 4, args.join(' '));
    t.like(errors[0], { code: 'data/project' });
    t.regex(errors[0]!.message, /damaged.*engine\.db/s);
  }
  t.deepEqual(readFileSync(path), bytes);
});

const canMount = process.getuid?.() === 0 && spawnSync('unshare', ['--mount', 'mount', '-t', 'tmpfs', '-o', 'size=64k', 'none', '/mnt']).status === 0;
if (!canMount) test('skipped: a small file system cannot be mounted here; the full disk was not tried', (t) => { t.pass(); });

(canMount ? test : test.skip)('on a full disk every command ends with 8; with room again it goes on, and nothing is lost or there twice', async (t) => {
  const { root, images } = await placeWith(t, ['a.png', 'b.png', 'c.png', 'd.png']), disk = join(root, 'disk'), folder = join(disk, 'project'), filler = join(disk, 'filler');
  spawnSync('mkdir', [disk]);
  if (spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=1024k', 'none', disk]).status !== 0) t.fail('mount');
  t.teardown(() => spawnSync('umount', ['--lazy', disk]));
  t.is((await runSam(['engine', 'init', folder, '--images', images])).code, 0);
  const truth = await truthOf(folder, join(root, 'truth.json'));
  const full = async (args: string[]): Promise<void> => {
    // as much as there is room for
    t.not(spawnSync('dd', ['if=/dev/zero', `of=${filler}`, 'bs=4096']).status, 0);
    const { code, stderr } = await runSam(args);
    t.is(code, 8, `${args.join(' ')}: ${stderr}`);
    t.regex(stderr, /storage\/(full|not-writable)/);
    spawnSync('rm', [filler]);
  };
  for (const args of [['engine', 'propose', folder, ...GRID], simulate({ folder, truth }, '--stage', 'semi')]) {
    await full(args);
    t.like(await runJson(t, args), { code: 0, summary: { images: 4, failed: 0 } });
  }
  const out = join(disk, 'r.jsonl');
  await full(['engine', 'export', folder, '--recording', out]);
  t.is((await runSam(['engine', 'export', folder, '--recording', out])).code, 0);
});
