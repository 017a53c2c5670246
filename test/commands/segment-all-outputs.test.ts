/** What `sam segment-all` writes: the three formats hold the same masks, and an output folder is treated as cautiously as was promised. */
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { sha256Hex } from '../../src/files/hash.js';
import { readImage } from '../../src/image/decode.js';
import { bitmaskFromRle } from '../../src/mask/rle.js';
import { rleFromString } from '../../src/mask/rle-string.js';
import { outputsOf, treeOf } from '../folder/fake-run.js';
import { runJson, runSam, takeScene, workplace } from './run-sam.js';

interface Segmentation { size: [number, number]; counts: string }
interface Sa1b {
  image: { image_id: number; width: number; height: number; file_name: string };
  annotations: { id: number; segmentation: Segmentation; bbox: number[]; area: number; predicted_iou: number; stability_score: number; crop_box: number[]; point_coords: [number, number][] }[];
}
interface Coco {
  images: { id: number; file_name: string; width: number; height: number }[];
  annotations: { id: number; image_id: number; category_id: number; segmentation: Segmentation; area: number; bbox: number[]; iscrowd: number; score: number }[];
  categories: { id: number; name: string }[];
}
// what the formats' own tests hold; here every value that is used is asserted
const jsonOf = <T>(path: string): T => JSON.parse(readFileSync(path, 'utf8')) as T;

const SCENES = ['fruit.png', 'shelf/books.png', 'turned.jpg'];
const SIZES: Record<string, [number, number]> = { 'fruit.png': [256, 192], 'shelf/books.png': [200, 150], 'turned.jpg': [240, 320] };

/** Area and inclusive edges of a mask, pixel by pixel. */
function measure({ size: [height, width], counts }: Segmentation): { data: Uint8Array; area: number; x0: number; y0: number; x1: number; y1: number } {
  const { data } = bitmaskFromRle(rleFromString(counts, width, height));
  const found = { data, area: 0, x0: Infinity, y0: Infinity, x1: -1, y1: -1 };
  data.forEach((value, i) => {
    if (value === 0) return;
    const [x, y] = [i % width, Math.floor(i / width)];
    Object.assign(found, { area: found.area + 1, x0: Math.min(found.x0, x), y0: Math.min(found.y0, y), x1: Math.max(found.x1, x), y1: Math.max(found.y1, y) });
  });
  return found;
}

