/** PNG folders: Meta's columns to the letter, and pixels that are the masks. */
import test from 'ava';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Finding } from '../../../src/dataset/types.js';
import { encodeIndexPng } from '../../../src/formats/png/index-png-write.js';
import { encodePngMasks, png, pngFolder } from '../../../src/formats/png/png.js';
import { decodeImage } from '../../../src/image/decode.js';
import { encodePngGrey, encodePngRgb } from '../../../src/image/encode.js';
import { rleToString } from '../../../src/mask/rle-string.js';
import { bitmaskFromRle } from '../../../src/mask/rle.js';
import { drawn } from '../../contracts/cases.js';
import { MAX_PIXELS, formatContract } from '../../contracts/format.js';
import { collected } from '../../contracts/same.js';
import { temporaryFolder } from '../../files/temporary-folder.js';
import { generatedImage, textOf } from '../generated-image.js';

const HEADER = 'id,area,bbox_x0,bbox_y0,bbox_w,bbox_h,point_input_x,point_input_y,predicted_iou,stability_score,crop_box_x0,crop_box_y0,crop_box_w,crop_box_h';

const MASKS = ['categories'] as const;
const mask = encodeIndexPng({ width: 3, height: 2, data: Uint8Array.of(255, 0, 0, 0, 255, 255) });
const metadata = (...rows: string[]): string => `${HEADER}\n${rows.map((row) => `${row}\n`).join('')}`;
const ROW = '0,3,0,0,2,1,,,,,,,,', hostile = (name: string, files: Record<string, string | Uint8Array>, code: string, leaves = 1) => ({ name, files: { 'a/metadata.csv': metadata(ROW), 'a/0.png': mask, ...files }, code, leaves });

formatContract({
  format: png,
  fileName: 'unused',
  needsImages: true,
  losses: {
    empty: [...MASKS], imageWithoutAnnotations: [...MASKS], mask: [...MASKS], maskWithHole: [...MASKS], maskParts: [...MASKS], fullMask: [...MASKS], maskAndBox: [...MASKS], overlap: [...MASKS], generator: [...MASKS],
    box: ['boxes', ...MASKS], fractionalBox: ['boxes', ...MASKS], scores: ['boxes', ...MASKS], attributes: ['boxes', ...MASKS], extra: ['boxes', ...MASKS], names: ['boxes', ...MASKS],
    polygon: [...MASKS, 'polygons'], polygonParts: [...MASKS, 'polygons'], crowd: [...MASKS, 'crowds'], sparseIds: ['boxes', ...MASKS, 'ids'], split: ['boxes', ...MASKS, 'splits'],
  },
  hostile: [
    hostile('a mask of another size', { 'a/metadata.csv': metadata(ROW, '1,3,0,0,2,1,,,,,,,,'), 'a/1.png': encodeIndexPng({ width: 2, height: 3, data: new Uint8Array(6) }) }, 'size/mismatch'),
    hostile('a picture of labels', { 'a/metadata.csv': metadata(ROW, '1,3,0,0,2,1,,,,,,,,'), 'a/1.png': encodeIndexPng({ width: 3, height: 2, data: Uint8Array.of(0, 1, 2, 3, 4, 5) }) }, 'mask/not-binary'),
    hostile('a row without its mask', { 'a/metadata.csv': metadata(ROW, '1,3,0,0,2,1,,,,,,,,') }, 'file/malformed'),
    hostile('a mask that is no PNG', { 'a/metadata.csv': metadata(ROW, '1,3,0,0,2,1,,,,,,,,'), 'a/1.png': 'GIF89a' }, 'file/malformed'),
    hostile('a mask cut off', { 'a/metadata.csv': metadata(ROW, '1,3,0,0,2,1,,,,,,,,'), 'a/1.png': mask.subarray(0, mask.length - 20) }, 'file/malformed'),
    hostile('an id that is a path', { 'a/metadata.csv': metadata(ROW, '../../x,3,0,0,2,1,,,,,,,,') }, 'id/invalid'),
    hostile('an id twice', { 'a/metadata.csv': metadata(ROW, ROW) }, 'id/duplicate'),
    hostile('NaN for a score', { 'a/metadata.csv': metadata(ROW, '1,3,0,0,2,1,,,NaN,,,,,') }, 'score/invalid'),
    hostile('an area of 1e999', { 'a/metadata.csv': metadata(ROW, '1,1e999,0,0,2,1,,,,,,,,') }, 'area/invalid'),
    hostile('a row with a field too few', { 'a/metadata.csv': metadata(ROW, '1,3,0') }, 'csv/row'),
    hostile('a table without ids', { 'b/metadata.csv': 'area\n1\n', 'b/0.png': mask }, 'file/malformed'),
    hostile('a table with an open quote', { 'b/metadata.csv': `${HEADER}\n"0`, 'b/0.png': mask }, 'file/malformed'),
    hostile('a folder without masks or images', { 'b/metadata.csv': metadata() }, 'image/size-unknown'),
    { name: 'a folder without masks', files: { 'x/readme.txt': 'x', 'y.png': mask }, code: 'data/format', leaves: 'refused' },
  ],
});

