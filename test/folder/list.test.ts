/** INPUT... to images: names, order, what is taken and what is not, and the errors that say where was looked. */
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { SamError } from '../../src/errors.js';
import { listImages } from '../../src/folder/list.js';
import { temporaryFolder } from '../files/temporary-folder.js';
import { writeTree } from './fake-run.js';

const tree = (...names: string[]): Record<string, string> => Object.fromEntries(names.map((name) => [name, name]));
const namesOf = async (inputs: string[], output: string): Promise<string[]> => (await listImages(inputs, output)).images.map((image) => image.fileName);

test('a folder gives its images at any depth, by extension in any case, bytewise sorted', async (t) => {
  const root = await temporaryFolder(t);
  writeTree(root, tree('b.jpg', 'a.JPEG', 'B.PnG', 'sub.jpg/x.webp', 'sub/y.tif', 'sub/y.TIFF', 'notes.txt', 'a.gif', 'jpg', '.jpg', 'x.jpg.txt', '\uff5e.png', '\u{1f600}.png'));
  t.deepEqual(await namesOf([root], join(root, 'out')), ['B.PnG', 'a.JPEG', 'b.jpg', 'sub.jpg/x.webp', 'sub/y.TIFF', 'sub/y.tif', '\uff5e.png', '\u{1f600}.png']);
});

test('names are relative to their INPUT: the folder, the glob\'s part without wildcards, or the file\'s own folder', async (t) => {
  const root = await temporaryFolder(t);
  writeTree(root, tree('in/2024/a.jpg', 'in/2024/deep/b.jpg', 'in/2025/c.jpg', 'in/raw.bin', 'in/2024/no.txt'));
  const out = join(root, 'out');
  t.deepEqual(await namesOf([`${root}/in`], out), ['2024/a.jpg', '2024/deep/b.jpg', '2025/c.jpg']);
  t.deepEqual(await namesOf([`${root}/in/`], out), ['2024/a.jpg', '2024/deep/b.jpg', '2025/c.jpg']);
  t.deepEqual(await namesOf([`${root}/in/**/*`], out), ['2024/a.jpg', '2024/deep/b.jpg', '2025/c.jpg']);
  t.deepEqual(await namesOf([`${root}/in/2024/*.jpg`], out), ['a.jpg']);
  t.deepEqual(await namesOf([`${root}/in/20{24,25}/?.jpg`], out), ['2024/a.jpg', '2025/c.jpg']);
  t.deepEqual(await namesOf([`${root}/in/202[5]/c.jpg`], out), ['2025/c.jpg']);
  t.deepEqual(await namesOf([`${root}/in/{2024/deep,2025}/*.jpg`], out), ['2024/deep/b.jpg', '2025/c.jpg']);
  t.deepEqual(await namesOf([`${root}/in/raw.bin`, `${root}/in/2024/deep/b.jpg`], out), ['b.jpg', 'raw.bin']);
});

test('paths relative to the working folder, and patterns without any folder, work alike', async (t) => {
  const root = await temporaryFolder(t);
  writeTree(root, tree('a.jpg', 'in/b.jpg', '-x.jpg'));
  const script = `import { listImages } from ${JSON.stringify(new URL('../../src/folder/list.js', import.meta.url).href)};
    const names = async (input) => (await listImages([input], 'out')).images.map(({ fileName, path }) => [fileName, path]);
    console.log(JSON.stringify([await names('.'), await names('*.jpg'), await names('./in'), await names('in/*.jpg'), await names('-x.jpg')]));`;
  const printed = execFileSync(process.execPath, ['--input-type=module', '-e', script], { cwd: root, encoding: 'utf8' });
  t.deepEqual(JSON.parse(printed), [
    [['-x.jpg', '-x.jpg'], ['a.jpg', 'a.jpg'], ['in/b.jpg', 'in/b.jpg']], [['-x.jpg', '-x.jpg'], ['a.jpg', 'a.jpg']],
    [['b.jpg', 'in/b.jpg']], [['b.jpg', 'in/b.jpg']], [['-x.jpg', '-x.jpg']],
  ]);
});

test('names with the signs of patterns are names when they are there', async (t) => {
  const root = await temporaryFolder(t);
  writeTree(root, tree('[1].jpg', '1.jpg', '*/a.jpg', 'x/a.jpg', '{a,b}.jpg', 'a.jpg', '!(x).jpg'));
  const out = join(root, 'out');
  t.deepEqual(await namesOf([join(root, '[1].jpg')], out), ['[1].jpg']);
  t.deepEqual(await namesOf([join(root, '*')], out), ['a.jpg']);
  t.deepEqual(await namesOf([join(root, '{a,b}.jpg'), join(root, '!(x).jpg')], out), ['!(x).jpg', '{a,b}.jpg']);
  t.deepEqual(await namesOf([join(root, '[0-9].jpg')], out), ['1.jpg']);
});

test('a file found twice counts once, under the name of its first finding', async (t) => {
  const root = await temporaryFolder(t);
  writeTree(root, tree('in/sub/a.jpg', 'in/b.jpg'));
  symlinkSync('in', join(root, 'alias'));
  const [whole, sub, alias, one] = [join(root, 'in'), join(root, 'in/sub'), join(root, 'alias'), join(root, 'in/b.jpg')];
  t.deepEqual(await namesOf([whole, sub, alias, one, `${whole}/*.jpg`], join(root, 'out')), ['b.jpg', 'sub/a.jpg']);
  t.deepEqual(await namesOf([sub, whole], join(root, 'out')), ['a.jpg', 'b.jpg']);
  t.deepEqual(await namesOf([alias], join(root, 'out')), ['b.jpg', 'sub/a.jpg']);
});

