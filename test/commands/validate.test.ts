/** `sam validate` as a user runs it: what is found, in which form, with which exit code; repaired copies; inputs stay as they are. */
import { existsSync } from 'node:fs';
import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import test, { type ExecutionContext } from 'ava';
import { sharp } from '../../src/image/sharp.js';
import { temporaryFolder } from '../files/temporary-folder.js';
import { runJson, runSam, startSam } from './run-sam.js';

const CATEGORIES = '"categories":[{"id":1,"name":"cat"}]';
const image = (id: number, name: string, width: number, height: number): string => `{"id":${id},"file_name":"${name}","width":${width},"height":${height}}`;
const boxOn = (imageId: number, id: number, box: string, more = ''): string => `{"id":${id},"image_id":${imageId},"category_id":1,"bbox":[${box}]${more}}`;
const coco = (images: readonly string[], annotations: readonly string[]): string => `{"images":[\n${images.join(',\n')}\n],"annotations":[\n${annotations.join(',\n')}\n],${CATEGORIES}}`;

interface Listed { code: string; severity: string; message: string; file?: string; record?: string; path?: string; line?: number; column?: number }
interface Report { format: string; errors: number; warnings: number; infos: number; rules: { code: string; count: number; listed: number }[]; findings: Listed[] }

/** The report of `--format json`. */
async function validated(t: ExecutionContext, args: readonly string[], code: number): Promise<Report> {
  const end = await runSam(['validate', ...args, '--format', 'json']);
  t.is(end.code, code, end.stderr);
  t.regex(end.stdout, /^\{[^\n]*\}\n$/, 'one object');
  return JSON.parse(end.stdout) as Report; // what was just printed
}

async function fileWith(t: ExecutionContext, text: string): Promise<{ root: string; file: string }> {
  const root = await temporaryFolder(t);
  await writeFile(join(root, 'in.json'), text);
  return { root, file: join(root, 'in.json') };
}

/** A JPEG stored 40 x 30 with an EXIF orientation; every colour is another content. */
async function photo(path: string, orientation: number, colour = orientation): Promise<void> {
  await sharp(Buffer.alloc(40 * 30 * 3, colour * 9), { raw: { width: 40, height: 30, channels: 3 } }).withMetadata({ orientation }).jpeg().toFile(path);
}

test('a clean file: exit 0, one line', async (t) => {
  const { file } = await fileWith(t, coco([image(1, 'a.png', 12, 10)], [boxOn(1, 1, '1,1,4,4')]));
  const { code, stdout, stderr } = await runSam(['validate', file]);
  t.deepEqual([code, stdout, stderr], [0, '0 errors, 0 warnings; 1 image, 1 annotation of coco (detected).\n', '']);
});

test('warnings exit 0, errors 4; every finding has rule, file, record, path, line and column', async (t) => {
  const warning = await fileWith(t, coco([image(1, 'a.png', 12, 10)], [boxOn(1, 1, '1,1,40,4', ',"iscrowd":true')]));
  t.like(await validated(t, [warning.file], 0), { errors: 0, warnings: 2 });
  const { file } = await fileWith(t, coco([image(1, 'a.png', 12, 10), image(2, 'a.png', 12, 10)], [
    boxOn(1, 1, '1,1,-4,4'), boxOn(1, 2, '1,1,9,9', ',"area":81,"segmentation":[[1,1,4,1,4,4,1,4]]'), boxOn(1, 3, '1,1,9,9', ',"area":81,"segmentation":[[1,1,4,1,4,4,1,4]]'), boxOn(7, 4, '1,1,2,2'),
  ]));
  const { findings, ...counts } = await validated(t, [file], 4);
  t.like(counts, { format: 'coco', errors: 3, warnings: 5 });
  t.deepEqual(findings.map(({ code, record, path, line, column }) => [code, record, path, line, column]), [
    ['image/unknown', 'annotations[3]', 'image_id', 8, 1], ['box/negative-size', 'annotations[0]', 'bbox', 5, 1], ['image/same-name', 'images[1]', undefined, 3, 1],
    ['box/mismatch', 'annotations[1]', 'bbox', 6, 1], ['box/mismatch', 'annotations[2]', 'bbox', 7, 1], ['area/mismatch', 'annotations[1]', 'area', 6, 1], ['area/mismatch', 'annotations[2]', 'area', 7, 1],
    ['annotation/duplicate', 'annotations[2]', undefined, 7, 1],
  ]);
  t.true(findings.every((finding) => finding.file === file));
});

