/** Label images: the contract, how overlapping masks are painted, and pictures that other programs made. */
import test from 'ava';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Annotation, Finding } from '../../../src/dataset/types.js';
import { sourceOf } from '../../../src/formats/format.js';
import { encodeIndexPng } from '../../../src/formats/png/index-png-write.js';
import { readIndexPng } from '../../../src/formats/png/index-png.js';
import { masksOfLabels, paintLabels } from '../../../src/formats/png/label-pixels.js';
import { labelPng } from '../../../src/formats/png/label-png.js';
import { rleToString } from '../../../src/mask/rle-string.js';
import { drawn } from '../../contracts/cases.js';
import { MAX_PIXELS, formatContract } from '../../contracts/format.js';
import { memorySink } from '../../contracts/memory-sink.js';
import { collected } from '../../contracts/same.js';
import { temporaryFolder } from '../../files/temporary-folder.js';

const HEADER = 'file_name,label,category,score,id\n';
const picture = encodeIndexPng({ width: 3, height: 2, data: Uint8Array.of(1, 0, 2, 2, 0, 1) });
const hostile = (name: string, rows: string, code: string, leaves: number | 'refused' = 1, png: Uint8Array | string = picture) => (
  { name, files: { 'labels.csv': `${HEADER}a.jpg,1,cat,0.5,7\n${rows}`, 'a.png': encodeIndexPng({ width: 3, height: 2, data: Uint8Array.of(1, 0, 0, 0, 0, 1) }), 'b.png': png }, code, leaves });

formatContract({
  format: labelPng,
  fileName: 'unused',
  losses: {
    imageWithoutAnnotations: ['categories'], mask: ['categories'], maskWithHole: ['categories'], maskParts: ['categories'], fullMask: ['categories'], maskAndBox: ['categories'],
    box: ['boxes', 'categories'], fractionalBox: ['boxes', 'categories'], scores: ['boxes', 'categories'], attributes: ['boxes', 'categories'], extra: ['boxes', 'categories'], names: ['boxes', 'categories'],
    polygon: ['categories', 'polygons'], polygonParts: ['categories', 'polygons'], overlap: ['overlap'], crowd: ['categories', 'crowds'], generator: ['categories', 'generator'],
    sparseIds: ['boxes', 'categories', 'ids'], split: ['boxes', 'categories', 'splits'],
  },
  hostile: [
    hostile('a label that the table does not have', 'b.jpg,1,cat,,8\n', 'mask/no-object', 2),
    hostile('a label twice', 'b.jpg,1,cat,,8\nb.jpg,1,dog,,9\nb.jpg,2,dog,,10\n', 'id/duplicate', 3),
    hostile('an id twice', 'b.jpg,1,cat,,7\nb.jpg,2,cat,,9\n', 'id/duplicate', 2),
    hostile('a negative label', 'b.jpg,-1,cat,,8\n', 'id/invalid'),
    hostile('a label above 65535', 'b.jpg,65536,cat,,8\n', 'id/invalid'),
    hostile('an id above 2^53', 'b.jpg,1,cat,,9007199254740993\n', 'id/invalid'),
    hostile('a score that is no number', 'b.jpg,1,cat,NaN,8\n', 'score/invalid'),
    hostile('no category', 'b.jpg,1,,,8\n', 'category/invalid'),
    hostile('a field too few', 'b.jpg,1,cat\n', 'csv/row'),
    hostile('a path that leads out', '../b.jpg,1,cat,,8\n', 'path/outside'),
    hostile('a picture that is not there', 'c.jpg,1,cat,,8\n', 'file/malformed'),
    hostile('a picture that is no PNG', 'b.jpg,1,cat,,8\n', 'file/malformed', 1, 'JFIF'),
    hostile('a picture cut off', 'b.jpg,1,cat,,8\n', 'file/malformed', 1, picture.subarray(0, picture.length - 16)),
    hostile('an open quote', '"b.jpg', 'data/format', 'refused'),
    { name: 'a table of something else', files: { 'labels.csv': 'a,b\n1,2\n', 'a.png': picture }, code: 'data/format', leaves: 'refused' },
    { name: 'an empty table', files: { 'labels.csv': '', 'a.png': picture }, code: 'data/format', leaves: 'refused' },
  ],
});

