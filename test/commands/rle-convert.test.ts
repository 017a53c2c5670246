/** `sam rle-convert` as a user runs it: files keep their shape and their text, every malformed mask is named, pictures come and go. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import test, { type ExecutionContext } from 'ava';
import { readIndexPng } from '../../src/formats/png/index-png.js';
import { encodePngGrey } from '../../src/image/encode.js';
import { temporaryFolder } from '../files/temporary-folder.js';
import { runJson, runSam, SAM, type SamEnd } from './run-sam.js';

/** Columns 1 and 2, rows 1 and 2 of 12 x 10. */
const [COUNTS, TEXT] = ['[11, 2, 8, 2, 97]', ';280i2'];
const SQUARE = '[[1,1,3,1,3,3,1,3]]';

/** Spaces, numbers and keys as nobody else would write them; `masks`: what stands under `segmentation`. */
const cocoText = (...masks: string[]): string => `{ "info": {"v": 1.0},\n\t"images": [{"id": 2, "file_name": "dir/b.c.png", "width": 12, "height": 10.0, "n": 12345678901234567890}],\n`
  + `  "annotations": [\n${masks.map((mask, i) => `    {"id": ${i + 1}, "image_id":2, "segmentation" : ${mask} , "area": 4.0, "own": [1e2, "é\\u00e9"]}`).join(',\n')}\n  ], "categories": [ ] }`;

async function fileWith(t: ExecutionContext, content: string | Uint8Array, name = 'in.json'): Promise<string> {
  const path = join(await temporaryFolder(t), name);
  await writeFile(path, content);
  return path;
}

/** With bytes piped in. */
async function piped(content: string | Uint8Array, ...args: string[]): Promise<SamEnd> {
  const child = spawn(process.execPath, [SAM, 'rle-convert', ...args], { stdio: ['pipe', 'pipe', 'pipe'], env: { ...process.env, NODE_ENV: 'production' } });
  const streams = Promise.all([text(child.stdout), text(child.stderr)]);
  child.stdin.end(content);
  const [code, signal] = await once(child, 'close') as [number | null, NodeJS.Signals | null]; // what `close` gives
  const [stdout, stderr] = await streams;
  return { code, signal, stdout, stderr };
}

test('a COCO file: only what is converted changes, to the byte; what has the form already stays', async (t) => {
  const masks = [`{"size": [10, 12], "counts": ${COUNTS}}`, '[[1,1,4,1,4,4]]', `{"counts": "${TEXT}", "size": [10,12]}`, '[]', 'null'];
  const path = await fileWith(t, cocoText(...masks));
  const [rle, counts] = [`{"size":[10,12],"counts":"${TEXT}"}`, '{"size":[10,12],"counts":[11,2,8,2,97]}'];
  const rows: [string, string[]][] = [
    ['rle', [rle, '{"size":[10,12],"counts":"e0191^2"}', masks[2]!, '[]', 'null']],
    ['counts', [masks[0]!, '{"size":[10,12],"counts":[21,1,9,2,87]}', counts, '[]', 'null']],
    ['polygon', [SQUARE, masks[1]!, SQUARE, '[]', 'null']],
  ];
  for (const [to, expected] of rows) {
    const { code, stdout, stderr } = await runSam(['rle-convert', path, '--to', to]);
    t.deepEqual([code, stderr], [0, ''], to);
    t.is(stdout, cocoText(...expected), to);
  }
});

test('an error leaves nothing on stdout, however far the conversion had come', async (t) => {
  const path = await fileWith(t, cocoText(...Array.from({ length: 20_000 }, () => SQUARE), '{"size": [10, 12], "counts": [1, 2]}'));
  const { code, stdout, stderr } = await runSam(['rle-convert', path, '--to', 'rle']);
  t.deepEqual([code, stdout], [4, ''], stderr);
  t.regex(stderr, /annotations\[20000\]/);
  t.is((await runSam(['rle-convert', path, '--to', 'rle', '--lenient'])).stdout.split('\n').length, cocoText(...Array.from({ length: 20_001 }, () => '')).split('\n').length);
});