test('the formats: SA-1B as Meta writes it, one COCO file, PNGs as amg.py writes them, of the same masks', async (t) => {
  const { root, input } = await workplace(t, SCENES);
  const run = (format: string, ...flags: string[]) => runJson(t, ['segment-all', input, '--output', join(root, format), '--format', format, '--points-per-side', '8', ...flags]);
  const [sa1b, coco, png] = [await run('sa1b'), await run('coco', '--category', 'thing'), await run('png')];
  t.deepEqual(sa1b.outputs, ['fruit.json', 'shelf/books.json', 'turned.json'].map((name) => join(root, 'sa1b', name)));
  t.deepEqual(coco.outputs, [join(root, 'coco/annotations.json')]);
  t.deepEqual(png.outputs, ['fruit', 'shelf/books', 'turned'].map((name) => join(root, 'png', name)));
  const whole = jsonOf<Coco>(join(root, 'coco/annotations.json'));
  t.deepEqual(whole.images, SCENES.map((file_name, i) => ({ id: i + 1, file_name, width: SIZES[file_name]![0], height: SIZES[file_name]![1] })));
  t.like(whole.categories, [{ id: 1, name: 'thing' }]);
  t.deepEqual(whole.annotations.map(({ id }) => id), whole.annotations.map((_, i) => i + 1));

  for (const [n, fileName] of SCENES.entries()) {
    const stem = fileName.replace(/\.\w+$/, '');
    const { image, annotations } = jsonOf<Sa1b>(join(root, 'sa1b', `${stem}.json`));
    const [width, height] = SIZES[fileName]!;
    t.deepEqual(image, { image_id: Number.parseInt(sha256Hex(fileName).slice(0, 12), 16), width, height, file_name: fileName });
    const inCoco = whole.annotations.filter(({ image_id }) => image_id === n + 1);
    const folder = join(root, 'png', stem);
    const rows = readFileSync(join(folder, 'metadata.csv'), 'utf8').trimEnd().split('\n');
    t.is(rows[0], 'id,area,bbox_x0,bbox_y0,bbox_w,bbox_h,point_input_x,point_input_y,predicted_iou,stability_score,crop_box_x0,crop_box_y0,crop_box_w,crop_box_h');
    t.true(annotations.length > 0);
    t.deepEqual([inCoco.length, rows.length - 1, readdirSync(folder).length], [annotations.length, annotations.length, annotations.length + 1]);
    for (const [i, mask] of annotations.entries()) {
      const { data, area, x0, y0, x1, y1 } = measure(mask.segmentation);
      const [[x, y]] = mask.point_coords as [[number, number]]; // a record has one point
      t.deepEqual(Object.keys(mask), ['id', 'segmentation', 'bbox', 'area', 'predicted_iou', 'stability_score', 'crop_box', 'point_coords']);
      t.like(mask, { id: i + 1, area, bbox: [x0, y0, x1 - x0, y1 - y0], crop_box: [0, 0, width, height] });
      t.deepEqual(mask.segmentation.size, [height, width]);
      t.true(mask.predicted_iou > 0.35 && mask.stability_score >= 0.6 && x > 0 && x < width && y > 0 && y < height, JSON.stringify(mask));
      t.like(inCoco[i], { category_id: 1, area, segmentation: mask.segmentation, bbox: [x0, y0, x1 + 1 - x0, y1 + 1 - y0], iscrowd: 0, score: mask.predicted_iou });
      t.deepEqual(rows[i + 1]?.split(',').map(Number), [i, area, x0, y0, x1 - x0, y1 - y0, x, y, mask.predicted_iou, mask.stability_score, 0, 0, width, height]);
      const pixels = await readImage(join(folder, `${i}.png`), { name: `${i}.png` });
      t.true(pixels.data.every((value, p) => value === data[Math.floor(p / 3)]! * 255), `${stem}/${i}.png`);
    }
  }
});

test('with the default flags every fixture scene has masks', async (t) => {
  const { output } = await workplace(t, []);
  const { code, summary, outputs } = await runJson(t, ['segment-all', 'fixtures/scenes', '--output', output]);
  t.is(code, 0);
  t.is(summary['done'], outputs.length);
  for (const path of outputs) t.true(jsonOf<Sa1b>(path).annotations.length >= 3, path);
});

test('images without masks are listed, and the command says which thresholds left none', async (t) => {
  const { root, input } = await workplace(t, ['fruit.png', 'icon.png']);
  const words = ['segment-all', input, '--points-per-side', '2', '--pred-iou-thresh', '1', '--output'];
  const said = await runSam([...words, join(root, 'coco'), '--format', 'coco']);
  t.is(said.code, 0);
  t.regex(said.stderr, /2 images: 2 masked; 0 masks in .*\. No mask passed --pred-iou-thresh 1 and --stability-score-thresh 0\.6; lower them to see more\.\n$/);
  const { images, annotations, categories } = jsonOf<Coco>(join(root, 'coco/annotations.json'));
  t.deepEqual([images.length, annotations, categories[0]?.name], [2, [], 'object']);
  t.is((await runSam([...words, join(root, 'sa1b')])).code, 0);
  t.deepEqual(jsonOf<Sa1b>(join(root, 'sa1b/icon.json')).annotations, []);
});

