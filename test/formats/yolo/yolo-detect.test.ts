/** YOLO boxes: the format contract, the rules of rows and places, and what a dataset from anyone may not do. */
import { mkdir, rename, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { strictReport } from '../../../src/dataset/strict.js';
import type { Finding } from '../../../src/dataset/types.js';
import { sourceOf } from '../../../src/formats/format.js';
import { yoloDetect } from '../../../src/formats/yolo/yolo-detect.js';
import { encodePngGrey } from '../../../src/image/encode.js';
import { CASES, type DatasetCase } from '../../contracts/cases.js';
import { MAX_PIXELS, formatContract, type HostileInput } from '../../contracts/format.js';
import { memorySink } from '../../contracts/memory-sink.js';
import { collected } from '../../contracts/same.js';
import { temporaryFolder } from '../../files/temporary-folder.js';

const pixel = Buffer.from(await encodePngGrey(new Uint8Array(120), 12, 10));
const yaml = 'train: images\nval: images\nnames: [cat, dog]\n';
const rows = (text: string | Uint8Array, config = yaml): Record<string, string | Uint8Array> => ({ 'data.yaml': config, 'images/a.png': pixel, 'labels/a.txt': text });
const good = '0 0.5 0.5 0.5 0.5\n';

const wrongRow = (name: string, row: string, code: string): HostileInput => ({ name, files: rows(`${good}${row}\n1 0.5 0.5 0.25 0.25\n`), code, leaves: 2 });

formatContract({
  format: yoloDetect,
  fileName: 'data.yaml',
  needsImages: true,
  losses: {
    polygon: ['masks'], polygonParts: ['masks'], mask: ['masks'], maskWithHole: ['masks'], maskParts: ['masks'], fullMask: ['masks'], maskAndBox: ['masks'],
    overlap: ['masks'], crowd: ['masks', 'crowds'], scores: ['scores'], generator: ['masks', 'generator'], attributes: ['attributes'], extra: ['extra'],
    sparseIds: ['ids', 'categories'],
  },
  hostile: [
    wrongRow('a row of four values', '0 0.5 0.5 0.5', 'row/invalid'),
    wrongRow('a polygon', '0 0.1 0.1 0.5 0.1 0.5 0.5', 'row/invalid'),
    wrongRow('NaN', '0 nan 0.5 0.5 0.5', 'row/invalid'),
    wrongRow('infinity', '0 0.5 inf 0.5 0.5', 'row/invalid'),
    wrongRow('1e999', '0 0.5 0.5 1e999 0.5', 'row/invalid'),
    wrongRow('a hexadecimal number', '0 0.5 0.5 0x1 0.5', 'row/invalid'),
    wrongRow('a word', 'cat 0.5 0.5 0.5 0.5', 'row/invalid'),
    wrongRow('commas', '0, 0.5, 0.5, 0.5, 0.5', 'row/invalid'),
    wrongRow('a class that is not there', '2 0.5 0.5 0.5 0.5', 'category/unknown'),
    wrongRow('a negative class', '-1 0.5 0.5 0.5 0.5', 'category/unknown'),
    wrongRow('half a class', '0.5 0.5 0.5 0.5 0.5', 'category/unknown'),
    wrongRow('a negative width', '0 0.5 0.5 -0.001 0.5', 'box/negative-size'),
    wrongRow('pixels instead of shares', '0 320 240 100 80', 'row/outside'),
    wrongRow('a centre 2 % outside', '0 1.02 0.5 0.1 0.1', 'row/outside'),
    wrongRow('a score of 1.5', '0 0.5 0.5 0.5 0.5 1.5', 'score/invalid'),
    { name: 'a label file that is no text', files: rows(Uint8Array.of(0x30, 0xff, 0xfe)), code: 'file/malformed', leaves: 0 },
    { name: 'an image that is none', files: { ...rows(good), 'images/b.png': 'no picture', 'labels/b.txt': good }, code: 'image/missing', leaves: 1 },
    { name: 'an image with too many pixels', files: rows(good), code: 'image/invalid', leaves: 0, options: { maxPixels: 119 } },
    { name: 'a path to the root', files: rows(good, `path: /\n${yaml}`), code: 'path/outside', leaves: 1 },
    { name: 'a path up', files: rows(good, `path: ../..\n${yaml}`), code: 'path/outside', leaves: 1 },
    { name: 'a path with a drive', files: rows(good, `path: 'C:\\data'\n${yaml}`), code: 'path/outside', leaves: 1 },
    { name: 'a place outside', files: rows(good, `${yaml}test: ../../other\n`), code: 'path/outside', leaves: 1 },
    { name: 'a place hidden by backslashes', files: rows(good, `${yaml}test: images\\..\\..\\other\n`), code: 'path/outside', leaves: 1 },
    { name: 'a list that leads outside', files: { ...rows(good, 'train: list.txt\nval:\nnames: [cat]\n'), 'list.txt': './images/a.png\n./../../etc/passwd\n' }, code: 'path/outside', leaves: 1 },
    { name: 'a list of an absolute path', files: { ...rows(good, 'train: list.txt\nval:\nnames: [cat]\n'), 'list.txt': '/etc/passwd\nimages/a.png\n' }, code: 'path/outside', leaves: 1 },
    { name: 'a folder of images that is not there', files: rows(good, `${yaml}test: images/test\n`), code: 'image/missing', leaves: 1 },
    { name: 'a class without a number', files: rows(good, 'train: images\nval: images\nnames: {0: cat, x: dog}\n'), code: 'category/invalid', leaves: 1 },
    { name: 'a class that is a list', files: rows(good, 'train: images\nval: images\nnames: [cat, [dog]]\n'), code: 'category/invalid', leaves: 1 },
    { name: 'a file without names', files: rows(good, 'train: images\nval: images\n'), code: 'data/format', leaves: 'refused' },
    { name: 'names that are a text', files: rows(good, 'names: cat\n'), code: 'data/format', leaves: 'refused' },
    { name: 'a list instead of a map', files: rows(good, '- names\n'), code: 'data/format', leaves: 'refused' },
    { name: 'poses', files: rows(good, `${yaml}kpt_shape: [17, 3]\n`), code: 'data/format', leaves: 'refused' },
    { name: 'YAML that is none', files: rows(good, 'names: [cat\n'), code: 'data/yaml', leaves: 'refused' },
    { name: 'YAML that is too deep', files: rows(good, `names: ${'['.repeat(100_000)}`), code: 'data/yaml', leaves: 'refused' },
    { name: 'a folder without data.yaml', files: { 'labels/a.txt': good, 'images/a.png': pixel }, code: 'data/format', leaves: 'refused' },
  ],
});

async function laidOut(t: ExecutionContext, files: Record<string, string | Uint8Array>): Promise<string> {
  const folder = await temporaryFolder(t);
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), content);
  }
  return folder;
}