test('bbox and area are set beside the mask; a number that is right keeps its text', async (t) => {
  const masks = [`{"size": [10, 12], "counts": ${COUNTS}}`, '[[1,1,4,1,4,4]]', '[]'];
  const path = await fileWith(t, cocoText(...masks));
  const area = await runSam(['rle-convert', path, '--to', 'area']);
  t.is(area.stdout, cocoText(...masks).replace('[[1,1,4,1,4,4]] , "area": 4.0', '[[1,1,4,1,4,4]] , "area": 3'));
  const bbox = await runSam(['rle-convert', path, '--to', 'bbox']);
  const lines = cocoText(...masks).split('\n');
  t.is(bbox.stdout, lines.map((line) => (line.includes('"id": 1,') ? line.replace(/\](\},?)$/, '], "bbox": [1,1,2,2]$1') : line.includes('"id": 2,') && line.includes('segm') ? line.replace(/\](\},?)$/, '], "bbox": [2,1,2,2]$1') : line)).join('\n'));
});

test('an SA-1B file keeps its shape and Meta\'s boxes; results and lists of masks are converted too', async (t) => {
  const mask = `{"size":[10,12],"counts":${COUNTS}}`;
  const sa1b = await fileWith(t, `{"image": {"image_id": 1, "width": 12, "height": 10, "file_name": "a.jpg"}, "annotations": [{"id": 5, "segmentation": ${mask}, "bbox": [0, 0, 0, 0]}]}\n`);
  t.is((await runSam(['rle-convert', sa1b, '--to', 'bbox'])).stdout, `{"image": {"image_id": 1, "width": 12, "height": 10, "file_name": "a.jpg"}, "annotations": [{"id": 5, "segmentation": ${mask}, "bbox": [1,1,1,1]}]}\n`);
  const results = await fileWith(t, `[{"image_id":1,"category_id":2,"score":0.50,"segmentation":${mask}},\n {"image_id":1,"category_id":2,"score":1,"bbox":[1,2,3,4]}]`);
  t.is((await runSam(['rle-convert', results, '--to', 'rle'])).stdout, `[{"image_id":1,"category_id":2,"score":0.50,"segmentation":{"size":[10,12],"counts":"${TEXT}"}},\n {"image_id":1,"category_id":2,"score":1,"bbox":[1,2,3,4]}]`);
  const list = await fileWith(t, `[ ${mask} , ${mask} ]`);
  t.is((await runSam(['rle-convert', list, '--to', 'rle'])).stdout, `[ {"size":[10,12],"counts":"${TEXT}"} , {"size":[10,12],"counts":"${TEXT}"} ]`);
});

test('one mask gives one value, from a pipe too', async (t) => {
  const rows: [string, string][] = [['rle', `{"size":[10,12],"counts":"${TEXT}"}\n`], ['counts', '{"size":[10,12],"counts":[11,2,8,2,97]}\n'], ['polygon', `${SQUARE}\n`], ['bbox', '[1,1,2,2]\n'], ['area', '4\n']];
  for (const [to, expected] of rows) {
    const { code, stdout, stderr } = await piped(`{"size": [10, 12], "counts": ${COUNTS}}`, '-', '--to', to);
    t.deepEqual([code, stdout, stderr], [0, expected, ''], to);
  }
  const coco = await piped(cocoText(`{"size": [10, 12], "counts": ${COUNTS}}`), '--to', 'polygon');
  t.is(coco.stdout, cocoText(SQUARE), 'without INPUT the pipe is read');
});

