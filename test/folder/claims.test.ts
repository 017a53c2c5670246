/** Output paths: clashes are found before any work, in every spelling that some file system takes for one. */
import { join } from 'node:path';
import test from 'ava';
import { SamError } from '../../src/errors.js';
import { claimOutputs, refuseOverwrittenInputs } from '../../src/folder/claims.js';
import type { ListedImage } from '../../src/folder/list.js';
import type { Claim, FolderFinish } from '../../src/folder/spec.js';
import { temporaryFolder } from '../files/temporary-folder.js';
import { fakeRun, writeTree } from './fake-run.js';

const listed = (...names: string[]): ListedImage[] => names.map((name) => ({ path: `/in/${name}`, fileName: name, realPath: `/in/${name}` }));
const json = (name: string): Claim[] => [{ kind: 'file', path: `${name.replace(/\.[^./]*$/, '')}.json` }];
const folder = (name: string): Claim[] => [{ kind: 'directory', path: name.replace(/\.[^./]*$/, '') }];
const part = (name: string): Claim[] => [{ kind: 'file', path: `.sam/parts/${name}.json` }];
const finish = (path: string): FolderFinish => ({ path, async* data() { /* nothing */ } });

const CLASHES: [string, (name: string) => Claim[], string[]][] = [
  ['two extensions', json, ['a.jpg', 'a.png']],
  ['case', json, ['sub/A.jpg', 'sub/a.jpg']],
  ['case of folders', json, ['Sub/a.jpg', 'sub/a.jpg']],
  ['composition of accents', json, ['\u00e9.jpg', 'e\u0301.jpg']],
  ['case and composition', part, ['\u00c9.jpg', 'e\u0301.jpg']],
  ['one folder in another\'s', folder, ['a.jpg', 'a/b.jpg']],
  ['one folder far down in another\'s', folder, ['A.jpg', 'a/b/c/d.jpg']],
  ['a file where another needs a folder', (name) => [{ kind: 'file', path: name.replace('.jpg', '') }], ['a.jpg', 'a/b.jpg']],
];

for (const [what, claims, names] of CLASHES) {
  test(`a clash is refused naming both images: ${what}`, (t) => {
    const error = t.throws(() => claimOutputs(listed('0.jpg', ...names, 'z.jpg'), { claims }), { instanceOf: SamError });
    t.is(error.code, 'usage/name-collision');
    for (const name of names) t.true(error.message.includes(`"${name}"`), error.message);
  });
}

test('names that only look alike do not clash', (t) => {
  const images = listed('a.jpg', 'a.b.jpg', 'ab.jpg', 'a/b.jpg', 'b/a.jpg', 'a b.jpg', '.jpg', 'constructor.jpg', '__proto__.jpg');
  t.is(claimOutputs(images, { claims: json }).length, images.length);
  t.is(claimOutputs(listed('a.jpg', 'a.png', 'A/x.jpg'), { claims: part }).length, 3);
});

test('the file of the whole run and our own folder are taken', (t) => {
  const refused = (name: string, claims: (name: string) => Claim[], path?: string): void => {
    t.throws(() => claimOutputs(listed(name), { claims, ...(path === undefined ? {} : { finish: finish(path) }) }), { code: 'usage/name-collision' }, name);
  };
  refused('annotations.jpg', json, 'annotations.json');
  refused('Annotations.png', json, 'annotations.json');
  refused('.sam/run.jpg', json);
  refused('.SAM/x.jpg', json);
  refused('.sam.jpg', folder);
  refused('.a.0123456789ab.sam-tmp/x.jpg', json);
  t.is(claimOutputs(listed('.sam.jpg', 'x/.sam/a.jpg'), { claims: json, finish: finish('annotations.json') }).length, 2);
});

test('an output name that no file system takes is that image\'s own error', (t) => {
  const [ok, long, unreadable] = claimOutputs([...listed(`${'\u00e9'.repeat(125)}.jpg`, `${'\u00e9'.repeat(126)}.jpg`), { ...listed('p.jpg')[0]!, problem: 'it is a pipe' }], { claims: json });
  t.is(ok?.refusal, undefined);
  t.is(long?.refusal?.code, 'image/name');
  t.is(unreadable?.refusal?.code, 'image/unreadable');
  t.deepEqual(long?.claims, []);
});

test('an output that would overwrite an input, or replace a folder with one in it, is refused', async (t) => {
  const root = await temporaryFolder(t);
  writeTree(root, { 'a.json': 'an image by another name', 'sub/b.jpg': 'x', 'sub.jpg': 'y' });
  const run = (inputs: string[], layout: 'stem' | 'folder') => fakeRun({ inputs: inputs.map((name) => join(root, name)), output: root, layout });
  await t.throwsAsync(run(['a.json'], 'stem'), { code: 'usage/output-in-input' });
  await t.throwsAsync(run(['sub/b.jpg', 'sub.jpg'], 'folder'), { code: 'usage/output-in-input' });
  await t.notThrowsAsync(run(['sub/b.jpg', 'sub.jpg'], 'stem'));
  await t.notThrowsAsync(refuseOverwrittenInputs(claimOutputs(listed('a.jpg'), { claims: json }), '/somewhere/else'));
});