test('--max-errors: 0 up to N, 7 above; a file that cannot be read is 4 whatever is allowed', async (t) => {
  const { root, file } = await fileWith(t, coco([image(1, 'a.png', 12, 10)], [boxOn(1, 1, '1,1,-4,4'), boxOn(1, 2, '1,1,-4,4')]));
  t.is((await runSam(['validate', file, '--max-errors', '2'])).code, 0);
  const above = await runSam(['validate', file, '--max-errors', '1']);
  t.is(above.code, 7);
  t.regex(above.stderr, /2 errors, and --max-errors allows 1\. \[threshold\/not-met\]/);
  await writeFile(join(root, 'cut.json'), '{"images":[\n{"id":1,');
  const cut = await validated(t, [join(root, 'cut.json'), '--max-errors', '9'], 4);
  t.like(cut, { errors: 1, unreadable: true, findings: [{ code: 'data/json', line: 2, column: 1 }] });
});

test('--json tells the outcome; with another form of stdout it is wrong usage', async (t) => {
  const { file } = await fileWith(t, coco([image(1, 'a.png', 12, 10)], [boxOn(1, 1, '1,1,-4,4'), boxOn(1, 2, '1,1,40,4')]));
  const { code, summary, errors, warnings } = await runJson(t, ['validate', file]);
  t.is(code, 4);
  t.deepEqual(errors, [{ code: 'box/negative-size', message: 'The box is -4 x 4 (line 4).', file, record: 'annotations[0]', path: 'bbox' }]);
  t.deepEqual(warnings.map((warning) => warning.code), ['box/outside']);
  t.like(summary, { format: 'coco', images: 1, annotations: 1, errors: 1, warnings: 1, unreadable: false, findings: [{ code: 'box/negative-size', severity: 'error', count: 1 }, { code: 'box/outside', severity: 'warning', count: 1 }] });
  t.like(await runJson(t, ['validate', file, '--max-errors', '0']), { code: 7 });
  for (const format of ['json', 'sarif', 'github']) t.is((await runSam(['validate', file, '--json', '--format', format])).code, 2);
});

test('a list is bounded, counts are exact', async (t) => {
  const { file } = await fileWith(t, coco([image(1, 'a.png', 12, 10)], Array.from({ length: 500 }, (_, i) => boxOn(1, i + 1, `1,1,${-i - 1},4`))));
  const { findings, rules } = await validated(t, [file, '--max-listed', '30'], 4);
  t.is(findings.length, 30);
  t.deepEqual(rules, [{ code: 'box/negative-size', severity: 'error', count: 500, listed: 30 }] as unknown);
  t.regex((await runSam(['validate', file])).stdout, /\.\.\. and 400 more\n\n500 errors, 0 warnings/);
});

test('images: missing, damaged, of another size or content, the same, not listed; --no-decode reads headers alone', async (t) => {
  const { root, file } = await fileWith(t, coco(['good', 'wide', 'gone', 'cut', 'same', 'named', 'text'].map((name, i) => image(i + 1, `sub/${name}.jpg`, 40, name === 'wide' ? 31 : 30)), [boxOn(1, 1, '1,1,4,4')]));
  const folder = join(root, 'photos', 'sub');
  await mkdir(folder, { recursive: true });
  for (const [name, colour] of [['good', 1], ['wide', 2], ['same', 1], ['new', 5]] as const) await photo(join(folder, `${name}.jpg`), 1, colour);
  await sharp(Buffer.alloc(40 * 30 * 3), { raw: { width: 40, height: 30, channels: 3 } }).png().toFile(join(folder, 'named.jpg'));
  await writeFile(join(folder, 'cut.jpg'), (await readFile(join(folder, 'good.jpg'))).subarray(0, -60));
  await writeFile(join(folder, 'text.jpg'), 'no picture');
  const { findings } = await validated(t, [file, '--images', join(root, 'photos')], 4);
  const pairs = (list: Listed[]): unknown => list.map(({ code, record, message }) => [code, record ?? message]).sort(([, a], [, b]) => (String(a) < String(b) ? -1 : 1));
  t.deepEqual(pairs(findings), [
    ['image/unlisted', 'One image is below the folder of images, and no record names it: sub/new.jpg.'],
    ['size/mismatch', 'images[1]'], ['image/missing', 'images[2]'], ['image/undecodable', 'images[3]'], ['image/same-content', 'images[4]'], ['image/remark', 'images[5]'], ['image/undecodable', 'images[6]'],
  ]);
  t.regex(findings.find(({ code }) => code === 'size/mismatch')?.message ?? '', /sub\/wide\.jpg: The record says 40 x 31, the image is 40 x 30/);
  const headers = await validated(t, [file, '--images', join(root, 'photos'), '--no-decode'], 4);
  t.deepEqual(headers.rules.map(({ code }) => code).sort(), ['image/missing', 'image/undecodable', 'image/unlisted', 'size/mismatch']);
});

