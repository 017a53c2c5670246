/**
 * Files that were made to do harm, through the commands: each is told with its code and position, exits 4 (3 where the rest is written), and
 * nothing is written outside of the output. The readers' own tests have many more; this is about what a user meets.
 */
import { createHash } from 'node:crypto';
import { mkdir, readFile, readdir, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { encodePngGrey } from '../../src/image/encode.js';
import { temporaryFolder } from '../files/temporary-folder.js';
import { runJson, runSam } from './run-sam.js';

const IMAGE = '{"id":1,"file_name":"a.png","width":12,"height":10}', CATEGORY = '{"id":1,"name":"cat"}';
const GOOD = '{"id":1,"image_id":1,"category_id":1,"bbox":[1,1,4,4]}';
const coco = (annotation: string, image = IMAGE, category = CATEGORY): string => `{"images":[\n${image}\n],"categories":[\n${category}\n],"annotations":[\n${GOOD},\n${annotation}\n]}`;
const record = (rest: string, id: string | number = 2): string => `{"id":${id},"image_id":1,"category_id":1,${rest}}`;
const named = (name: string): string => coco(record('"bbox":[1,1,2,2]'), `${IMAGE},\n{"id":2,"file_name":${JSON.stringify(name)},"width":12,"height":10}`);
/** A ring of a million points, drawn so that it stays in the image. */
const MILLION = Array.from({ length: 1_000_000 }, (_, i) => `${1 + ((i * 7) % 80) / 10},${1 + ((i * 13) % 70) / 10}`).join(',');

const voc = (head: string, name: string): string => `${head}<annotation>\n<filename>${name}</filename><size><width>12</width><height>10</height><depth>3</depth></size>\n<object><name>cat</name><bndbox><xmin>1</xmin><ymin>1</ymin><xmax>5</xmax><ymax>5</ymax></bndbox></object></annotation>\n`;
const GOOD_VOC = voc('', 'b.png');
const labelme = (imagePath: string): string => JSON.stringify({ version: '5', flags: {}, shapes: [{ label: 'cat', points: [[1, 1], [5, 5]], shape_type: 'rectangle', flags: {} }], imagePath, imageHeight: 10, imageWidth: 12 });
const BOMB = `names: &a [x, x, x, x, x, x, x, x, x]\n${[...'bcdefghi'].map((c, i) => `${c}: &${c} [${Array(9).fill(`*${'abcdefgh'[i]}`).join(', ')}]`).join('\n')}\ntrain: images\nval: images\n`;
const CVAT = '<?xml version="1.0"?>\n<!DOCTYPE annotations [<!ENTITY x SYSTEM "file:///etc/passwd">]>\n<annotations><image id="0" name="a.png" width="12" height="10"></image></annotations>\n';

interface Row {
  name: string;
  /** By path below the dataset's folder; `input` is the one that is given to the commands, the folder itself where it is absent. */
  files: Record<string, string>;
  input?: string;
  from?: string;
  code: string;
  /** The record or line where it stands. */
  at: { record?: string; line?: number; path?: string };
  /** What `boxes-to-masks` ends with, for what it reads: 3 where the other record has a box. */
  boxes?: 3 | 4;
}

const file = (name: string, text: string, code: string, at: Row['at'], more: Partial<Row> = {}): Row => ({ name, files: { 'in.json': text }, input: 'in.json', code, at, ...more });

const ROWS: Row[] = [
  file('a box of NaN', coco(record('"bbox":[NaN,1,2,2]')), 'json/syntax', { record: 'annotations[1]', line: 7 }, { boxes: 3 }),
  file('a box of 1e999', coco(record('"bbox":[1,1,1e999,2]')), 'box/invalid', { record: 'annotations[1]', line: 7, path: 'bbox' }),
  file('a box of negative size', coco(record('"bbox":[1,1,-4,2]')), 'box/negative-size', { record: 'annotations[1]', line: 7, path: 'bbox' }, { boxes: 3 }),
  file('a polygon of a million points and a half', coco(record(`"bbox":[1,1,2,2],"segmentation":[[${MILLION},5]]`)), 'polygon/odd', { record: 'annotations[1]', line: 7, path: 'segmentation[0]' }),
  file('a polygon that reaches beyond every number', coco(record('"bbox":[1,1,2,2],"segmentation":[[1,1,1e300,1,5,5]]')), 'polygon/invalid', { record: 'annotations[1]', line: 7, path: 'segmentation' }),
  file('an id that is a text', coco(record('"bbox":[1,1,2,2]', '"2"')), 'id/invalid', { record: 'annotations[1]', line: 7, path: 'id' }, { boxes: 3 }),
  file('an id above 2^53', coco(record('"bbox":[1,1,2,2]', '9007199254740993')), 'id/invalid', { record: 'annotations[1]', line: 7, path: 'id' }),
  file('an id that stands twice', coco(record('"bbox":[1,1,2,2]', 1)), 'id/duplicate', { record: 'annotations[1]', line: 7, path: 'id' }),
  file('a mask of 4 billion pixels', coco(record('"bbox":[1,1,2,2],"segmentation":{"size":[65536,65536],"counts":[4294967296]}')), 'size/mismatch', { record: 'annotations[1]', line: 7, path: 'segmentation.size' }),
  file('a name that climbs', named('../evil.png'), 'path/outside', { record: 'images[1]', line: 3, path: 'file_name' }),
  file('a name that climbs backwards', named('..\\..\\evil.png'), 'path/outside', { record: 'images[1]', line: 3, path: 'file_name' }, { boxes: 3 }),
  file('an absolute name', named('/etc/passwd'), 'path/outside', { record: 'images[1]', line: 3, path: 'file_name' }, { boxes: 3 }),
  file('a name with a drive', named('C:\\evil.png'), 'path/outside', { record: 'images[1]', line: 3, path: 'file_name' }),
  file('a name with a control character', named('a\u0000.png'), 'path/outside', { record: 'images[1]', line: 3, path: 'file_name' }),
  file('a file that was cut', coco(record('"bbox":[1,1,2,2]')).slice(0, -20), 'data/json', { line: 7 }, { boxes: 4 }),
  file('brackets a hundred thousand deep', coco(record(`"bbox":[1,1,2,2],"own":${'['.repeat(100_000)}${']'.repeat(100_000)}`)), 'json/depth', { record: 'annotations[1]', line: 7 }),
  { name: 'VOC with a DOCTYPE', files: { 'Annotations/a.xml': voc('<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>\n', 'a.png'), 'Annotations/b.xml': GOOD_VOC }, from: 'voc', code: 'file/malformed', at: { record: 'line 1' } },
  { name: 'VOC with a name that climbs', files: { 'Annotations/a.xml': voc('', '../../evil.png'), 'Annotations/b.xml': GOOD_VOC }, from: 'voc', code: 'path/outside', at: { path: 'filename' } },
  { name: 'CVAT with a DOCTYPE', files: { 'annotations.xml': CVAT }, input: 'annotations.xml', from: 'cvat', code: 'data/xml', at: { line: 2 } },
  { name: 'LabelMe with an absolute name', files: { 'a.json': labelme('/etc/passwd'), 'b.json': labelme('b.png') }, from: 'labelme', code: 'path/outside', at: { path: 'imagePath' } },
  { name: 'YAML with aliases of aliases', files: { 'data.yaml': BOMB, 'images/a.txt': '' }, from: 'yolo', code: 'data/yaml', at: {} },
  { name: 'CSV with a quote that never ends', files: { 'in.csv': 'file_name,x0,y0,x1,y1,width,height\na.png,1,1,5,5,12,10\n"b.png,1,1,5,5,12,10\n' }, input: 'in.csv', code: 'data/format', at: { line: 4 } },
];

interface Place { root: string; input: string; images: string; out: string }

/** `root/deep/data` holds the dataset; a name may climb three folders and still be seen. */
async function place(t: ExecutionContext, { files, input }: Pick<Row, 'files' | 'input'>): Promise<Place> {
  const root = await temporaryFolder(t), data = join(root, 'deep', 'data'), images = join(root, 'deep', 'photos');
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(data, path)), { recursive: true });
    await writeFile(join(data, path), text);
  }
  await mkdir(images);
  await writeFile(join(images, 'a.png'), await encodePngGrey(Uint8Array.from({ length: 120 }, (_, i) => (i * 37) % 256), 12, 10));
  return { root, input: input === undefined ? data : join(data, input), images, out: join(root, 'deep', 'new', 'out') };
}

