/**
 * The model that comes with the package, as a person has it who named none: what anybody relies on for any model that may stand there. What it finds
 * in detail, and how good it is on photographs, is held by `sam doctor`'s self-check and by its card.
 */
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import sharp from 'sharp';
import { maskIou } from '../../src/mask/iou.js';
import { rleFromBitmask } from '../../src/mask/rle.js';
import { rleFromString } from '../../src/mask/rle-string.js';
import { temporaryFolder } from '../files/temporary-folder.js';
import { EMBEDDED, runJson, workplace } from './run-sam.js';

test('it fits into the package, and its manifest says what its card says', (t) => {
  const bytes = ['encoder.onnx', 'decoder.onnx'].reduce((sum, name) => sum + statSync(join('models', name)).size, 0);
  t.true(bytes <= 24e6, `${bytes} bytes`);
  const { name, contract, inputSide, maskSide, licence } = JSON.parse(readFileSync('models/model.json', 'utf8')) as { name: string; contract: string; inputSide: number; maskSide: number; licence: string }; // our own file
  const card = readFileSync('models/README.md', 'utf8');
  t.deepEqual([name, contract, licence], ['embedded', 'F1', 'Apache-2.0']);
  t.true(card.includes(`${inputSide} x ${inputSide}`) && card.includes(`${maskSide} x ${maskSide}`), 'the card has the sides of the input and of the masks');
});

test('a disc in a box is masked; so it is by a click, in one of three', async (t) => {
  const root = await temporaryFolder(t), width = 240, height = 180;
  const inside = (x: number, y: number): boolean => (x - 100) ** 2 + (y - 90) ** 2 < 50 ** 2;
  const pixels = Array.from({ length: width * height }, (_, i) => inside(i % width, Math.floor(i / width)));
  await sharp(Buffer.from(pixels.flatMap((isDisc, i) => (isDisc ? [210, 60, 40] : [60 + (i % 7), 120, 110]))), { raw: { width, height, channels: 3 } }).png().toFile(join(root, 'disc.png'));
  const disc = rleFromBitmask({ data: Uint8Array.from(pixels, Number), width, height });
  for (const [prompt, least] of [[['--box', '50,40,150,140'], 0.75], [['--point', '100,90', '--multimask'], 0.6]] as const) {
    const output = join(root, `${prompt[0]}.json`);
    t.is((await runJson(t, ['predict', join(root, 'disc.png'), ...prompt, '--format', 'rle', '--output', output], EMBEDDED)).code, 0);
    const { masks } = JSON.parse(readFileSync(output, 'utf8')) as { masks: { segmentation: { counts: string }; predicted_iou: number }[] }; // what predict promises
    const best = Math.max(...maskIou(masks.map(({ segmentation }) => rleFromString(segmentation.counts, width, height)), [disc]));
    t.true(best > least, `${prompt.join(' ')}: IoU ${best}`);
    t.true(masks.every(({ predicted_iou: iou }) => iou > -0.1 && iou < 1.1), 'predicted IoUs are shares');
  }
});

test('automatic masks at its own thresholds: some in every scene, the same whoever works', async (t) => {
  const { root, input } = await workplace(t, ['fruit.png', 'tiles.png']);
  const run = async (workers: string): Promise<string> => {
    const { code, summary } = await runJson(t, ['segment-all', input, '--output', join(root, workers), '--format', 'coco', '--points-per-side', '6', '--workers', workers], EMBEDDED);
    t.is(code, 0);
    t.true(Number(summary['masks']) >= 2);
    return readFileSync(join(root, workers, 'annotations.json'), 'utf8');
  };
  const text = await run('1');
  t.is(await run('2'), text);
  const { images, annotations } = JSON.parse(text) as { images: { id: number }[]; annotations: { image_id: number }[] }; // what segment-all promises
  for (const { id } of images) t.true(annotations.some((annotation) => annotation.image_id === id), `masks in image ${id}`);
});

test('boxes become masks', async (t) => {
  const { root, input } = await workplace(t, ['fruit.png']);
  const boxes = join(root, 'boxes.json'), output = join(root, 'masks.json');
  writeFileSync(boxes, JSON.stringify({ images: [{ id: 1, file_name: 'fruit.png', width: 256, height: 192 }], categories: [{ id: 1, name: 'fruit' }], annotations: [{ id: 1, image_id: 1, category_id: 1, iscrowd: 0, area: 1, bbox: [20, 20, 110, 120], segmentation: [] }] }));
  t.is((await runJson(t, ['boxes-to-masks', boxes, '--images', input, '--output', output], EMBEDDED)).code, 0);
  const { annotations } = JSON.parse(readFileSync(output, 'utf8')) as { annotations: { area: number; predicted_iou: number }[] }; // what boxes-to-masks promises
  t.true(annotations.length === 1 && annotations[0]!.area > 1000 && annotations[0]!.predicted_iou > 0);
});
