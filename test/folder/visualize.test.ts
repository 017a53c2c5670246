/** Pictures of datasets: every kind, every format that is read, comparisons, the same bytes, and what goes wrong costing nothing else. */
import test, { type ExecutionContext } from 'ava';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sha256Hex } from '../../src/files/hash.js';
import { AGREED, EXTRA, MISSED } from '../../src/draw/against.js';
import { paletteColour } from '../../src/draw/palette.js';
import { visualize, type VisualizeRequest } from '../../src/folder/visualize.js';
import { convertDataset } from '../../src/formats/jobs/convert.js';
import type { FormatName } from '../../src/formats/format.js';
import { decodeImage } from '../../src/image/decode.js';
import { encodeJpegRgb, encodePngRgb } from '../../src/image/encode.js';
import { sharp } from '../../src/image/sharp.js';
import { rleToCoco } from '../../src/mask/rle-string.js';
import { temporaryFolder } from '../files/temporary-folder.js';
import { blended, grey, maskWhere, pixelAt } from '../draw/scenes.js';

const IMAGES = ['a.png', 'deep/b.jpg', 'c.png'] as const;
const square = (x0: number, y0: number, side: number) => ({ segmentation: rleToCoco(maskWhere(60, 40, (x, y) => x > x0 && x < x0 + side && y > y0 && y < y0 + side)), bbox: [x0, y0, side, side] });

interface Place { root: string; images: string; annotations: string; output: string }

/** Three grey images, and a COCO file with two nested squares on the first, one on the second, none on the third. */
async function place(t: ExecutionContext, change: (file: { images: object[]; annotations: object[]; categories: object[] }) => unknown = (file) => file): Promise<Place> {
  const root = await temporaryFolder(t), images = join(root, 'photos'), annotations = join(root, 'instances.json');
  mkdirSync(join(images, 'deep'), { recursive: true });
  for (const name of IMAGES) writeFileSync(join(images, name), name.endsWith('.png') ? await encodePngRgb(grey(60, 40)) : await encodeJpegRgb(grey(60, 40), 95));
  const file = {
    images: IMAGES.map((file_name, i) => ({ id: i + 1, file_name, width: 60, height: 40 })),
    annotations: [
      { id: 1, image_id: 1, category_id: 1, iscrowd: 0, area: 100, score: 0.5, ...square(10, 10, 10) },
      { id: 2, image_id: 1, category_id: 2, iscrowd: 0, area: 900, score: 0.9, ...square(5, 5, 30) },
      { id: 3, image_id: 2, category_id: 1, iscrowd: 0, area: 400, score: 1, ...square(20, 10, 20) },
    ],
    categories: [{ id: 1, name: 'cat' }, { id: 2, name: 'dog' }],
  };
  writeFileSync(annotations, JSON.stringify(change(file) ?? file));
  return { root, images, annotations, output: join(root, 'out') };
}

const asked = ({ images, annotations, output }: Place, rest: Partial<VisualizeRequest> = {}): VisualizeRequest => ({ images, annotations, output, overlay: { noLabels: true, edge: 1 }, ...rest });
const filesIn = (folder: string): string[] => readdirSync(folder, { recursive: true, withFileTypes: true }).filter((each) => each.isFile()).map((each) => join(each.parentPath, each.name).slice(folder.length + 1)).filter((name) => !name.startsWith('.sam')).sort();
const decoded = (path: string) => decodeImage(readFileSync(path), { name: path });

test('a picture an image, where its path says, largest first', async (t) => {
  const at = await place(t);
  const report = await visualize(asked(at));
  t.like(report, { kind: 'overlay', summary: { images: 3, drawn: 3, failed: 0, objects: 3, files: 3 }, result: 'written', errors: [] });
  t.deepEqual(filesIn(at.output), ['a.png', 'c.png', 'deep/b.png']);
  t.deepEqual(report.outputs, ['a.png', 'c.png', 'deep/b.png'].map((name) => join(at.output, name)));
  const first = await decoded(join(at.output, 'a.png'));
  t.deepEqual([pixelAt(first, 15, 15), pixelAt(first, 30, 30), pixelAt(first, 10, 15), pixelAt(first, 50, 30)], [blended(paletteColour(1), 0.45), blended(paletteColour(2), 0.45), [...paletteColour(1)], [100, 100, 100]]);
  t.true((await decoded(join(at.output, 'c.png'))).data.every((value) => value === 100), 'an image without objects is there too');
});

