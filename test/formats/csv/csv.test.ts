/** CSV files of boxes: the contract, what RFC 4180 allows, and what other programs write. */
import test from 'ava';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Finding } from '../../../src/dataset/types.js';
import { csv } from '../../../src/formats/csv/csv.js';
import { sourceOf } from '../../../src/formats/format.js';
import type { Probe } from '../../../src/formats/format.js';
import { MAX_PIXELS, formatContract } from '../../contracts/format.js';
import { memorySink } from '../../contracts/memory-sink.js';
import { collected } from '../../contracts/same.js';
import { temporaryFolder } from '../../files/temporary-folder.js';

const HEAD = 'file_name,x0,y0,x1,y1,category,score,id,width,height\n';
const GOOD = 'a.png,1,2,3,4,cat,0.5,1,12,10\n';
const one = (row: string | Uint8Array) => ({ 'boxes.csv': Buffer.concat([Buffer.from(HEAD + GOOD), Buffer.from(row)]) });
const bad = (name: string, row: string | Uint8Array, code: string, leaves: number | 'refused' = 1) => ({ name, files: one(row), code, leaves });

formatContract({
  format: csv,
  fileName: 'boxes.csv',
  needsImages: true,
  losses: {
    imageWithoutAnnotations: ['categories', 'empty'],
    box: ['categories'], fractionalBox: ['categories'], scores: ['categories'],
    polygon: ['categories', 'masks'], polygonParts: ['categories', 'masks'], mask: ['categories', 'masks'], maskWithHole: ['categories', 'masks'], maskParts: ['categories', 'masks'],
    fullMask: ['categories', 'masks'], maskAndBox: ['categories', 'masks'], overlap: ['masks'], crowd: ['categories', 'crowds', 'masks'],
    generator: ['categories', 'generator', 'masks'], attributes: ['attributes', 'categories'], extra: ['categories', 'extra'],
    names: ['categories'], sparseIds: ['categories', 'empty', 'ids'], split: ['categories', 'splits'],
  },
  hostile: [
    bad('NaN', 'b.png,NaN,2,3,4,cat,1,2,12,10\n', 'box/invalid'),
    bad('Infinity', 'b.png,1,2,Infinity,4,cat,1,2,12,10\n', 'box/invalid'),
    bad('1e999', 'b.png,1,2,1e999,4,cat,1,2,12,10\n', 'box/invalid'),
    bad('a hexadecimal number', 'b.png,1,2,0x10,4,cat,1,2,12,10\n', 'box/invalid'),
    bad('an empty number', 'b.png,1,2,,4,cat,1,2,12,10\n', 'box/invalid'),
    bad('a box that ends before it begins', 'b.png,5,2,3,4,cat,1,2,12,10\n', 'box/negative-size'),
    bad('a score that is no number', 'b.png,1,2,3,4,cat,high,2,12,10\n', 'score/invalid'),
    bad('a negative id', 'b.png,1,2,3,4,cat,1,-2,12,10\n', 'id/invalid'),
    bad('an id above 2^53', 'b.png,1,2,3,4,cat,1,9007199254740993,12,10\n', 'id/invalid'),
    bad('an id twice', 'b.png,1,2,3,4,cat,1,1,12,10\n', 'id/duplicate'),
    bad('no category', 'b.png,1,2,3,4,,1,2,12,10\n', 'category/invalid'),
    bad('a path that leads out', '../b.png,1,2,3,4,cat,1,2,12,10\n', 'path/outside'),
    bad('an absolute path', '/etc/passwd,1,2,3,4,cat,1,2,12,10\n', 'path/outside'),
    bad('a drive', 'C:/b.png,1,2,3,4,cat,1,2,12,10\n', 'path/outside'),
    bad('a backslash', 'x\\..\\..\\b.png,1,2,3,4,cat,1,2,12,10\n', 'path/outside'),
    bad('a width of 0', 'b.png,1,2,3,4,cat,1,2,0,10\n', 'image/invalid'),
    bad('a field too few', 'b.png,1,2,3,4,cat,1,2,12\n', 'csv/row'),
    bad('a field too many', 'b.png,1,2,3,4,cat,1,2,12,10,\n', 'csv/row'),
    bad('bytes that are no UTF-8', Buffer.from('b\xff.png,1,2,3,4,cat,1,2,12,10\n', 'latin1'), 'csv/row'),
    bad('quotes that do not end', '"b.png,1,2,3,4,cat,1,2,12,10\n', 'data/format', 'refused'),
    bad('a quote inside a field', 'b".png,1,2,3,4,cat,1,2,12,10\n', 'data/format', 'refused'),
    bad('text behind a quote', '"b"x.png,1,2,3,4,cat,1,2,12,10\n', 'data/format', 'refused'),
    bad('a record without end', `"${'x'.repeat(1 << 21)}`, 'data/format', 'refused'),
    { name: 'no header', files: { 'boxes.csv': 'a.png,1,2,3,4\n' }, code: 'data/format', leaves: 'refused' },
    { name: 'no column for y1', files: { 'boxes.csv': 'file_name,x0,y0,x1\na.png,1,2,3\n' }, code: 'data/format', leaves: 'refused' },
    { name: 'a column twice', files: { 'boxes.csv': 'file_name,x0,y0,x1,y1,x0\n' }, code: 'data/format', leaves: 'refused' },
    { name: 'an empty file', files: { 'boxes.csv': '' }, code: 'data/format', leaves: 'refused' },
  ],
});