test('the image is the truth: photos that EXIF turns, with record and boxes in either frame, have one finding each', async (t) => {
  const root = await temporaryFolder(t);
  await mkdir(join(root, 'photos'));
  const images: string[] = [], annotations: string[] = [], expected: [string, RegExp][] = [];
  const add = (name: string, [width, height]: [number, number], box: string, verdict?: RegExp): void => {
    images.push(image(images.length + 1, name, width, height));
    annotations.push(boxOn(images.length, images.length, box));
    if (verdict !== undefined) expected.push([`images[${images.length - 1}]`, verdict]);
  };
  const [stored, upright]: [number, number][] = [[40, 30], [30, 40]], [wide, tall] = ['31,2,8,8', '2,31,8,8'];
  for (let orientation = 1; orientation <= 8; orientation++) {
    const swaps = orientation >= 5;
    await photo(join(root, 'photos', `${orientation}-right.jpg`), orientation, orientation);
    add(`${orientation}-right.jpg`, swaps ? upright! : stored!, swaps ? tall : wide);
    if (!swaps) continue;
    for (const [name, colour] of [['stored', 10], ['boxes', 15], ['record', 20]] as const) await photo(join(root, 'photos', `${orientation}-${name}.jpg`), orientation, orientation + colour);
    add(`${orientation}-stored.jpg`, stored!, wide, /EXIF orientation \d turns it to 30 x 40.*in the stored frame: the one annotation fits only that, which is also the size in the record/);
    add(`${orientation}-boxes.jpg`, upright!, wide, /in the stored frame: the one annotation fits only that, although the record says the upright size/);
    add(`${orientation}-record.jpg`, stored!, tall, /annotations are in the upright frame: .* width and height of the record are swapped/);
  }
  await writeFile(join(root, 'in.json'), coco(images, annotations));
  const { findings } = await validated(t, [join(root, 'in.json'), '--images', join(root, 'photos')], 4);
  t.is(findings.length, expected.length, JSON.stringify(findings.map(({ code, message }) => [code, message]), undefined, 1));
  for (const [i, [record, verdict]] of expected.entries()) {
    t.like(findings[i], { code: 'image/exif-frame', severity: 'error', record });
    t.regex(findings[i]?.message ?? '', verdict);
  }
});

test('datasets of many files: findings name the file that can be opened, and its line', async (t) => {
  const root = await temporaryFolder(t);
  for (const folder of ['yolo/images/train', 'yolo/labels/train', 'voc/Annotations']) await mkdir(join(root, folder), { recursive: true });
  await writeFile(join(root, 'yolo/data.yaml'), 'names: [cat]\ntrain: images/train\nval: images/train\n');
  await photo(join(root, 'yolo/images/train/a.jpg'), 1);
  await writeFile(join(root, 'yolo/labels/train/a.txt'), '0 0.5 0.5 0.2 0.2\n3 0.5 0.5 0.2 0.2\n0 0.5 0.5 0 0.2\n');
  const yolo = await validated(t, [join(root, 'yolo'), '--from', 'yolo-detect'], 4);
  t.deepEqual(yolo.findings.map(({ code, file, line }) => [code, file, line]), [['category/unknown', join(root, 'yolo/labels/train/a.txt'), 2], ['box/empty', join(root, 'yolo/labels/train/a.txt'), 3]]);
  const object = (x: number): string => `<object>\n<name>cat</name><bndbox><xmin>${x}</xmin><ymin>2</ymin><xmax>60</xmax><ymax>9</ymax></bndbox></object>\n`;
  await writeFile(join(root, 'voc/Annotations/a.xml'), `<annotation>\n<filename>a.jpg</filename><size><width>40</width><height>30</height><depth>3</depth></size>\n${object(5)}${object(70)}</annotation>\n`);
  const voc = await validated(t, [join(root, 'voc')], 4);
  t.deepEqual(voc.findings.map(({ code, file, record, line }) => [code, file, record, line]), [
    ['box/negative-size', join(root, 'voc/Annotations/a.xml'), 'object[1]', 5], ['box/outside', join(root, 'voc/Annotations/a.xml'), 'object[0]', 3],
  ]);
});