test('the same bytes again; changed options are refused without force, and then replace and remove', async (t) => {
  const at = await place(t);
  const digest = (): string => filesIn(at.output).map((name) => sha256Hex(readFileSync(join(at.output, name)))).join();
  await visualize(asked(at));
  const before = digest();
  t.is((await visualize(asked(at))).result, 'same');
  await t.throwsAsync(visualize(asked(at, { overlay: { alpha: 0.9 } })), { code: 'usage/output-exists' });
  t.is(digest(), before);
  t.is((await visualize(asked(at, { overlay: { alpha: 0.9 }, run: { force: true, dryRun: true } }))).result, 'would-be-written');
  t.is(digest(), before);
  t.is((await visualize(asked(at, { pictures: { imageFormat: 'webp' }, run: { force: true } }))).result, 'written');
  t.deepEqual(filesIn(at.output), ['a.webp', 'c.webp', 'deep/b.webp']);
});

test('cut-outs and crops: a picture an object', async (t) => {
  const at = await place(t);
  const cut = await visualize(asked(at, { pictures: { cutouts: true } }));
  t.deepEqual(filesIn(at.output), ['a/1.png', 'a/2.png', 'deep/b/3.png']);
  t.is(cut.summary.files, 3);
  const { data, info } = await sharp(join(at.output, 'a/1.png')).raw().toBuffer({ resolveWithObject: true });
  t.deepEqual([info.width, info.height, info.channels, ...data.subarray(0, 4)], [10, 10, 4, 100, 100, 100, 255]);
  const crops = await visualize(asked(at, { output: join(at.root, 'crops'), pictures: { crop: true, margin: 0.5, imageFormat: 'jpeg' } }));
  t.deepEqual(filesIn(join(at.root, 'crops')), ['a/1.jpg', 'a/2.jpg', 'deep/b/3.jpg']);
  const crop = await decoded(crops.outputs[0]!);
  t.deepEqual([crop.width, crop.height, crop.format], [20, 20, 'jpeg'], 'ten pixels and five on each side');
});

test('label maps are read as a dataset again', async (t) => {
  const at = await place(t);
  await visualize(asked(at, { pictures: { labelMap: true } }));
  t.deepEqual(filesIn(at.output), ['a.png', 'c.png', 'deep/b.png', 'labels.csv']);
  t.is(readFileSync(join(at.output, 'labels.csv'), 'utf8'), 'file_name,label,category,score,id\na.png,1,cat,0.5,1\na.png,2,dog,0.9,2\ndeep/b.jpg,1,cat,1,3\nc.png,0,,,\n');
  const picture = await decoded(join(at.output, 'a.png'));
  t.deepEqual([pixelAt(picture, 0, 0), pixelAt(picture, 15, 15), pixelAt(picture, 30, 30)], [[0, 0, 0], [...paletteColour(1)], [...paletteColour(2)]], 'in the colours of the other pictures');
  const back = await convertDataset({ input: at.output, to: 'coco', output: join(at.root, 'back.json'), images: at.images, lenient: false, maxPixels: 1e6, holes: 'error', vocBase: 'one', allowLossy: true, force: false, dryRun: false });
  t.deepEqual([back.from, back.images, back.annotations], ['label-png', 3, 3]);
  await visualize(asked(at, { output: join(at.root, 'classes'), pictures: { labelMap: true }, overlay: { by: 'category' } }));
  t.regex(readFileSync(join(at.root, 'classes/labels.csv'), 'utf8'), /^a\.png,1,cat,,\na\.png,2,dog,,\ndeep\/b\.jpg,1,cat,,\nc\.png,0,,,$/m);
});

test('more labels than a palette holds take 16 bits and a coloured picture beside', async (t) => {
  const at = await place(t, (file) => ({
    ...file, annotations: Array.from({ length: 300 }, (_, i) => ({ id: i + 1, image_id: 1, category_id: 1, iscrowd: 0, area: 1, bbox: [i % 60, Math.floor(i / 60), 1, 1], segmentation: rleToCoco(maskWhere(60, 40, (x, y) => Math.floor(x) === i % 60 && Math.floor(y) === Math.floor(i / 60))) })),
  }));
  await visualize(asked(at, { pictures: { labelMap: true } }));
  t.deepEqual(filesIn(at.output), ['a.colours.png', 'a.png', 'c.png', 'deep/b.png', 'labels.csv']);
  t.is(readFileSync(join(at.output, 'a.png'))[24], 16);
  t.deepEqual(pixelAt(await decoded(join(at.output, 'a.colours.png')), 59, 4), [...paletteColour(300)]);
});

