/** LabelMe: the format contract, every type of shape, groups, masks at their corners, and files from anyone. */
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { strictReport } from '../../../src/dataset/strict.js';
import type { Annotation, Finding } from '../../../src/dataset/types.js';
import { sourceOf, type ReadOptions } from '../../../src/formats/format.js';
import { encodeIndexPng } from '../../../src/formats/png/index-png-write.js';
import { labelme } from '../../../src/formats/labelme/labelme.js';
import { encodePngGrey } from '../../../src/image/encode.js';
import { rleFromPolygons } from '../../../src/mask/polygon-fill.js';
import { rleArea } from '../../../src/mask/rle.js';
import { CASES, drawn, type DatasetCase } from '../../contracts/cases.js';
import { MAX_PIXELS, formatContract, type HostileInput } from '../../contracts/format.js';
import { memorySink } from '../../contracts/memory-sink.js';
import { collected } from '../../contracts/same.js';
import { temporaryFolder } from '../../files/temporary-folder.js';

const triangle = { label: 'cat', points: [[1, 1], [9, 1], [9, 7]], group_id: null, description: '', shape_type: 'polygon', flags: {}, mask: null };
const file = (shapes: unknown, rest: Record<string, unknown> = {}): string => JSON.stringify({ version: '7.0.0', flags: {}, shapes, imagePath: 'a.png', imageData: null, imageHeight: 10, imageWidth: 12, ...rest });
const png = (width: number, height: number, data: number[]): string => Buffer.from(encodeIndexPng({ width, height, data: Uint8Array.from(data) })).toString('base64');
const wrongShape = (name: string, shape: unknown, code: string): HostileInput => ({ name, files: { 'a.json': file([triangle, shape, triangle]) }, code, leaves: 2 });
const wrongFile = (name: string, content: string, code: string): HostileInput => ({ name, files: { 'a.json': content, 'b.json': file([triangle], { imagePath: 'b.png' }) }, code, leaves: 1 });

