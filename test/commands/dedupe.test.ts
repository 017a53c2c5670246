/** `sam dedupe` from outside: exactly the planted duplicates go, the report says what they duplicated, and every format takes part. */
import { existsSync } from 'node:fs';
import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { encodePngGrey } from '../../src/image/encode.js';
import { temporaryFolder } from '../files/temporary-folder.js';
import { runJson, runSam } from './run-sam.js';

const square = (id: number, imageId: number, size: number, more: object = {}): object => ({
  id, image_id: imageId, category_id: 1, segmentation: [[1, 1, 1 + size, 1, 1 + size, 1 + size, 1, 1 + size]], area: size * size, bbox: [1, 1, size, size], iscrowd: 0, ...more,
});

/** Image 1: a square of 20, its near copy of 20 x 20 (one row less), a part; image 2: the same square twice, of two categories; image 3: none. */
async function dataset(t: ExecutionContext): Promise<{ root: string; input: string }> {
  const root = await temporaryFolder(t);
  const input = join(root, 'in.json');
  const near = square(12, 1, 20, { segmentation: [[1, 1, 21, 1, 21, 20, 1, 20]], area: 380, bbox: [1, 1, 20, 19], score: 0.75 });
  await writeFile(input, JSON.stringify({
    images: [1, 2, 3].map((id) => ({ id, file_name: `${id}.png`, width: 40, height: 30 })),
    annotations: [square(11, 1, 20, { score: 0.5 }), near, square(13, 1, 5), square(21, 2, 20), square(22, 2, 20, { category_id: 2 })],
    categories: [{ id: 1, name: 'cat', supercategory: '' }, { id: 2, name: '=dog', supercategory: '' }],
  }));
  return { root, input };
}

/** The ids of a COCO file that we wrote. */
const idsIn = async (path: string): Promise<number[]> => (JSON.parse(await readFile(path, 'utf8')) as { annotations: { id: number }[] }).annotations.map(({ id }) => id);

test('near copies go, parts and images without masks stay; the report names both with IoU and containment', async (t) => {
  const { root, input } = await dataset(t);
  const out = join(root, 'out.json'), report = join(root, 'removed.csv');
  const { code, stderr } = await runSam(['dedupe', input, '--output', out, '--report', report]);
  t.is(code, 0, stderr);
  t.is(stderr, `2 duplicates of 5 annotations, in 2 images: 1 cat, 1 =dog.\n3 images, 3 annotations from coco (detected) to coco in ${out}.\n`);
  t.deepEqual(await idsIn(out), [11, 13, 21]);
  t.is(await readFile(report, 'utf8'), 'file_name,id,index,category,duplicate_of,duplicate_of_index,duplicate_of_category,iou,containment\n'
    + '1.png,12,1,cat,11,0,cat,0.95,1\n2.png,22,1,\'=dog,21,0,cat,1,1\n');
  const json = join(root, 'removed.json');
  const again = await runJson(t, ['dedupe', input, '--output', out, '--report', json]);
  t.deepEqual([again.code, again.outputs], [0, [out, json]]);
  t.like(again.summary, { images: 3, annotations: 5, removed: 2, kept: 3, imagesWithDuplicates: 2, removedByCategory: [{ name: 'cat', removed: 1 }, { name: '=dog', removed: 1 }], result: 'written' });
  t.deepEqual(JSON.parse(await readFile(json, 'utf8')), {
    options: { iou: 0.9, prefer: 'order', 'per-category': false },
    images: [
      { file_name: '1.png', image_id: 1, removed: [{ id: 12, index: 1, category: 'cat', duplicate_of: 11, duplicate_of_index: 0, duplicate_of_category: 'cat', iou: 0.95, containment: 1 }] },
      { file_name: '2.png', image_id: 2, removed: [{ id: 22, index: 1, category: '=dog', duplicate_of: 21, duplicate_of_index: 0, duplicate_of_category: 'cat', iou: 1, containment: 1 }] },
    ],
  });
  t.is((await runJson(t, ['dedupe', input, '--output', out, '--report', json])).summary['result'], 'same');
});

test('the options decide which go', async (t) => {
  const { root, input } = await dataset(t);
  const rows: [string[], number[]][] = [
    [['--per-category'], [11, 13, 21, 22]],
    [['--iou', '0.96'], [11, 12, 13, 21]],
    [['--containment', '0.95'], [11, 21]],
    [['--prefer', 'score', '--containment', '1'], [12, 21]],
    [['--prefer', 'area'], [11, 13, 21]],
  ];
  for (const [i, [args, ids]] of rows.entries()) {
    const out = join(root, `out-${i}.json`);
    const { code, stderr } = await runSam(['dedupe', input, '--output', out, ...args]);
    t.is(code, 0, stderr);
    t.deepEqual(await idsIn(out), ids, args.join(' '));
  }
});

