/** Atomic writes: whole or not at all, whatever the data does, and nothing left beside them. */
import { chmod, mkdir, readFile, readdir, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { SamError } from '../../src/errors.js';
import { ensureDirectory, removeDirectoryAtomic, stageFile, writeDirectoryAtomic, writeFileAtomic } from '../../src/files/atomic.js';
import { sha256Folder, sha256Hex, sha256Listing } from '../../src/files/hash.js';
import { temporaryFolder } from './temporary-folder.js';

test('text, bytes and streams are written whole, with their hash and size', async (t) => {
  const folder = await temporaryFolder(t);
  const chunks = Array.from({ length: 300 }, (_, i) => (i % 2 === 0 ? `line ${i} é\n` : new Uint8Array(1000).fill(i % 256)));
  const whole = Buffer.concat(chunks.map((chunk) => Buffer.from(chunk)));
  async function* stream() { yield* chunks; }
  for (const [name, data] of [['text', 'é'], ['bytes', new Uint8Array([1, 2])], ['empty', ''], ['stream', stream()]] as const) {
    const written = await writeFileAtomic(join(folder, name), data);
    const found = await readFile(join(folder, name));
    t.deepEqual(written, { sha256: sha256Hex(found), bytes: found.length }, name);
  }
  t.deepEqual(await readFile(join(folder, 'stream')), whole);
  t.deepEqual((await readdir(folder)).sort(), ['bytes', 'empty', 'stream', 'text']);
});

test('a stream that throws leaves the old file, no temporary, and its own error', async (t) => {
  const folder = await temporaryFolder(t);
  await writeFile(join(folder, 'a'), 'old');
  async function* stream() { yield 'new'.repeat(100_000); throw new SamError('data/coco', 'no'); }
  await t.throwsAsync(writeFileAtomic(join(folder, 'a'), stream()), { message: 'no' });
  t.is(await readFile(join(folder, 'a'), 'utf8'), 'old');
  t.deepEqual(await readdir(folder), ['a']);
});

test('a replaced file keeps its mode', async (t) => {
  const path = join(await temporaryFolder(t), 'a');
  await writeFile(path, 'old');
  await chmod(path, 0o640);
  await writeFileAtomic(path, 'new');
  t.is((await stat(path)).mode & 0o777, 0o640);
});

test('a link is replaced, not written through; a device, a folder and a missing folder are refused by name', async (t) => {
  const folder = await temporaryFolder(t);
  await writeFile(join(folder, 'target'), 'kept');
  await symlink('target', join(folder, 'link'));
  await writeFileAtomic(join(folder, 'link'), 'new');
  t.is(await readFile(join(folder, 'target'), 'utf8'), 'kept');
  await symlink('/dev/null', join(folder, 'null'));
  await mkdir(join(folder, 'folder'));
  for (const name of ['null', 'folder', 'missing/a']) {
    const error = await t.throwsAsync(writeFileAtomic(join(folder, name), 'x'), { instanceOf: SamError });
    t.is(error.code, 'storage/not-writable');
    t.true(error.message.includes(join(folder, name)), error.message);
  }
  t.deepEqual((await readdir(folder)).sort(), ['folder', 'link', 'null', 'target']);
});

test('names up to the limit of the file system are written', async (t) => {
  const folder = await temporaryFolder(t);
  for (const name of ['n'.repeat(255), `${'é'.repeat(127)}x`, '\u{1f600}'.repeat(63), '-rf', 'line\nbreak', '"%s"']) {
    await writeFileAtomic(join(folder, name), name);
    t.is(await readFile(join(folder, name), 'utf8'), name);
    await writeDirectoryAtomic(join(folder, 'sub', name), [{ name, bytes: Buffer.from(name) }]).catch((error: unknown) => t.true(error instanceof SamError));
  }
  await ensureDirectory(join(folder, 'sub'));
  for (const name of ['n'.repeat(255), '\u{1f600}'.repeat(63)]) {
    for (const bytes of [Buffer.from('1'), Buffer.from('2')]) await writeDirectoryAtomic(join(folder, 'sub', name), [{ name, bytes }]);
    t.is(await readFile(join(folder, 'sub', name, name), 'utf8'), '2');
  }
  t.is((await readdir(join(folder, 'sub'))).length, 2);
});

test('a staged file can be given up, and an exclusive commit yields to what is there', async (t) => {
  const folder = await temporaryFolder(t);
  await (await stageFile(join(folder, 'a'), 'one')).discard();
  t.deepEqual(await readdir(folder), []);
  t.true(await (await stageFile(join(folder, 'a'), 'one')).commit({ exclusive: true }));
  t.false(await (await stageFile(join(folder, 'a'), 'two')).commit({ exclusive: true }));
  t.is(await readFile(join(folder, 'a'), 'utf8'), 'one');
  t.deepEqual(await readdir(folder), ['a']);
});

test('a folder replaces the old one whole: files that are no more are gone', async (t) => {
  const folder = join(await temporaryFolder(t), 'a');
  const bytes = Buffer.from('x');
  await writeDirectoryAtomic(folder, [{ name: '0.png', bytes }, { name: '1.png', bytes }]);
  await writeDirectoryAtomic(folder, [{ name: '0.png', bytes: Buffer.from('new') }]);
  t.is(await sha256Folder(folder), sha256Listing([{ name: '0.png', sha256: sha256Hex('new') }]));
  t.deepEqual(await readdir(join(folder, '..')), ['a']);
  await writeDirectoryAtomic(folder, []);
  t.deepEqual(await readdir(folder), []);
});

test('a folder is made with those above it, and removed whole', async (t) => {
  const root = await temporaryFolder(t);
  await ensureDirectory(join(root, 'a/b/c'));
  await ensureDirectory(join(root, 'a/b'));
  t.deepEqual(await readdir(join(root, 'a/b')), ['c']);
  await writeFile(join(root, 'a/b/file'), '');
  await t.throwsAsync(ensureDirectory(join(root, 'a/b/file')), { code: 'storage/not-writable', message: /a file is where a folder should be/ });
  await t.throwsAsync(ensureDirectory(join(root, 'a/b/file/d')), { code: 'storage/not-writable' });
  await symlink('nowhere', join(root, 'broken'));
  await t.throwsAsync(ensureDirectory(join(root, 'broken/d')), { code: 'storage/not-writable' });
  // says "no such file or directory" of every new folder, for ever
  if (process.platform === 'linux') await t.throwsAsync(ensureDirectory('/proc/sam/d'), { code: 'storage/not-writable' });
  await removeDirectoryAtomic(join(root, 'a'));
  t.deepEqual(await readdir(root), ['broken']);
});

test('a folder is refused where a file is, and for names that are paths', async (t) => {
  const folder = await temporaryFolder(t);
  await writeFile(join(folder, 'file'), 'kept');
  await t.throwsAsync(writeDirectoryAtomic(join(folder, 'file'), []), { code: 'storage/not-writable' });
  for (const name of ['../x', 'a/b', '', '.', '..']) await t.throwsAsync(writeDirectoryAtomic(join(folder, 'd'), [{ name, bytes: Buffer.from('') }]), { instanceOf: SamError });
  t.deepEqual(await readdir(folder), ['file']);
});
