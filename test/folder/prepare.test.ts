/** Training data of HQ-SAM: its layout as its own loader finds it, and samples whose picture, mask and prompt belong together. */
import test, { type ExecutionContext } from 'ava';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SamError } from '../../src/errors.js';
import { prepareDataset, type PrepareRequest } from '../../src/folder/prepare.js';
import { decodeImage, readImage } from '../../src/image/decode.js';
import { encodeJpegRgb, encodePngRgb } from '../../src/image/encode.js';
import { rleFromCoco } from '../../src/mask/coco-rle.js';
import { rleFromBox } from '../../src/mask/polygon-fill.js';
import { rleToCoco } from '../../src/mask/rle-string.js';
import { rleArea } from '../../src/mask/rle.js';

const SIZE = { width: 90, height: 60 };
const RED = { x0: 10, y0: 20, x1: 40, y1: 50 };

/** Blue, with a red box: what is red is the object. */
function picture(): { data: Uint8Array; width: number; height: number } {
  const data = new Uint8Array(SIZE.width * SIZE.height * 3);
  for (let i = 0; i < SIZE.width * SIZE.height; i++) {
    const x = i % SIZE.width, y = Math.floor(i / SIZE.width);
    data.set(x >= RED.x0 && x < RED.x1 && y >= RED.y0 && y < RED.y1 ? [250, 0, 0] : [0, 0, 250], i * 3);
  }
  return { data, ...SIZE };
}

const boxMask = (box: typeof RED): unknown => rleToCoco(rleFromBox(box, SIZE));

interface Drawn { folder: string; images: string; annotations: string; output: string }

async function draw(t: ExecutionContext, annotations: object[], more: { size?: object } = {}): Promise<Drawn> {
  const folder = mkdtempSync(join(tmpdir(), 'sam-prepare-'));
  t.teardown(() => { rmSync(folder, { recursive: true }); });
  const images = join(folder, 'images');
  mkdirSync(join(images, 'sub'), { recursive: true });
  writeFileSync(join(images, 'plain.jpg'), await encodeJpegRgb(picture(), 95));
  writeFileSync(join(images, 'sub', 'a.jpg.png'), await encodePngRgb(picture()));
  const file = join(folder, 'coco.json');
  writeFileSync(file, JSON.stringify({
    images: [{ id: 1, file_name: 'plain.jpg', ...SIZE, ...more.size }, { id: 2, file_name: 'sub/a.jpg.png', ...SIZE }],
    annotations: annotations.map((annotation) => ({ category_id: 1, iscrowd: 0, ...annotation })), categories: [{ id: 1, name: 'box' }],
  }));
  return { folder, images, annotations: file, output: join(folder, 'out') };
}

const TWO = [{ id: 5, image_id: 1, segmentation: boxMask(RED) }, { id: 9, image_id: 2, segmentation: boxMask(RED) }];
const run = async (drawn: Drawn, options: PrepareRequest['options']) => await prepareDataset({ ...drawn, options: { workers: 1, ...options } });

/** Every file below a folder with its bytes. */
function tree(folder: string): Record<string, string> {
  const names = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name)).sort();
  return Object.fromEntries(names.filter((name) => !name.includes('.sam')).map((name) => [name.slice(folder.length + 1), readFileSync(name).toString('base64')]));
}

