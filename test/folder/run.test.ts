/** Whole runs: what is done, skipped, redone and refused; the same tree whatever the way to it. */
import { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { SamError } from '../../src/errors.js';
import { temporaryFolder } from '../files/temporary-folder.js';
import { fakeRun, inodesOf, outputsOf, treeOf, writeTree, type FakeRun } from './fake-run.js';

const IMAGES = { 'a.jpg': 'one', 'b.PNG': 'two!', 'sub/c.webp': 'three', 'sub/deep/d.tiff': 'four', 'z.jpeg': '' };

async function folders(t: ExecutionContext, images: Record<string, string> = IMAGES): Promise<{ inputs: string[]; output: string; root: string; input: string }> {
  const root = await temporaryFolder(t);
  const input = join(root, 'in');
  writeTree(input, images);
  return { inputs: [input], output: join(root, 'out'), root, input };
}

const LAYOUTS = ['stem', 'part', 'folder'] as const;

test('a run writes each image\'s outputs, a record, a ledger, and nothing else', async (t) => {
  const { inputs, output } = await folders(t);
  const { summary, outputs, errors, stopped, seconds } = await fakeRun({ inputs, output });
  t.deepEqual(summary, { images: 5, done: 5, skipped: 0, failed: 0, masks: 3 + 4 + 0 + 4 + 0 });
  t.deepEqual(errors, []);
  t.is(stopped, undefined);
  t.is(seconds['decode'], 5);
  t.deepEqual(outputs, ['a.json', 'b.json', 'sub/c.json', 'sub/deep/d.json', 'z.json'].map((name) => join(output, name)));
  t.deepEqual(Object.keys(treeOf(output)), ['.sam/', '.sam/ledger.jsonl', '.sam/run.json', 'a.json', 'b.json', 'sub/', 'sub/c.json', 'sub/deep/', 'sub/deep/d.json', 'z.json']);
  const record = readFileSync(join(output, '.sam/run.json'), 'utf8');
  t.deepEqual(JSON.parse(record), { schema: 1, command: 'fake', model: 'fake', options: { layout: 'stem', salt: 'none' } });
});

for (const layout of LAYOUTS) {
  test(`the tree is the same for 1, 2 and 4 workers, and a second run touches nothing (${layout})`, async (t) => {
    const { inputs, output, root } = await folders(t);
    await fakeRun({ inputs, output, layout });
    const tree = treeOf(output);
    for (const workers of [2, 4]) {
      await fakeRun({ inputs, output: join(root, `out${workers}`), layout, workers });
      t.deepEqual(treeOf(join(root, `out${workers}`)), tree);
    }
    const inodes = inodesOf(output);
    const again = await fakeRun({ inputs, output, layout });
    t.like(again.summary, { images: 5, done: 0, skipped: 5 });
    t.deepEqual(inodesOf(output), inodes);
    t.deepEqual(treeOf(output), tree);
    const redone = await fakeRun({ inputs, output, layout, resume: false });
    t.like(redone.summary, { done: 5, skipped: 0 });
    t.deepEqual(treeOf(output), tree);
  });

  test(`only what changed is done again: an input's bytes, an output that is gone or half there (${layout})`, async (t) => {
    const { inputs, output, input, root } = await folders(t);
    await fakeRun({ inputs, output, layout });
    writeTree(input, { 'a.jpg': 'on3', 'b.PNG': 'two!', 'new.jpg': 'new' });
    rmSync(join(output, { stem: 'sub/c.json', part: '.sam/parts/sub/c.webp.json', folder: 'sub/c/0.png' }[layout]));
    if (layout === 'folder') rmSync(join(output, 'sub/c'), { recursive: true });
    const { summary } = await fakeRun({ inputs, output, layout });
    t.like(summary, { images: 6, done: 3, skipped: 3, failed: 0 });
    await fakeRun({ inputs, output: join(root, 'fresh'), layout });
    t.deepEqual(treeOf(output), treeOf(join(root, 'fresh')));
  });

  test(`shards make together what one run makes, in any order (${layout})`, async (t) => {
    const { inputs, output, root } = await folders(t);
    await fakeRun({ inputs, output: join(root, 'whole'), layout });
    for (const index of [2, 0, 1]) {
      const { summary } = await fakeRun({ inputs, output, layout, shard: { index, count: 3 }, finishPath: `all-${index}-of-3.json` });
      t.is(summary.done, summary.images);
    }
    const shardsOnly = (tree: Record<string, string>) => Object.fromEntries(Object.entries(tree).filter(([name]) => !name.startsWith('all')));
    t.deepEqual(shardsOnly(outputsOf(output)), shardsOnly(outputsOf(join(root, 'whole'))));
    // the run of the whole goes on from the shards' ledgers, and takes them over
    const whole = await fakeRun({ inputs, output, layout });
    t.like(whole.summary, { images: 5, done: 0, skipped: 5 });
    const tree = treeOf(output);
    for (const index of [0, 1, 2]) delete tree[`all-${index}-of-3.json`];
    if (layout === 'part') t.not(tree['.sam/ledger.jsonl'], undefined);
    else t.deepEqual(tree, treeOf(join(root, 'whole')));
  });
}

test('a changed output is refused, and overwritten with force', async (t) => {
  const { inputs, output } = await folders(t);
  await fakeRun({ inputs, output });
  const tree = treeOf(output);
  writeFileSync(join(output, 'a.json'), 'mine');
  const error = await t.throwsAsync(fakeRun({ inputs, output }), { instanceOf: SamError });
  t.is(error.code, 'usage/output-exists');
  t.is(error.exitCode, 2);
  t.true(error.message.includes(join(output, 'a.json')));
  t.is(readFileSync(join(output, 'a.json'), 'utf8'), 'mine');
  t.like((await fakeRun({ inputs, output, force: true })).summary, { done: 1, skipped: 4 });
  t.deepEqual(treeOf(output), tree);
});

test('outputs of others are in the way before any work; with force they are not, but for what cannot be replaced', async (t) => {
  const { inputs, output } = await folders(t);
  writeTree(output, { 'a.json': 'theirs', 'z.json': 'theirs', 'other.txt': 'kept' });
  const before = treeOf(output);
  const error = await t.throwsAsync(fakeRun({ inputs, output }));
  t.regex(error.message, /a\.json \(and 1 more\) is there already/);
  t.deepEqual(treeOf(output), before, 'a refused run leaves no trace');
  t.like((await fakeRun({ inputs, output, force: true })).summary, { done: 5 });
  t.is(readFileSync(join(output, 'other.txt'), 'utf8'), 'kept');
  for (const [name, layout] of [['folder', 'stem'], ['file', 'folder'], ['above', 'stem']] as const) {
    const other = `${output}-${name}`;
    mkdirSync(join(other, name === 'folder' ? 'a.json' : ''), { recursive: true });
    if (name === 'file') writeFileSync(join(other, 'a'), '');
    if (name === 'above') writeFileSync(join(other, 'sub'), '');
    await t.throwsAsync(fakeRun({ inputs, output: other, layout, force: true }), { code: 'usage/output-exists' }, name);
  }
  writeFileSync(`${output}-plain`, '');
  await t.throwsAsync(fakeRun({ inputs, output: `${output}-plain`, force: true }), { code: 'usage/output-exists' });
});

test('changed options are refused by name, and with force everything is made anew', async (t) => {
  const { inputs, output, root, input } = await folders(t);
  await fakeRun({ inputs, output });
  rmSync(join(input, 'sub/deep'), { recursive: true });
  const error = await t.throwsAsync(fakeRun({ inputs, output, salt: 'new' }), { instanceOf: SamError });
  t.is(error.code, 'usage/options-changed');
  t.regex(error.message, /options\.salt \("none", now "new"\)/);
  t.notRegex(error.message, /options\.layout/);
  const { summary } = await fakeRun({ inputs, output, salt: 'new', force: true });
  t.like(summary, { images: 4, done: 4, skipped: 0 });
  await fakeRun({ inputs, output: join(root, 'fresh'), salt: 'new' });
  t.deepEqual(treeOf(output), treeOf(join(root, 'fresh')));
});

test('a run that never finished anything binds nobody to its options', async (t) => {
  const { inputs, output } = await folders(t);
  const first = await fakeRun({ inputs, output, onSetup: 'throw' });
  t.is(first.stopped?.code, 'model/missing');
  t.like((await fakeRun({ inputs, output, salt: 'new' })).summary, { done: 5 });
});

for (const [from, to] of [['stem', 'folder'], ['folder', 'part'], ['part', 'stem']] as const) {
  test(`with force another layout replaces the old one, whole (${from} to ${to})`, async (t) => {
    const { inputs, output, root } = await folders(t);
    await fakeRun({ inputs, output, layout: from });
    await fakeRun({ inputs, output, layout: to, force: true });
    await fakeRun({ inputs, output: join(root, 'fresh'), layout: to });
    t.deepEqual(treeOf(output), treeOf(join(root, 'fresh')));
  });
}

test('outputs whose image is gone stay and are told; with force they go, unless they were changed', async (t) => {
  const { inputs, output, input, root } = await folders(t);
  await fakeRun({ inputs, output });
  rmSync(join(input, 'sub'), { recursive: true });
  const kept = await fakeRun({ inputs, output });
  t.like(kept.summary, { images: 3, skipped: 3 });
  t.regex(kept.warnings[0]?.message ?? '', /2 of them.*--force/);
  t.true('sub/c.json' in treeOf(output));
  writeFileSync(join(output, 'sub/c.json'), 'mine');
  const forced = await fakeRun({ inputs, output, force: true });
  t.regex(forced.warnings[0]?.message ?? '', /c\.json was changed/);
  t.deepEqual(Object.keys(outputsOf(output)), ['a.json', 'b.json', 'sub/', 'sub/c.json', 'z.json']);
  rmSync(join(output, 'sub'), { recursive: true });
  await fakeRun({ inputs, output: join(root, 'fresh') });
  t.deepEqual(treeOf(output), treeOf(join(root, 'fresh')));
});

test('a shard with force leaves alone what another shard made of a renamed image', async (t) => {
  const { inputs, output, input } = await folders(t, { 'a.png': 'same', 'b.png': 'other' });
  const run = (index: number, force = false) => fakeRun({ inputs, output, shard: { index, count: 2 }, force });
  for (const index of [0, 1]) await run(index);
  rmSync(join(input, 'a.png'));
  writeTree(input, { 'a.jpg': 'same', 'a1.jpg': 'x' });
  for (const index of [0, 1, 0]) await run(index, true);
  t.deepEqual(Object.keys(outputsOf(output)), ['a.json', 'a1.json', 'b.json']);
});

test('bad images cost themselves only, are named, and are tried again', async (t) => {
  const { inputs, output, input } = await folders(t, { ...IMAGES, 'bad.jpg': 'throw image/format', 'm.jpg': 'throw image/truncated' });
  const first = await fakeRun({ inputs, output, workers: 2 });
  t.like(first.summary, { images: 7, done: 5, failed: 2 });
  t.deepEqual(first.errors.map(({ code, file }) => [code, file]).sort(), [['image/format', 'bad.jpg'], ['image/truncated', 'm.jpg']]);
  t.is(first.stopped, undefined);
  writeTree(input, { 'bad.jpg': 'good' });
  t.like((await fakeRun({ inputs, output })).summary, { done: 1, skipped: 5, failed: 1 });
});

test('images that vanish, turn into pipes or folders, or never could be read are item errors', async (t) => {
  const { inputs, output, input } = await folders(t, { 'a.jpg': 'sleep 100', 'b.jpg': 'x', 'c.jpg': 'x' });
  symlinkSync('nowhere', join(input, 'broken.jpg'));
  writeTree(input, { [`${'n'.repeat(251)}.jpg`]: 'x' });
  let begun = false;
  const { summary, errors } = await fakeRun({ inputs, output }, { events: ({ kind }) => {
    if (kind !== 'started' || begun) return;
    begun = true;
    rmSync(join(input, 'b.jpg'));
    rmSync(join(input, 'c.jpg'));
    mkdirSync(join(input, 'c.jpg'));
  } });
  t.like(summary, { images: 5, done: 1, failed: 4 });
  t.deepEqual(errors.map(({ code }) => code).sort(), ['image/missing', 'image/name', 'image/unreadable', 'image/unreadable']);
});

test('a worker that answers other files than the claims is our fault, and writes nothing', async (t) => {
  const { inputs, output } = await folders(t);
  const { stopped } = await fakeRun({ inputs, output, layout: 'wrong' });
  t.is(stopped?.code, 'internal/worker-protocol');
  t.deepEqual(outputsOf(output), {});
});

test('a dry run refuses what a run would, tells what it would do, and writes nothing', async (t) => {
  const { inputs, output, input } = await folders(t);
  const dry = await fakeRun({ inputs, output, dryRun: true });
  t.deepEqual(dry.planned, ['a.jpg', 'b.PNG', 'sub/c.webp', 'sub/deep/d.tiff', 'z.jpeg']);
  t.throws(() => treeOf(output), { code: 'ENOENT' });
  await fakeRun({ inputs, output });
  writeTree(input, { 'a.jpg': 'changed' });
  const tree = treeOf(output);
  const again = await fakeRun({ inputs, output, dryRun: true });
  t.deepEqual(again.planned, ['a.jpg']);
  t.is(again.summary.skipped, 4);
  await t.throwsAsync(fakeRun({ inputs, output, dryRun: true, salt: 'new' }), { code: 'usage/options-changed' });
  t.deepEqual(treeOf(output), tree);
});

test('a spoilt ledger costs work, never a wrong tree', async (t) => {
  const { inputs, output } = await folders(t);
  await fakeRun({ inputs, output });
  const tree = treeOf(output);
  const path = join(output, '.sam/ledger.jsonl');
  const text = readFileSync(path, 'utf8');
  const lines = text.split('\n');
  for (const spoilt of [text.slice(0, -20), text.replace('"masks":3', '"masks":4'), `garbage\n\0\n${text}`, lines.toReversed().join('\n')]) {
    writeFileSync(path, spoilt);
    const run: FakeRun = { inputs, output };
    // an output that no good line knows looks like a stranger's
    await fakeRun(run).catch((error: unknown) => t.is((error as SamError).code, 'usage/output-exists'));
    await fakeRun({ ...run, force: true });
    t.deepEqual(treeOf(output), tree);
  }
});

test('odd names go all the way', async (t) => {
  const names = ['-rf.jpg', 'new\nline.jpg', '"q".jpg', '%s.jpg', '\u{1f600}.jpg', 'e\u0301.jpg', 'con.jpg', '.hidden.jpg', ' .jpg', 'a.b.c.jpg', '\u202egpj.jpg', '[x]{y}*?.jpg', `${'x'.repeat(250)}.jpg`, '__proto__.jpg', 'back\\slash.jpg'];
  const { inputs, output } = await folders(t, Object.fromEntries(names.map((name) => [name, name])));
  const first = await fakeRun({ inputs, output, workers: 2 });
  t.like(first.summary, { done: names.length, failed: 0 });
  t.like((await fakeRun({ inputs, output })).summary, { skipped: names.length });
  t.is(Object.keys(outputsOf(output)).length, names.length);
});