test('--output: a file that is refused, then forced; --json says what was done', async (t) => {
  const path = await fileWith(t, cocoText(`{"size": [10, 12], "counts": ${COUNTS}}`));
  const out = join(path, '..', 'out.json');
  t.like(await runJson(t, ['rle-convert', path, '--to', 'polygon', '--output', out]), { code: 0, outputs: [out], summary: { masks: 1, changed: 1, result: 'written', findings: [] } });
  t.is(await readFile(out, 'utf8'), cocoText(SQUARE));
  t.like(await runJson(t, ['rle-convert', path, '--to', 'polygon', '--output', out]), { code: 0, summary: { result: 'same' } });
  t.like(await runJson(t, ['rle-convert', path, '--to', 'rle', '--output', out]), { code: 2 });
  t.is(await readFile(out, 'utf8'), cocoText(SQUARE));
  t.is((await runSam(['rle-convert', path, '--to', 'rle', '--output', out, '--dry-run', '--force'])).code, 0);
  t.is(await readFile(out, 'utf8'), cocoText(SQUARE));
  t.is((await runSam(['rle-convert', path, '--to', 'rle', '--output', out, '--force'])).code, 0);
  t.is(await readFile(out, 'utf8'), cocoText(`{"size":[10,12],"counts":"${TEXT}"}`));
  const own = await runSam(['rle-convert', path, '--to', 'rle', '--output', path, '--force']);
  t.is(own.code, 2);
  t.regex(own.stderr, /inputs are never modified/);
});

const HOLE = '{"size":[10,12],"counts":[11,3,7,1,1,1,7,3,86]}';

test('holes: an error that names the annotation, a bridge, or filled', async (t) => {
  const path = await fileWith(t, cocoText(HOLE));
  const error = await runSam(['rle-convert', path, '--to', 'polygon']);
  t.is(error.code, 4);
  t.regex(error.stderr, /annotations\[0\] \(id 1\) -> segmentation: The mask has 1 hole, which polygons cannot hold; --holes bridge/);
  const bridged = await runSam(['rle-convert', path, '--to', 'polygon', '--holes', 'bridge']);
  const back = await piped(bridged.stdout, '-', '--to', 'counts');
  t.is(back.stdout, cocoText(HOLE), 'a bridged polygon is the very mask');
  t.is((await runSam(['rle-convert', path, '--to', 'polygon', '--holes', 'drop'])).stdout, cocoText('[[1,1,4,1,4,4,1,4]]'));
});

const BAD = [`{"size":[10,12],"counts":[11,2,8,2,98]}`, `{"size":[12,10],"counts":"${TEXT}"}`, '[[1,1,5,5]]', `{"size":[10,12],"counts":"b'${TEXT}'"}`, `{"size":[10,12],"counts":"${TEXT}"}`, '{"size":[10,12],"counts":"5!5"}'];

test('--check lists every malformed mask with its id, and exits 4', async (t) => {
  const path = await fileWith(t, cocoText(...BAD));
  const { code, errors, summary } = await runJson(t, ['rle-convert', path, '--check']);
  t.is(code, 4);
  t.deepEqual(errors.map(({ code: rule, record }) => [rule, record]), [
    ['rle/sum', 'annotations[0] (id 1)'], ['size/mismatch', 'annotations[1] (id 2)'], ['polygon/short', 'annotations[2] (id 3)'], ['rle/invalid', 'annotations[5] (id 6)'], ['rle/escaped', 'annotations[3] (id 4)'],
  ]);
  t.like(summary, { masks: 2, malformed: 5, result: 'checked' });
  const good = await runSam(['rle-convert', await fileWith(t, cocoText(HOLE, SQUARE, '[]')), '--check']);
  t.deepEqual([good.code, good.stdout, good.stderr], [0, '', '2 masks read, nothing wrong.\n']);
  t.is((await piped('{"size":[10,12],"counts":[3]}', '-', '--check')).code, 4);
});

