/** `sam predict` as a user runs it: a click's mask holds the click, every format shows the same mask, logits go out and in, bad prompts cost only themselves. */
import { copyFile, mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { decodeNpy, encodeNpyFloats } from '../../src/formats/npy/npy-array.js';
import { readIndexPng } from '../../src/formats/png/index-png.js';
import { readImage } from '../../src/image/decode.js';
import { sharp } from '../../src/image/sharp.js';
import { rleFromString, type CocoRleString } from '../../src/mask/rle-string.js';
import { bitmaskFromRle, rleArea, rleIntersection, type Rle } from '../../src/mask/rle.js';
import { temporaryFolder } from '../files/temporary-folder.js';
import { runJson, runSam, takeScene } from './run-sam.js';

const FRUIT = 'fixtures/scenes/fruit.png';
const RED = ['--box', '22,68,128,172'];

interface RleFile { image: string; size: [number, number]; masks: { prompt: number; mask: number; segmentation: CocoRleString; bbox: number[]; area: number; predicted_iou: number }[] }

async function rleFile(path: string): Promise<RleFile> {
  return JSON.parse(await readFile(path, 'utf8')) as RleFile; // what the tests below look at
}

const rleOf = ({ size: [height, width], counts }: CocoRleString): Rle => rleFromString(counts, width, height);

async function pngMask(path: string): Promise<Uint8Array> {
  return Uint8Array.from(readIndexPng(await readFile(path), path, 1e6).data, (value) => (value === 255 ? 1 : value === 0 ? 0 : 2));
}

test('a click: one black and white picture of the image\'s size, white at the click', async (t) => {
  const out = join(await temporaryFolder(t), 'mask.png');
  const { code, outputs, summary } = await runJson(t, ['predict', FRUIT, '--point', '76,120', '--output', out]);
  t.is(code, 0);
  t.deepEqual(outputs, [out]);
  t.like(summary, { images: 1, prompts: 1, masks: 1, result: 'written' });
  const { width, height } = readIndexPng(await readFile(out), out, 1e6);
  t.deepEqual([width, height], [256, 192]);
  const mask = await pngMask(out);
  t.deepEqual([...new Set(mask)].sort(), [0, 1]);
  t.is(mask[120 * 256 + 76], 1);
});

test('rle: the very mask of the picture, with its box, area and score; the flags may stand before the image', async (t) => {
  const folder = await temporaryFolder(t);
  const [json, png] = [join(folder, 'mask.json'), join(folder, 'mask.png')];
  t.is((await runSam(['predict', ...RED, FRUIT, '--format', 'rle', '--output', json])).code, 0);
  t.is((await runSam(['predict', FRUIT, ...RED, '--output', png])).code, 0);
  const { image, size, masks } = await rleFile(json);
  t.deepEqual([image, size, masks.length], ['fruit.png', [192, 256], 1]);
  const [{ prompt, mask, segmentation, bbox, area, predicted_iou }] = masks as [RleFile['masks'][0]];
  t.deepEqual([prompt, mask], [0, 0]);
  t.deepEqual(bitmaskFromRle(rleOf(segmentation)).data, await pngMask(png));
  t.is(area, rleArea(rleOf(segmentation)));
  const [x, y, width, height] = bbox as [number, number, number, number];
  t.true(x >= 15 && y >= 60 && x + width <= 135 && y + height <= 180, 'the mask of a box around the red ball is about the ball');
  t.true(predicted_iou > 0.5 && predicted_iou <= 1.2);
});

test('three candidates and several boxes go to a folder, a picture a mask; points join one box', async (t) => {
  const folder = await temporaryFolder(t);
  const three = join(folder, 'three'), boxes = join(folder, 'boxes');
  t.is((await runSam(['predict', FRUIT, '--point', '76,120', '--multimask', '--output', three])).code, 0);
  t.deepEqual((await readdir(three)).filter((name) => !name.startsWith('.')).sort(), ['0-0.png', '0-1.png', '0-2.png']);
  t.like(await runJson(t, ['predict', FRUIT, ...RED, '--box', '126,50,226,190', '--output', boxes]), { code: 0, outputs: [boxes], summary: { prompts: 2, masks: 2 } });
  t.deepEqual((await readdir(boxes)).filter((name) => !name.startsWith('.')).sort(), ['0-0.png', '1-0.png']);
  t.like(await runJson(t, ['predict', FRUIT, ...RED, '--point', '76,120', '--point', '176,116,0', '--output', join(folder, 'one.png')]), { code: 0, summary: { prompts: 1, masks: 1 } });
});

test('cutout: the image\'s own pixels under the mask, nothing of the rest', async (t) => {
  const folder = await temporaryFolder(t);
  const [cut, png] = [join(folder, 'cut.png'), join(folder, 'mask.png')];
  t.is((await runSam(['predict', FRUIT, ...RED, '--format', 'cutout', '--output', cut])).code, 0);
  t.is((await runSam(['predict', FRUIT, ...RED, '--output', png])).code, 0);
  const [mask, { data }] = [await pngMask(png), await readImage(FRUIT, { name: 'fruit.png' })];
  const pixels = new Uint8Array(await sharp(await readFile(cut)).raw().toBuffer());
  const expected = mask.length * 4;
  t.is(pixels.length, expected, 'RGBA of the image\'s size');
  t.true(mask.every((value, p) => pixels[4 * p + 3] === value * 255 && [0, 1, 2].every((c) => pixels[4 * p + c] === value * data[3 * p + c]!)));
});

test('overlay: the image with the mask on it, prompt and all', async (t) => {
  const folder = await temporaryFolder(t);
  const out = join(folder, 'overlay.png');
  t.is((await runSam(['predict', FRUIT, ...RED, '--point', '76,120', '--format', 'overlay', '--output', out])).code, 0);
  const drawn = await readImage(out, { name: out }), plain = await readImage(FRUIT, { name: 'fruit.png' });
  t.deepEqual([drawn.width, drawn.height], [256, 192]);
  const differs = (x: number, y: number): boolean => [0, 1, 2].some((c) => drawn.data[3 * (y * 256 + x) + c] !== plain.data[3 * (y * 256 + x) + c]);
  t.true(differs(60, 130), 'the object is tinted');
  t.true(differs(76, 120), 'the point is drawn');
  t.false(differs(240, 180), 'what is far from both is as it was');
});

test('logits saved by one call refine in the next, as --refine does in one', async (t) => {
  const folder = await temporaryFolder(t);
  const path = (name: string): string => join(folder, name);
  t.like(await runJson(t, ['predict', FRUIT, '--point', '76,120', '--save-logits', path('l.npy'), '--format', 'rle', '--output', path('first.json')]), { code: 0, outputs: [path('first.json'), path('l.npy')] });
  t.deepEqual(decodeNpy(await readFile(path('l.npy')), 1e6, 'l.npy').shape, [1, 64, 64]);
  t.is((await runSam(['predict', FRUIT, '--point', '76,120', '--mask-input', path('l.npy'), '--format', 'rle', '--output', path('second.json')])).code, 0);
  t.is((await runSam(['predict', FRUIT, '--point', '76,120', '--refine', '1', '--format', 'rle', '--output', path('refined.json')])).code, 0);
  t.deepEqual((await rleFile(path('second.json'))).masks, (await rleFile(path('refined.json'))).masks);
  t.notDeepEqual((await rleFile(path('second.json'))).masks, (await rleFile(path('first.json'))).masks);
  t.is((await runSam(['predict', FRUIT, '--point', '76,120', '--multimask', '--save-logits', path('three.npy'), '--output', path('three')])).code, 0);
  t.deepEqual(decodeNpy(await readFile(path('three.npy')), 1e6, 'three.npy').shape, [3, 64, 64]);
  const which = await runSam(['predict', FRUIT, '--point', '76,120', '--mask-input', path('three.npy'), '--output', path('x.png')]);
  t.is(which.code, 2);
  t.regex(which.stderr, /logits of 3 masks; --mask-index/);
  t.is((await runSam(['predict', FRUIT, '--point', '76,120', '--mask-input', path('three.npy'), '--mask-index', '2', '--output', path('x.png')])).code, 0);
});

test('logits that are none, or another model\'s, are refused', async (t) => {
  const folder = await temporaryFolder(t);
  const row = async (bytes: Uint8Array, code: number, message: RegExp): Promise<void> => {
    const path = join(folder, 'bad.npy');
    await writeFile(path, bytes);
    const end = await runSam(['predict', FRUIT, '--point', '76,120', '--mask-input', path, '--output', join(folder, 'x.png')]);
    t.is(end.code, code, end.stderr);
    t.regex(end.stderr, message);
    t.false(existsSync(join(folder, 'x.png')));
  };
  await row(encodeNpyFloats(new Float32Array(256 * 256), [1, 256, 256]), 5, /256 x 256, those of this model are 64 x 64/);
  await row(encodeNpyFloats(new Float32Array(64 * 64), [64, 64]), 4, /shape \(masks, height, width\)/);
  await row(encodeNpyFloats(new Float32Array(64 * 64).fill(NaN, 65, 66), [1, 64, 64]), 4, /found NaN in row 1, column 1/);
  await row(Buffer.from('no array'), 4, /bad\.npy/);
});

test('wrong prompts: each says what is wrong, and nothing is written', async (t) => {
  const out = join(await temporaryFolder(t), 'out.png');
  const rows: [string[], RegExp][] = [
    [['--point', '256,10'], /256,10 lies outside the image of 256 x 192/], [['--point=-1,10'], /-1,10 lies outside/], [['--box', '300,5,400,9'], /outside the image/],
    [[], /no prompt/], [['--point', '3,3,2'], /label 1/], [[...RED, '--box', '1,1,9,9', '--save-logits', out], /belongs to one prompt, and there are 2/],
  ];
  for (const [args, message] of rows) {
    const { code, stderr } = await runSam(['predict', FRUIT, ...args, '--output', out]);
    t.is(code, 2, args.join(' '));
    t.regex(stderr, message);
  }
  t.is((await runSam(['predict', 'nope.png', '--point', '1,1', '--output', out])).code, 2);
  t.like(await runJson(t, ['predict', 'README.md', '--point', '1,1', '--output', out]), { code: 3 });
  t.false(existsSync(out));
});

test('an output with other content is refused, the same is left, --force overwrites; a dry run writes nothing', async (t) => {
  const folder = await temporaryFolder(t);
  const out = join(folder, 'mask.png'), logits = join(folder, 'logits.npy');
  t.like(await runJson(t, ['predict', FRUIT, ...RED, '--output', out, '--dry-run']), { code: 0, outputs: [], summary: { result: 'would-be-written' } });
  t.deepEqual(await readdir(folder), []);
  t.is((await runSam(['predict', FRUIT, ...RED, '--output', out])).code, 0);
  t.like(await runJson(t, ['predict', FRUIT, ...RED, '--output', out]), { code: 0, summary: { result: 'same' } });
  const before = await readFile(out);
  t.is((await runSam(['predict', FRUIT, '--point', '176,116', '--save-logits', logits, '--output', out])).code, 2);
  t.deepEqual(await readFile(out), before);
  t.false(existsSync(logits), 'neither output is written where one is refused');
  t.is((await runSam(['predict', FRUIT, '--point', '176,116', '--output', out, '--force'])).code, 0);
  t.notDeepEqual(await readFile(out), before);
  await copyFile(FRUIT, join(folder, 'own.png'));
  const own = await runSam(['predict', join(folder, 'own.png'), ...RED, '--output', join(folder, 'own.png'), '--force']);
  t.is(own.code, 2);
  t.regex(own.stderr, /inputs are never modified/);
});

/** A folder with two scenes and a prompts file of these records. */
async function promptsFile(t: ExecutionContext, records: string): Promise<{ folder: string; prompts: string; out: string }> {
  const folder = await temporaryFolder(t);
  takeScene('fruit.png', join(folder, 'fruit.png'));
  takeScene('icon.png', join(folder, 'small', 'icon.png'));
  const prompts = join(folder, 'prompts.json');
  await writeFile(prompts, records);
  return { folder, prompts, out: join(folder, 'out') };
}

test('--prompts: many images, settings of a record over those of the flags; done once, resumed for nothing', async (t) => {
  const { prompts, out, folder } = await promptsFile(t, `[{"image": "fruit.png", "points": [[76, 120]], "multimask": true},
    {"image": "small/icon.png", "box": [8, 10, 36, 38]}, {"image": "./fruit.png", "points": [[76, 120], [176, 116]], "labels": [1, 0], "box": [22, 68, 128, 172], "refine": 1}]`);
  t.like(await runJson(t, ['predict', '--prompts', prompts, '--output', out, '--workers', '1']), { code: 0, summary: { images: 2, done: 2, prompts: 3, leftOut: 0, masks: 5 } });
  t.deepEqual((await readdir(join(out, 'fruit'))).sort(), ['0-0.png', '0-1.png', '0-2.png', '1-0.png']);
  t.deepEqual(await readdir(join(out, 'small', 'icon')), ['0-0.png']);
  t.like(await runJson(t, ['predict', '--prompts', prompts, '--output', out]), { code: 0, summary: { done: 0, skipped: 2 } });
  t.is((await runSam(['predict', '--prompts', prompts, '--output', out, '--format', 'cutout'])).code, 2, 'another format is another run');
  const single = join(folder, 'single.png');
  t.is((await runSam(['predict', join(folder, 'fruit.png'), '--box', '22,68,128,172', '--point', '76,120', '--point', '176,116,0', '--refine', '1', '--output', single])).code, 0);
  t.deepEqual(await readFile(join(out, 'fruit', '1-0.png')), await readFile(single), 'the same as by flags');
  const rle = join(folder, 'rle');
  t.is((await runSam(['predict', '--prompts', prompts, '--output', rle, '--format', 'rle', '--workers', '1'])).code, 0);
  const { image, masks } = await rleFile(join(rle, 'small', 'icon.json'));
  t.deepEqual([image, masks.length], ['small/icon.png', 1]);
});

test('--prompts: every bad record is named with its place and costs no other; exit 3', async (t) => {
  const { prompts, out } = await promptsFile(t, `[{"image": "fruit.png", "points": [[900, 120]]}, {"image": "fruit.png", "points": [[76, 120]]},
    {"image": "fruit.png", "points": [[1, 2]], "labels": [2]}, {"image": "gone.png", "points": [[1, 2]]}, {"image": "../fruit.png", "points": [[1, 2]]},
    {"image": "fruit.png", "box": [5, 5, 5, 9]}, {"image": "fruit.png", "point": [[1, 2]]}, {"image": "fruit.png", "points": [[NaN, 2]]}, {"image": "fruit.png"},
    7, {"points": [[1, 2]]}, {"image": "fruit.png", "points": [[1, 2]], "labels": [1, 0]}, {"image": "fruit.png", "points": [[1]]}, {"image": "fruit.png", "box": [1, 1, 9, 9], "refine": 2.5},
    {"image": "prompts.json", "points": [[1, 2]]}, {"image": "fruit.png", "points": []}]`);
  const { code, errors, summary } = await runJson(t, ['predict', '--prompts', prompts, '--output', out, '--workers', '1']);
  t.is(code, 3);
  t.like(summary, { images: 1, done: 1, prompts: 16, leftOut: 15, masks: 1 });
  t.deepEqual(errors.map((error) => [error.code, error.record, error.path]), [
    ['prompt/invalid', 'prompts[0]', undefined], ['prompt/invalid', 'prompts[2]', 'labels[0]'], ['image/missing', 'prompts[3]', 'image'], ['data/unsafe-path', 'prompts[4]', 'image'],
    ['prompt/invalid', 'prompts[5]', undefined], ['prompt/invalid', 'prompts[6]', 'point'], ['prompt/invalid', 'prompts[7]', undefined], ['prompt/invalid', 'prompts[8]', undefined],
    ['prompt/invalid', 'prompts[9]', undefined], ['prompt/invalid', 'prompts[10]', 'image'], ['prompt/invalid', 'prompts[11]', 'labels'], ['prompt/invalid', 'prompts[12]', 'points[0]'],
    ['prompt/invalid', 'prompts[13]', 'refine'], ['image/format', 'prompts[14]', 'image'], ['prompt/invalid', 'prompts[15]', 'points'],
  ]);
  t.true(errors.every(({ file }) => file === prompts));
  t.regex(errors[6]!.message, /NaN is not JSON/);
  t.deepEqual(await readdir(join(out, 'fruit')), ['1-0.png'], 'bad records count in the numbering');
});

test('--prompts: nothing usable writes nothing; what is no list of prompts is 4, what is not there 2', async (t) => {
  const { prompts, out, folder } = await promptsFile(t, '[{"image": "gone.png", "points": [[1, 2]]}]');
  t.like(await runJson(t, ['predict', '--prompts', prompts, '--output', out]), { code: 3, outputs: [], summary: { images: 0, leftOut: 1 } });
  t.false(existsSync(out));
  for (const [content, code] of [['{"image": "fruit.png"}', 4], ['[{"image": ', 4], ['[]', 2]] as const) {
    await writeFile(prompts, content);
    t.is((await runSam(['predict', '--prompts', prompts, '--output', out])).code, code, content);
  }
  t.is((await runSam(['predict', '--prompts', join(folder, 'nope.json'), '--output', out])).code, 2);
  t.is((await runSam(['predict', FRUIT, '--prompts', prompts, '--output', out])).code, 2);
  t.is((await runSam(['predict', '--prompts', prompts, '--images', join(folder, 'nope'), '--output', out])).code, 2);
});

(existsSync('../shared/goldens/models/transformers') ? test : test.skip)('a model that takes points only: points work, boxes and refining are refused before any work (skipped without ../shared/goldens)', async (t) => {
  const { prompts, out, folder } = await promptsFile(t, '[{"image": "fruit.png", "points": [[76, 120]], "multimask": true}]');
  const model = ['--model', '../shared/goldens/models/transformers'];
  t.like(await runJson(t, ['predict', '--prompts', prompts, '--output', out, '--workers', '1', ...model]), { code: 0, summary: { masks: 3 } });
  await writeFile(prompts, '[{"image": "fruit.png", "points": [[76, 120]]}, {"image": "small/icon.png", "box": [8, 10, 36, 38]}]');
  const boxes = await runJson(t, ['predict', '--prompts', prompts, '--output', join(folder, 'boxes'), '--workers', '1', ...model]);
  t.is(boxes.code, 5);
  t.regex(boxes.errors.at(-1)!.message, /takes points only/);
  const one = await runSam(['predict', FRUIT, ...RED, '--output', join(folder, 'x.png'), ...model]);
  t.deepEqual([one.code, /takes points only/.test(one.stderr)], [5, true]);
  t.is((await runSam(['predict', FRUIT, '--point', '76,120', '--refine', '1', '--output', join(folder, 'x.png'), ...model])).code, 5);
});

interface GoldenPrompt { points?: [number, number][]; labels?: (0 | 1)[]; box?: [number, number, number, number]; multimask: boolean; refine?: boolean }
interface Golden { image: string; prompt: GoldenPrompt; scores: number[]; masks: string[] }
const GOLDENS = '../shared/goldens';

(existsSync(`${GOLDENS}/predict`) ? test : test.skip)('through the command, masks and scores are those of Meta\'s predictor (skipped without ../shared/goldens)', async (t) => {
  const cases = JSON.parse(readFileSync(`${GOLDENS}/predict/cases.json`, 'utf8')) as Golden[]; // as their README says
  const folder = await temporaryFolder(t);
  const places = new Map<string, Golden[]>();
  for (const golden of cases) {
    const place = join(GOLDENS, 'amg/images', dirname(golden.image));
    places.set(place, [...(places.get(place) ?? []), { ...golden, image: golden.image.replace(/^.*\//, '') }]);
  }
  let compared = 0;
  for (const [i, [images, goldens]] of [...places].entries()) {
    const prompts = join(folder, `${i}.json`), out = join(folder, `${i}`);
    await writeFile(prompts, JSON.stringify(goldens.map(({ image, prompt: { refine, ...prompt } }) => ({ image, ...prompt, ...(refine === true ? { refine: 1 } : {}) }))));
    await mkdir(out);
    t.like(await runJson(t, ['predict', '--prompts', prompts, '--images', images, '--format', 'rle', '--output', out, '--workers', '1']), { code: 0, summary: { leftOut: 0 } });
    for (const image of new Set(goldens.map((golden) => golden.image))) {
      const { masks } = await rleFile(join(out, image.replace(/\.\w+$/, '.json')));
      goldens.filter((golden) => golden.image === image).forEach((golden, number) => {
        const ours = masks.filter(({ prompt }) => prompt === number);
        t.is(ours.length, golden.masks.length, `${image} ${number}`);
        golden.masks.forEach((counts, m) => {
          const mine = rleOf(ours[m]!.segmentation), expected = rleFromString(counts, mine.width, mine.height);
          const shared = rleIntersection(mine, expected), union = rleArea(mine) + rleArea(expected) - shared;
          t.true(union === 0 || shared / union >= 0.99, `${image} ${number}-${m}: IoU ${shared / union}`);
          t.true(Math.abs(ours[m]!.predicted_iou - golden.scores[m]!) <= 0.005, `${image} ${number}-${m}: score`);
          compared++;
        });
      });
    }
  }
  t.true(compared > 60);
});