test('contact sheets: pages of as many thumbnails as fit, captions and a legend', async (t) => {
  const at = await place(t);
  const report = await visualize(asked(at, { pictures: { contactSheet: true, columns: 2, rows: 1, thumbnail: 60 }, overlay: { by: 'category' } }));
  t.deepEqual(filesIn(at.output), ['sheet-0001.png', 'sheet-0002.png']);
  t.is(report.summary.files, 2);
  const [full, last] = await Promise.all(report.outputs.map(decoded));
  t.is(full!.width, last!.width, 'pages of one width');
  t.true(full!.height > last!.height, 'no legend where nothing is drawn');
});

test('side by side, and one dataset against another', async (t) => {
  const at = await place(t), other = join(at.root, 'reference.json');
  const reference = JSON.parse(readFileSync(at.annotations, 'utf8')) as { images: object[]; annotations: object[]; categories: object[] }; // written by this test
  reference.annotations = [reference.annotations[1]!, { id: 9, image_id: 3, category_id: 1, iscrowd: 0, area: 100, ...square(10, 10, 10) }];
  reference.images.reverse();
  writeFileSync(other, JSON.stringify(reference));
  const beside = await visualize(asked(at, { output: join(at.root, 'beside'), pictures: { sideBySide: true } }));
  t.true((await decoded(beside.outputs[0]!)).width > 120);
  const report = await visualize(asked(at, { against: other }));
  t.deepEqual(report.compared, { agreed: 1, missed: 1, extra: 2 });
  const [a, c, b] = await Promise.all(report.outputs.map(decoded));
  t.true(a!.height > 40, 'a legend with counts');
  t.deepEqual(pixelAt(a!, 30, 30), blended(AGREED, 0.45));
  t.deepEqual(pixelAt(a!, 15, 15), blended(EXTRA, 0.45));
  t.deepEqual(pixelAt(c!, 15, 15), blended(MISSED, 0.45));
  t.true(pixelAt(b!, 30, 20).every((value, i) => Math.abs(value - blended(EXTRA, 0.45)[i]!) <= 4), 'from a JPEG');
  const sides = await visualize(asked(at, { output: join(at.root, 'sides'), against: other, pictures: { sideBySide: true } }));
  const both = await decoded(sides.outputs[0]!);
  t.deepEqual(pixelAt(both, 15, 15), blended(EXTRA, 0.45), 'on the left what is there');
  t.deepEqual(pixelAt(both, 64 + 15, 15), blended(AGREED, 0.45), 'on the right what should be');
});

for (const format of ['coco', 'sa1b', 'yolo', 'yolo-detect', 'voc', 'labelme', 'cvat', 'png', 'label-png', 'csv'] as const satisfies readonly FormatName[]) {
  test(`pictures of ${format}`, async (t) => {
    const at = await place(t), data = join(at.root, 'data');
    await convertDataset({ input: at.annotations, to: format, output: data, images: at.images, lenient: false, maxPixels: 1e6, holes: 'bridge', vocBase: 'one', allowLossy: true, force: false, dryRun: false });
    const report = await visualize(asked(at, { annotations: data, from: format }));
    t.deepEqual(report.errors, []);
    t.is(report.summary.objects, 3);
    t.true(filesIn(at.output).includes('a.png') && filesIn(at.output).includes('deep/b.png'));
    t.notDeepEqual(pixelAt(await decoded(join(at.output, 'a.png')), 5, 20), [100, 100, 100], 'the edge of the large one');
  });
}