test('an output folder with other options is refused, and made anew with --force', async (t) => {
  const { input, output } = await workplace(t, ['fruit.png', 'icon.png']);
  const run = (...flags: string[]) => runJson(t, ['segment-all', input, '--output', output, ...flags]);
  t.is((await run('--points-per-side', '2')).code, 0);
  const before = treeOf(output);
  for (const flags of [['--points-per-side', '3'], ['--points-per-side', '2', '--format', 'png'], ['--points-per-side', '2', '--lenient'], ['--points-per-side', '3', '--dry-run']]) {
    const { code, errors } = await run(...flags);
    t.is(code, 2);
    t.like(errors[0], { code: 'usage/options-changed', file: join(output, '.sam/run.json') });
    t.regex(errors[0]?.message ?? '', /was made with other options: (options\.pointsPerSide \(2, now 3\)|format \("sa1b", now "png"\)|lenient \(false, now true\))\. Choose another --output, or --force/);
  }
  t.deepEqual(treeOf(output), before, 'a refused run changes nothing');
  t.like((await run('--points-per-side', '3', '--force')).summary, { done: 2, skipped: 0 });
  t.like((await run('--points-per-side', '3', '--no-resume')).summary, { done: 2, skipped: 0 });
  rmSync(join(input, 'icon.png'));
  const kept = await run('--points-per-side', '3');
  t.like(kept.warnings[0], { code: 'folder/remark' });
  t.regex(kept.warnings[0]?.message ?? '', /no longer among the inputs stay \(1 of them\); --force removes them/);
  t.deepEqual(Object.keys(outputsOf(output)), ['fruit.json', 'icon.json']);
  t.like((await run('--points-per-side', '3', '--force')).summary, { images: 1, skipped: 1 });
  t.deepEqual(Object.keys(outputsOf(output)), ['fruit.json']);
});

test('what others put there is not overwritten without --force', async (t) => {
  const { root, input, output } = await workplace(t);
  mkdirSync(output);
  writeFileSync(join(output, 'icon.json'), 'mine');
  const words = ['segment-all', input, '--output', output, '--points-per-side', '2'];
  const { code, errors } = await runJson(t, words);
  t.is(code, 2);
  t.like(errors[0], { code: 'usage/output-exists', file: join(output, 'icon.json') });
  t.deepEqual(Object.keys(treeOf(output)), ['icon.json'], 'no trace of the refused run');
  t.is((await runJson(t, [...words, '--dry-run'])).code, 2);
  t.is((await runJson(t, [...words, '--force'])).code, 0);
  t.is(jsonOf<Sa1b>(join(output, 'icon.json')).image.file_name, 'icon.png');
  writeFileSync(join(root, 'file'), '');
  for (const [place, exit, error] of [['file', 2, 'usage/output-exists'], ['file/below', 8, 'storage/not-writable'], ['in/icon.png', 2, 'usage/output-exists'], ['in', 2, 'usage/output-in-input']] as const) {
    const refused = await runJson(t, ['segment-all', input, '--output', join(root, place), '--force']);
    t.deepEqual([refused.code, refused.errors[0]?.code], [exit, error], place);
  }
});

test('a dry run names what would be done and writes nothing', async (t) => {
  const { root, input, output } = await workplace(t, ['fruit.png', 'icon.png']);
  const words = ['segment-all', input, '--output', output, '--points-per-side', '2'];
  const before = treeOf(root);
  const said = await runSam([...words, '--dry-run']);
  t.deepEqual([said.code, said.stdout], [0, 'fruit.png\nicon.png\n']);
  t.is(said.stderr, `Would mask 2 of 2 images into ${output}; nothing was written.\n`);
  t.deepEqual((await runJson(t, [...words, '--dry-run'])).summary['planned'], ['fruit.png', 'icon.png']);
  t.deepEqual(treeOf(root), before);
  t.is((await runSam(words)).code, 0);
  takeScene('tiles.png', join(input, 'tiles.png'));
  const after = treeOf(root);
  t.is((await runSam([...words, '--dry-run'])).stdout, 'tiles.png\n');
  t.deepEqual((await runJson(t, [...words, '--dry-run', '--no-resume'])).summary['planned'], ['fruit.png', 'icon.png', 'tiles.png']);
  t.deepEqual(treeOf(root), after);
});

test('an output folder inside the input is not read as input', async (t) => {
  const { input } = await workplace(t);
  const words = ['segment-all', input, '--output', join(input, 'masks'), '--format', 'png', '--points-per-side', '2'];
  const first = await runJson(t, words);
  t.true(Number(first.summary['masks']) > 0, 'there are PNGs that could be read');
  t.like((await runJson(t, words)).summary, { images: 1, done: 0, skipped: 1 });
});
