/** Folders of many files that appear whole: new ones by one rename, existing ones file by file, nothing left after a refusal. */
import { mkdir, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { isSamError } from '../../src/errors.js';
import { StagedTree } from '../../src/files/staged-tree.js';
import { temporaryFolder } from './temporary-folder.js';

const listed = async (root: string): Promise<string[]> => (await readdir(root, { recursive: true, withFileTypes: true })).filter((e) => e.isFile()).map((e) => join(e.parentPath, e.name).slice(root.length + 1)).sort();

test('a new folder: not there before the commit, whole after it, its parents made', async (t) => {
  const root = await temporaryFolder(t);
  const tree = await StagedTree.open(join(root, 'made', 'deep', 'out'));
  await tree.put('b/x.txt', 'one');
  await tree.put('a.txt', new Uint8Array([1, 2]));
  await t.throwsAsync(stat(join(root, 'made', 'deep', 'out')));
  const plan = await tree.plan();
  t.deepEqual(plan, { added: ['a.txt', 'b/x.txt'], replaced: [], same: [], stale: [] });
  await tree.commit(plan);
  await tree.discard();
  t.deepEqual(await listed(root), ['made/deep/out/.sam/outputs.txt', 'made/deep/out/a.txt', 'made/deep/out/b/x.txt']);
  t.is(await readFile(join(root, 'made/deep/out/.sam/outputs.txt'), 'utf8'), 'a.txt\nb/x.txt\n');
});

test('discarded: nothing is left, not the parents either; a parent that another has used stays', async (t) => {
  const root = await temporaryFolder(t);
  const tree = await StagedTree.open(join(root, 'made', 'deep', 'out'));
  await tree.put('x/y.txt', 'one');
  await tree.discard();
  t.deepEqual(await readdir(root), []);
  const other = await StagedTree.open(join(root, 'made', 'deep', 'out'));
  await writeFile(join(root, 'made', 'mine'), '');
  await other.discard();
  t.deepEqual(await readdir(root, { recursive: true }), ['made', 'made/mine']);
});

test('an existing folder: others\' files stay, changed ones and left-over ones are told before anything happens', async (t) => {
  const root = join(await temporaryFolder(t), 'out');
  const first = await StagedTree.open(root);
  for (const name of ['gone.txt', 'changed.txt', 'same.txt']) await first.put(name, name);
  await first.commit(await first.plan());
  await writeFile(join(root, 'mine.txt'), 'mine');
  const second = await StagedTree.open(root);
  await second.put('same.txt', 'same.txt');
  await second.put('changed.txt', 'other');
  await second.put('new/file.txt', 'new');
  const plan = await second.plan();
  t.deepEqual(plan, { added: ['new/file.txt'], replaced: ['changed.txt'], same: ['same.txt'], stale: ['gone.txt'] });
  t.is(await readFile(join(root, 'changed.txt'), 'utf8'), 'changed.txt');
  await second.commit(plan);
  t.deepEqual(await listed(root), ['.sam/outputs.txt', 'changed.txt', 'mine.txt', 'new/file.txt', 'same.txt']);
  t.is(await readFile(join(root, 'changed.txt'), 'utf8'), 'other');
  t.is(await readFile(join(root, '.sam/outputs.txt'), 'utf8'), 'changed.txt\nnew/file.txt\nsame.txt\n');
});

test('a dry run compares and makes nothing', async (t) => {
  const root = await temporaryFolder(t);
  const tree = await StagedTree.open(join(root, 'a', 'out'), true);
  await tree.put('x.txt', 'x');
  t.deepEqual((await tree.plan()).added, ['x.txt']);
  await tree.commit(await tree.plan());
  t.deepEqual(await readdir(root), []);
});

test('paths that lead out are refused, by their text and by links', async (t) => {
  const root = await temporaryFolder(t);
  await mkdir(join(root, 'out'));
  await mkdir(join(root, 'elsewhere'));
  await symlink(join(root, 'elsewhere'), join(root, 'out', 'link'));
  const tree = await StagedTree.open(join(root, 'out'));
  for (const path of ['../x', '/x', 'a/../../x', 'a\\..\\x', '', 'C:x']) {
    const error = await t.throwsAsync(tree.put(path, ''));
    t.true(isSamError(error, 'data/unsafe-path'), path);
  }
  await tree.put('link/x.txt', '');
  t.true(isSamError(await t.throwsAsync(tree.plan()), 'data/unsafe-path'));
  t.true(isSamError(await t.throwsAsync(tree.put('link/x.txt', '')), 'usage/name-collision'));
  await tree.discard();
  t.deepEqual(await readdir(join(root, 'out')), ['link']);
  t.deepEqual(await readdir(join(root, 'elsewhere')), []);
});

test('a list of outputs that someone wrote deletes nothing outside', async (t) => {
  const root = await temporaryFolder(t);
  await mkdir(join(root, 'out', '.sam'), { recursive: true });
  await writeFile(join(root, 'mine.txt'), 'mine');
  await writeFile(join(root, 'out', '.sam', 'outputs.txt'), `../mine.txt\n${join(root, 'mine.txt')}\n`);
  const tree = await StagedTree.open(join(root, 'out'));
  const plan = await tree.plan();
  t.deepEqual(plan.stale, []);
  await tree.commit(plan);
  t.is(await readFile(join(root, 'mine.txt'), 'utf8'), 'mine');
});

test('a file in the folder\'s place, a folder in a file\'s place', async (t) => {
  const root = await temporaryFolder(t);
  await writeFile(join(root, 'file'), '');
  t.true(isSamError(await t.throwsAsync(StagedTree.open(join(root, 'file'))), 'usage/output-exists'));
  await mkdir(join(root, 'out', 'x.txt'), { recursive: true });
  const tree = await StagedTree.open(join(root, 'out'));
  await tree.put('x.txt', '');
  t.true(isSamError(await t.throwsAsync(tree.plan()), 'usage/output-exists'));
  await tree.discard();
});