formatContract({
  format: labelme,
  fileName: 'a.json',
  losses: { crowd: ['crowds'], generator: ['generator'], split: ['splits'], sparseIds: ['ids', 'categories'] },
  hostile: [
    wrongShape('a shape that is none', 7, 'shape/invalid'),
    wrongShape('a shape without a label', { ...triangle, label: undefined }, 'shape/invalid'),
    wrongShape('a label that is a number', { ...triangle, label: 3 }, 'shape/invalid'),
    wrongShape('points that are numbers', { ...triangle, points: [1, 1, 9, 1, 9, 7] }, 'shape/invalid'),
    wrongShape('a truth as a number', { ...triangle, points: [[true, 1], [9, 1], [9, 7]] }, 'shape/invalid'),
    wrongShape('a text as a number', { ...triangle, points: [['1', 1], [9, 1], [9, 7]] }, 'shape/invalid'),
    wrongShape('a point of three', { ...triangle, points: [[1, 1, 1], [9, 1], [9, 7]] }, 'shape/invalid'),
    { name: '1e999', files: { 'a.json': file([triangle, triangle]).replace('[[1,1]', '[[1e999,1]') }, code: 'shape/invalid', leaves: 1 },
    wrongShape('a polygon of two points', { ...triangle, points: [[1, 1], [9, 1]] }, 'polygon/short'),
    wrongShape('a rectangle of three points', { ...triangle, shape_type: 'rectangle' }, 'shape/invalid'),
    wrongShape('a circle without radius', { ...triangle, shape_type: 'circle', points: [[1, 1], [1, 1]] }, 'shape/invalid'),
    wrongShape('a type that is not known', { ...triangle, shape_type: 'cuboid' }, 'shape/unsupported'),
    wrongShape('a type that is a number', { ...triangle, shape_type: 5 }, 'shape/invalid'),
    wrongShape('a group that is a truth', { ...triangle, group_id: true }, 'shape/invalid'),
    wrongShape('flags that are no truths', { ...triangle, flags: { blurred: 1 } }, 'shape/invalid'),
    wrongShape('flags that are a list', { ...triangle, flags: [true] }, 'shape/invalid'),
    wrongShape('a score that is a text', { ...triangle, score: '0.5' }, 'score/invalid'),
    wrongShape('a mask without a picture', { ...triangle, shape_type: 'mask', points: [[1, 1], [2, 2]] }, 'shape/invalid'),
    wrongShape('a mask that is no base64', { ...triangle, shape_type: 'mask', points: [[1, 1], [2, 2]], mask: '<png>' }, 'shape/invalid'),
    wrongShape('a mask that is no PNG', { ...triangle, shape_type: 'mask', points: [[1, 1], [2, 2]], mask: 'AAAA' }, 'shape/invalid'),
    wrongShape('a mask that is smaller than its corners say', { ...triangle, shape_type: 'mask', points: [[1, 1], [3, 3]], mask: png(2, 2, [1, 1, 1, 1]) }, 'shape/invalid'),
    wrongShape('a mask outside of the image', { ...triangle, shape_type: 'mask', points: [[20, 1], [21, 2]], mask: png(2, 2, [1, 1, 1, 1]) }, 'shape/invalid'),
    wrongFile('JSON that is none', file([triangle]).slice(0, -1), 'file/malformed'),
    wrongFile('JSON that is too deep', `{"shapes": ${'['.repeat(100_000)}`, 'file/malformed'),
    wrongFile('an image that lies outside', file([triangle], { imagePath: '../../a.png' }), 'path/outside'),
    wrongFile('an image outside by backslashes', file([triangle], { imagePath: '..\\..\\a.png' }), 'path/outside'),
    wrongFile('an absolute image', file([triangle], { imagePath: '/etc/passwd' }), 'path/outside'),
    wrongFile('an image on a drive', file([triangle], { imagePath: 'C:\\a.png' }), 'path/outside'),
    wrongFile('an image on a server', file([triangle], { imagePath: '\\\\server\\a.png' }), 'path/outside'),
    wrongFile('no image', file([triangle], { imagePath: null }), 'image/invalid'),
    wrongFile('a height that is a text', file([triangle], { imageHeight: '10' }), 'image/invalid'),
    wrongFile('a width of half a pixel', file([triangle], { imageWidth: 0.5 }), 'image/invalid'),
    wrongFile('more pixels than allowed', file([triangle], { imageWidth: 1e9 }), 'image/invalid'),
    wrongFile('no size and no image', file([triangle], { imageWidth: null }), 'image/size-unknown'),
    wrongFile('an image of another file', file([triangle], { imagePath: 'b.png' }), 'id/duplicate'),
    { name: 'a folder without such files', files: { 'x.txt': 'x', 'y.csv': 'y' }, code: 'data/format', leaves: 'refused' },
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

async function read(path: string, options: Partial<ReadOptions> = {}): Promise<{ dataset: DatasetCase; findings: Finding[] }> {
  const findings: Finding[] = [];
  const source = await labelme.reader!.read(path, { maxPixels: MAX_PIXELS, report: strictReport((finding) => findings.push(finding)), ...options });
  return { dataset: await collected(source), findings };
}

async function shapes(t: ExecutionContext, ...list: unknown[]): Promise<{ annotations: Annotation[]; findings: Finding[]; dataset: DatasetCase }> {
  const { dataset, findings } = await read(await laidOut(t, { 'a.json': file(list) }));
  return { annotations: dataset.entries[0]!.annotations, findings, dataset };
}

async function written({ categories, entries }: DatasetCase): Promise<{ shapes: Record<string, unknown>[]; text: string; losses: string[] }> {
  const sink = memorySink();
  await labelme.writer!.write(sourceOf(categories, entries), sink, {});
  const text = sink.text('a.json');
  return { text, losses: [...sink.losses.keys()], shapes: (JSON.parse(text) as { shapes: Record<string, unknown>[] }).shapes }; // what was just written
}

test('rectangles in any order of corners, of two or four points', async (t) => {
  const rectangle = { ...triangle, shape_type: 'rectangle' };
  const { annotations } = await shapes(t, { ...rectangle, points: [[9, 7.5], [1, 2]] }, { ...rectangle, points: [[1, 2], [9, 2], [9, 7], [1, 7]] }, { ...rectangle, points: [[1, 2], [9, 3], [8, 7], [0, 6]] });
  t.deepEqual(annotations.map(({ box, segmentation }) => box ?? segmentation), [{ x0: 1, y0: 2, x1: 9, y1: 7.5 }, { x0: 1, y0: 2, x1: 9, y1: 7 }, { kind: 'polygons', rings: [[1, 2, 9, 3, 8, 7, 0, 6]] }]);
});

test('a circle is a polygon that covers what the circle does, and is written as a circle while it is one', async (t) => {
  const { annotations, dataset } = await shapes(t, { ...triangle, shape_type: 'circle', points: [[6, 5], [9, 5]] });
  const [{ segmentation }] = annotations as [Annotation]; // one shape
  if (segmentation?.kind !== 'polygons') return t.fail('a circle becomes a polygon');
  const [ring = []] = segmentation.rings;
  for (let i = 0; i < ring.length; i += 2) t.true(Math.abs(Math.hypot(ring[i]! - 6, ring[i + 1]! - 5) - 3) < 1e-8);
  t.is(ring.length, 2 * 72);
  t.is(rleArea(rleFromPolygons([ring], { width: 12, height: 10 })), 32, 'the pixels whose middles lie in a circle of radius 3');
  const again = await written(dataset);
  t.deepEqual([again.shapes[0]?.['shape_type'], again.shapes[0]?.['points'], again.losses], ['circle', [[6, 5], [9, 5]], []]);
  ring[0]! -= 1;
  const moved = await written(dataset);
  t.deepEqual([moved.shapes[0]?.['shape_type'], moved.losses], ['polygon', ['extra']]);
});

test('turned rectangles keep the name of their shape', async (t) => {
  const { annotations, dataset } = await shapes(t, { ...triangle, shape_type: 'oriented_rectangle', points: [[5, 1], [9, 5], [5, 9], [1, 5]] });
  t.deepEqual(annotations[0]?.segmentation, { kind: 'polygons', rings: [[5, 1, 9, 5, 5, 9, 1, 5]] });
  t.is((await written(dataset)).shapes[0]?.['shape_type'], 'oriented_rectangle');
});

test('a mask covers its corners, both inside; a dragged one is rounded; what lies beyond corners or image is cut off', async (t) => {
  const mask = { ...triangle, shape_type: 'mask', points: [[2, 1], [4, 2]], mask: png(3, 2, [1, 0, 1, 1, 255, 1]) };
  const at = (...points: [number, number][]) => ({ ...mask, points });
  const { annotations, findings } = await shapes(t, mask, at([4, 2], [2, 1]), at([1.6, 1.4], [3.6, 2.4]), at([2.5, 0.5], [4.4, 1.4]), at([-1, -1], [1, 0]), at([10, 9], [12, 10]), at([0, 0], [1, 1]));
  const rows = (...top: string[]) => ({ kind: 'rle', rle: drawn(...top, ...Array.from({ length: 10 - top.length }, () => '............')) });
  const whole = rows('............', '..#.#.......', '..###.......');
  t.deepEqual(annotations.map(({ segmentation }) => segmentation), [
    whole, whole, whole, rows('..#.#.......', '..###.......'), rows('##..........'), rows(...Array.from({ length: 9 }, () => '............'), '..........#.'), rows('#...........', '##..........'),
  ]);
  t.deepEqual(findings.map(({ code, record }) => [code, record]), [['shape/mask-cut', 'shapes[6]']]);
});

test('masks of 16 bits count too: any value but 0 is set', async (t) => {
  const wide = Buffer.from(encodeIndexPng({ width: 2, height: 1, data: Uint16Array.of(256, 0) })).toString('base64');
  const { annotations } = await shapes(t, { ...triangle, shape_type: 'mask', points: [[0, 0], [1, 0]], mask: wide });
  t.is(annotations[0]?.segmentation?.kind === 'rle' ? rleArea(annotations[0].segmentation.rle) : 0, 1);
});

test('shapes of one label and group are one object', async (t) => {
  const other = { ...triangle, points: [[0, 8], [3, 8], [3, 10]] };
  const { annotations, findings, dataset } = await shapes(t, { ...triangle, group_id: 1 }, triangle, { ...other, group_id: 1 }, { ...other, group_id: 1, label: 'dog' });
  t.deepEqual(annotations.map(({ segmentation, extra, categoryId }) => [segmentation?.kind === 'polygons' ? segmentation.rings.length : 0, extra, categoryId]), [[2, { group_id: 1 }, 1], [1, undefined, 1], [1, { group_id: 1 }, 2]]);
  t.deepEqual(findings, []);
  t.deepEqual((await written(dataset)).shapes.map((shape) => [shape['label'], shape['group_id']]), [['cat', 1], ['cat', 1], ['cat', null], ['dog', 1]]);
  const plain = await shapes(t, { ...triangle, group_id: 1 }, { ...other, group_id: 1 });
  t.is(plain.annotations[0]?.extra, undefined, 'a number that would be given again is not kept');
});

test('a group of masks, polygons and rectangles is one mask', async (t) => {
  const group_id = 4;
  const { annotations } = await shapes(t, { ...triangle, group_id, shape_type: 'mask', points: [[0, 0], [1, 0]], mask: png(2, 1, [1, 1]) }, { ...triangle, group_id, shape_type: 'rectangle', points: [[10, 8], [12, 10]] });
  t.is(annotations.length, 1);
  t.deepEqual(annotations[0]?.segmentation, { kind: 'rle', rle: drawn('##..........', ...Array.from({ length: 7 }, () => '............'), '..........##', '..........##') });
  t.deepEqual(annotations[0]?.extra, { group_id: 4 });
});

test('a group whose shapes say different things is told', async (t) => {
  const { annotations, findings } = await shapes(t, { ...triangle, group_id: 1, flags: { blurred: true } }, { ...triangle, group_id: 1, flags: { blurred: false } });
  t.deepEqual([annotations[0]?.attributes, findings.map(({ code }) => code)], [{ blurred: true }, ['shape/group-differs']]);
});

test('a group\'s number that two objects have is given to one of them', async (t) => {
  const { annotations, dataset } = await shapes(t, { ...triangle, group_id: 7 });
  annotations.push({ ...annotations[0]!, id: 2 });
  const { shapes: both, losses } = await written(dataset);
  t.deepEqual([both.map((shape) => shape['group_id']), losses], [[7, null], ['extra']]);
});

test('points and lines are told and stay with the image', async (t) => {
  const asides = ['point', 'points', 'line', 'linestrip'].map((shape_type, i) => ({ ...triangle, shape_type, points: [[i, i]] }));
  const { annotations, findings, dataset } = await shapes(t, ...asides, triangle);
  t.is(annotations.length, 1);
  t.deepEqual(findings.map(({ code, record, severity }) => [code, record, severity]), [0, 1, 2, 3].map((i) => ['shape/no-area', `shapes[${i}]`, 'warning']));
  t.deepEqual(dataset.entries[0]?.image.extra, { shapes: asides });
  const again = await written(dataset);
  t.deepEqual([again.shapes, again.losses], [[triangle, ...asides], []]);
});

test('flags, descriptions, scores, attributes and unknown keys come back, of shapes and of files', async (t) => {
  const shape = { ...triangle, description: 'a cat', flags: { blurred: true, cut: false }, score: 0.5, attributes: { colour: 'red', deep: { a: [null] } }, difficult: [1, 'x'], constructor: { name: 'y' } };
  const text = file([shape], { flags: { night: true }, imageData: 'not looked at', camera: { id: 3 } }).replace('"camera"', '"__proto__":{"polluted":1},"camera"');
  const { dataset } = await read(await laidOut(t, { 'a.json': text }));
  const [{ image, annotations }] = dataset.entries as [DatasetCase['entries'][0]]; // one file
  t.deepEqual(annotations[0]?.attributes, { blurred: true, cut: false, colour: 'red' });
  t.is(annotations[0]?.score, 0.5);
  t.deepEqual(Object.keys(image.extra ?? {}), ['__proto__', 'camera', 'flags']);
  t.is(({} as { polluted?: number }).polluted, undefined, 'no prototype was touched'); // of nothing
  const { text: again, losses } = await written(dataset);
  t.deepEqual([JSON.parse(again), losses], [JSON.parse(text.replace('"not looked at"', 'null')), []]);
});

test('images: backslashes, folders, sizes from the image, --images beside the files', async (t) => {
  const picture = Buffer.from(await encodePngGrey(new Uint8Array(120), 12, 10));
  const folder = await laidOut(t, {
    'json/sub/a.json': file([triangle], { imagePath: 'deep\\a.png', imageHeight: null, imageWidth: null }), 'json/sub/deep/a.png': picture,
    'json/b.json': file([triangle], { imagePath: '..\\images\\b.png' }), 'images/b.png': picture, 'json/labels.txt': '__ignore__\n_background_\ndog\ncat\n',
  });
  await t.throwsAsync(read(join(folder, 'json')), { code: 'data/record', message: /path\/outside/ });
  const names = async (path: string, images?: string): Promise<unknown> => (await read(join(folder, path), { images })).dataset.entries.map(({ image }) => [image.fileName, image.width]);
  t.deepEqual(await names(''), [['images/b.png', 12], ['json/sub/deep/a.png', 12]]);
  t.deepEqual(await names('json/b.json', join(folder, 'images')), [['b.png', 12]]);
  t.deepEqual((await read(join(folder, 'json'), { images: folder })).dataset.categories, [{ id: 1, name: 'dog' }, { id: 2, name: 'cat' }]);
  await writeFile(join(folder, 'json/b.json'), file([triangle], { imagePath: 'C:\\data\\b.png' }));
  t.deepEqual(await names('json/b.json', join(folder, 'images')), [['b.png', 12]], 'where it was elsewhere');
});

test('a file that is none of them is told and left out; alone it is refused', async (t) => {
  const folder = await laidOut(t, { 'a.json': file([triangle]), 'coco.json': '{"images": []}', '.sam/run.json': '{}' });
  const { dataset, findings } = await read(folder);
  t.deepEqual([dataset.entries.length, findings.map((finding) => [finding.code, finding.file])], [1, [['file/foreign', 'coco.json']]]);
  await t.throwsAsync(read(join(folder, 'coco.json')), { code: 'data/format' });
  await t.throwsAsync(read(join(folder, 'gone.json')), { code: 'usage/input-missing' });
});

test('what is written: LabelMe\'s own layout, no picture, the labels', async (t) => {
  const sink = memorySink();
  await labelme.writer!.write(sourceOf(CASES.box.categories, CASES.box.entries), sink, {});
  t.is(sink.text('labels.txt'), '__ignore__\n_background_\ncat\ndog\n');
  t.is(JSON.stringify(JSON.parse(sink.text('a.json'))), JSON.stringify({
    version: '7.0.0', flags: {}, shapes: [{ label: 'cat', points: [[1, 2], [7, 9]], group_id: null, description: '', shape_type: 'rectangle', flags: {}, mask: null }],
    imagePath: 'a.png', imageData: null, imageHeight: 10, imageWidth: 12,
  }));
});

test('an input is recognised by its shapes', async (t) => {
  const probe = (head: string) => labelme.detect({ path: 'a.json', directory: false, head: Buffer.from(head), names: [], headOf: async () => new Uint8Array(0) });
  t.is((await probe(file([triangle]))).score, 0.95);
  t.is((await probe('{"version": "5.0", "shapes": [{"label": "a", "points": [[1, 2]')).score, 0.95);
  t.is((await probe('{"images": [], "annotations": []}')).score, 0);
  const folder = await labelme.detect({ path: '.', directory: true, head: new Uint8Array(0), names: ['.sam/run.json', 'a.json', 'b.json'], headOf: async (name) => Buffer.from(name === 'b.json' ? file([]) : '{}') });
  t.deepEqual(folder, { score: 0.95, reason: 'b.json has a list of shapes as LabelMe writes it' });
});
