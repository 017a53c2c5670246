/** The sweep takes our temporaries and nothing else, and brings back a folder that a kill left moved aside. */
import { spawnSync } from 'node:child_process';
import { mkdir, readFile, readdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { isTemporaryName, sweepFolder, sweepStale, sweepTemporaries, temporaryName } from '../../src/files/temporary.js';
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

test('of owned ones only those of that name whose process ended are stale', async (t) => {
  const folder = await temporaryFolder(t);
  const own = temporaryName('out.json', undefined, false, true), [host, , start] = own.split('.').at(-2)!.split('-');
  const { pid } = spawnSync(process.execPath, ['--version']);
  const dead = (name: string): string => own.replace('.out.json.', `.${name}.`).replace(`${host}-${process.pid}-`, `${host}-${pid}-`);
  const long = 'x'.repeat(250), cut = temporaryName(long, undefined, false, true).replace(`-${process.pid}-`, `-${pid}-`);
  const stay = [own, dead('other.json'), dead('out.json').replace(host!, host === '00000000' ? '11111111' : '00000000'), temporaryName('out.json'), 'out.json'];
  t.true(isTemporaryName(own) && isTemporaryName(dead('out.json')));
  for (const name of [...stay, dead('out.json'), cut]) await writeFile(join(folder, name), '');
  await mkdir(join(folder, dead('out.json').replace(start!, '0123abcd'), 'sub'), { recursive: true });
  await sweepStale(folder, 'out.json');
  t.deepEqual((await readdir(folder)).sort(), [...stay, cut].sort());
  await sweepStale(folder, long);
  t.deepEqual((await readdir(folder)).sort(), stay.toSorted());
  await sweepStale(join(folder, 'none'), 'out.json');
  await sweepFolder(folder);
  t.deepEqual(await readdir(folder), ['out.json'], 'a sweep under a lock takes owned ones too');
});