async function read(t: Parameters<typeof temporaryFolder>[0], files: Record<string, Uint8Array | string>) {
  const folder = join(await temporaryFolder(t), 'masks');
  for (const [name, bytes] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), bytes);
  }
  const findings: Finding[] = [];
  const { entries } = await collected(await png.reader!.read(folder, { maxPixels: MAX_PIXELS, report: (found) => findings.push(found) }));
  return { findings, entries, masks: entries.map(({ annotations }) => annotations.map(({ segmentation }) => (segmentation?.kind === 'rle' ? rleToString(segmentation.rle) : ''))) };
}

test('masks are read by any value that is not black: 1, 255, 65535, a colour, palettes with black anywhere', async (t) => {
  const bits = [1, 0, 0, 0, 1, 1], size = { width: 3, height: 2 };
  const words = (set: number) => encodeIndexPng({ ...size, data: Uint16Array.from(bits, (bit) => bit * set) });
  const { masks, findings } = await read(t, {
    'a/0.png': mask, 'a/1.png': encodeIndexPng({ ...size, data: Uint8Array.from(bits) }), 'a/2.png': words(65535), 'a/3.png': words(256),
    'a/4.png': encodeIndexPng({ ...size, data: Uint8Array.from(bits, (bit) => 1 - bit) }, Uint8Array.of(255, 255, 255, 0, 0, 0)),
    'a/5.png': encodeIndexPng({ ...size, data: Uint8Array.from(bits) }, Uint8Array.of(0, 0, 0, 128, 0, 0)),
    'a/6.png': await encodePngRgb({ ...size, data: Uint8Array.from(bits.flatMap((bit) => [0, bit * 200, 0])) }),
    'a/7.png': await encodePngGrey(Uint8Array.from(bits, (bit) => bit * 255), 3, 2),
  });
  t.deepEqual(findings.map(({ code }) => code), ['image/name-unknown']);
  t.deepEqual(masks, [Array.from({ length: 8 }, () => rleToString(drawn('#..', '.##')))]);
});

test('without a table the masks come by number, padded or not; the table\'s order wins where there is one', async (t) => {
  const pixel = (at: number) => encodeIndexPng({ width: 3, height: 1, data: Uint8Array.from([0, 1, 2], (x) => (x === at ? 255 : 0)) });
  const [first, second, third] = ['#..', '.#.', '..#'].map((row) => rleToString(drawn(row)));
  const { masks, entries } = await read(t, { 'b/10.png': pixel(2), 'b/9.png': pixel(1), 'b/001.png': pixel(0), 'a/c/1.png': pixel(1), 'a/c/0.png': pixel(0), 'a/c/metadata.csv': metadata('1,1,0,0,0,0,,,,,,,,', '0,1,0,0,0,0,2,0.5,0.75,1,0,0,3,1') });
  t.deepEqual(entries.map(({ image }) => image.fileName), ['a/c', 'b']);
  t.deepEqual(masks, [[second, first], [first, second, third]]);
  t.deepEqual(entries[0]!.annotations[1]!.generator, { predictedIou: 0.75, stabilityScore: 1, pointCoords: [[2, 0.5]], cropBox: { x0: 0, y0: 0, x1: 3, y1: 1 } });
});

test('what segment-all wrote is read as it was made', async (t) => {
  const image = generatedImage();
  const { entries, masks } = await read(t, Object.fromEntries((await encodePngMasks(image)).map(({ path, bytes }) => [path, bytes])));
  t.deepEqual(masks, [image.masks.map(({ rle }) => rleToString(rle))]);
  t.deepEqual(entries[0]!.annotations.map(({ generator, area }) => [generator?.predictedIou, generator?.stabilityScore, generator?.cropBox, area]), image.masks.map((made) => [made.predictedIou, made.stabilityScore, made.cropBox, made.area]));
});

test('a folder an image: a PNG a mask from 0, and the table', async (t) => {
  const files = await encodePngMasks(generatedImage());
  t.deepEqual(files.map((file) => file.path), ['shelf/books é/0.png', 'shelf/books é/1.png', 'shelf/books é/metadata.csv']);
  t.is(pngFolder('shelf/books é.png'), 'shelf/books é');
  t.is(textOf(files[2]!.bytes), `${HEADER}\n0,4,1,1,1,1,1.5,2,0.9375,0.96875,0,0,5,4\n1,1,4,0,0,0,4.5,0.25,0.5,1,2,1,3,3\n`);
});

test('the pixels are 0 and 255, one byte each', async (t) => {
  const image = generatedImage();
  const files = await encodePngMasks(image);
  for (const [i, mask] of image.masks.entries()) {
    const bytes = files[i]!.bytes;
    t.deepEqual([bytes[24], bytes[25]], [8, 0], '8 bits, grey');
    const { data, width, height } = await decodeImage(bytes, { name: `${i}.png` });
    t.deepEqual([width, height], [5, 4]);
    t.deepEqual([...data].filter((_, at) => at % 3 === 0), [...bitmaskFromRle(mask.rle).data].map((value) => value * 255));
  }
});

test('an image without masks has the table\'s head alone', async (t) => {
  const files = await encodePngMasks({ fileName: 'a.jpg', width: 3, height: 2, masks: [] });
  t.deepEqual(files.map((file) => [file.path, textOf(file.bytes)]), [['a/metadata.csv', `${HEADER}\n`]]);
});