test('the output folder is never read, by whatever name', async (t) => {
  const root = await temporaryFolder(t);
  writeTree(root, tree('a.jpg', 'out/a/0.png', 'out2/b.png'));
  symlinkSync('out', join(root, 'link'));
  t.deepEqual(await namesOf([root], join(root, 'out')), ['a.jpg', 'out2/b.png']);
  t.deepEqual(await namesOf([root], join(root, 'link')), ['a.jpg', 'out2/b.png']);
  t.deepEqual(await namesOf([`${root}/**/*.png`], join(root, 'link')), ['out2/b.png']);
  for (const input of [root, join(root, 'out'), join(root, 'out/a'), join(root, 'link')]) {
    const output = input === root ? root : join(root, 'out');
    const error = await t.throwsAsync(listImages([input], output), { instanceOf: SamError });
    t.is(error.code, 'usage/output-in-input');
  }
  t.deepEqual(await namesOf([join(root, 'a.jpg')], root), ['a.jpg'], 'a file that is named is meant');
});

test('outputs of earlier runs below an input are passed over, and that is told; named themselves they are read', async (t) => {
  const root = await temporaryFolder(t);
  writeTree(root, tree('a.jpg', 'masks/.sam/run.json', 'masks/a/0.png', 'deep/er/.sam/run.json', 'deep/er/x/b.png', 'deep/c.jpg', 'mine/.sam/other', 'mine/d.png'));
  const out = join(root, 'out');
  for (const input of [root, `${root}/**/*.{jpg,png}`]) {
    const { images, warnings } = await listImages([input], out);
    t.deepEqual(images.map(({ fileName }) => fileName), ['a.jpg', 'deep/c.jpg', 'mine/d.png'], input);
    t.deepEqual(warnings.map(({ code, file }) => [code, file]).sort(), [['folder/remark', join(root, 'deep/er')], ['folder/remark', join(root, 'masks')]]);
    t.regex(warnings[0]!.message, /earlier run is not read as input/);
  }
  for (const [input, name] of [[join(root, 'masks'), 'a/0.png'], [`${root}/masks/*/*.png`, 'a/0.png'], [join(root, 'masks/a/0.png'), '0.png']] as const) {
    const { images, warnings } = await listImages([input], out);
    t.deepEqual([images.map(({ fileName }) => fileName), warnings], [[name], []], input);
  }
  const error = await t.throwsAsync(listImages([`${root}/m*s/*/*.png`], out), { code: 'usage/no-images' });
  t.regex(error.message, /1 × \.png/);
});

test('what cannot be read is listed with its reason, not opened; links to folders are remarked', async (t) => {
  const root = await temporaryFolder(t);
  writeTree(root, tree('a.jpg', 'closed/b.jpg'));
  execFileSync('mkfifo', [join(root, 'pipe.jpg'), join(root, 'pipe.txt')]);
  symlinkSync('nowhere', join(root, 'broken.png'));
  symlinkSync('.', join(root, 'round'));
  chmodSync(join(root, 'closed'), 0);
  const { images, warnings } = await listImages([root], join(root, 'out'));
  const isRoot = process.getuid?.() === 0;
  t.deepEqual(images.map(({ fileName, problem }) => [fileName, problem === undefined]), [
    ['a.jpg', true], ['broken.png', false], isRoot ? ['closed/b.jpg', true] : ['closed/', false], ['pipe.jpg', false],
  ]);
  t.is(warnings.length, 1);
  t.is(warnings[0]?.file, join(root, 'round'));
  const pipe = await listImages([join(root, 'pipe.txt')], join(root, 'out'));
  t.is(pipe.images[0]?.problem, 'it is a named pipe');
  const globbed = await listImages([`${root}/*.{jpg,png}`], join(root, 'out'));
  t.deepEqual(globbed.images.map(({ fileName, problem }) => [fileName, problem]), [['a.jpg', undefined], ['broken.png', 'it is a broken link'], ['pipe.jpg', 'it is a named pipe']]);
});

test('missing inputs and places without images are refused, saying where was looked and what was there', async (t) => {
  const root = await temporaryFolder(t);
  writeTree(root, tree('in/a.txt', 'in/b.txt', 'in/c.JSON', 'in/noext', 'out/m.png'));
  mkdirSync(join(root, 'empty'));
  symlinkSync('nowhere', join(root, 'broken'));
  const refused = async (input: string): Promise<SamError> => {
    const error = await t.throwsAsync(listImages([input], join(root, 'out')), { instanceOf: SamError });
    t.is(error.exitCode, 2);
    return error;
  };
  for (const name of ['missing', 'missing.jpg', 'broken', 'in/a.txt/x']) {
    const error = await refused(join(root, name));
    t.is(error.code, 'usage/input-missing');
    t.true(error.message.includes(join(root, name)), error.message);
  }
  t.is((await refused(`${root}/i*/../../${root.split('/').at(-1)}/in/*.txt`)).code, 'usage/no-images');
  for (const [name, pattern] of [['in', /2 × \.txt, 1 × \.json, 1 × no extension/], ['empty', /nothing is there/], ['*.jpg', /\*\.jpg: nothing/], ['out/*.png', /1 in the output folder/], ['no/**', /nothing/]] as const) {
    const error = await refused(join(root, name));
    t.is(error.code, 'usage/no-images', name);
    t.regex(error.message, pattern);
    t.true(error.message.includes(join(root, name)), error.message);
  }
});
