/** YOLO segments: the format contract, and masks that come back exactly although a line has neither holes nor parts. */
import test from 'ava';
import fc from 'fast-check';
import { strictReport } from '../../../src/dataset/strict.js';
import type { Finding, Segmentation } from '../../../src/dataset/types.js';
import { sourceOf, type WriteOptions } from '../../../src/formats/format.js';
import { joinRings } from '../../../src/formats/yolo/yolo-bridge.js';
import { parseRows } from '../../../src/formats/yolo/yolo-rows.js';
import { yolo } from '../../../src/formats/yolo/yolo.js';
import { encodePngGrey } from '../../../src/image/encode.js';
import { rleFromPolygon, rleFromPolygons } from '../../../src/mask/polygon-fill.js';
import { rleArea, rleFromBitmask, type Rle } from '../../../src/mask/rle.js';
import { CASES } from '../../contracts/cases.js';
import { formatContract } from '../../contracts/format.js';
import { memorySink, type MemorySink } from '../../contracts/memory-sink.js';

const pixel = Buffer.from(await encodePngGrey(new Uint8Array(120), 12, 10));
const good = '0 0.1 0.1 0.5 0.1 0.5 0.5\n';
const rows = (text: string): Record<string, string | Uint8Array> => ({ 'data.yaml': 'train: images\nval: images\nnames: [cat, dog]\n', 'images/a.png': pixel, 'labels/a.txt': text });

formatContract({
  format: yolo,
  fileName: 'data.yaml',
  needsImages: true,
  losses: {
    box: ['boxes'], fractionalBox: ['boxes'], scores: ['boxes', 'scores'], attributes: ['boxes', 'attributes'], extra: ['boxes', 'extra'], names: ['boxes'], split: ['boxes'],
    sparseIds: ['boxes', 'ids', 'categories'],
    polygonParts: ['parts'], mask: ['polygons'], maskWithHole: ['holes', 'polygons'], maskParts: ['parts', 'polygons'], fullMask: ['polygons'], maskAndBox: ['holes', 'polygons'],
    overlap: ['holes', 'polygons'], crowd: ['crowds', 'parts', 'polygons'], generator: ['generator', 'holes', 'polygons'],
  },
  hostile: [
    { name: 'two points', files: rows(`${good}0 0.1 0.1 0.5 0.5\n0 0.1 0.1 0.5\n`), code: 'row/invalid', leaves: 2 },
    { name: 'NaN in a polygon', files: rows(`${good}0 0.1 0.1 0.5 0.1 nan 0.5\n`), code: 'row/invalid', leaves: 1 },
    { name: 'a corner outside', files: rows(`${good}0 0.1 0.1 0.5 0.1 1.5 0.5\n`), code: 'row/outside', leaves: 1 },
    { name: 'a class that is not there', files: rows(`${good}5 0.1 0.1 0.5 0.1 0.6 0.5\n`), code: 'category/unknown', leaves: 1 },
    { name: 'a last value that is no score', files: rows(`${good}0 0.1 0.1 0.5 0.1 0.6 0.5 -0.005\n`), code: 'score/invalid', leaves: 1 },
  ],
});

const size = { width: 12, height: 10 };
const context = (findings: Finding[]) => ({ task: 'segment' as const, classes: new Map([[0, { id: 1, name: 'cat' }]]), size, file: 'a.txt', report: strictReport((finding) => findings.push(finding)) });

test('rows: polygons, a score behind them, boxes of four corners; a box among them is remarked on', (t) => {
  const findings: Finding[] = [];
  const text = '0 0.25 0.1 0.5 0.1 0.5 0.5\n0 0 0 1 0 1 1 0.5\n0 0 0 1 0 1 1 0 1\n0 0.5 0.5 0.5 0.5\n0 0 0 1 0 1 1 17\n';
  t.deepEqual(parseRows(text, context(findings)).map(({ row }) => row), [
    { categoryId: 1, segmentation: { kind: 'polygons', rings: [[3, 1, 6, 1, 6, 5]] } },
    { categoryId: 1, segmentation: { kind: 'polygons', rings: [[0, 0, 12, 0, 12, 10]] }, score: 0.5 },
    { categoryId: 1, segmentation: { kind: 'polygons', rings: [[0, 0, 12, 0, 12, 10, 0, 10]] } },
    { categoryId: 1, box: { x0: 3, y0: 2.5, x1: 9, y1: 7.5 } },
    { categoryId: 1, segmentation: { kind: 'polygons', rings: [[0, 0, 12, 0, 12, 10]] }, attributes: { track_id: 17 } },
  ]);
  t.deepEqual(findings.map(({ code, line }) => [code, line]), [['row/mixed', 4]]);
});

