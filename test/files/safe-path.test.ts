/** Names from untrusted files: what leads out of the folder is refused, by text and by link. */
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { SamError } from '../../src/errors.js';
import { insideRoot, unsafeReason } from '../../src/files/safe-path.js';
import { temporaryFolder } from './temporary-folder.js';

const REFUSED = ['', '/etc/passwd', '\\\\server\\share', '\\x', 'C:\\x', 'c:x', 'a:b', '..', '../x', 'a/../../x', 'a\\..\\..\\x', 'a/..', 'a\0b', 'a\nb', '\u001b[31m'];
const TAKEN = ['a.jpg', 'sub/a.jpg', 'sub\\a.jpg', '..a/b..', '...', './a', 'é\u{1f600}.png', '-rf', 'a b', 'ab:c'];

test('names are refused for what they say', (t) => {
  for (const name of REFUSED) t.truthy(unsafeReason(name), JSON.stringify(name));
  for (const name of TAKEN) t.is(unsafeReason(name), undefined, JSON.stringify(name));
});

test('names are joined below the root, there or not', async (t) => {
  const root = await temporaryFolder(t);
  for (const name of TAKEN) t.is(await insideRoot(root, name), join(root, name));
  for (const name of REFUSED) await t.throwsAsync(insideRoot(root, name), { code: 'data/unsafe-path' });
});

test('links that leave the root are refused, also to a sibling whose name only begins alike', async (t) => {
  const parent = await temporaryFolder(t);
  const root = join(parent, 'images');
  await mkdir(join(root, 'sub'), { recursive: true });
  await mkdir(join(parent, 'images-secret'));
  await writeFile(join(parent, 'images-secret', 'a'), '');
  await symlink('../images-secret', join(root, 'out'));
  await symlink('../images-secret/a', join(root, 'file'));
  await symlink('sub', join(root, 'in'));
  for (const name of ['out/a', 'out/new', 'out', 'file']) await t.throwsAsync(insideRoot(root, name), { code: 'data/unsafe-path' }, name);
  t.is(await insideRoot(root, 'in/new'), join(root, 'in/new'));
  await symlink(root, join(parent, 'alias'));
  t.is(await insideRoot(join(parent, 'alias'), 'sub/x'), join(parent, 'alias', 'sub/x'));
  const error = await t.throwsAsync(insideRoot(root, 'out/a', 'coco.json', 'images[3]'), { instanceOf: SamError });
  t.deepEqual([error.file, error.record], ['coco.json', 'images[3]']);
});