async function read(t: Parameters<typeof temporaryFolder>[0], text: string | Uint8Array) {
  const path = join(await temporaryFolder(t), 'boxes.csv');
  await writeFile(path, text);
  const findings: Finding[] = [];
  const dataset = await collected(await csv.reader!.read(path, { maxPixels: MAX_PIXELS, report: (found) => findings.push(found) }));
  return { ...dataset, findings };
}

test('rows of an image may lie anywhere; order of images is that of their first row; without ids the row is the id', async (t) => {
  const { entries, categories } = await read(t, 'file_name,x0,y0,x1,y1,width,height\nb.png,1,1,2,2,5,6\na.png,0,0,1,1,7,8\n\nb.png,3,3,4,4,5,6\n');
  t.deepEqual(categories, [{ id: 1, name: 'object' }]);
  t.deepEqual(entries.map(({ image, annotations }) => [image, annotations.map(({ id, box }) => [id, box?.x0])]), [
    [{ id: 1, fileName: 'b.png', width: 5, height: 6 }, [[1, 1], [3, 3]]],
    [{ id: 2, fileName: 'a.png', width: 7, height: 8 }, [[2, 0]]],
  ]);
});

test('a byte order mark, CR LF, quotes over lines and columns in another order', async (t) => {
  const { entries } = await read(t, '\ufeffid,y1,x1,y0,x0,file_name,category,width,height\r\n9,4,3,2,1,"a ""b"", c.png","two\nlines",5,6\r\n10,8,7,6,5,"a ""b"", c.png","two\nlines",5,6');
  t.is(entries.length, 1);
  t.is(entries[0]!.image.fileName, 'a "b", c.png');
  t.deepEqual(entries[0]!.annotations.map(({ id, box }) => [id, box]), [[9, { x0: 1, y0: 2, x1: 3, y1: 4 }], [10, { x0: 5, y0: 6, x1: 7, y1: 8 }]]);
});

test('a finding names line and column', async (t) => {
  const { findings, entries } = await read(t, `${HEAD}${GOOD}"b.png",1,2,3,4,"a\nb",0.5,7,5,6\nc.png,1,2,x,4,cat,0.5,8,12,10\n`);
  t.deepEqual(findings.map(({ code, line, path }) => [code, line, path]), [['box/invalid', 5, 'x1']]);
  t.is(entries.length, 2);
});

test('a column that is not known is said once', async (t) => {
  const { findings, entries } = await read(t, 'file_name,x0,y0,x1,y1,note,width,height\na.png,1,2,3,4,x,5,6\n');
  t.deepEqual(findings.map(({ code, severity }) => [code, severity]), [['csv/column', 'warning']]);
  t.is(entries.length, 1);
});

test('without sizes and images there is a sentence that says what is missing', async (t) => {
  await t.throwsAsync(read(t, 'file_name,x0,y0,x1,y1\na.png,1,2,3,4\n'), { code: 'usage/option', message: /--images/ });
});

test('names that a spreadsheet would run are disarmed, and read back as they were', async (t) => {
  const names = ['=HYPERLINK("http://x")', '+1', '-1', '@sum', '\'=quoted', '\'plain', '\t=x', 'a=b'];
  const categories = names.map((name, i) => ({ id: i + 1, name }));
  const entries = [{ image: { id: 1, fileName: '-a.png', width: 5, height: 5 }, annotations: categories.map(({ id }) => ({ id, imageId: 1, categoryId: id, isCrowd: false, box: { x0: -1, y0: 0, x1: 2, y1: 2 } })) }];
  const sink = memorySink();
  await csv.writer!.write(sourceOf(categories, entries), sink, {});
  const text = sink.text();
  for (const cell of text.split('\n').slice(1).flatMap((line) => [line.split(',')[0] ?? '', line.split(',')[5] ?? ''])) t.notRegex(cell, /^"?[=+\-@\t]/);
  t.regex(text, /'-a\.png,-1,0,2,2,/, 'numbers stay numbers');
  const back = await read(t, text.replaceAll(/^([^\n]*)\n/gm, (_, line: string) => (line.startsWith('file_name') ? `${line},width,height\n` : `${line},5,5\n`)));
  t.deepEqual(back.categories, categories);
  t.is(back.entries[0]!.image.fileName, '-a.png');
});

test('detection looks at the first line only', async (t) => {
  const probe = (head: string): Probe => ({ path: 'x', directory: false, head: Buffer.from(head), names: [], headOf: async () => new Uint8Array() });
  t.true((await csv.detect(probe('file_name,x0,y0,x1,y1\nrubbish "'))).score > 0.9);
  t.is((await csv.detect(probe('id,area,bbox_x0\n'))).score, 0);
  t.is((await csv.detect({ ...probe(''), directory: true })).score, 0);
});