async function read(path: string, images?: string): Promise<{ dataset: DatasetCase; findings: Finding[] }> {
  const findings: Finding[] = [];
  const source = await yoloDetect.reader!.read(path, { images, maxPixels: MAX_PIXELS, report: strictReport((finding) => findings.push(finding)) });
  return { dataset: await collected(source), findings };
}

const shown = ({ entries }: DatasetCase): unknown => entries.map(({ image: { id, fileName, split }, annotations }) => [id, fileName, split, annotations.map((a) => a.id)]);

test('rows: scores, tracks, float classes, white space, byte order marks; what repeats counts once', async (t) => {
  const text = '\ufeff0 0.5 0.5 0.5 0.5\r\n\r\n  1.0\t0.25 0.5 0.5 0.8  0.75  \r\n1 .5 .5 5e-1 1. 12\n0 0.50 0.5 0.5 0.500\n0 1.005 0.5 0.01 0.1';
  const { dataset, findings } = await read(await laidOut(t, rows(text)));
  t.deepEqual(dataset.categories, [{ id: 1, name: 'cat' }, { id: 2, name: 'dog' }]);
  t.deepEqual(dataset.entries[0]?.annotations, [
    { id: 1, imageId: 1, isCrowd: false, categoryId: 1, box: { x0: 3, y0: 2.5, x1: 9, y1: 7.5 } },
    { id: 2, imageId: 1, isCrowd: false, categoryId: 2, box: { x0: 0, y0: 1, x1: 6, y1: 9 }, score: 0.75 },
    { id: 3, imageId: 1, isCrowd: false, categoryId: 2, box: { x0: 3, y0: 0, x1: 9, y1: 10 }, attributes: { track_id: 12 } },
    { id: 4, imageId: 1, isCrowd: false, categoryId: 1, box: { x0: 12, y0: 4.5, x1: 12.12, y1: 5.5 } },
  ]);
  t.deepEqual(findings.map(({ code, line, file }) => [code, line, file]), [['row/duplicate', 5, 'labels/a.txt']]);
});

