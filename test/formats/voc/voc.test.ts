/** Pascal VOC: the format contract, three conventions of boxes, masks by their indices, and XML from anyone. */
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { strictReport } from '../../../src/dataset/strict.js';
import type { Annotation, Finding } from '../../../src/dataset/types.js';
import { sourceOf, type ReadOptions } from '../../../src/formats/format.js';
import { encodeIndexPng } from '../../../src/formats/png/index-png-write.js';
import { readIndexPng } from '../../../src/formats/png/index-png.js';
import { VOC_PALETTE } from '../../../src/formats/voc/voc-palette.js';
import { voc } from '../../../src/formats/voc/voc.js';
import { encodePngGrey } from '../../../src/image/encode.js';
import { rleToCoco } from '../../../src/mask/rle-string.js';
import { CASES, drawn, type DatasetCase } from '../../contracts/cases.js';
import { MAX_PIXELS, formatContract, type HostileInput } from '../../contracts/format.js';
import { layOut, memorySink } from '../../contracts/memory-sink.js';
import { collected } from '../../contracts/same.js';
import { temporaryFolder } from '../../files/temporary-folder.js';

const box = (xmin: string | number, ymin: string | number, xmax: string | number, ymax: string | number): string => `<bndbox><xmin>${xmin}</xmin><ymin>${ymin}</ymin><xmax>${xmax}</xmax><ymax>${ymax}</ymax></bndbox>`;
const object = (content: string, name = 'cat'): string => `<object><name>${name}</name>${content}</object>`;
const good = object(box(2, 3, 7, 9));
const xml = (content: string, name = 'a.png', size = '<size><width>12</width><height>10</height><depth>3</depth></size>'): string => `<annotation><filename>${name}</filename>${size}${content}</annotation>`;
const wrongObject = (name: string, content: string, code: string): HostileInput => ({ name, files: { 'Annotations/a.xml': xml(good + content + good) }, code, leaves: 2 });
const wrongFile = (name: string, content: string | Uint8Array, code: string): HostileInput => ({ name, files: { 'Annotations/a.xml': content, 'Annotations/b.xml': xml(good, 'b.png') }, code, leaves: 1 });
const labels = (width: number, height: number, data: number[]): Uint8Array => encodeIndexPng({ width, height, data: Uint8Array.from({ length: width * height }, (_, i) => data[i] ?? 0) }, VOC_PALETTE);
const wrongPng = (name: string, png: Uint8Array, code: string): HostileInput => ({ name, files: { 'Annotations/a.xml': xml(good), 'SegmentationObject/a.png': png }, code, leaves: 1 });