test('a crowd is no duplicate of what is in it', async (t) => {
  const { root } = await dataset(t);
  const input = join(root, 'crowd.json'), out = join(root, 'out.json');
  await writeFile(input, JSON.stringify({
    images: [{ id: 1, file_name: '1.png', width: 40, height: 30 }], annotations: [square(1, 1, 20, { iscrowd: 1 }), square(2, 1, 20), square(3, 1, 20)], categories: [{ id: 1, name: 'cat' }],
  }));
  t.is((await runSam(['dedupe', input, '--output', out, '--containment', '0.9'])).code, 0);
  t.deepEqual(await idsIn(out), [1, 2]);
});

test('a dry run writes neither of the two; a report that is in the way stops both', async (t) => {
  const { root, input } = await dataset(t);
  const out = join(root, 'new/out.json'), report = join(root, 'removed.json');
  const dry = await runSam(['dedupe', input, '--output', out, '--report', report, '--dry-run']);
  t.is(dry.code, 0);
  t.regex(dry.stderr, /2 duplicates of 5 annotations.*\n.*nothing was written/);
  t.deepEqual(await readdir(root), ['in.json']);
  await writeFile(report, 'mine');
  for (const args of [[], ['--dry-run']]) {
    const { code, stderr } = await runSam(['dedupe', input, '--output', out, '--report', report, ...args]);
    t.is(code, 2, stderr);
    t.true(stderr.includes(report) && stderr.includes('[usage/output-exists]'), stderr);
    t.deepEqual((await readdir(root)).sort(), ['in.json', 'removed.json']);
  }
  t.is(await readFile(report, 'utf8'), 'mine');
  t.is((await runSam(['dedupe', input, '--output', out, '--report', report, '--force'])).code, 0);
});

test('wrong requests write nothing', async (t) => {
  const { root, input } = await dataset(t);
  const out = join(root, 'out.json');
  const rows: [string[], string][] = [
    [['--output', out, '--report', join(root, 'x.txt')], 'ends in .json or .csv'],
    [['--output', out, '--report', out], '--report lies in the place of --output'],
    [['--output', join(root, 'folder'), '--to', 'sa1b', '--report', join(root, 'folder/r.json')], '--report lies in the place of --output'],
    [['--output', out, '--report', input, '--force'], 'inputs are never modified'],
    [['--output', out, '--iou', '1.5'], '--iou expects a number from 0 to 1'],
    [['--output', input, '--force'], 'inputs are never modified'],
  ];
  for (const [args, text] of rows) {
    const { code, stderr } = await runSam(['dedupe', input, ...args]);
    t.is(code, 2, `${args.join(' ')}: ${stderr}`);
    t.true(stderr.includes(text), stderr);
    t.deepEqual(await readdir(root), ['in.json']);
  }
});

test('every format that has masks loses its duplicates, and no more', async (t) => {
  const { root, input } = await dataset(t);
  const photos = join(root, 'photos');
  await mkdir(photos);
  for (const id of [1, 2, 3]) await writeFile(join(photos, `${id}.png`), await encodePngGrey(new Uint8Array(1200), 40, 30));
  for (const to of ['sa1b', 'yolo', 'labelme', 'cvat', 'png', 'npy'] as const) {
    const whole = join(root, to === 'cvat' ? 'whole.xml' : to), out = join(root, to === 'cvat' ? 'out.xml' : `${to}-out`);
    const images = to === 'yolo' || to === 'png' ? ['--images', photos] : [];
    t.is((await runSam(['convert', input, '--to', to, '--output', whole, '--allow-lossy', ...images])).code, 0, to);
    const { code, summary, errors } = await runJson(t, ['dedupe', whole, '--output', out, ...images]);
    t.is(code, 0, `${to}: ${JSON.stringify(errors)}`);
    t.like(summary, { from: to, to, annotations: 5, removed: 2, kept: 3, losses: [] }, to);
    t.like((await runJson(t, ['dedupe', out, '--output', out, ...images])).summary, { removed: 0, result: 'same' }, `${to}: nothing is left to remove`);
    t.true(existsSync(out));
  }
});