/** Every file below a folder with its hash, but for those of the output. */
async function treeOf({ root, out }: Place): Promise<string[]> {
  const tree: string[] = [];
  for (const name of (await readdir(root, { recursive: true })).sort()) {
    const path = join(root, name);
    if (path.startsWith(dirname(out))) continue;
    tree.push((await stat(path)).isFile() ? `${name} ${createHash('sha256').update(await readFile(path)).digest('hex')}` : name);
  }
  return tree;
}

for (const row of ROWS) {
  test.serial(`validate and convert: ${row.name}`, async (t) => {
    const at = await place(t, row), { input, out } = at;
    const before = await treeOf(at);
    const from = row.from === undefined ? [] : ['--from', row.from];
    const { code, stdout, stderr } = await runSam(['validate', input, ...from, '--format', 'json']);
    t.is(code, 4, stderr);
    const { findings } = JSON.parse(stdout) as { findings: { code: string; severity: string; file: string }[] }; // what was just printed
    const found = findings.find((finding) => finding.code === row.code);
    t.like(found, { severity: 'error', ...row.at }, stdout.slice(0, 2000));
    t.true((await stat(found?.file ?? '')).isFile(), 'the file is named so that it can be opened');

    const strict = await runJson(t, ['convert', input, ...from, '--to', 'sa1b', '--output', out, '--allow-lossy']);
    t.is(strict.code, 4, JSON.stringify(strict.errors));
    t.deepEqual(strict.outputs, []);
    t.is(strict.errors.length, 1);
    const [error] = strict.errors;
    t.true(error?.code === row.code || error?.message.includes(`Rule ${row.code}.`) === true || row.code === 'polygon/invalid', JSON.stringify(error));
    t.deepEqual(await treeOf(at), before);
    t.false((await readdir(dirname(dirname(out)))).includes('new'), 'not even a folder is left');

    // where a name could lead somewhere
    if (row.code !== 'path/outside') return;
    const lenient = await runJson(t, ['convert', input, ...from, '--to', 'sa1b', '--output', out, '--allow-lossy', '--lenient']);
    t.is(lenient.code, 3, JSON.stringify(lenient.errors));
    t.deepEqual(await treeOf(at), before, 'nothing outside of the output');
  });
}