formatContract({
  format: voc,
  fileName: 'a.xml',
  losses: { overlap: ['overlap'], crowd: ['crowds'], scores: ['scores'], generator: ['generator'], extra: ['extra'], sparseIds: ['ids', 'categories'] },
  hostile: [
    wrongObject('an object without a name', object(box(2, 3, 7, 9), ' '), 'category/invalid'),
    wrongObject('an object without a box', object(''), 'box/invalid'),
    wrongObject('a box of three sides', object('<bndbox><xmin>1</xmin><ymin>1</ymin><xmax>2</xmax></bndbox>'), 'box/invalid'),
    wrongObject('NaN in a box', object(box('nan', 3, 7, 9)), 'box/invalid'),
    wrongObject('1e999 in a box', object(box(2, 3, '1e999', 9)), 'box/invalid'),
    wrongObject('a word in a box', object(box(2, 'three', 7, 9)), 'box/invalid'),
    wrongObject('a box that ends before it begins', object(box(8, 3, 2, 9)), 'box/negative-size'),
    wrongObject('a polygon of two points', object('<polygon><x1>1</x1><y1>1</y1><x2>2</x2><y2>2</y2></polygon>'), 'polygon/short'),
    wrongObject('a polygon of x alone', object('<polygon><x1>1</x1><x2>1</x2></polygon>'), 'polygon/odd'),
    wrongObject('a polygon that ends in x', object('<polygon><x1>1</x1><y1>1</y1><x2>2</x2></polygon>'), 'polygon/odd'),
    wrongObject('a word in a polygon', object('<polygon><x1>one</x1><y1>1</y1></polygon>'), 'polygon/invalid'),
    wrongFile('a file name that leads out', xml(good, '../../etc/passwd'), 'path/outside'),
    wrongFile('a file name with backslashes that lead out', xml(good, '..\\..\\a.png'), 'path/outside'),
    wrongFile('an absolute file name', xml(good, '/etc/passwd'), 'path/outside'),
    wrongFile('a drive', xml(good, 'C:\\a.png'), 'path/outside'),
    wrongFile('no file name', `<annotation>${good}</annotation>`, 'image/invalid'),
    wrongFile('no size, and no image', xml(good, 'a.png', ''), 'image/size-unknown'),
    wrongFile('half a pixel', xml(good, 'a.png', '<size><width>12.5</width><height>10</height></size>'), 'image/invalid'),
    wrongFile('a negative size', xml(good, 'a.png', '<size><width>-12</width><height>10</height></size>'), 'image/invalid'),
    wrongFile('more pixels than allowed', xml(good, 'a.png', '<size><width>1000000</width><height>1000000</height></size>'), 'image/invalid'),
    wrongFile('entities', '<!DOCTYPE a [<!ENTITY b "c">]><annotation>&b;</annotation>', 'file/malformed'),
    wrongFile('a file from outside as an entity', '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><annotation>&b;</annotation>', 'file/malformed'),
    wrongFile('elements too deep', `<annotation>${'<b>'.repeat(50_000)}`, 'file/malformed'),
    wrongFile('an open tag', '<annotation><object>', 'file/malformed'),
    wrongFile('another root', '<annotations/>', 'file/malformed'),
    wrongFile('bytes that are no UTF-8', Uint8Array.of(0x3c, 0xff), 'file/malformed'),
    wrongFile('an image of another file', xml(good, 'b.png'), 'id/duplicate'),
    wrongPng('masks of another size', labels(10, 12, [1]), 'size/mismatch'),
    wrongPng('a label without an object', labels(12, 10, [1, 2]), 'mask/no-object'),
    wrongPng('a picture that is cut', labels(12, 10, [1]).subarray(0, 60), 'file/malformed'),
    { name: 'a picture with more pixels than allowed', files: { 'Annotations/a.xml': xml(good), 'SegmentationObject/a.png': labels(120, 100, [1]) }, code: 'file/malformed', leaves: 1, options: { maxPixels: 1000 } },
    { name: 'a folder without XML', files: { 'Annotations/a.txt': 'x', 'b.txt': 'y' }, code: 'data/format', leaves: 'refused' },
  ],
});