test('sizes are those of the upright image', async (t) => {
  const folder = await laidOut(t, { 'data.yaml': 'names: {0: cat}\n', 'labels/turned.txt': '0 0.5 0.5 0.5 0.25\n' });
  const { dataset } = await read(folder, 'fixtures/scenes');
  const turned = dataset.entries.find(({ image }) => image.fileName === 'turned.jpg');
  t.deepEqual([turned?.image.width, turned?.image.height, turned?.annotations[0]?.box], [240, 320, { x0: 60, y0: 120, x1: 180, y1: 200 }]);
  t.is(dataset.entries.reduce((sum, { annotations }) => sum + annotations.length, 0), 1, 'the others are images without objects');
});

test('class numbers may have gaps; ids are one more; nc and repeated names are remarked on', async (t) => {
  const { dataset, findings } = await read(await laidOut(t, rows('7 0.5 0.5 0.5 0.5\n', 'train: images\nval: images\nnc: 9\nnames:\n  7: cat\n  2: cat\n')));
  t.deepEqual(dataset.categories, [{ id: 3, name: 'cat' }, { id: 8, name: 'cat' }]);
  t.is(dataset.entries[0]?.annotations[0]?.categoryId, 8);
  t.deepEqual(findings.map(({ code }) => code), ['category/duplicate-name', 'category/count']);
});

test('places: folders of splits, images without labels, Roboflow\'s dots, a path that is gone, download never looked at', async (t) => {
  const files = { 'train/images/b.png': pixel, 'train/images/sub/c.png': pixel, 'train/labels/b.txt': good, 'train/labels/sub/c.txt': '', 'valid/images/a.png': pixel, 'train/images/notes.txt': 'x' };
  const folder = await laidOut(t, { ...files, 'data.yaml': 'path: gone\ntrain: ../train/images\nvalidation: ../valid/images\ntest:\nnames: [cat]\ndownload: http://127.0.0.1:9/x\n' });
  const { dataset } = await read(folder);
  t.deepEqual(shown(dataset), [[1, 'train/images/b.png', 'train', [1]], [2, 'train/images/sub/c.png', 'train', []], [3, 'valid/images/a.png', 'val', []]]);
  t.deepEqual((await read(join(folder, 'data.yaml'))).dataset, dataset, 'the file or its folder');
  await rename(join(folder, 'data.yaml'), join(folder, 'cats.yml'));
  t.deepEqual((await read(folder)).dataset, dataset, 'the only YAML file in it');
});

test('places: lists, relative to themselves or to the root; one that is listed twice; path inside', async (t) => {
  const files = { 'ds/images/a.png': pixel, 'ds/images/b.png': pixel, 'ds/labels/b.txt': good, 'ds/lists/train.txt': './../images/b.png\n\nimages/a.png\n', 'ds/val.txt': './images/a.png\n' };
  const folder = await laidOut(t, { ...files, 'data.yaml': 'path: ds\ntrain: [lists/train.txt]\nval: val.txt\nnames: [cat]\n' });
  const { dataset, findings } = await read(folder);
  t.deepEqual(shown(dataset), [[1, 'images/b.png', 'train', [1]], [2, 'images/a.png', 'train', []]]);
  t.deepEqual(findings.map(({ code }) => code), ['image/repeated']);
});

test('--images: names are relative to it, labels are found by split or flat', async (t) => {
  const split = await laidOut(t, { 'data.yaml': 'train: images/train\nval: images/val\nnames: [cat]\n', 'labels/train/a.txt': good, 'labels/val/sub/b.txt': good, 'labels/classes.txt': 'cat\n' });
  const flat = await laidOut(t, { 'a.png': pixel, 'sub/b.png': pixel, 'z.png': pixel });
  t.deepEqual(shown((await read(split, flat)).dataset), [[1, 'a.png', 'train', [1]], [2, 'sub/b.png', 'val', [2]], [3, 'z.png', undefined, []]]);
  const deep = await laidOut(t, { 'train/a.png': pixel, 'val/sub/b.png': pixel });
  t.deepEqual(shown((await read(split, deep)).dataset), [[1, 'train/a.png', 'train', [1]], [2, 'val/sub/b.png', 'val', [2]]]);
  const whole = await laidOut(t, { 'images/train/a.png': pixel, 'images/val/sub/b.png': pixel });
  t.deepEqual(shown((await read(split, whole)).dataset), [[1, 'images/train/a.png', 'train', [1]], [2, 'images/val/sub/b.png', 'val', [2]]]);
});

