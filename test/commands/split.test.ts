/** `sam split` from outside: every image in exactly one split, in the way of each format; the same for the same seed. */
import { existsSync } from 'node:fs';
import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { encodePngGrey } from '../../src/image/encode.js';
import { temporaryFolder } from '../files/temporary-folder.js';
import { runJson, runSam } from './run-sam.js';

const NAMES = Array.from({ length: 10 }, (_, i) => `dir/${i}.png`);

interface CocoFile { info?: unknown; images: { id: number; file_name: string }[]; annotations: { id: number; image_id: number; category_id: number }[]; categories: unknown[] }

/** Ten images of 12 x 10 with two annotations each, whose ids say which they are. */
async function dataset(t: ExecutionContext): Promise<{ root: string; input: string; images: string }> {
  const root = await temporaryFolder(t);
  const input = join(root, 'in.json'), images = join(root, 'photos');
  const text = JSON.stringify({
    info: { year: 2024 },
    images: NAMES.map((file_name, i) => ({ id: i + 1, file_name, width: 12, height: 10 })),
    annotations: NAMES.flatMap((_, i) => [1, 2].map((category_id) => ({
      id: 2 * i + category_id, image_id: i + 1, category_id, segmentation: [[1, 1, 5, 1, 5, 6, 1, 6]], area: 20, bbox: [1, 1, 4, 5], iscrowd: 0,
    }))),
    categories: [{ id: 1, name: 'cat', supercategory: '' }, { id: 2, name: 'dog', supercategory: '' }],
  });
  await writeFile(input, text);
  await mkdir(join(images, 'dir'), { recursive: true });
  for (const name of NAMES) await writeFile(join(images, name), await encodePngGrey(new Uint8Array(120), 12, 10));
  return { root, input, images };
}

// written by us a moment ago
const read = async (path: string): Promise<CocoFile> => JSON.parse(await readFile(path, 'utf8')) as CocoFile;

test('COCO: a file a split, ids and other keys as they were, every image once', async (t) => {
  const { root, input } = await dataset(t);
  const out = join(root, 'out');
  const { code, stderr, stdout } = await runSam(['split', input, '--ratio', '0.7,0.2,0.1', '--seed', '3', '--output', out]);
  t.deepEqual([code, stdout], [0, ''], stderr);
  t.regex(stderr, /^ +train +val +test\nimages +7 +2 +1\nannotations +14 +4 +2\n {2}cat +7 +2 +1\n {2}dog +7 +2 +1\n10 images, 20 annotations from coco \(detected\) to coco in /);
  t.regex(stderr, /Images are not copied/);
  const files = await Promise.all(['train', 'val', 'test'].map((split) => read(join(out, `${split}.json`))));
  t.deepEqual(files.flatMap(({ images }) => images.map((image) => image.file_name)).sort(), [...NAMES]);
  for (const file of files) {
    t.deepEqual(file.info, { year: 2024 });
    t.is(file.categories.length, 2);
    t.deepEqual(file.annotations.map(({ id }) => id), file.images.flatMap(({ id }) => [2 * id - 1, 2 * id]));
    t.true(file.annotations.every(({ id, image_id: of }) => of === Math.ceil(id / 2)));
  }
  const again = await runJson(t, ['split', input, '--ratio', '0.7,0.2,0.1', '--seed', '3', '--output', out]);
  t.like(again.summary, { result: 'same', images: 10, splits: [{ split: 'train', images: 7, annotations: 14, categories: [{ name: 'cat', annotations: 7 }, { name: 'dog', annotations: 7 }] }, { split: 'val', images: 2 }, { split: 'test', images: 1 }] });
  t.is((await runSam(['split', input, '--ratio', '0.7,0.2,0.1', '--seed', '4', '--output', out])).code, 2, 'another seed deals otherwise');
});

test('two shares make two splits; a split of an image too few is there, and empty', async (t) => {
  const { root, input } = await dataset(t);
  await runSam(['split', input, '--ratio', '1,0', '--output', join(root, 'one')]);
  t.deepEqual((await readdir(join(root, 'one'))).sort(), ['.sam', 'train.json']);
  await runSam(['split', input, '--ratio', '0.98,0.01,0.01', '--output', join(root, 'few')]);
  t.is((await read(join(root, 'few/train.json'))).images.length, 10);
  t.deepEqual((await read(join(root, 'few/test.json'))).images, []);
});