test('SARIF and workflow commands name files relative to where the command runs; the summary gets its table', async (t) => {
  const root = await temporaryFolder(t);
  await mkdir(join(root, 'data'));
  await writeFile(join(root, 'data/in.json'), coco([image(1, 'a.png', 12, 10)], [boxOn(1, 1, '1,1,-4,4')]));
  const summary = join(root, 'summary.md');
  const github = await runSam(['validate', 'data/in.json', '--format', 'github'], { cwd: root, env: { GITHUB_STEP_SUMMARY: summary } });
  t.deepEqual([github.code, github.stdout], [4, '::error file=data/in.json,line=4,col=1,title=box/negative-size::annotations[0] -> bbox: The box is -4 x 4.\n']);
  t.regex(await readFile(summary, 'utf8'), /^### sam validate data\/in\.json\n[^]*\| error \| box\/negative-size \| 1 \|/);
  const sarif = await runSam(['validate', 'data/in.json', '--format', 'sarif'], { cwd: root, env: { GITHUB_STEP_SUMMARY: summary } });
  t.is(sarif.code, 4);
  t.like(JSON.parse(sarif.stdout), { version: '2.1.0', runs: [{ results: [{ ruleId: 'box/negative-size', locations: [{ physicalLocation: { artifactLocation: { uri: 'data/in.json' }, region: { startLine: 4, startColumn: 1 } } }] }] }] });
});

const MENDABLE = `\ufeff{"images":[\n${image(1, 'dir\\\\a.png', 12, 10)}\n],"info":{"mine":1},"annotations":[\n${[
  boxOn(1, 0, '1,1,4,4', ',"iscrowd":false,"own":[1.5]'), boxOn(1, 5, '1,1,9,9', ',"area":81,"segmentation":[[1,1,4,1,4,4,1,4]]'), boxOn(1, 6, '1,1,9,9', ',"area":81,"segmentation":[[1,1,4,1,4,4,1,4]]'),
].join(',\n')},\n],${CATEGORIES}}`;

test('--fix writes a copy in which everything fixable is right, keeps the rest, and says what it did', async (t) => {
  const { root, file } = await fileWith(t, MENDABLE);
  const out = join(root, 'out.json');
  const { code, summary, outputs } = await runJson(t, ['validate', file, '--fix', '--output', out]);
  t.is(code, 0);
  t.deepEqual(outputs, [out]);
  const fixed = ['json/byte-order-mark', 'path/backslash', 'json/comma', 'crowd/not-number', 'id/zero', 'box/mismatch', 'area/mismatch', 'annotation/duplicate'];
  t.like(summary, { fix: { result: 'written', left: 0, losses: [] } });
  t.deepEqual((summary['fix'] as { fixed: { code: string }[] }).fixed.map((rule) => rule.code).sort(), fixed.sort()); // the object above
  t.is(await readFile(out, 'utf8'), '{"info": {"mine":1},\n"images": [\n{"id":1,"file_name":"dir/a.png","width":12,"height":10}\n],\n"annotations": [\n'
    + '{"id":1,"image_id":1,"category_id":1,"segmentation":[],"area":16,"bbox":[1,1,4,4],"iscrowd":0,"own":[1.5]},\n'
    + '{"id":5,"image_id":1,"category_id":1,"segmentation":[[1,1,4,1,4,4,1,4]],"area":9,"bbox":[1,1,3,3],"iscrowd":0}\n],\n"categories": [{"id":1,"name":"cat","supercategory":""}]}\n');
  t.like(await validated(t, [out], 0), { errors: 0, warnings: 0 });
  t.is(await readFile(file, 'utf8'), MENDABLE, 'the input is as it was');
  const again = await runSam(['validate', file, '--fix', '--output', out]);
  t.deepEqual([again.code, /is just that already/.test(again.stderr)], [0, true]);
});

test('--fix guesses nothing: an error without a repair refuses the copy, --lenient leaves the record out and exits 3', async (t) => {
  const { root, file } = await fileWith(t, coco([image(1, 'a.png', 12, 10)], [boxOn(1, 1, '1,1,-4,4'), boxOn(1, 2, '1,1,4,4', ',"iscrowd":true')]));
  const out = join(root, 'out.json');
  const refused = await runJson(t, ['validate', file, '--fix', '--output', out]);
  t.is(refused.code, 4);
  t.deepEqual(refused.errors.map(({ code }) => code), ['box/negative-size', 'data/record']);
  t.like(refused, { outputs: [], summary: { fix: { result: 'refused', left: 1, fixed: [] } } });
  t.false(existsSync(out));
  const lenient = await runSam(['validate', file, '--fix', '--output', out, '--lenient']);
  t.is(lenient.code, 3);
  t.regex(lenient.stderr, /Repaired crowd\/not-number \(1\): the copy is in .*\. 1 error had no repair/);
  t.deepEqual((JSON.parse(await readFile(out, 'utf8')) as { annotations: { id: number }[] }).annotations.map(({ id }) => id), [2]); // what was just written
  const dry = await runSam(['validate', file, '--fix', '--output', join(root, 'dry.json'), '--lenient', '--dry-run']);
  t.deepEqual([dry.code, /Would repair .* nothing was written/.test(dry.stderr), existsSync(join(root, 'dry.json'))], [3, true, false]);
});

test('--fix in a format of many files: rows that repeat go, the rest stays to the byte', async (t) => {
  const root = await temporaryFolder(t);
  for (const folder of ['images/train', 'labels/train']) await mkdir(join(root, 'in', folder), { recursive: true });
  await writeFile(join(root, 'in/data.yaml'), 'nc: 7\nnames: [cat, dog]\ntrain: images/train\n');
  await photo(join(root, 'in/images/train/a.jpg'), 1);
  await writeFile(join(root, 'in/labels/train/a.txt'), '1 0.500000 0.500000 0.250000 0.200000\n1 0.500000 0.500000 0.250000 0.200000\n0 0.250000 0.500000 0.250000 0.200000\n');
  const { code, summary } = await runJson(t, ['validate', join(root, 'in'), '--from', 'yolo-detect', '--fix', '--output', join(root, 'out')]);
  t.is(code, 0);
  t.like(summary, { fix: { result: 'written', left: 0, fixed: [{ code: 'category/count', count: 1 }, { code: 'row/duplicate', count: 1 }] } });
  t.is(await readFile(join(root, 'out/labels/train/a.txt'), 'utf8'), '1 0.500000 0.500000 0.250000 0.200000\n0 0.250000 0.500000 0.250000 0.200000\n');
  t.false((await readFile(join(root, 'out/data.yaml'), 'utf8')).includes('nc: 7'));
});

test('a signal while the copy is written ends it with 130 and leaves nothing', async (t) => {
  const records = Array.from({ length: 40_000 }, (_, i) => boxOn(1, i + 1, '1,1,2,2', `,"iscrowd":false,"own":"${i}${'x'.repeat(200)}"`));
  const { root, file } = await fileWith(t, coco([image(1, 'a.png', 12, 10)], records));
  const made = join(root, 'made');
  const { child, end } = startSam(['validate', file, '--fix', '--output', join(made, 'out.json')]);
  // the staged file is made when writing begins
  while (child.exitCode === null && !(existsSync(made) && (await readdir(made)).length > 0)) await sleep(2);
  child.kill('SIGINT');
  const { code, stderr } = await end;
  t.is(code, 130, stderr);
  t.regex(stderr, /\[interrupted\/signal\]/);
  t.deepEqual(await readdir(root), ['in.json']);
});

test('exit codes: each wrong request has its own, and leaves nothing', async (t) => {
  const { root, file } = await fileWith(t, coco([image(1, 'a.png', 12, 10)], [boxOn(1, 1, '1,1,4,4')]));
  await writeFile(join(root, 'notes.txt'), 'no annotations');
  const before = (await readdir(root)).sort();
  const rows: [string[], number, string][] = [
    [[join(root, 'none.json')], 2, 'usage/input-missing'], [[file, '--images', join(root, 'none')], 2, 'usage/input-missing'], [[file, '--images', file], 2, 'usage/option'],
    [[file, '--fix'], 2, 'usage/option'], [[file, '--lenient'], 2, 'usage/option'], [[file, '--dry-run'], 2, 'usage/option'], [[file, '--output', join(root, 'x.json')], 2, 'usage/option'], [[file, '--max-errors', '-1'], 2, 'usage/option'], [[file, '--format', 'xml'], 2, 'usage/option'],
    [[file, '--from', 'coco-results'], 2, 'usage/option'], [[file, '--fix', '--output', file, '--force'], 2, 'usage/output-in-input'], [[join(root, 'notes.txt'), '--from', 'label-studio', '--fix', '--output', join(root, 'x')], 2, 'usage/option'],
    [[join(root, 'notes.txt')], 4, 'data/format'],
  ];
  for (const [args, code, name] of rows) {
    const { code: found, stderr, stdout } = await runSam(['validate', ...args]);
    t.is(found, code, `${args.join(' ')}: ${stderr}${stdout}`);
    t.true((stderr + stdout).includes(name), stderr + stdout);
    t.deepEqual((await readdir(root)).sort(), before, args.join(' '));
  }
});

test('--help shows two examples', async (t) => {
  const { code, stdout } = await runSam(['validate', '--help']);
  t.is(code, 0);
  t.is(stdout.split('EXAMPLES')[1]?.match(/sam\s+validate/g)?.length, 2, stdout);
});