test('an image that is missing, of another size or damaged costs only itself', async (t) => {
  const at = await place(t, (file) => { file.images.push({ id: 4, file_name: 'gone.png', width: 60, height: 40 }, { id: 5, file_name: 'c.png', width: 60, height: 40 }); file.images.splice(4, 1, { id: 5, file_name: 'broken.png', width: 60, height: 40 }, { id: 6, file_name: '../secret.png', width: 60, height: 40 }); });
  writeFileSync(join(at.images, 'c.png'), await encodePngRgb(grey(61, 40)));
  writeFileSync(join(at.images, 'broken.png'), 'no picture');
  const report = await visualize(asked(at));
  t.like(report.summary, { images: 5, drawn: 2, failed: 3 });
  t.deepEqual(report.errors.map(({ code, file, record }) => [code, file, record]), [['image/size', 'c.png', 'image 3'], ['image/missing', 'gone.png', 'image 4'], ['image/format', 'broken.png', 'image 5']]);
  t.is(report.errors[0]!.message, 'The annotations say 60 x 40, but the upright image is 61 x 40.');
  t.true(report.findings.some(({ code, severity }) => code === 'path/outside' && severity === 'error'));
  t.deepEqual(filesIn(at.output), ['a.png', 'deep/b.png']);
});

test('a record with a fault costs only itself; an object without pixels is told', async (t) => {
  const at = await place(t, (file) => { file.annotations.push({ id: 4, image_id: 3, category_id: 7, iscrowd: 0 }, { id: 5, image_id: 3, category_id: 1, iscrowd: 0, area: 0, bbox: [1, 1, 0, 0], segmentation: { size: [40, 60], counts: [2400] } }); });
  const report = await visualize(asked(at, { pictures: { cutouts: true } }));
  t.is(report.summary.files, 3);
  t.true(report.findings.some(({ code }) => code === 'category/unknown'));
  t.deepEqual(report.warnings, [{ message: '1 object has no pixel to show.', file: 'c.png' }]);
});

test('what cannot be is refused before anything is written', async (t) => {
  const at = await place(t);
  const refused = async (rest: Partial<VisualizeRequest>, code: string, message: RegExp): Promise<void> => { t.like(await t.throwsAsync(visualize(asked(at, rest)), { message }), { code }); };
  await refused({ pictures: { cutouts: true, crop: true } }, 'usage/option', /--cutouts cannot be together with --crop/);
  await refused({ pictures: { cutouts: true, imageFormat: 'jpeg' } }, 'usage/option', /no transparency/);
  await refused({ pictures: { labelMap: true, imageFormat: 'webp' } }, 'usage/option', /exact/);
  await refused({ pictures: { crop: true }, against: at.annotations }, 'usage/option', /--against/);
  await refused({ overlay: { labels: 'colour' } }, 'usage/option', /--labels/);
  await refused({ output: at.images }, 'usage/output-in-input', /is the output folder/);
  await refused({ output: at.root }, 'usage/output-in-input', /lies in the output folder/);
  await refused({ images: join(at.root, 'nowhere') }, 'usage/input-missing', /no such file/);
  await refused({ images: at.annotations }, 'usage/input-missing', /--images expects a folder/);
  await refused({ against: join(at.root, 'nothing.json') }, 'usage/input-missing', /no such file/);
  writeFileSync(join(at.root, 'empty.json'), '');
  await refused({ annotations: join(at.root, 'empty.json') }, 'data/format', /The file is empty/);
  writeFileSync(join(at.root, 'none.json'), JSON.stringify({ images: [], annotations: [], categories: [] }));
  await refused({ annotations: join(at.root, 'none.json') }, 'usage/no-images', /name no image/);
  t.deepEqual(readdirSync(at.root).filter((name) => name === 'out' || name.includes('.sam-') || name.startsWith('.')), []);
});

test('two images with one output path are refused', async (t) => {
  const at = await place(t, (file) => { file.images.push({ id: 4, file_name: 'a.jpg', width: 60, height: 40 }); });
  t.like(await t.throwsAsync(visualize(asked(at))), { code: 'usage/name-collision' });
  t.is((await visualize(asked(at, { pictures: { contactSheet: true } }))).summary.failed, 1, 'but they may stand on one page');
});

test('interrupted, it leaves nothing; pictures in the output folder are never read as images', async (t) => {
  const at = await place(t), stop = new AbortController();
  await t.throwsAsync(visualize(asked(at), { stop: stop.signal, events: ({ kind }) => { if (kind === 'imageDone') stop.abort(); } }), { code: 'interrupted/signal' });
  t.deepEqual(readdirSync(at.root).sort(), ['instances.json', 'photos']);
  const inside = join(at.images, 'deep');
  t.deepEqual((await visualize(asked(at, { output: inside, run: { force: true } }))).errors.map(({ file, code }) => [file, code]), [['deep/b.jpg', 'image/unreadable']]);
  rmSync(inside, { recursive: true });
});
