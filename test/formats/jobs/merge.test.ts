/** Merging datasets: the bytes of a run's own file from its shards, images of one name, ids and categories, order, and what is never overwritten. */
import { mkdir, readFile, readdir, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import test, { type ExecutionContext } from 'ava';
import { Spool } from '../../../src/files/spool.js';
import { cocoFile, encodeCocoPart, type CocoPart } from '../../../src/formats/coco/coco-parts.js';
import { GEOMETRY_OPTIONS, OUTPUT_OPTIONS, READ_OPTIONS } from '../../../src/formats/jobs/convert-options.js';
import { sourceOf } from '../../../src/formats/format.js';
import { mergeDatasets, type MergeReport, type MergeRequest } from '../../../src/formats/jobs/merge.js';
import { OrderedEntries } from '../../../src/formats/jobs/ordered-entries.js';
import { defaultsOf } from '../../../src/options.js';
import type { DatasetEntry } from '../../../src/dataset/types.js';
import { CASES } from '../../contracts/cases.js';
import { temporaryFolder } from '../../files/temporary-folder.js';
import { generatedImage } from '../generated-image.js';

const DEFAULTS = { ...defaultsOf(READ_OPTIONS), ...defaultsOf(GEOMETRY_OPTIONS), ...defaultsOf(OUTPUT_OPTIONS) };
const merge = (inputs: string[], output: string, more: Partial<MergeRequest> = {}): Promise<MergeReport> => mergeDatasets({ ...DEFAULTS, inputs, output, ...more });

/** The file that a run over these images writes; a name with "empty" in it has no masks. */
async function runFile(folder: string, output: string, names: string[]): Promise<string> {
  const parts: CocoPart[] = [];
  for (const [i, fileName] of names.entries()) {
    const path = join(folder, `${output}-part-${i}`);
    const image = generatedImage(fileName);
    await writeFile(path, encodeCocoPart(fileName.includes('empty') ? { ...image, masks: [] } : image, path)[0]!.bytes);
    parts.push({ fileName, width: image.width, height: image.height, path });
  }
  let text = '';
  for await (const piece of cocoFile(parts, 'object')) text += piece;
  const path = join(folder, output);
  await writeFile(path, text);
  return path;
}

test('shards in any order merge into the bytes of one run, and nothing is remarked', async (t) => {
  const folder = await temporaryFolder(t);
  const one = await runFile(folder, 'one.json', ['A.png', 'a.png', 'b/empty.png', 'b/x é.png', 'c.png']);
  const shards = [
    await runFile(folder, 's0.json', ['a.png', 'c.png']), await runFile(folder, 's1.json', []), await runFile(folder, 's2.json', ['A.png', 'b/empty.png', 'b/x é.png']),
  ];
  for (const [i, order] of [shards, shards.toReversed()].entries()) {
    const output = join(folder, `merged-${i}.json`);
    t.like(await merge(order, output), { to: 'coco', images: 5, annotations: 8, categories: 1, joined: 0, remarks: [], losses: [], result: 'written' });
    t.is(await readFile(output, 'utf8'), await readFile(one, 'utf8'));
  }
});

test('runs without masks, and without images', async (t) => {
  const folder = await temporaryFolder(t);
  for (const names of [['empty.png'], []]) {
    const run = await runFile(folder, `run-${names.length}.json`, names), output = join(folder, `merged-${names.length}.json`);
    await merge([run], output);
    t.is(await readFile(output, 'utf8'), await readFile(run, 'utf8'));
  }
});

interface File { info?: unknown; licenses?: unknown; images: object[]; annotations: { id: number; image_id: number; category_id: number }[]; categories: object[] }

const image = (id: number, file_name: string, more: object = {}) => ({ id, file_name, width: 4, height: 3, ...more });
const box = (id: number, image_id: number, category_id: number) => ({ id, image_id, category_id, bbox: [0, 0, 2, 2], iscrowd: 0 });

async function files(t: ExecutionContext, ...contents: File[]): Promise<{ folder: string; inputs: string[]; output: string; read: () => Promise<File> }> {
  const folder = await temporaryFolder(t), output = join(folder, 'out.json');
  const inputs = contents.map((_, i) => join(folder, `${i}.json`));
  for (const [i, content] of contents.entries()) await writeFile(inputs[i]!, JSON.stringify(content));
  // written by us a moment ago
  return { folder, inputs, output, read: async () => JSON.parse(await readFile(output, 'utf8')) as File };
}

const DAY: File = {
  info: { year: 2024 },
  images: [image(7, 'b.jpg', { camera: 'left' }), image(9, 'a.jpg')],
  annotations: [box(100, 7, 2), box(101, 9, 5), box(102, 7, 5)],
  categories: [{ id: 2, name: 'cat', supercategory: 'animal' }, { id: 5, name: 'dog', supercategory: 'animal' }],
};

test('ids that do not collide stay, in the order of the names; a dataset and its own halves are the same', async (t) => {
  const night: File = { images: [image(3, 'Z.jpg')], annotations: [box(1, 3, 5)], categories: [{ id: 5, name: 'dog', supercategory: 'animal' }] };
  const { inputs, output, read } = await files(t, DAY, night);
  t.like(await merge(inputs, output), { images: 3, annotations: 4, remarks: [], inputs: [{ input: inputs[0], format: 'coco', images: 2, annotations: 3 }, { images: 1, annotations: 1 }] });
  const merged = await read();
  t.deepEqual(merged.info, { year: 2024 });
  t.deepEqual(merged.images, [image(3, 'Z.jpg'), image(9, 'a.jpg'), image(7, 'b.jpg', { camera: 'left' })]);
  t.deepEqual(merged.annotations.map(({ id, image_id, category_id }) => [id, image_id, category_id]), [[1, 3, 5], [101, 9, 5], [100, 7, 2], [102, 7, 5]]);
  t.deepEqual(merged.categories, DAY.categories);
});

test('ids that collide count from 1 and that is told, as categories are', async (t) => {
  const night: File = {
    info: { year: 2025 }, images: [image(7, 'Z.jpg')], annotations: [box(100, 7, 1), box(101, 7, 2)], categories: [{ id: 1, name: 'dog', supercategory: 'pet' }, { id: 2, name: 'owl' }],
  };
  const { inputs, output, read } = await files(t, DAY, night);
  const { remarks } = await merge(inputs, output);
  t.is(remarks.length, 5, remarks.join('\n'));
  t.true(remarks.some((text) => text.startsWith('Ids of images and annotations collide')));
  t.true(remarks.some((text) => text.includes('"info" of')));
  const merged = await read();
  t.deepEqual(merged.images, [image(1, 'Z.jpg'), image(2, 'a.jpg'), image(3, 'b.jpg', { camera: 'left' })]);
  t.deepEqual(merged.annotations.map(({ id, image_id, category_id }) => [id, image_id, category_id]), [[1, 1, 5], [2, 1, 3], [3, 2, 5], [4, 3, 2], [5, 3, 5]]);
  t.deepEqual(merged.categories, [...DAY.categories, { id: 3, name: 'owl', supercategory: '' }]);
});

test('an image of several inputs is one with the annotations of all', async (t) => {
  const again: File = { images: [image(1, 'c.jpg'), image(2, 'b.jpg', { camera: 'right' })], annotations: [box(1, 2, 2), box(2, 1, 2)], categories: [{ id: 2, name: 'cat', supercategory: 'animal' }] };
  const { inputs, output, read } = await files(t, DAY, again);
  const { joined, remarks, images } = await merge(inputs, output);
  t.deepEqual([joined, images], [1, 3]);
  t.regex(remarks.join('\n'), /1 image stands in several places \(b\.jpg, in .*0\.json and .*1\.json\).*\n1 of them has other keys/);
  const merged = await read();
  t.deepEqual(merged.images, [image(9, 'a.jpg'), image(7, 'b.jpg', { camera: 'left' }), image(1, 'c.jpg')]);
  t.deepEqual(merged.annotations.map(({ id, image_id }) => [id, image_id]), [[101, 9], [100, 7], [102, 7], [1, 7], [2, 1]]);
});

test('an image in two sizes is an error that names both, before anything is written', async (t) => {
  const other: File = { ...DAY, images: [{ ...image(7, 'b.jpg'), width: 5 }, image(9, 'a.jpg')] };
  const { folder, inputs, output } = await files(t, DAY, other);
  const error = await t.throwsAsync(merge(inputs, output), { code: 'data/conflict' });
  for (const part of [inputs[0]!, inputs[1]!, '4 x 3', '5 x 3']) t.true(error.message.includes(part), error.message);
  t.deepEqual((await readdir(folder)).sort(), ['0.json', '1.json']);
});

test('names are ordered by their bytes, whatever the order of the files; entries that wait come back as they were', async (t) => {
  const names = ['\u{1f600}.jpg', '\uff5e.jpg', 'é.jpg', 'z.jpg', 'a/b.jpg', 'a.jpg', 'y.jpg'];
  const entries: DatasetEntry[] = Object.values(CASES).flatMap((dataset) => dataset.entries).slice(0, 7).map((entry, i) => ({ ...entry, image: { ...entry.image, fileName: names[i]! } }));
  const strange: DatasetEntry = {
    image: { id: 0, fileName: 'a.jpg', width: 1, height: 1 },
    annotations: [{ id: 1, imageId: 0, categoryId: 1, isCrowd: false, score: -0, extra: Object.fromEntries([['__proto__', [1, 'é']]]), segmentation: { kind: 'rle', rle: { width: 1, height: 1, counts: Uint32Array.of(0, 1) } } }],
  };
  const spool = new Spool(0);
  const seen: string[] = [];
  const ordered = await OrderedEntries.of(sourceOf([], [...entries, strange]), spool, ({ image: { fileName } }) => { seen.push(fileName); });
  t.is(seen.length, entries.length + 1);
  for (let turn = 0; turn < 2; turn++) {
    const found: DatasetEntry[] = [];
    for await (const entry of ordered.entries()) found.push(entry);
    t.deepEqual(found.map(({ image: { fileName } }) => fileName), ['a.jpg', 'a.jpg', 'a/b.jpg', 'y.jpg', 'z.jpg', 'é.jpg', '\uff5e.jpg', '\u{1f600}.jpg']);
    for (const entry of [...entries, strange]) t.true(found.some((other) => isDeepStrictEqual(other, entry)), entry.image.fileName);
    t.deepEqual(found[1], strange, 'the later of two stands behind the earlier');
  }
  await spool.close();
});

test('datasets of several formats need --to; without it they keep theirs', async (t) => {
  const { folder, inputs, output } = await files(t, DAY);
  const labelme = join(folder, 'labelme');
  await mkdir(labelme);
  for (const name of ['a', 'n']) {
    await writeFile(join(labelme, `${name}.json`), JSON.stringify({
      version: '5.0.0', flags: {}, imagePath: `${name}.jpg`, imageData: null, imageHeight: 3, imageWidth: 4, shapes: [{ label: 'dog', points: [[0, 0], [3, 0], [3, 2]], shape_type: 'polygon', flags: {}, group_id: null }],
    }));
  }
  await t.throwsAsync(merge([...inputs, labelme], output), { code: 'usage/option', message: /coco, labelme.*--to/ });
  t.like(await merge([...inputs, labelme], output, { to: 'coco' }), { images: 3, annotations: 5, joined: 1, categories: 2 });
  t.like(await merge([labelme, labelme], join(folder, 'twice')), { to: 'labelme', images: 2, annotations: 4, joined: 2, losses: [] });
  const results = join(folder, 'results.json');
  await writeFile(results, '[{"image_id":7,"category_id":2,"bbox":[0,0,2,2],"score":0.5}]');
  t.like(await merge([results, results], join(folder, 'both.json'), { from: 'coco-results', instances: inputs[0] }), { to: 'coco-results', images: 2, annotations: 2, joined: 2, remarks: [] }, 'results share their images, and ids of results are counted');
  await t.throwsAsync(merge([], output), { code: 'usage/option' });
});

async function twoRuns(t: ExecutionContext): Promise<{ folder: string; inputs: string[]; output: string }> {
  const folder = await temporaryFolder(t);
  return { folder, inputs: [await runFile(folder, 'x.json', ['a.png']), await runFile(folder, 'y.json', ['b.png'])], output: join(folder, 'out.json') };
}

test('an output with other content is refused without force; with the same content it stays as it is', async (t) => {
  const { inputs, output } = await twoRuns(t);
  await writeFile(output, 'mine');
  const error = await t.throwsAsync(merge(inputs, output), { code: 'usage/output-exists' });
  t.is('file' in error && error.file, output);
  await t.throwsAsync(merge(inputs, output, { dryRun: true }), { code: 'usage/output-exists' });
  t.is(await readFile(output, 'utf8'), 'mine');
  await merge(inputs, output, { force: true });
  const merged = await readFile(output, 'utf8');
  t.true(merged.startsWith('{"images": [\n{"id":1,'));
  const { ino } = await stat(output);
  t.is((await merge(inputs, output)).result, 'same');
  t.is((await stat(output)).ino, ino, 'not written again');
});

test('a dry run counts and writes nothing', async (t) => {
  const { folder, inputs, output } = await twoRuns(t);
  const before = await readdir(folder);
  t.like(await merge(inputs, output, { dryRun: true }), { images: 2, annotations: 4, categories: 1, result: 'would-be-written' });
  t.deepEqual(await readdir(folder), before);
});

test('an input is never overwritten, whatever it is called and whatever is forced', async (t) => {
  const { folder, inputs } = await twoRuns(t);
  const before = await readFile(inputs[0]!, 'utf8');
  await symlink(inputs[0]!, join(folder, 'link.json'));
  for (const output of [inputs[0]!, join(folder, '.', 'x.json'), join(folder, 'link.json')]) {
    for (const dryRun of [false, true]) await t.throwsAsync(merge(inputs, output, { force: true, dryRun }), { code: 'usage/output-in-input' });
  }
  t.is(await readFile(inputs[0]!, 'utf8'), before);
  t.is((await merge([inputs[0]!], inputs[0]!)).result, 'same', 'one that would come out as it is may be the output');
});

test('inputs that cannot be read are told apart', async (t) => {
  const { folder, inputs, output } = await twoRuns(t);
  const missing = join(folder, 'missing.json'), broken = join(folder, 'broken.json'), list = join(folder, 'list.json');
  await writeFile(broken, '{"images": [');
  await writeFile(list, '[]');
  for (const [input, code] of [[missing, 'usage/input-missing'], [broken, 'data/json'], [list, 'data/coco'], [folder, 'data/unreadable']] as const) {
    const error = await t.throwsAsync(merge([inputs[0]!, input], output, { from: 'coco' }), { code });
    t.true('file' in error && String(error.file).endsWith(input.split('/').at(-1)!), String(error));
  }
  t.false((await readdir(folder)).includes('out.json'));
});