test('strict: the first malformed mask ends it with 4; --lenient repairs, tells, and leaves the rest with 3', async (t) => {
  const path = await fileWith(t, cocoText(...BAD));
  const out = join(path, '..', 'out.json');
  const strict = await runSam(['rle-convert', path, '--to', 'rle', '--output', out]);
  t.is(strict.code, 4);
  t.regex(strict.stderr, /annotations\[0\] \(id 1\)/);
  t.deepEqual(await readdir(join(path, '..')), ['in.json']);
  const lenient = await runJson(t, ['rle-convert', path, '--to', 'rle', '--output', out, '--lenient']);
  t.is(lenient.code, 3);
  t.deepEqual(lenient.warnings.map(({ code, record }) => [code, record]), [['rle/repaired', 'annotations[0] (id 1)'], ['rle/repaired', 'annotations[3] (id 4)']]);
  t.deepEqual(lenient.errors.map(({ record }) => record), ['annotations[1] (id 2)', 'annotations[2] (id 3)', 'annotations[5] (id 6)']);
  const good = `{"size":[10,12],"counts":"${TEXT}"}`;
  t.is(await readFile(out, 'utf8'), cocoText(good, BAD[1]!, BAD[2]!, good, good, BAD[5]!));
});

test('commas too many and byte order marks are taken out with --lenient', async (t) => {
  const mask = `{"size":[10,12],"counts":${COUNTS}}`;
  const out = await piped(`\ufeff[ {"segmentation": ${mask}} ,\n]`, '-', '--to', 'rle', '--lenient');
  t.is(out.code, 3);
  t.is(out.stdout, `[ {"segmentation": {"size":[10,12],"counts":"${TEXT}"}}]`);
  t.is((await piped(`[{"segmentation": ${mask}},]`, '-', '--to', 'rle')).code, 4);
});

test('PNG files come out as they went in: a file a mask, a list, a label image', async (t) => {
  const path = await fileWith(t, cocoText(`{"size": [10, 12], "counts": ${COUNTS}}`, HOLE, '[[6,6,11,6,11,9,6,9]]'));
  const [pngs, labels] = [join(path, '..', 'pngs'), join(path, '..', 'labels')];
  t.is((await runSam(['rle-convert', path, '--to', 'png', '--output', pngs])).code, 0);
  t.deepEqual((await readdir(join(pngs, 'dir', 'b.c'))).sort(), ['1.png', '2.png', '3.png']);
  const back = await runSam(['rle-convert', pngs, '--to', 'counts']);
  t.is(back.stdout, `[\n{"file_name":"dir/b.c/1.png","index":0,"segmentation":{"size":[10,12],"counts":[11,2,8,2,97]}},\n{"file_name":"dir/b.c/2.png","index":0,"segmentation":${HOLE}},\n`
    + '{"file_name":"dir/b.c/3.png","index":0,"segmentation":{"size":[10,12],"counts":[66,3,7,3,7,3,7,3,7,3,11]}}\n]\n');
  const one = await runSam(['rle-convert', join(pngs, 'dir', 'b.c', '2.png'), '--to', 'area']);
  t.is(one.stdout, '[\n{"file_name":"2.png","index":0,"area":8}\n]\n');
  t.is((await piped(await readFile(join(pngs, 'dir', 'b.c', '1.png')), '-', '--to', 'bbox')).stdout, '[\n{"file_name":"stdin","index":0,"bbox":[1,1,2,2]}\n]\n');
  const label = await runSam(['rle-convert', path, '--to', 'png', '--label-map', '--output', labels]);
  t.is(label.code, 0);
  t.regex(label.stderr, /loss\/overlap/);
  const { data, width } = readIndexPng(await readFile(join(labels, 'dir', 'b.c.png')), 'x', 1e6);
  t.deepEqual([data[0], data[width + 1], data[3 * width + 1], data[6 * width + 6], new Set(data).size], [0, 1, 2, 3, 4]);
});

/** A `.npy` file of booleans. */
function npyOf(shape: number[], values: number[]): Buffer {
  const header = `{'descr': '|b1', 'fortran_order': False, 'shape': (${shape.join(', ')},), }`.padEnd(117);
  return Buffer.concat([Buffer.from('\x93NUMPY\x01\x00\x76\x00', 'latin1'), Buffer.from(`${header}\n`), Buffer.from(values)]);
}

