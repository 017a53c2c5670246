/** Walks over odd trees: the order is that of the bytes, nothing hangs, nothing is followed out or round. */
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import test from 'ava';
import { walk, type WalkEntry } from '../../src/files/walk.js';
import { temporaryFolder } from './temporary-folder.js';

async function entriesOf(root: string, enter?: (folder: string) => boolean): Promise<WalkEntry[]> {
  const found = [];
  for await (const entry of walk(root, enter)) found.push(entry);
  return found;
}

test('files come in bytewise order of their whole names', async (t) => {
  const root = await temporaryFolder(t);
  const names = ['a.b', 'a/z', 'a0', 'B', 'Z/1', '\u00e9', 'e\u0301', '\u{1f600}', '\uff5e', '-x', 'new\nline', '"', '%s', 'con.jpg', 'trailing. ', 'x'.repeat(255), 'a/b/c', 'a/b.c'];
  for (const name of names) {
    mkdirSync(join(root, name, '..'), { recursive: true });
    writeFileSync(join(root, name), '');
  }
  const found = await entriesOf(root);
  t.deepEqual(found.map((entry) => entry.name), names.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))));
  for (const entry of found) t.deepEqual(entry, { path: join(root, entry.name), name: entry.name });
});

test('links to files are files; links to folders, round links and broken ones are told, not followed', async (t) => {
  const root = await temporaryFolder(t);
  const outside = await temporaryFolder(t);
  writeFileSync(join(outside, 'secret'), '');
  mkdirSync(join(root, 'sub'));
  symlinkSync(join(outside, 'secret'), join(root, 'file'));
  symlinkSync(outside, join(root, 'out'));
  symlinkSync('..', join(root, 'sub', 'round'));
  symlinkSync('self', join(root, 'self'));
  symlinkSync('nowhere', join(root, 'broken'));
  const found = new Map((await entriesOf(root)).map((entry) => [entry.name, entry.problem]));
  t.deepEqual([...found.keys()], ['broken', 'file', 'out', 'self', 'sub/round']);
  t.is(found.get('file'), undefined);
  t.regex(found.get('broken') ?? '', /broken link \(ENOENT\)/);
  t.regex(found.get('self') ?? '', /broken link \(ELOOP\)/);
  for (const name of ['out', 'sub/round']) t.regex(found.get(name) ?? '', /link to a folder/);
});

test('pipes and sockets are told and never opened', async (t) => {
  const root = await temporaryFolder(t);
  execFileSync('mkfifo', [join(root, 'pipe.jpg')]);
  symlinkSync('pipe.jpg', join(root, 'to-pipe.jpg'));
  const server = createServer().listen(join(root, 'socket.jpg'));
  await new Promise((resolve) => server.once('listening', resolve));
  t.teardown(() => server.close());
  t.deepEqual((await entriesOf(root)).map(({ name, problem }) => [name, problem]), [
    ['pipe.jpg', 'a named pipe'], ['socket.jpg', 'a socket'], ['to-pipe.jpg', 'a link to a named pipe'],
  ]);
});

test('names that are no UTF-8 are told, folders too', async (t) => {
  const root = await temporaryFolder(t);
  const odd = (name: string): Buffer => Buffer.concat([Buffer.from(`${root}/`), Buffer.from(name, 'latin1')]);
  try {
    writeFileSync(odd('caf\xe9.jpg'), '');
  } catch {
    t.log('skipped: this file system takes UTF-8 only');
    t.pass();
    return;
  }
  mkdirSync(odd('d\xff'));
  writeFileSync(join(root, 'good.jpg'), '');
  t.deepEqual((await entriesOf(root)).map(({ name, problem }) => [name, problem]), [
    ['caf\\xe9.jpg', 'the name is not valid UTF-8'], ['d\\xff', 'the name is not valid UTF-8'], ['good.jpg', undefined],
  ]);
});

test('a folder can be refused before it is read; one that cannot be read is told', async (t) => {
  const root = await temporaryFolder(t);
  for (const folder of ['in', 'out']) {
    mkdirSync(join(root, folder));
    writeFileSync(join(root, folder, 'a'), '');
  }
  t.deepEqual((await entriesOf(root, (folder) => folder !== join(root, 'out'))).map(({ name }) => name), ['in/a']);
  t.regex((await entriesOf(join(root, 'in', 'a')))[0]?.problem ?? '', /cannot be read \(ENOTDIR\)/);
  chmodSync(join(root, 'out'), 0);
  const out = (await entriesOf(root)).find(({ name }) => name.startsWith('out'));
  // the superuser reads everything
  t.is(out?.problem, process.getuid?.() === 0 ? undefined : 'the folder cannot be read (EACCES)');
});
