/** Reading a file once and whole, from real folders. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { appendFileSync, chmodSync, mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import anyTest, { type ExecutionContext, type TestFn } from 'ava';
import { isSamError, type ErrorCode, type SamError } from '../../src/errors.js';
import { readImage } from '../../src/image/decode.js';
import { readExactly, readFileBytes } from '../../src/image/read-file.js';
import { fileOf, picture } from './pictures.js';

// ava types its context by a cast
const test = anyTest as TestFn<{ dir: string }>;

test.beforeEach((t) => {
  t.context.dir = mkdtempSync(join(tmpdir(), 'sam-read-'));
});
test.afterEach.always((t) => rmSync(t.context.dir, { recursive: true, force: true }));

async function refused(t: ExecutionContext<{ dir: string }>, path: string, code: ErrorCode): Promise<void> {
  const error = await t.throwsAsync<SamError>(readFileBytes(path, 'as/named.png'));
  t.true(isSamError(error, code), `${error.code}: ${error.message}`);
  t.is(error.file, 'as/named.png');
  t.false(error.message.includes(t.context.dir), 'no absolute path');
}

test('an image comes with the hash and the number of its bytes', async (t) => {
  const file = await fileOf(picture(), 'png');
  const path = join(t.context.dir, 'a.png');
  writeFileSync(path, file);
  const image = await readImage(path, { name: 'a.png' });
  t.is(image.sha256, createHash('sha256').update(file).digest('hex'));
  t.is(image.bytes, file.length);
  t.deepEqual([image.width, image.height, image.format, image.degraded], [48, 32, 'png', false]);
  t.deepEqual(image.data, picture().data);
});

test('odd names are names like any other', async (t) => {
  const file = await fileOf(picture(), 'png');
  for (const name of ['line\nbreak.png', 'smile \u{1f600}.png', '-rf.png', '%2e%2e.png', 'a b"c\'.png', '.png', 'x'.repeat(250) + '.png', '\u202egnp.png']) {
    const path = join(t.context.dir, name);
    writeFileSync(path, file);
    t.is((await readImage(path, { name })).width, 48, JSON.stringify(name));
  }
});

test('a link to a file is read', async (t) => {
  writeFileSync(join(t.context.dir, 'a'), 'bytes');
  symlinkSync('a', join(t.context.dir, 'link'));
  t.is((await readFileBytes(join(t.context.dir, 'link'), 'link')).toString(), 'bytes');
});

test('what is not there is missing', async (t) => {
  const { dir } = t.context;
  writeFileSync(join(dir, 'file'), 'x');
  symlinkSync('nowhere', join(dir, 'dangling'));
  await refused(t, join(dir, 'none.png'), 'image/missing');
  await refused(t, join(dir, 'file', 'inside.png'), 'image/missing');
  await refused(t, join(dir, 'dangling'), 'image/missing');
});

test('folders, pipes, devices and loops of links are unreadable and never block', async (t) => {
  const { dir } = t.context;
  mkdirSync(join(dir, 'folder.png'));
  execFileSync('mkfifo', [join(dir, 'pipe.png')]);
  symlinkSync('loop.png', join(dir, 'loop.png'));
  await refused(t, join(dir, 'folder.png'), 'image/unreadable');
  await refused(t, join(dir, 'pipe.png'), 'image/unreadable');
  await refused(t, join(dir, 'loop.png'), 'image/unreadable');
  await refused(t, '/dev/zero', 'image/unreadable');
});

(process.getuid?.() === 0 ? test.skip : test)('a file without read permission is unreadable (skipped as root, who may read all)', async (t) => {
  const path = join(t.context.dir, 'secret.png');
  writeFileSync(path, 'x');
  chmodSync(path, 0);
  await refused(t, path, 'image/unreadable');
});

test('no bytes are empty', async (t) => {
  writeFileSync(join(t.context.dir, 'zero.png'), '');
  await refused(t, join(t.context.dir, 'zero.png'), 'image/empty');
});

test('a file that shrinks or grows under the reader is changed', async (t) => {
  const path = join(t.context.dir, 'moving.png');
  writeFileSync(path, 'x'.repeat(1000));
  const { size } = statSync(path);
  const handle = await open(path);
  try {
    t.is((await readExactly(handle, size, 'moving.png')).length, 1000);
    truncateSync(path, 400);
    await t.throwsAsync(readExactly(handle, size, 'moving.png'), { code: 'image/changed', message: /ended after 400 of 1000 bytes/ });
    appendFileSync(path, 'y'.repeat(900));
    await t.throwsAsync(readExactly(handle, size, 'moving.png'), { code: 'image/changed', message: /went on after 1000 bytes/ });
  } finally {
    await handle.close();
  }
});

test('a file larger than a decoder takes is refused unread', async (t) => {
  const path = join(t.context.dir, 'sparse.png');
  writeFileSync(path, '');
  truncateSync(path, 2 ** 31);
  await refused(t, path, 'image/unreadable');
});