async function written(segmentation: Segmentation, options: WriteOptions = {}, imageSize = size): Promise<MemorySink> {
  const sink = memorySink();
  const image = { id: 1, fileName: 'a.png', ...imageSize };
  await yolo.writer!.write(sourceOf(CASES.box.categories, [{ image, annotations: [{ id: 1, imageId: 1, categoryId: 1, isCrowd: false, segmentation }] }]), sink, options);
  return sink;
}

function readBack(sink: MemorySink, imageSize = size): Rle {
  const [{ row } = {}] = parseRows(sink.text('labels/train/a.txt'), { ...context([]), size: imageSize });
  return row?.segmentation?.kind === 'polygons' ? rleFromPolygons(row.segmentation.rings, imageSize) : rleFromBitmask({ ...imageSize, data: new Uint8Array(0) });
}

test('any mask comes back as it was: holes and parts hang on bridges that enclose nothing', async (t) => {
  await fc.assert(fc.asyncProperty(fc.integer({ min: 2, max: 23 }), fc.integer({ min: 2, max: 19 }), fc.array(fc.boolean(), { minLength: 437, maxLength: 437 }), async (width, height, bits) => {
    const rle = rleFromBitmask({ width, height, data: Uint8Array.from(bits.slice(0, width * height), Number) });
    fc.pre(rleArea(rle) > 0);
    t.deepEqual(readBack(await written({ kind: 'rle', rle }, {}, { width, height }), { width, height }), rle);
  }), { numRuns: 150 });
});

test('holes are filled, or an error that names the object', async (t) => {
  const { segmentation } = CASES.maskWithHole.entries[0]!.annotations[0]!;
  const sink = await written(segmentation!, { holes: 'drop' });
  t.is(rleArea(readBack(sink)), 35, '7 x 5 without the hole of 6');
  t.deepEqual([...sink.losses.keys()], ['holes', 'polygons']);
  const error = await t.throwsAsync(written(segmentation!, { holes: 'error' }), { code: 'data/holes', message: /1 hole/ });
  t.is((error as { record?: string } | undefined)?.record, 'annotation 1 of a.png'); // a SamError, by its code
});

test('parts that overlap become one outline, since lines are filled even-odd', async (t) => {
  const rings = [[1, 1, 7, 1, 7, 7, 1, 7], [4, 4, 11, 4, 11, 9, 4, 9]];
  const sink = await written({ kind: 'polygons', rings });
  t.deepEqual(readBack(sink), rleFromPolygons(rings, size));
  t.deepEqual([...sink.losses.keys()], ['parts', 'polygons']);
});

test('corners outside of the image are put on its edge, and that is counted', async (t) => {
  const sink = await written({ kind: 'polygons', rings: [[-3, 0, 6, 0, 6, 5, 0, 15]] });
  t.is(sink.text('labels/train/a.txt'), '0 0.000000 0.000000 0.500000 0.000000 0.500000 0.500000 0.000000 1.000000\n');
  t.deepEqual([...sink.losses.keys()], ['precision']);
});

test('an object whose mask is empty is left out and counted', async (t) => {
  const sink = await written({ kind: 'rle', rle: rleFromBitmask({ ...size, data: new Uint8Array(120) }) });
  t.is(sink.text('labels/train/a.txt'), '');
  t.deepEqual([...sink.losses.keys()], ['polygons', 'masks']);
});

test('a bridge is walked there and back', (t) => {
  const joined = joinRings([[0, 0, 2, 0, 2, 2, 0, 2], [4, 0, 6, 0, 6, 2, 4, 2]]);
  t.deepEqual(joined, [0, 0, 2, 0, 4, 0, 6, 0, 6, 2, 4, 2, 4, 0, 2, 0, 2, 2, 0, 2]);
  t.is(rleArea(rleFromPolygon(joined, size)), 8);
});