for (const row of ROWS.filter(({ boxes }) => boxes !== undefined)) {
  test.serial(`boxes-to-masks: ${row.name}`, async (t) => {
    const at = await place(t, row), { input, images, out } = at;
    const before = await treeOf(at);
    const { code, errors } = await runJson(t, ['boxes-to-masks', input, ...(row.from === undefined ? [] : ['--from', row.from]), '--images', images, '--output', out, '--workers', '1']);
    t.is(code, row.boxes ?? 0, JSON.stringify(errors));
    t.deepEqual(errors.map((error) => error.code), [row.code], 'told once');
    t.deepEqual(await treeOf(at), before, 'nothing outside of the output');
  });
}

test.serial('keys called __proto__ and constructor are keys like any, also where they come back', async (t) => {
  const evil = '"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}';
  const at = await place(t, { files: { 'in.json': coco(record(`"bbox":[1,1,2,2],${evil}`), IMAGE.replace('}', `,${evil}}`), CATEGORY.replace('cat', '__proto__')) }, input: 'in.json' });
  t.is((await runSam(['validate', at.input, '--max-errors', '0'])).code, 0);
  t.is((await runSam(['convert', at.input, '--to', 'coco', '--output', at.out])).code, 0);
  const text = await readFile(at.out, 'utf8');
  t.is(text.match(/"__proto__":\{"polluted":true\}/g)?.length, 2);
  t.true(text.includes('"name":"__proto__"'));
});

test.serial('a polygon of a million points is a polygon', async (t) => {
  const at = await place(t, { files: { 'in.json': coco(record(`"segmentation":[[${MILLION}]]`)) }, input: 'in.json' });
  const { code, stdout } = await runSam(['validate', at.input]);
  t.deepEqual([code, stdout], [0, '0 errors, 0 warnings; 1 image, 2 annotations of coco (detected).\n']);
  t.is((await runSam(['convert', at.input, '--to', 'sa1b', '--output', at.out, '--allow-lossy'])).code, 0);
});