test('masks of colours are refused by name', async (t) => {
  const { sharp } = await import('../../../src/image/sharp.js');
  const folder = await laidOut(t, { 'Annotations/a.xml': xml(good), 'SegmentationObject/a.png': await sharp(Buffer.alloc(360), { raw: { width: 12, height: 10, channels: 3 } }).png().toBuffer() });
  await t.throwsAsync(read(folder), { code: 'data/record', message: /holds colours.*file\/malformed/ });
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
  const source = await voc.reader!.read(path, { maxPixels: MAX_PIXELS, report: strictReport((finding) => findings.push(finding)), ...options });
  return { dataset: await collected(source), findings };
}

async function only(t: ExecutionContext, content: string, options: Partial<ReadOptions> = {}): Promise<{ annotation: Annotation; findings: Finding[] }> {
  const { dataset, findings } = await read(await laidOut(t, { 'a.xml': xml(content) }), options);
  return { annotation: dataset.entries[0]!.annotations[0]!, findings };
}

test('boxes count from one, the last pixel inside, or from zero as they are', async (t) => {
  t.deepEqual((await only(t, object(box(1, 1, 12, 10)))).annotation.box, { x0: 0, y0: 0, x1: 12, y1: 10 });
  t.deepEqual((await only(t, object(box(1, 1, 12, 10)), { vocBase: 'zero' })).annotation.box, { x0: 1, y0: 1, x1: 12, y1: 10 });
  t.deepEqual((await only(t, object(box(' 1.1', '2.50', '3e0 ', '\n4\n')))).annotation.box, { x0: 0.1, y0: 1.5, x1: 3, y1: 4 });
  t.deepEqual((await only(t, object(box(5, 5, 5, 5)))).annotation.box, { x0: 4, y0: 4, x1: 5, y1: 5 }, 'one pixel');
});

test('a minimum of zero under base one is remarked on once a file', async (t) => {
  const { findings, annotation } = await only(t, object(box(0, 1, 7, 9)) + object(box(0, 0, 7, 9)));
  t.deepEqual(findings.map(({ code, record, severity }) => [code, record, severity]), [['box/base', 'object[0]', 'warning']]);
  t.is(annotation.box?.x0, -1);
  t.deepEqual((await only(t, object(box(0, 0, 7, 9)), { vocBase: 'zero' })).findings, []);
});

test('attributes, parts and what else is in an object or a file', async (t) => {
  const part = `<part><name>head</name>${box(3, 4, 5, 6)}</part><part><name>foot</name></part>`;
  const rest = '<actions><jumping>1</jumping><running>0</running></actions><point k="v"/><tag>x</tag><tag>y</tag>';
  const content = `<folder>VOC2012</folder><source><database>Unknown</database></source><owner><name>me &amp; you</name></owner><segmented>1</segmented>${
    object(`<pose>Left</pose><truncated>1</truncated><difficult>0</difficult><occluded>1</occluded>${box(2, 3, 7, 9)}${part}<attributes><attribute><name>colour</name><value>red</value></attribute><attribute><name>age</name><value>2.5</value></attribute></attributes>${rest}`)}`;
  const folder = await laidOut(t, { 'Annotations/a.xml': xml(content) });
  const { dataset } = await read(folder);
  const [{ image, annotations }] = dataset.entries as [DatasetCase['entries'][0]]; // one file
  t.deepEqual(image.extra, { folder: 'VOC2012', owner: { name: 'me & you' } });
  t.deepEqual(annotations[0]?.attributes, { pose: 'Left', truncated: true, occluded: true, colour: 'red', age: 2.5 });
  t.deepEqual(annotations[0]?.extra, { actions: { jumping: '1', running: '0' }, point: { '@k': 'v' }, tag: ['x', 'y'], part: [{ name: 'head', box: [2, 3, 5, 6] }, { name: 'foot', box: null }] });
  const sink = memorySink();
  await voc.writer!.write(sourceOf(dataset.categories, dataset.entries), sink, { vocBase: 'zero' });
  t.deepEqual([...sink.losses], []);
  const again = await read(await layOut(sink.files, join(folder, 'again'), ''), { vocBase: 'zero' });
  t.deepEqual(again.dataset, dataset);
});

test('a polygon in the XML wins over the picture; several are one object', async (t) => {
  const polygons = '<polygon><x1>2</x1><y1>2</y1><x2>5</x2><y2>2</y2><x3>5</x3><y3>5.5</y3></polygon><polygon><x1>1</x1><y1>7</y1><x2>3</x2><y2>7</y2><x3>3</x3><y3>9</y3></polygon>';
  const { annotation } = await only(t, object(box(1, 2, 5, 9) + polygons));
  t.deepEqual(annotation.segmentation, { kind: 'polygons', rings: [[1, 1, 4, 1, 4, 4.5], [0, 6, 2, 6, 2, 8]] });
  t.is((await only(t, object(polygons))).annotation.box, undefined, 'a polygon needs no box');
});

test('masks are the indices: object k has label k, 255 is nobody\'s; sizes from the image where the file has none', async (t) => {
  const folder = await laidOut(t, {
    'Annotations/a.xml': xml(good + object(box(1, 1, 2, 2), 'dog') + good, 'a.png', '<size><width>0</width><height>0</height></size>'),
    'SegmentationObject/a.png': labels(12, 10, [3, 3, 255, 1]), 'SegmentationClass/a.png': labels(12, 10, [1, 1, 255, 1]),
    'JPEGImages/a.png': Buffer.from(await encodePngGrey(new Uint8Array(120), 12, 10)),
    'ImageSets/Main/train.txt': 'b\r\na  \n', 'ImageSets/Segmentation/val.txt': 'a\n', 'ImageSets/Main/cat_train.txt': 'a -1\n',
  });
  const { dataset: { entries, categories }, findings } = await read(folder);
  const [entry] = entries;
  t.deepEqual(categories, [{ id: 1, name: 'cat' }, { id: 2, name: 'dog' }]);
  const nobody = { ...rleToCoco({ width: 12, height: 10, counts: Uint32Array.of(20, 1, 99) }) };
  t.deepEqual(entry?.image, { id: 1, fileName: 'a.png', width: 12, height: 10, split: 'train', extra: { void: nobody } });
  t.deepEqual(entry?.annotations.map(({ segmentation }) => segmentation?.kind === 'rle' ? [...segmentation.rle.counts] : undefined), [[30, 1, 89], undefined, [0, 1, 9, 1, 109]]);
  t.deepEqual(findings, []);
  const sink = memorySink();
  await voc.writer!.write(sourceOf(categories, entries), sink, {});
  t.deepEqual([...readIndexPng(sink.files.get('SegmentationObject/a.png')!, '', 120).data.slice(0, 5)], [3, 3, 255, 1, 0], 'the void too comes back');
});

test('masks of classes alone are told', async (t) => {
  const { findings } = await read(await laidOut(t, { 'Annotations/a.xml': xml(good), 'SegmentationClass/a.png': labels(12, 10, [1]) }));
  t.deepEqual(findings.map(({ code }) => code), ['mask/no-instances']);
});

test('a folder of XML files, one of them, Annotations itself; deeper ones have deeper images', async (t) => {
  const folder = await laidOut(t, { 'Annotations/b.xml': xml(good, 'b.png'), 'Annotations/sub/a.xml': xml(good), 'ImageSets/Main/val.txt': 'sub/a\n' });
  const names = async (path: string): Promise<unknown> => (await read(path)).dataset.entries.map(({ image }) => [image.id, image.fileName, image.split]);
  t.deepEqual(await names(folder), [[1, 'b.png', undefined], [2, 'sub/a.png', 'val']]);
  t.deepEqual(await names(join(folder, 'Annotations')), [[1, 'b.png', undefined], [2, 'sub/a.png', 'val']]);
  t.deepEqual(await names(join(folder, 'Annotations/b.xml')), [[1, 'b.png', undefined]]);
  await t.throwsAsync(names(join(folder, 'gone')), { code: 'usage/input-missing' });
});

test('what is written: the file, the palette, the lists, the classes', async (t) => {
  const sink = memorySink();
  await voc.writer!.write(sourceOf(CASES.maskAndBox.categories, CASES.maskAndBox.entries), sink, {});
  t.deepEqual([...sink.files.keys()], ['SegmentationObject/a.png', 'SegmentationClass/a.png', 'Annotations/a.xml', 'labelmap.txt', 'ImageSets/Main/trainval.txt', 'ImageSets/Segmentation/trainval.txt']);
  t.is(sink.text('Annotations/a.xml'), `<annotation>
  <folder>JPEGImages</folder>
  <filename>a.png</filename>
  <source>
    <database>Unknown</database>
  </source>
  <size>
    <width>12</width>
    <height>10</height>
    <depth>3</depth>
  </size>
  <segmented>1</segmented>
  <object>
    <name>cat</name>
    <pose>Unspecified</pose>
    <truncated>0</truncated>
    <difficult>0</difficult>
    <bndbox>
      <xmin>2</xmin>
      <ymin>2</ymin>
      <xmax>8</xmax>
      <ymax>6</ymax>
    </bndbox>
  </object>
</annotation>
`);
  t.is(sink.text('labelmap.txt'), '# label:color_rgb:parts:actions\nbackground:0,0,0::\ncat:128,0,0::\ndog:0,128,0::\n');
  t.deepEqual([0, 1, 2, 3, 4, 8, 20, 255].map((i) => [...VOC_PALETTE.subarray(3 * i, 3 * i + 3)]), [[0, 0, 0], [128, 0, 0], [0, 128, 0], [128, 128, 0], [0, 0, 128], [64, 0, 0], [0, 64, 128], [224, 224, 192]]);
});

test('where masks overlap the smaller stays whole, and a covered one keeps its box and place', async (t) => {
  const segmentation = { kind: 'rle' as const, rle: drawn('####', '####') };
  const annotations = [1, 2, 3].map((id) => ({ id, imageId: 1, categoryId: 1, isCrowd: false, segmentation: id === 3 ? { kind: 'rle' as const, rle: drawn('#...', '....') } : segmentation }));
  const sink = memorySink();
  await voc.writer!.write(sourceOf([{ id: 1, name: 'cat' }], [{ image: { id: 1, fileName: 'a.png', width: 4, height: 2 }, annotations }]), sink, {});
  t.deepEqual([...readIndexPng(sink.files.get('SegmentationObject/a.png')!, '', 8).data], [3, 2, 2, 2, 2, 2, 2, 2]);
  t.deepEqual([...sink.losses].map(([loss, { count, first }]) => [loss, count, first]), [['overlap', 2, 'annotation 1 of a.png']]);
  t.is(sink.text('Annotations/a.xml').match(/<object>/g)?.length, 3);
});

test('more objects than a picture can count are refused where one of them has a mask', async (t) => {
  const objects = (count: number, masks: boolean): Annotation[] => Array.from({ length: count }, (_, i) => ({
    id: i + 1, imageId: 1, categoryId: 1, isCrowd: false, box: { x0: 0, y0: 0, x1: 1, y1: 1 }, ...(masks ? { segmentation: { kind: 'rle' as const, rle: { width: 12, height: 30, counts: Uint32Array.of(i, 1, 359 - i) } } } : {}),
  }));
  const write = async (annotations: Annotation[]): Promise<ReturnType<typeof memorySink>> => {
    const sink = memorySink();
    await voc.writer!.write(sourceOf([{ id: 1, name: 'cat' }], [{ image: { id: 1, fileName: 'a.png', width: 12, height: 30 }, annotations }]), sink, {});
    return sink;
  };
  await t.throwsAsync(write(objects(255, true)), { code: 'data/limit', message: /254/ });
  t.deepEqual([...(await write(objects(254, true))).losses], []);
  t.deepEqual([...(await write(objects(400, false))).losses], []);
});

test('names that a list or XML cannot hold', async (t) => {
  const write = async (name: string): Promise<string[]> => {
    const sink = memorySink();
    await voc.writer!.write(sourceOf([{ id: 1, name }], [{ image: { id: 1, fileName: 'a.png', width: 4, height: 2 }, annotations: [{ id: 1, imageId: 1, categoryId: 1, isCrowd: false, box: { x0: 0, y0: 0, x1: 1, y1: 1 } }] }]), sink, {});
    return [...sink.losses.keys()];
  };
  t.deepEqual(await write('a:b:c'), []);
  t.deepEqual(await write('#hash'), ['categories']);
  t.deepEqual(await write('two\nlines'), ['categories']);
  await t.throwsAsync(write('a\u0001'), { code: 'data/limit' });
});

test('an input is recognised by its root element', async (t) => {
  const probe = (head: string) => voc.detect({ path: 'a.xml', directory: false, head: Buffer.from(head), names: [], headOf: async () => new Uint8Array(0) });
  t.is((await probe('\ufeff<?xml version="1.0"?>\n<!-- <annotations> -->\n<annotation verified="yes">')).score, 0.95);
  t.is((await probe('<annotations>')).score, 0);
  t.is((await probe(`${'<!---->'.repeat(9000)}x`)).score, 0);
  const folder = await voc.detect({ path: '.', directory: true, head: new Uint8Array(0), names: ['Annotations/a.xml', 'b.xml'], headOf: async (name) => Buffer.from(name === 'Annotations/a.xml' ? '<annotation>' : '<x>') });
  t.deepEqual(folder, { score: 0.95, reason: 'the root element of Annotations/a.xml is <annotation>' });
});