test('--images: a label without an image and an image with two labels are errors', async (t) => {
  const twice = await laidOut(t, { 'data.yaml': 'train: images/train\nval: images/val\nnames: [cat]\n', 'labels/train/a.txt': good, 'labels/val/a.txt': good });
  const images = await laidOut(t, { 'a.png': pixel });
  await t.throwsAsync(read(twice, images), { code: 'data/record', message: /image\/ambiguous/ });
  const orphan = await laidOut(t, { 'data.yaml': 'names: [cat]\n', 'labels/a.txt': good, 'labels/b.txt': good });
  const error = await t.throwsAsync(read(orphan, images), { code: 'data/record', message: /image\/missing/ });
  t.is((error as { file?: string } | undefined)?.file, 'labels/b.txt'); // a SamError, by its code
  await t.throwsAsync(read(orphan, join(images, 'gone')), { code: 'usage/input-missing' });
});

test('a link that leads out of the dataset is not followed', async (t) => {
  const other = await laidOut(t, { 'a.png': pixel, 'a.txt': good });
  const folder = await laidOut(t, { 'data.yaml': 'train: images\nval: images\nnames: [cat]\n', 'images/a.png': pixel });
  await symlink(other, join(folder, 'labels'));
  await t.throwsAsync(read(folder), { code: 'data/unsafe-path' });
});

test('what is written: the names, lists and rows', async (t) => {
  const sink = memorySink();
  await yoloDetect.writer!.write(sourceOf(CASES.split.categories, CASES.split.entries), sink, {});
  t.deepEqual([...sink.files.keys()], ['labels/train/a.txt', 'labels/val/b.txt', 'train.txt', 'val.txt', 'data.yaml']);
  t.is(sink.text('data.yaml'), 'train: train.txt\nval: val.txt\nnc: 2\nnames:\n  0: "cat"\n  1: "dog"\n');
  t.is(sink.text('train.txt'), './images/train/a.png\n');
  t.is(sink.text('labels/train/a.txt'), '0 0.3333333333 0.550000 0.500000 0.700000\n');
});

test('writing: two images with one label file are refused; boxes are clipped; what is outside is lost', async (t) => {
  const image = (id: number, fileName: string, box: { x0: number; y0: number; x1: number; y1: number }) => ({
    image: { id, fileName, width: 12, height: 10 }, annotations: [{ id, imageId: id, categoryId: 1, isCrowd: false, box }],
  });
  const box = { x0: 0, y0: 0, x1: 1, y1: 1 };
  const collide = sourceOf(CASES.box.categories, [image(1, 'a.png', box), image(2, 'a.jpg', box)]);
  await t.throwsAsync(yoloDetect.writer!.write(collide, memorySink(), {}), { code: 'usage/name-collision', message: /a\.png.*a\.jpg/ });
  const sink = memorySink();
  await yoloDetect.writer!.write(sourceOf(CASES.box.categories, [image(1, 'a.png', { x0: -6, y0: 0, x1: 6, y1: 5 }), image(2, 'b.png', { x0: 20, y0: 0, x1: 26, y1: 5 })]), sink, {});
  t.deepEqual([sink.text('labels/train/a.txt'), sink.text('labels/train/b.txt')], ['0 0.250000 0.250000 0.500000 0.500000\n', '']);
  t.deepEqual([...sink.losses.keys()], ['precision', 'boxes']);
});

test('a dataset of which some images have a split: the others go to train, and that is counted', async (t) => {
  const sink = memorySink();
  const [first, second] = CASES.split.entries;
  const { id, fileName, width, height } = first!.image;
  await yoloDetect.writer!.write(sourceOf(CASES.split.categories, [{ ...first!, image: { id, fileName, width, height } }, second!]), sink, {});
  t.deepEqual([...sink.losses.keys()], ['splits']);
  t.is(sink.text('train.txt'), './images/train/a.png\n');
});
