/** The sweep takes our temporaries and nothing else, and brings back a folder that a kill left moved aside. */
import { mkdir, readFile, readdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { isTemporaryName, sweepFolder, sweepTemporaries, temporaryName } from '../../src/files/temporary.js';
import { temporaryFolder } from './temporary-folder.js';

const OTHERS = ['a.json', '.a.json.tmp', '.a.sam-tmp', 'a.0123456789ab.sam-tmp', '.a.0123456789AB.sam-tmp', '.a.0123456789ab.sam-tmp.bak', '.a.0123456789ab.x.sam-tmp'];

test('temporary names are ours, fit the file system and differ', (t) => {
  for (const name of ['a.json', 'x'.repeat(255), '\u{1f600}'.repeat(63), 'a\nb']) {
    for (const tag of [undefined, '0-of-3']) {
      const made = temporaryName(name, tag);
      t.true(isTemporaryName(made), made);
      t.true(Buffer.byteLength(made) <= 255);
      t.not(made, temporaryName(name, tag));
    }
  }
  for (const name of OTHERS) t.false(isTemporaryName(name), name);
});

test('the sweep removes files and folders of ours, below too, and leaves the rest and what links lead to', async (t) => {
  const root = await temporaryFolder(t);
  const elsewhere = await temporaryFolder(t);
  await mkdir(join(root, 'sub'));
  for (const folder of [root, join(root, 'sub'), elsewhere]) {
    for (const name of [...OTHERS, temporaryName('a.json'), temporaryName('a.json', '1-of-2')]) await writeFile(join(folder, name), '');
    const half = join(folder, temporaryName('pngs'));
    await mkdir(half);
    await writeFile(join(half, '0.png'), '');
  }
  await symlink(elsewhere, join(root, 'link'));
  await sweepTemporaries(root);
  t.deepEqual((await readdir(root)).sort(), [...OTHERS, 'link', 'sub'].sort());
  t.deepEqual((await readdir(join(root, 'sub'))).sort(), OTHERS.toSorted());
  t.is((await readdir(elsewhere)).length, OTHERS.length + 3);
});

test('with a tag only that tag is swept', async (t) => {
  const root = await temporaryFolder(t);
  const [own, other, untagged] = [temporaryName('a', '0-of-2'), temporaryName('a', '1-of-2'), temporaryName('a')];
  for (const name of [own, other, untagged]) await writeFile(join(root, name), '');
  await sweepFolder(root, '0-of-2');
  t.deepEqual((await readdir(root)).sort(), [other, untagged].sort());
});

test('a folder moved aside returns if its place is free, and goes if the new one came', async (t) => {
  const root = await temporaryFolder(t);
  for (const name of ['free', 'taken']) {
    const aside = join(root, temporaryName(name, undefined, true));
    await mkdir(aside);
    await writeFile(join(aside, 'old'), 'old');
  }
  await mkdir(join(root, 'taken'));
  await sweepFolder(root);
  t.deepEqual((await readdir(root)).sort(), ['free', 'taken']);
  t.is(await readFile(join(root, 'free', 'old'), 'utf8'), 'old');
  t.deepEqual(await readdir(join(root, 'taken')), []);
  await sweepFolder(join(root, 'missing'));
});
