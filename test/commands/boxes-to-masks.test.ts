/** `sam boxes-to-masks` from outside: the same masks from every format of the same boxes, exit codes, idempotence, refusals. */
import test from 'ava';
import { copyFileSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { rleFromString } from '../../src/mask/rle-string.js';
import { rleArea, rleIntersection } from '../../src/mask/rle.js';
import { runSam, workplace } from './run-sam.js';

interface Coco { images: { id: number; file_name: string }[]; annotations: { id: number; image_id: number; category_id: number; bbox: number[]; area: number; score?: number; segmentation: { size: [number, number]; counts: string }; predicted_iou: number }[] }

const SIZES = { 'fruit.png': sizeOf('fixtures/scenes/fruit.png'), 'tiles.png': sizeOf('fixtures/scenes/tiles.png') };

function sizeOf(path: string): { width: number; height: number } {
  const bytes = readFileSync(path);
  return { width: bytes.readUInt32BE(16), height: bytes.readUInt32BE(20) };
}

/** A folder with two scenes and a COCO file of whole-numbered boxes for them (YOLO and VOC hold those exactly). */
function dataset(folder: string): { images: string; boxes: string } {
  const images = join(folder, 'images'), boxes = join(folder, 'boxes.json');
  mkdirSync(images, { recursive: true });
  for (const name of Object.keys(SIZES)) copyFileSync(`fixtures/scenes/${name}`, join(images, name));
  writeFileSync(boxes, JSON.stringify({
    images: Object.entries(SIZES).map(([file_name, size], i) => ({ id: i + 1, file_name, ...size })),
    annotations: [[1, 10, 12, 70, 50], [1, 40, 30, 90, 60], [2, 8, 8, 40, 40], [2, 50, 20, 60, 64]].map(([image, x, y, w, h], i) => ({ id: i + 1, image_id: image, category_id: 1 + (i % 2), bbox: [x, y, w, h], area: w! * h!, iscrowd: 0 })),
    categories: [{ id: 1, name: 'round' }, { id: 2, name: 'square' }],
  }));
  return { images, boxes };
}

const readCoco = (path: string): Coco => JSON.parse(readFileSync(path, 'utf8')) as Coco;

function iou(a: Coco['annotations'][0], b: Coco['annotations'][0]): number {
  const [x, y] = [a, b].map(({ segmentation: { size, counts } }) => rleFromString(counts, size[1], size[0])) as [ReturnType<typeof rleFromString>, ReturnType<typeof rleFromString>];
  const inter = rleIntersection(x, y);
  return inter / Math.max(1, rleArea(x) + rleArea(y) - inter);
}

test('COCO, YOLO and VOC forms of the same boxes give the same masks', async (t) => {
  const { root: folder } = await workplace(t, []);
  const { images, boxes } = dataset(folder);
  const from = { coco: boxes, 'yolo-detect': join(folder, 'yolo'), voc: join(folder, 'voc') };
  for (const format of ['yolo-detect', 'voc'] as const) {
    const made = await runSam(['convert', boxes, '--to', format, '--output', from[format], '--images', images, '--allow-lossy']);
    t.is(made.code, 0, made.stderr);
  }
  const results: Record<string, Coco> = {};
  for (const [format, path] of Object.entries(from)) {
    const output = join(folder, `${format}-masks.json`);
    const { code, stderr } = await runSam(['boxes-to-masks', path, '--from', format, '--images', images, '--output', output]);
    t.is(code, 0, stderr);
    results[format] = readCoco(output);
  }
  const byName = ({ images: list, annotations }: Coco) => annotations.map((a) => ({ ...a, name: list.find((image) => image.id === a.image_id)!.file_name }));
  const expected = byName(results['coco']!);
  t.is(expected.length, 4);
  t.true(expected.every((a) => a.area > 0 && a.predicted_iou > 0));
  for (const format of ['yolo-detect', 'voc']) {
    const found = byName(results[format]!);
    t.is(found.length, 4, format);
    for (const a of expected) {
      const twin = found.find((b) => b.name === a.name && Math.abs(b.bbox[0]! - a.bbox[0]!) < 0.01 && Math.abs(b.bbox[1]! - a.bbox[1]!) < 0.01);
      t.true(twin !== undefined && iou(a, twin) > 0.99, `${format}: the box ${a.bbox.join(' ')} of ${a.name}`);
    }
  }
});

test('run again it changes nothing; other content is refused; bad records cost only themselves', async (t) => {
  const { root: folder } = await workplace(t, []);
  const { images, boxes } = dataset(folder);
  const output = join(folder, 'masks.json');
  const command = ['boxes-to-masks', boxes, '--images', images, '--output', output];
  t.is((await runSam(command)).code, 0);
  const { mtimeMs } = statSync(output);
  const again = await runSam([...command, '--json']);
  t.is(again.code, 0, again.stderr);
  t.like(JSON.parse(again.stdout), { schema: 1, ok: true, command: 'boxes-to-masks', summary: { skipped: 2, masks: 4, unmasked: 0 }, outputs: [output] });
  t.is(statSync(output).mtimeMs, mtimeMs);
  const changed = JSON.parse(readFileSync(boxes, 'utf8')) as { annotations: { bbox: number[] }[] };
  changed.annotations[0]!.bbox = [5, 5, 0, 9];
  writeFileSync(boxes, JSON.stringify(changed));
  t.is((await runSam(command)).code, 2, 'other boxes are other options of the work that is there');
  const forced = await runSam([...command, '--force', '--json']);
  t.is(forced.code, 3);
  const report = JSON.parse(forced.stdout) as { ok: boolean; errors: { code: string; record?: string }[] };
  t.false(report.ok);
  t.true(report.errors.some(({ code, record }) => code === 'box/empty' && record === 'annotation 1'), forced.stdout);
  t.deepEqual(readCoco(output).annotations.map((a) => a.id), [2, 3, 4]);
});

test('annotations, models and flags that will not do', async (t) => {
  const { root: folder } = await workplace(t, []);
  const { images, boxes } = dataset(folder);
  const run = (...argv: string[]) => runSam(['boxes-to-masks', ...argv, '--images', images, '--output', join(folder, 'out.json')]);
  t.is((await run(join(folder, 'gone.json'))).code, 2);
  writeFileSync(join(folder, 'broken.json'), '{"images": [');
  t.is((await run(join(folder, 'broken.json'), '--from', 'coco')).code, 4);
  t.is((await run(boxes, '--model', 'no-such-model')).code, 5);
  t.is((await run(boxes, '--refine', '-1')).code, 2);
  t.is((await run(boxes, '--from', 'nothing')).code, 2);
  const help = await runSam(['boxes-to-masks', '--help']);
  for (const flag of ['--images', '--output', '--from', '--to', '--segmentation', '--multimask', '--box-jitter', '--refine', '--keep-unmasked', '--voc-base', '--instances']) t.true(help.stdout.includes(flag), flag);
});