test('NumPy arrays: h x w, n x h x w, from a pipe, to pictures', async (t) => {
  const path = await fileWith(t, npyOf([2, 2, 3], [1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1]), 'masks.npy');
  t.is((await runSam(['rle-convert', path, '--to', 'counts'])).stdout, '[\n{"file_name":"masks.npy","index":0,"segmentation":{"size":[2,3],"counts":[0,2,4]}},\n{"file_name":"masks.npy","index":1,"segmentation":{"size":[2,3],"counts":[5,1]}}\n]\n');
  t.is((await piped(npyOf([2, 3], [0, 0, 0, 0, 0, 1]), '-', '--to', 'area')).stdout, '[\n{"file_name":"stdin","index":0,"area":1}\n]\n');
  const out = join(path, '..', 'out');
  t.is((await runSam(['rle-convert', path, '--to', 'png', '--output', out])).code, 0);
  t.deepEqual((await readdir(join(out, 'masks'))).sort(), ['0.png', '1.png']);
});

test('pictures that are no masks are named', async (t) => {
  const folder = await temporaryFolder(t);
  await mkdir(join(folder, 'in'));
  await writeFile(join(folder, 'in', 'a.png'), await encodePngGrey(Uint8Array.of(0, 255, 0, 255), 2, 2));
  await writeFile(join(folder, 'in', 'b.png'), await encodePngGrey(Uint8Array.of(0, 1, 2, 3), 2, 2));
  await writeFile(join(folder, 'in', 'c.png'), 'no picture');
  const { code, errors } = await runJson(t, ['rle-convert', join(folder, 'in'), '--check']);
  t.is(code, 4);
  t.deepEqual(errors.map(({ code: rule, file }) => [rule, file]), [['mask/not-binary', 'b.png'], ['file/malformed', 'c.png']]);
  const lenient = await runSam(['rle-convert', join(folder, 'in'), '--to', 'area', '--lenient']);
  t.deepEqual([lenient.code, lenient.stdout], [3, '[\n{"file_name":"a.png","index":0,"area":2}\n]\n']);
});

test('exit codes: each wrong request has its own', async (t) => {
  const path = await fileWith(t, cocoText(SQUARE));
  const folder = join(path, '..', 'empty');
  await mkdir(folder);
  const rows: [string[], number, string, RegExp][] = [
    [[path], 2, 'usage/option', /--to .*--check/], [[path, '--to', 'png'], 2, 'usage/option', /--output/], [[path, '--to', 'rle', '--label-map'], 2, 'usage/option', /--to png/],
    [[path, '--to', 'rle', '--json'], 2, 'usage/option', /--output/], [[path, '--to', 'what'], 2, 'usage/option', /counts/], [[join(folder, 'none'), '--to', 'rle'], 2, 'usage/input-missing', /no such file/],
    [[folder, '--to', 'rle'], 2, 'usage/no-images', /PNG/], [[await fileWith(t, '{"name":1}'), '--to', 'rle'], 4, 'data/format', /no masks/], [[await fileWith(t, cocoText(SQUARE).slice(0, -9)), '--to', 'rle'], 4, 'data/json', /cut off/],
    [[await fileWith(t, `[{"image_id":1,"segmentation":${SQUARE}}]`), '--to', 'rle'], 4, 'data/record', /size of the image is known/], [[await fileWith(t, ''), '--check'], 4, 'data/json', /empty/],
  ];
  for (const [args, code, name, message] of rows) {
    const { code: found, stdout, stderr } = await runSam(['rle-convert', ...args]);
    t.is(found, code, `${args.join(' ')}: ${stderr}${stdout}`);
    if (!args.includes('--json')) t.true(stderr.includes(`[${name}]`), stderr);
    t.regex(stderr + stdout, message);
  }
});

test('--help shows two examples', async (t) => {
  const { code, stdout } = await runSam(['rle-convert', '--help']);
  t.is(code, 0);
  t.is(stdout.split('EXAMPLES')[1]?.match(/sam\s+rle-convert/g)?.length, 2, stdout);
});