test('hq-sam: its loader finds each mask by its rule, 8-bit, 0 and 255, of the picture\'s size', async (t) => {
  const drawn = await draw(t, TWO);
  const { run: { summary } } = await run(drawn, { layout: 'hq-sam' });
  t.like(summary, { images: 2, done: 2, failed: 0 });
  const pictures = readdirSync(join(drawn.output, 'im')).sort();
  t.deepEqual(pictures, ['plain-5.jpg', 'sub_a_jpg-9.jpg']);
  for (const name of pictures) {
    const mask = readFileSync(join(drawn.output, 'gt', `${name.split('.jpg')[0]!}.png`));
    // bit depth and colour type of the header: 8 bits, grey
    t.deepEqual([...mask.subarray(24, 26)], [8, 0]);
    const { data } = await decodeImage(mask, { name });
    const grey = data.filter((_, i) => i % 3 === 0);
    t.deepEqual([...new Set(grey)].sort(), [0, 255]);
    t.is(grey.filter((value) => value === 255).length, 900);
    t.like(await readImage(join(drawn.output, 'im', name), { name }), { format: 'jpeg', ...SIZE });
  }
  t.deepEqual(readFileSync(join(drawn.output, 'im', 'plain-5.jpg')), readFileSync(join(drawn.images, 'plain.jpg')), 'a plain JPEG is handed on as it is');
});

test('hq-sam: a photograph that EXIF turns is written upright, with its mask', async (t) => {
  const drawn = await draw(t, []);
  cpSync('fixtures/scenes/turned.jpg', join(drawn.images, 'turned.jpg'));
  const { width, height } = await readImage('fixtures/scenes/turned.jpg', { name: 'turned.jpg' });
  const segmentation = rleToCoco(rleFromBox({ x0: 0, y0: 0, x1: 5, y1: 5 }, { width, height }));
  writeFileSync(drawn.annotations, JSON.stringify({ images: [{ id: 1, file_name: 'turned.jpg', width, height }], annotations: [{ id: 1, image_id: 1, category_id: 1, iscrowd: 0, segmentation }], categories: [{ id: 1, name: 'corner' }] }));
  await run(drawn, { layout: 'hq-sam' });
  const bytes = readFileSync(join(drawn.output, 'im', 'turned-1.jpg'));
  t.false(bytes.includes('Exif'));
  t.like(await decodeImage(bytes, { name: 'turned-1.jpg' }), { width, height });
});

test('samples: the mask lies on the object, the padding is grey, the prompt is of the mask', async (t) => {
  const drawn = await draw(t, TWO);
  const { run: { summary } } = await run(drawn, { count: 6, seed: 4 });
  t.like(summary, { images: 12, done: 12 });
  const kinds = new Map<string, number>();
  for (const file of readdirSync(join(drawn.output, 'prompt'))) {
    // written by the code under test, in the shape that docs/prepare.md tells
    const record = JSON.parse(readFileSync(join(drawn.output, 'prompt', file), 'utf8')) as {
      image: string; mask: string; transform: { crop: number[]; side: number };
      prompt: { kind: string; box?: number[]; points?: [number, number][]; labels?: number[]; mask?: { size: [number, number]; counts: string } };
    };
    const image = await readImage(join(drawn.output, record.image), { name: file }), mask = await readImage(join(drawn.output, record.mask), { name: file });
    t.deepEqual([image.width, image.height, mask.width, mask.height], [1024, 1024, 1024, 1024]);
    const [, , width, height] = record.transform.crop as [number, number, number, number];
    let wrong = 0, x0 = 1024, y0 = 1024, x1 = -1, y1 = -1;
    for (let i = 0; i < 1024 * 1024; i++) {
      const x = i % 1024, y = Math.floor(i / 1024), [r, g, b] = [image.data[3 * i]!, image.data[3 * i + 1]!, image.data[3 * i + 2]!];
      const isObject = mask.data[3 * i] === 255;
      if (x >= width || y >= height) wrong += Number(isObject || r !== 128 || g !== 128 || b !== 128);
      // where red outweighs blue there is more object than ground
      else if (Math.abs(r - b) > 40) wrong += Number(isObject !== r > b);
      if (isObject) [x0, y0, x1, y1] = [Math.min(x0, x), Math.min(y0, y), Math.max(x1, x), Math.max(y1, y)];
    }
    t.is(wrong, 0, file);
    const { prompt } = record;
    kinds.set(prompt.kind, (kinds.get(prompt.kind) ?? 0) + 1);
    if (prompt.kind === 'box') t.deepEqual(prompt.box, [x0, y0, x1, y1]);
    if (prompt.kind === 'points') {
      t.is(new Set(prompt.points!.map(String)).size, 10);
      t.true(prompt.points!.every(([x, y]) => mask.data[3 * (y * 1024 + x)] === 255));
      t.deepEqual(prompt.labels, new Array(10).fill(1));
    }
    if (prompt.kind === 'mask') {
      t.deepEqual(prompt.mask!.size, [256, 256]);
      const area = rleArea(rleFromCoco(prompt.mask!)) * 16;
      t.true(area > 0.3 * (x1 - x0) * (y1 - y0) && area < 3 * (x1 - x0 + 16) * (y1 - y0 + 16), `${area} of ${(x1 - x0) * (y1 - y0)}`);
    }
  }
  t.deepEqual([...kinds.keys()].sort(), ['box', 'mask', 'points']);
});