test('the order of the images is of no effect', async (t) => {
  const { root, input } = await dataset(t);
  const file = await read(input);
  await writeFile(join(root, 'turned.json'), JSON.stringify({ ...file, images: file.images.toReversed() }));
  for (const name of ['in', 'turned']) await runSam(['split', join(root, `${name}.json`), '--output', join(root, name)]);
  for (const split of ['train', 'val', 'test']) {
    const names = await Promise.all(['in', 'turned'].map(async (name) => (await read(join(root, name, `${split}.json`))).images.map((image) => image.file_name).sort()));
    t.deepEqual(names[0], names[1]);
  }
});

test('YOLO, VOC and CVAT name the splits in one dataset, and read back they have them', async (t) => {
  const { root, input, images } = await dataset(t);
  for (const to of ['yolo', 'voc', 'cvat']) {
    const out = join(root, to);
    const { code, stderr } = await runSam(['split', input, '--to', to, '--output', out, '--allow-lossy', '--images', images]);
    t.is(code, 0, stderr);
    // a second split of that dataset replaces the first, and is the same
    const again = await runJson(t, ['split', to === 'cvat' ? join(out, 'annotations.xml') : out, '--output', join(root, `${to}-again`), '--images', images]);
    t.is(again.code, 0, JSON.stringify(again.errors));
    t.like(again.summary, { from: to, to, images: 10, annotations: 20, losses: [], splits: [{ split: 'train', images: 8 }, { split: 'val', images: 1 }, { split: 'test', images: 1 }] });
  }
  t.regex(await readFile(join(root, 'yolo/data.yaml'), 'utf8'), /^train: train\.txt\nval: val\.txt\ntest: test\.txt\n/);
  t.is((await readFile(join(root, 'voc/ImageSets/Main/train.txt'), 'utf8')).trim().split('\n').length, 8);
  t.is((await readFile(join(root, 'cvat/annotations.xml'), 'utf8')).match(/subset="Train"/g)?.length, 8);
});

test('formats of a file an image have a folder a split; ids that a format only counts are no loss', async (t) => {
  const { root, input, images } = await dataset(t);
  for (const to of ['labelme', 'sa1b', 'png', 'npy', 'label-png', 'csv', 'yolo-detect']) {
    const whole = join(root, to === 'csv' ? 'whole.csv' : to);
    t.is((await runSam(['convert', input, '--to', to, '--output', whole, '--allow-lossy', '--images', images])).code, 0, to);
    const { code, errors, summary, outputs } = await runJson(t, ['split', whole, '--output', join(root, `${to}-split`), '--images', images]);
    t.is(code, 0, `${to}: ${JSON.stringify(errors)}`);
    t.like(summary, { from: to, to, images: 10, losses: [] });
    t.deepEqual(outputs, [join(root, `${to}-split`)]);
  }
  t.deepEqual((await readdir(join(root, 'csv-split'))).sort(), ['.sam', 'test.csv', 'train.csv', 'val.csv']);
  t.is((await readdir(join(root, 'sa1b-split/train/dir'))).length, 8);
});

test('wrong requests write nothing', async (t) => {
  const { root, input } = await dataset(t);
  const before = (await readdir(root)).sort();
  const rows: [string[], number, string][] = [
    [['--ratio', '0.5,0.6', '--output', join(root, 'x')], 2, 'usage/option'],
    [['--ratio', '1', '--output', join(root, 'x')], 2, 'usage/option'],
    [['--seed', '-1', '--output', join(root, 'x')], 2, 'usage/option'],
    [[], 2, 'usage/option'],
    [['--to', 'label-studio', '--output', join(root, 'x')], 2, 'usage/option'],
    [['--output', input], 2, 'usage/output-exists'],
    [['--to', 'csv', '--output', join(root, 'x')], 4, 'data/loss'],
    [['--dry-run', '--output', join(root, 'x')], 0, 'Would write 10 images'],
  ];
  for (const [args, expected, text] of rows) {
    const { code, stderr } = await runSam(['split', input, ...args]);
    t.is(code, expected, `${args.join(' ')}: ${stderr}`);
    t.true(stderr.includes(text), stderr);
    t.deepEqual((await readdir(root)).sort(), before);
  }
  t.false(existsSync(join(root, 'x')));
});