test('of masks that overlap the smaller stays whole, whatever the order; what is covered wholly is not there', (t) => {
  const large = drawn('####', '####'), small = drawn('.#..', '....'), hidden = drawn('.#..', '....'), other = drawn('...#', '...#');
  const { data, labels, covered } = paintLabels([large, small, hidden, other], large);
  t.deepEqual(labels, [1, 0, 2, 3], 'of equals the later covers the earlier');
  t.deepEqual([...data], [1, 2, 1, 3, 1, 1, 1, 3]);
  t.deepEqual(covered, [0, 1]);
  t.deepEqual([...masksOfLabels(data, large)].map(([label, rle]) => [label, rleToString(rle)]), [[1, rleToString(drawn('#.#.', '###.'))], [2, rleToString(small)], [3, rleToString(other)]]);
});

test('labels at the first and the last pixel, and through column ends', (t) => {
  const size = { width: 2, height: 2 };
  t.deepEqual([...masksOfLabels(Uint8Array.of(9, 9, 9, 9), size)].map(([label, { counts }]) => [label, [...counts]]), [[9, [0, 4]]]);
  t.deepEqual([...masksOfLabels(Uint8Array.of(5, 0, 0, 5), size)].map(([label, { counts }]) => [label, [...counts]]), [[5, [0, 1, 2, 1]]]);
  t.is(masksOfLabels(new Uint8Array(4), size).size, 0);
});

test('more than 255 objects make 16 bits, the others 8', async (t) => {
  const size = { width: 300, height: 1 };
  const annotations = (count: number): Annotation[] => Array.from({ length: count }, (_, i) => ({
    id: i + 1, imageId: 1, categoryId: 1, isCrowd: false, segmentation: { kind: 'rle', rle: { ...size, counts: Uint32Array.of(i, 1, 299 - i) } },
  }));
  for (const [count, bits] of [[255, 8], [256, 16]] as const) {
    const sink = memorySink();
    await labelPng.writer!.write(sourceOf([{ id: 1, name: 'object' }], [{ image: { id: 1, fileName: 'a.jpg', ...size }, annotations: annotations(count) }]), sink, {});
    const image = readIndexPng(sink.files.get('a.png')!, 'a.png', MAX_PIXELS);
    t.is(image.bits, bits);
    t.deepEqual([...image.data].slice(0, count), Array.from({ length: count }, (_, i) => i + 1));
    t.is(sink.losses.size, 0);
  }
});

test('without a table each value is an object, named by --images; a label without pixels is told', async (t) => {
  const folder = await temporaryFolder(t);
  await mkdir(join(folder, 'images'));
  await mkdir(join(folder, 'labels'));
  await writeFile(join(folder, 'images', 'a.png'), picture);
  await writeFile(join(folder, 'labels', 'a.png'), encodeIndexPng({ width: 3, height: 2, data: Uint16Array.of(0, 700, 0, 3, 3, 0) }));
  const findings: Finding[] = [];
  const read = async () => collected(await labelPng.reader!.read(join(folder, 'labels'), { maxPixels: MAX_PIXELS, images: join(folder, 'images'), report: (found) => findings.push(found) }));
  const { entries, categories } = await read();
  t.deepEqual(categories, [{ id: 1, name: 'object' }]);
  t.deepEqual(entries.map(({ image, annotations }) => [image.fileName, annotations.map(({ attributes }) => attributes)]), [['a.png', [{ label: 3 }, { label: 700 }]]]);
  await writeFile(join(folder, 'labels', 'labels.csv'), `${HEADER}a.png,3,cat,,\na.png,700,dog,,\na.png,9,cow,,\n`);
  t.deepEqual((await read()).entries[0]!.annotations.map(({ id, categoryId }) => [id, categoryId]), [[1, 1], [2, 2]]);
  t.deepEqual(findings.map(({ code }) => code), ['mask/unseen']);
});