test('the same seed gives the same bytes with any number of workers, another seed others', async (t) => {
  const first = await draw(t, TWO), second = { ...first, output: join(first.folder, 'again') }, third = { ...first, output: join(first.folder, 'other') };
  await run(first, { count: 2, seed: 1 });
  await run(second, { count: 2, seed: 1, workers: 2 });
  await run(third, { count: 2, seed: 2 });
  t.deepEqual(tree(second.output), tree(first.output));
  t.notDeepEqual(tree(third.output), tree(first.output));
});

test('crowds, empty masks and boxes without a mask are left out and counted; an object of a few pixels gets no points', async (t) => {
  const drawn = await draw(t, [
    { id: 1, image_id: 1, segmentation: boxMask({ x0: 70, y0: 10, x1: 71, y1: 11 }) },
    { id: 2, image_id: 1, segmentation: boxMask(RED), iscrowd: 1 },
    { id: 3, image_id: 1, segmentation: { size: [60, 90], counts: [5400] } },
    { id: 4, image_id: 1, bbox: [1, 1, 5, 5] },
  ]);
  const { run: { summary }, leftOut } = await run(drawn, { count: 8, seed: 7 });
  t.deepEqual(leftOut, { crowds: 1, empty: 1, unmasked: 1 });
  t.like(summary, { done: 8, failed: 0 });
  for (const name of readdirSync(join(drawn.output, 'gt'))) {
    const { data } = await readImage(join(drawn.output, 'gt', name), { name });
    const area = data.filter((value, i) => i % 3 === 0 && value === 255).length;
    t.true(area > 0);
    const { prompt } = JSON.parse(readFileSync(join(drawn.output, 'prompt', name.replace('.png', '.json')), 'utf8')) as { prompt: { kind: string } };
    if (area < 10) t.not(prompt.kind, 'points');
  }
});

test('an image of another size costs its own objects only', async (t) => {
  const drawn = await draw(t, TWO, { size: { width: 91 } });
  writeFileSync(drawn.annotations, readFileSync(drawn.annotations, 'utf8').replace('"size":[60,90]', '"size":[60,91]').replace(/"counts":"[^"]*"/, '"counts":[0,5,5455]'));
  const { run: { summary, errors } } = await run(drawn, {});
  t.like(summary, { done: 1, failed: 1 });
  t.like(errors[0], { code: 'image/size', file: 'plain.jpg' });
  t.regex(errors[0]!.message, /annotation 5 has 91 x 60 pixels, but the upright image has 90 x 60/);
});

test('refusals: nothing to prepare, samples of pairs', async (t) => {
  const none = await draw(t, []);
  t.is((await t.throwsAsync<SamError>(run(none, {})))?.code, 'usage/no-images');
  const two = await draw(t, TWO);
  t.is((await t.throwsAsync<SamError>(run(two, { layout: 'hq-sam', count: 2 })))?.code, 'usage/option');
});
