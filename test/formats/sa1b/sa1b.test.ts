/** SA-1B files as a format: the contract, both conventions of boxes, bare lists, ids of the files. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { strictReport } from '../../../src/dataset/strict.js';
import type { Finding } from '../../../src/dataset/types.js';
import { encodePngGrey } from '../../../src/image/encode.js';
import { sa1b } from '../../../src/formats/sa1b/sa1b.js';
import { sa1bImageId } from '../../../src/formats/sa1b/sa1b-encode.js';
import type { Loss, ReadOptions } from '../../../src/formats/format.js';
import type { DatasetCase } from '../../contracts/cases.js';
import { formatContract, MAX_PIXELS, type HostileInput } from '../../contracts/format.js';
import { memorySink } from '../../contracts/memory-sink.js';
import { collected } from '../../contracts/same.js';
import { temporaryFolder } from '../../files/temporary-folder.js';

const IMAGE = '{"image_id":1,"width":12,"height":10,"file_name":"a.jpg"}';
// columns 1 and 2, rows 1 and 2
const COUNTS = '[11,2,8,2,97]';
const mask = (rest = ''): string => `{"id":1,"segmentation":{"size":[10,12],"counts":${COUNTS}}${rest}}`;
const fileOf = (...masks: string[]): string => `{"image":${IMAGE},"annotations":[${masks.join(',')}]}`;

async function laidOut(t: ExecutionContext, files: Record<string, string | Uint8Array>): Promise<string> {
  const folder = await temporaryFolder(t);
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), content);
  }
  return folder;
}

async function read(path: string, options: Partial<ReadOptions> = {}): Promise<DatasetCase & { findings: Finding[] }> {
  const findings: Finding[] = [];
  const source = await sa1b.reader?.read(path, { maxPixels: MAX_PIXELS, report: strictReport((finding) => findings.push(finding)), ...options });
  return { ...(source === undefined ? { categories: [], entries: [] } : await collected(source)), findings };
}

test('a box as Meta writes it and one as COCO does are the same box; another is read as Meta\'s, and told', async (t) => {
  const folder = await laidOut(t, { 'a.json': fileOf(mask(',"bbox":[1,1,1,1]'), mask(',"bbox":[1,1,2,2]'), mask(',"bbox":[1,1,5,5]')) });
  const { entries, findings } = await read(folder);
  t.deepEqual(entries[0]?.annotations.map(({ box }) => box), [{ x0: 1, y0: 1, x1: 3, y1: 3 }, { x0: 1, y0: 1, x1: 3, y1: 3 }, { x0: 1, y0: 1, x1: 7, y1: 7 }]);
  t.deepEqual(findings.map(({ code, file, record }) => [code, file, record]), [['box/mismatch', 'a.json', 'annotations[2]']]);
});

test('ids of the files, which count from 1 in each, become ids of the dataset; others are kept beside and written again', async (t) => {
  const second = fileOf(mask(), mask().replace('"id":1', '"id":2')).replace('a.jpg', 'b.jpg');
  const folder = await laidOut(t, { 'a.json': fileOf(mask().replace('"id":1', '"id":5426003')), 'b.json': second });
  const { entries } = await read(folder);
  t.deepEqual(entries.flatMap(({ annotations }) => annotations.map(({ id, extra }) => [id, extra])), [[1, { sa1b_id: 5426003 }], [2, undefined], [3, undefined]]);
  const sink = memorySink();
  await sa1b.writer?.write({ categories: [{ id: 1, name: 'object' }], async *entries() { yield* entries; } }, sink, {});
  t.is(sink.losses.size, 0);
  t.regex(sink.text('a.json'), /^\{"id":5426003,"segmentation"/m);
  t.deepEqual([...sink.text('b.json').matchAll(/^\{"id":(\d+)/gm)].map((match) => match[1]), ['1', '2']);
});

test('an image lies beside its file where its name has no folder', async (t) => {
  const { entries } = await read(await laidOut(t, { 'sa_000020/sa_1.json': fileOf(), 'own/x.json': fileOf().replace('a.jpg', 'other/a.jpg') }));
  t.deepEqual(entries.map(({ image }) => image.fileName), ['other/a.jpg', 'sa_000020/a.jpg']);
});

test('a single file; a bare list with the name of its file, or of the image that --images has', async (t) => {
  const folder = await laidOut(t, { 'one.json': fileOf(mask()), 'lists/deep/photo.json': `[${mask().replace('"id":1,', '')}]`, 'images/deep/photo.png': await encodePngGrey(new Uint8Array(120), 12, 10) });
  t.is((await read(join(folder, 'one.json'))).entries[0]?.image.fileName, 'a.jpg');
  const bare = await read(join(folder, 'lists'));
  t.like(bare.entries[0]?.image, { fileName: 'deep/photo', width: 12, height: 10 });
  t.deepEqual(bare.findings.map(({ code }) => code), ['image/name-unknown']);
  const named = await read(join(folder, 'lists'), { images: join(folder, 'images') });
  t.deepEqual(named.findings, []);
  t.deepEqual(named.entries[0]?.image, { id: sa1bImageId('deep/photo.png'), fileName: 'deep/photo.png', width: 12, height: 10 });
  t.is(named.entries[0]?.annotations[0]?.id, 1);
});

test('the output of segment-all is read without a finding, and written again to the byte', async (t) => {
  const text = '{"image": {"image_id":214783017629150,"width":5,"height":4,"file_name":"shelf/books é.png"}, "annotations": [\n'
    + '{"id":1,"segmentation":{"size":[4,5],"counts":"52207"},"bbox":[1,1,1,1],"area":4,"predicted_iou":0.9375,"stability_score":0.96875,"crop_box":[0,0,5,4],"point_coords":[[1.5,2]]},\n'
    + '{"id":2,"segmentation":{"size":[4,5],"counts":"`013"},"bbox":[4,0,0,0],"area":1,"predicted_iou":0.5,"stability_score":1,"crop_box":[2,1,3,3],"point_coords":[[4.5,0.25]]}\n]}\n';
  const folder = await laidOut(t, { 'shelf/books é.json': text, '.sam/run.json': '{}', '.sam/parts/x.json': '[]' });
  const { entries, findings } = await read(folder);
  t.deepEqual(findings, []);
  const sink = memorySink();
  await sa1b.writer?.write({ categories: [{ id: 1, name: 'object' }], async *entries() { yield* entries; } }, sink, {});
  t.is(sink.losses.size, 0);
  t.is(sink.text('shelf/books é.json'), await readFile(join(folder, 'shelf/books é.json'), 'utf8'));
});

const loses = (...losses: Loss[]): Loss[] => ['categories', ...losses];
const one = (name: string, wrong: string, code: string, leaves: HostileInput['leaves'] = 1): HostileInput => ({ name, files: { 'a.json': fileOf(mask(), wrong) }, code, leaves });
const among = (name: string, text: string, code: string, leaves: HostileInput['leaves'] = 1): HostileInput => ({ name, files: { 'a.json': fileOf(mask()), 'b.json': text }, code, leaves });

formatContract({
  format: sa1b,
  fileName: 'annotations',
  losses: {
    imageWithoutAnnotations: loses(), box: loses('boxes'), fractionalBox: loses('boxes'), polygon: loses('polygons'), polygonParts: loses('polygons'), mask: loses(), maskWithHole: loses(),
    maskParts: loses(), fullMask: loses(), maskAndBox: loses(), overlap: loses(), crowd: loses('crowds'), scores: loses('scores', 'boxes'), generator: loses(), attributes: loses('attributes', 'boxes'),
    extra: loses('boxes'), names: loses('boxes'), sparseIds: loses('boxes'), split: loses('splits', 'boxes'),
  },
  hostile: [
    one('a mask of swapped size', '{"segmentation":{"size":[12,10],"counts":[120]}}', 'size/mismatch'),
    one('a mask whose runs sum to less', '{"segmentation":{"size":[10,12],"counts":[7]}}', 'rle/sum'),
    one('a mask that is missing', '{"id":2,"bbox":[1,1,2,2]}', 'segmentation/invalid'),
    one('a polygon', '{"id":2,"segmentation":[[1,1,5,1,5,5]]}', 'segmentation/invalid'),
    one('an id that is a text', mask().replace('"id":1', '"id":"1"'), 'id/invalid'),
    one('a predicted IoU that is a text', mask(',"predicted_iou":"0.9"'), 'score/invalid'),
    one('a stability score of 1e999', mask(',"stability_score":1e999'), 'score/invalid'),
    one('points that are not pairs', mask(',"point_coords":[[1,2,3]]'), 'point/invalid'),
    one('a crop box of three numbers', mask(',"crop_box":[1,2,3]'), 'box/invalid'),
    one('a box of texts', mask(',"bbox":["1",1,1,1]'), 'box/invalid'),
    one('a box of negative size', mask(',"bbox":[1,1,-1,1]'), 'box/negative-size'),
    one('a negative area', mask(',"area":-4'), 'area/invalid'),
    one('a record that is a list', '[]', 'json/record'),
    among('a file that is no JSON', '{"image":', 'file/malformed'),
    among('a file of NaN', fileOf(mask(',"area":NaN')), 'file/malformed'),
    among('a file that is too deep', `{"image":${'['.repeat(100)}${']'.repeat(100)}}`, 'file/malformed'),
    among('a file of something else', '{"shapes":[]}', 'file/malformed'),
    among('a file whose annotations are an object', `{"image":${IMAGE},"annotations":{}}`, 'file/malformed'),
    among('an image that is a text', '{"image":"a.jpg","annotations":[]}', 'json/record'),
    among('an image of no size', '{"image":{"image_id":2,"file_name":"b.jpg"},"annotations":[]}', 'image/invalid'),
    among('an image whose name leads out', `{"image":${IMAGE.replace('a.jpg', '../../b.jpg')},"annotations":[]}`, 'path/outside'),
    among('an image id above 2^53', `{"image":${IMAGE.replace(':1,', ':9007199254740993,')},"annotations":[]}`, 'id/invalid'),
    among('an empty list', '[]', 'image/size-unknown'),
  ],
});
