/** `sam convert` as a user runs it: exit codes, what is said of losses and errors, and what is never left behind. */
import { existsSync } from 'node:fs';
import { chmod, mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import test, { type ExecutionContext } from 'ava';
import { temporaryFolder } from '../files/temporary-folder.js';
import { tinyDisk } from '../models/tiny-disk.js';
import { runJson, runSam, startSam } from './run-sam.js';

const IMAGES = '"images":[{"id":139,"file_name":"dir/a.png","width":12,"height":10},{"id":7,"file_name":"b.png","width":12,"height":10}]';
const CATEGORIES = '"categories":[{"id":18,"name":"dog","supercategory":"animal"}]';
const GOOD = '{"id":12,"image_id":139,"category_id":18,"segmentation":{"size":[10,12],"counts":[11,2,8,2,97]},"area":4,"bbox":[1,1,2,2],"iscrowd":0,"mine":[1,null]}';
const BAD = '{"id":13,"image_id":139,"category_id":18,"bbox":[1,1,-2,2]}';

interface Place { root: string; good: string; bad: string; broken: string }

async function place(t: ExecutionContext): Promise<Place> {
  const root = await temporaryFolder(t);
  const [good, bad, broken] = [join(root, 'good.json'), join(root, 'bad.json'), join(root, 'broken.json')];
  await writeFile(good, `{"info":{"year":2017},${IMAGES},"annotations":[${GOOD}],${CATEGORIES}}`);
  await writeFile(bad, `{${IMAGES},\n"annotations":[${GOOD},\n${BAD}],${CATEGORIES}}`);
  await writeFile(broken, `{${IMAGES},\n"annotations":[${GOOD},\n{"id":`);
  return { root, good, bad, broken };
}

test('COCO to COCO keeps everything, says what it did, and finds its own output there', async (t) => {
  const { root, good } = await place(t);
  const out = join(root, 'new', 'out.json');
  const { code, stdout, stderr } = await runSam(['convert', good, '--to', 'coco', '--output', out]);
  t.deepEqual([code, stdout], [0, '']);
  t.is(stderr, `2 images, 1 annotation from coco (detected) to coco in ${out}.\n`);
  t.is(await readFile(out, 'utf8'), '{"info": {"year":2017},\n"images": [\n{"id":139,"file_name":"dir/a.png","width":12,"height":10},\n{"id":7,"file_name":"b.png","width":12,"height":10}\n],\n"annotations": [\n'
    + '{"id":12,"image_id":139,"category_id":18,"segmentation":{"size":[10,12],"counts":";280i2"},"area":4,"bbox":[1,1,2,2],"iscrowd":0,"mine":[1,null]}\n],\n"categories": [{"id":18,"name":"dog","supercategory":"animal"}]}\n');
  const again = await runJson(t, ['convert', out, '--to', 'coco', '--output', out]);
  t.is(again.code, 0);
  t.like(again.summary, { from: 'coco', to: 'coco', images: 2, annotations: 1, result: 'same', leftOut: 0, losses: [], findings: [] });
});

test('a loss is refused with 4, named with its count and first place, and nothing is left behind; --allow-lossy writes', async (t) => {
  const { root, good } = await place(t);
  const out = join(root, 'made', 'masks');
  const refused = await runSam(['convert', good, '--to', 'sa1b', '--output', out]);
  t.is(refused.code, 4);
  t.true(refused.stderr.includes('warning: The output loses category names or ids: once, at category dog. [loss/categories]'), refused.stderr);
  t.true(refused.stderr.includes('[data/loss]') && refused.stderr.includes('--allow-lossy') && refused.stderr.includes('Nothing was written'), refused.stderr);
  const json = await runJson(t, ['convert', good, '--to', 'sa1b', '--output', out]);
  t.is(json.code, 4);
  t.deepEqual(json.errors.map(({ code }) => code), ['data/loss']);
  t.deepEqual(json.outputs, []);
  t.deepEqual(json.summary['losses'], [{ loss: 'categories', count: 1, first: 'category dog' }, { loss: 'extra', count: 1, first: 'the dataset' }, { loss: 'ids', count: 1, first: 'annotation 12 of dir/a.png' }]);
  t.deepEqual((await readdir(root)).sort(), ['bad.json', 'broken.json', 'good.json']);
  const written = await runJson(t, ['convert', good, '--to', 'sa1b', '--output', out, '--allow-lossy']);
  t.is(written.code, 0);
  t.deepEqual(written.outputs, [out]);
  t.deepEqual(written.warnings.map(({ code }) => code), ['loss/categories', 'loss/extra', 'loss/ids']);
  t.deepEqual((await readdir(out, { recursive: true })).sort(), ['.sam', '.sam/outputs.txt', 'b.json', 'dir', 'dir/a.json']);
});

test('--dry-run shows the losses and makes nothing, not even a folder', async (t) => {
  const { root, good } = await place(t);
  for (const to of ['sa1b', 'coco-results'] as const) {
    const { code, stderr } = await runSam(['convert', good, '--to', to, '--output', join(root, 'x', 'y'), '--dry-run', '--allow-lossy']);
    t.is(code, 0);
    t.regex(stderr, /The output loses/);
    t.regex(stderr, /Would write 2 images, 1 annotation .*; nothing was written\./);
    t.false(existsSync(join(root, 'x')));
  }
  t.is((await runSam(['convert', good, '--to', 'sa1b', '--output', join(root, 'x'), '--dry-run'])).code, 4, 'what would be refused is');
});

test('a wrong record ends strict reading with 4 and its position; --lenient leaves it out and exits 3', async (t) => {
  const { root, bad } = await place(t);
  const out = join(root, 'out.json');
  const strict = await runSam(['convert', bad, '--to', 'coco', '--output', out]);
  t.is(strict.code, 4);
  t.true(strict.stderr.startsWith(`error: ${bad} -> annotations[1] -> bbox: The box is -2 x 2 (line 3, column 1, byte `), strict.stderr);
  t.regex(strict.stderr, /Rule box\/negative-size\. \[data\/record\]/);
  t.false(existsSync(out));
  const lenient = await runJson(t, ['convert', bad, '--to', 'coco', '--output', out, '--lenient']);
  t.is(lenient.code, 3);
  t.deepEqual(lenient.errors, [{ code: 'box/negative-size', message: 'The box is -2 x 2 (line 3).', file: bad, record: 'annotations[1]', path: 'bbox' }]);
  t.like(lenient.summary, { annotations: 1, leftOut: 1, findings: [{ code: 'box/negative-size', severity: 'error', count: 1 }] });
  t.true((await readFile(out, 'utf8')).includes('"id":12'));
  t.false((await readFile(out, 'utf8')).includes('"id":13,'));
});

test('many errors of one kind are counted, the first of them shown', async (t) => {
  const { root } = await place(t);
  const many = join(root, 'many.json');
  const records = Array.from({ length: 500 }, (_, i) => `{"id":${i + 1},"image_id":99,"category_id":18,"bbox":[1,1,2,2]}`);
  await writeFile(many, `{${IMAGES},"annotations":[${records.join(',\n')}],${CATEGORIES}}`);
  const { code, errors, summary } = await runJson(t, ['convert', many, '--to', 'coco', '--output', join(root, 'out.json'), '--lenient']);
  t.is(code, 3);
  t.is(summary['leftOut'], 500);
  t.is(errors.length, 21);
  t.is(errors.at(-1)?.message, '480 more of this kind.');
});

test('exit codes: each wrong request has its own, and leaves nothing', async (t) => {
  const { root, good, broken } = await place(t);
  await writeFile(join(root, 'notes.txt'), 'no annotations');
  await mkdir(join(root, 'folder'));
  await writeFile(join(root, 'there.json'), 'other');
  const before = (await readdir(root)).sort();
  const out = join(root, 'out.json');
  const rows: [string[], number, string, RegExp][] = [
    [[good, '--output', out], 2, 'usage/option', /to/],
    [[good, '--to', 'coco'], 2, 'usage/option', /output/],
    [[good, '--to', 'nothing', '--output', out], 2, 'usage/option', /coco/],
    [[join(root, 'none.json'), '--to', 'coco', '--output', out], 2, 'usage/input-missing', /no such file/],
    [[good, '--to', 'coco', '--output', out, '--images', join(root, 'none')], 2, 'usage/input-missing', /no such file/],
    [[good, '--from', 'coco-results', '--to', 'coco', '--output', out], 2, 'usage/option', /--instances/],
    [[good, '--to', 'coco', '--output', join(root, 'folder')], 2, 'usage/output-exists', /folder/],
    [[good, '--to', 'sa1b', '--output', join(root, 'there.json'), '--allow-lossy'], 2, 'usage/output-exists', /file/],
    [[good, '--to', 'coco', '--output', join(root, 'there.json')], 2, 'usage/output-exists', /--force/],
    [[good, '--to', 'coco', '--output', good, '--force'], 2, 'usage/output-in-input', /inputs are never modified/],
    [[broken, '--to', 'coco', '--output', out], 4, 'data/json', /ends inside annotations\[1\].*line 3, column 1/],
    [[join(root, 'notes.txt'), '--to', 'coco', '--output', out], 4, 'data/format', /--from/],
    [[join(root, 'notes.txt'), '--from', 'coco', '--to', 'coco', '--output', out], 4, 'data/json', /line 1, column 1/],
    [[join(root, 'folder'), '--from', 'coco', '--to', 'coco', '--output', out], 4, 'data/unreadable', /not a folder/],
    [[good, '--to', 'coco', '--output', out, '--max-pixels', '100'], 4, 'data/record', /100/],
  ];
  for (const [args, code, name, message] of rows) {
    const { code: found, stderr } = await runSam(['convert', ...args]);
    t.is(found, code, `${args.join(' ')}: ${stderr}`);
    t.true(stderr.includes(`[${name}]`), stderr);
    t.regex(stderr, message);
    t.deepEqual((await readdir(root)).sort(), before, args.join(' '));
  }
  const json = await runJson(t, ['convert', broken, '--to', 'coco', '--output', out]);
  t.is(json.errors[0]?.code, 'data/json');
  t.is(json.errors[0]?.file, broken);
});

test('--force replaces a file, and in a folder what changed and what is left over of our own', async (t) => {
  const { root, good } = await place(t);
  const out = join(root, 'out');
  await runSam(['convert', good, '--to', 'sa1b', '--output', out, '--allow-lossy']);
  await writeFile(join(out, 'mine.txt'), 'mine');
  const fewer = join(root, 'fewer.json');
  await writeFile(fewer, `{"images":[{"id":7,"file_name":"b.png","width":24,"height":10}],"annotations":[],${CATEGORIES}}`);
  const refused = await runSam(['convert', fewer, '--to', 'sa1b', '--output', out, '--allow-lossy']);
  t.is(refused.code, 2);
  t.regex(refused.stderr, /1 files with other content, b\.json first, and 1 files that an earlier run wrote and this one does not, dir\/a\.json first/);
  t.true(existsSync(join(out, 'dir/a.json')));
  t.is((await runSam(['convert', fewer, '--to', 'sa1b', '--output', out, '--allow-lossy', '--force'])).code, 0);
  t.false(existsSync(join(out, 'dir/a.json')));
  t.true((await readFile(join(out, 'b.json'), 'utf8')).includes('"width":24'));
  t.is(await readFile(join(out, 'mine.txt'), 'utf8'), 'mine');
});

test('results are read beside their instances file and written as instances', async (t) => {
  const { root, good } = await place(t);
  const results = join(root, 'results.json');
  await writeFile(results, '[{"image_id":7,"category_id":18,"bbox":[1.5,2,3,4],"score":0.75}]');
  const { code, stderr } = await runSam(['convert', results, '--instances', good, '--to', 'coco', '--output', join(root, 'out.json')]);
  t.is(code, 0, stderr);
  t.true((await readFile(join(root, 'out.json'), 'utf8')).includes('{"id":1,"image_id":7,"category_id":18,"segmentation":[],"area":12,"bbox":[1.5,2,3,4],"iscrowd":0,"score":0.75}'));
});

test('the input is as it was', async (t) => {
  const { root, good } = await place(t);
  const [before, text] = [await stat(good), await readFile(good, 'utf8')];
  await runSam(['convert', good, '--to', 'coco', '--output', join(root, 'out.json')]);
  t.is((await stat(good)).mtimeMs, before.mtimeMs);
  t.is(await readFile(good, 'utf8'), text);
});

for (const [signal, exitCode] of [['SIGINT', 130], ['SIGTERM', 143]] as const) test(`${signal} while writing ends it with ${exitCode} and leaves nothing`, async (t) => {
  const { root } = await place(t);
  const input = join(root, 'large.json'), out = join(root, 'made', 'out.json');
  const records = Array.from({ length: 60_000 }, (_, i) => `{"id":${i + 1},"image_id":${i % 2 === 0 ? 7 : 139},"category_id":18,"bbox":[1,1,2,2],"own":"${'x'.repeat(200)}"}`);
  await writeFile(input, `{${IMAGES},"annotations":[${records.join(',\n')}],${CATEGORIES}}`);
  const { child, end } = startSam(['convert', input, '--to', 'coco', '--output', out]);
  // the staged file is made when writing begins
  while (child.exitCode === null && !(existsSync(join(root, 'made')) && (await readdir(join(root, 'made'))).length > 0)) await sleep(2);
  child.kill(signal);
  const { code, stderr } = await end;
  t.is(code, exitCode, stderr);
  t.regex(stderr, /\[interrupted\/signal\]/);
  t.deepEqual((await readdir(root)).sort(), ['bad.json', 'broken.json', 'good.json', 'large.json']);
});

test('what a kill leaves is gone after the next run into the same place, a file\'s and a folder\'s', async (t) => {
  const { root } = await place(t);
  const input = join(root, 'large.json'), output = join(root, 'made');
  const records = Array.from({ length: 60_000 }, (_, i) => `{"id":${i + 1},"image_id":${i % 2 === 0 ? 7 : 139},"category_id":18,"segmentation":[[1,1,3,1,3,3]],"bbox":[1,1,2,2],"own":"${'x'.repeat(200)}"}`);
  await writeFile(input, `{${IMAGES},"annotations":[${records.join(',\n')}],${CATEGORIES}}`);
  await mkdir(output);
  for (const [to, name] of [['coco', 'out.json'], ['labelme', 'masks']] as const) {
    const out = join(output, name), args = ['convert', input, '--to', to, '--output', out, '--allow-lossy'];
    const { child, end } = startSam(args);
    while (child.exitCode === null && (await readdir(output)).every((found) => !found.startsWith(`.${name}.`))) await sleep(2);
    child.kill('SIGKILL');
    await end;
    t.is((await readdir(output)).filter((found) => found.startsWith(`.${name}.`)).length, 1, 'the kill has left something');
    t.is((await runSam([...args, '--dry-run'])).code, 0);
    t.is((await readdir(output)).filter((found) => found.startsWith(`.${name}.`)).length, 1, 'a dry run removes nothing');
    t.is((await runSam(args)).code, 0);
    t.true((await readdir(output)).every((found) => !found.startsWith('.')), to);
  }
});

test('an output that may not be written ends with 8', async (t) => {
  const { root, good } = await place(t);
  await chmod(root, 0o755);
  await mkdir(join(root, 'closed'), { mode: 0o555 });
  // root may write anywhere
  const user = process.getuid?.() === 0 ? { uid: 65_534 } : {};
  for (const to of ['coco', 'sa1b']) {
    const { code, stderr } = await runSam(['convert', good, '--to', to, '--output', join(root, 'closed', 'out'), '--allow-lossy'], user);
    t.is(code, 8, stderr);
    t.regex(stderr, /permission denied.*\[storage\/not-writable\]/);
  }
});

test('a full disk ends with 8 and leaves nothing on it', async (t) => {
  const { root } = await place(t);
  const disk = await tinyDisk(t, 64, join(root, 'disk'));
  if (disk === undefined) return;
  const input = join(root, 'large.json');
  const records = Array.from({ length: 2000 }, (_, i) => `{"id":${i + 1},"image_id":7,"category_id":18,"segmentation":{"size":[10,12],"counts":[11,2,8,2,97]},"own":"${'x'.repeat(100)}"}`);
  await writeFile(input, `{${IMAGES},"annotations":[${records.join(',\n')}],${CATEGORIES}}`);
  for (const to of ['coco', 'sa1b']) {
    const { code, stderr } = await runSam(['convert', input, '--to', to, '--output', join(disk, 'deep', 'out'), '--allow-lossy']);
    t.is(code, 8, stderr);
    t.regex(stderr, /\[storage\/full\]/);
    t.deepEqual(await readdir(disk), []);
  }
});

test('--help shows two examples', async (t) => {
  const { code, stdout } = await runSam(['convert', '--help']);
  t.is(code, 0);
  t.is(stdout.split('EXAMPLES')[1]?.match(/sam convert/g)?.length, 2, stdout);
});
