/** Label Studio's tasks: percents, rotation, brush masks bit by bit, which annotation counts, and every way to be wrong. */
import test from 'ava';
import fc from 'fast-check';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Finding } from '../../../src/dataset/types.js';
import { labelStudio } from '../../../src/formats/label-studio/label-studio.js';
import { maskOfBrush } from '../../../src/formats/label-studio/label-studio-rle.js';
import { encodePngGrey } from '../../../src/image/encode.js';
import { rleToString } from '../../../src/mask/rle-string.js';
import type { Rle } from '../../../src/mask/rle.js';
import { drawn } from '../../contracts/cases.js';
import { MAX_PIXELS, formatContract } from '../../contracts/format.js';
import { collected } from '../../contracts/same.js';
import { temporaryFolder } from '../../files/temporary-folder.js';

type Json = Record<string, unknown>;
const SIZE = { original_width: 200, original_height: 100, image_rotation: 0 };
const region = (type: string, value: Json, more: Json = {}): Json => ({ id: 'r', from_name: 'label', to_name: 'image', type, ...SIZE, value, ...more });
const rectangle = (more: Json = {}, result: Json = {}): Json => region('rectanglelabels', { x: 10, y: 20, width: 30, height: 40, rotation: 0, rectanglelabels: ['cat'], ...more }, result);
const task = (id: unknown, results: unknown, more: Json = {}): Json => ({ id, annotations: [{ id: 1, was_cancelled: false, created_at: '2024-01-01', result: results }], data: { image: `/data/upload/1/${String(id)}.jpg` }, predictions: [], ...more });

/** Packs samples as rle-pack does: `packets` are a run (length, value), or values one by one. */
function packed(samples: number, packets: readonly ({ run: number; value: number } | { values: readonly number[] })[], sizes = [3, 4, 8, 16], wordSize = 8): number[] {
  const bits = [...number(samples, 32), ...number(wordSize - 1, 5), ...sizes.flatMap((size) => number(size - 1, 4))];
  for (const packet of packets) {
    const length = 'run' in packet ? packet.run : packet.values.length;
    const index = sizes.findIndex((size) => length <= 2 ** size);
    bits.push('run' in packet ? 1 : 0, ...number(index, 2), ...number(length - 1, sizes[index]!));
    for (const value of 'run' in packet ? [packet.value] : packet.values) bits.push(...number(value, wordSize));
  }
  while (bits.length % 8 !== 0) bits.push(0);
  return Array.from({ length: bits.length / 8 }, (_, i) => Number.parseInt(bits.slice(8 * i, 8 * i + 8).join(''), 2));
}

function number(value: number, size: number): number[] {
  return Array.from({ length: size }, (_, i) => Math.floor(value / 2 ** (size - 1 - i)) % 2);
}

/** A mask as the web interface packs it: every pixel RGBA, alpha 255 where it is set. */
function brushOf(rle: Rle, rows: string[]): number[] {
  const samples = rows.join('').split('').flatMap((c) => (c === '#' ? [66, 135, 245, 255] : [0, 0, 0, 0]));
  return packed(rle.width * rle.height * 4, [{ values: samples }]);
}

const brush = (rle: unknown, more: Json = {}): Json => region('brushlabels', { format: 'rle', rle, brushlabels: ['cat'] }, { original_width: 2, original_height: 1, ...more });
const empty = packed(8, [{ run: 8, value: 0 }]);
const hostile = (name: string, second: unknown, code: string, leaves: number | 'refused' = 1) => ({ name, files: { 'tasks.json': JSON.stringify([task(1, [rectangle()]), second]) }, code, leaves });
const bad = (name: string, result: Json, code: string) => hostile(name, task(2, [rectangle({}, { id: 'first', original_width: result['original_width'] === 2 ? 2 : 200, original_height: result['original_width'] === 2 ? 1 : 100 }), result]), code, 2);

formatContract({
  format: labelStudio,
  fileName: 'tasks.json',
  losses: {},
  hostile: [
    bad('a missing original_width', rectangle({}, { original_width: undefined }), 'image/size-unknown'),
    bad('an original_height that is a text', rectangle({}, { original_height: '100' }), 'image/size-unknown'),
    bad('another size than the first region\'s', rectangle({}, { original_width: 100 }), 'size/mismatch'),
    bad('an image that was turned', rectangle({}, { image_rotation: 90 }), 'image/rotated'),
    bad('a number that is a text', rectangle({ x: '10' }), 'box/invalid'),
    bad('a number that is a boolean', rectangle({ y: true }), 'box/invalid'),
    bad('a missing width', { ...rectangle(), value: { x: 1, y: 2, height: 3, rectanglelabels: ['cat'] } }, 'shape/unsupported'),
    bad('a negative width', rectangle({ width: -1 }), 'box/negative-size'),
    bad('a rotation that is a text', rectangle({ rotation: 'x' }), 'box/invalid'),
    bad('no label', rectangle({ rectanglelabels: [] }), 'category/invalid'),
    bad('no value', { ...rectangle(), value: null }, 'json/record'),
    bad('a polygon of two points', region('polygonlabels', { points: [[1, 1], [2, 2]], polygonlabels: ['cat'] }), 'polygon/short'),
    bad('a point of three numbers', region('polygonlabels', { points: [[1, 1], [2, 2], [3, 3, 3]], polygonlabels: ['cat'] }), 'polygon/invalid'),
    bad('an open polygon', region('polygonlabels', { points: [[1, 1], [2, 2], [3, 1]], closed: false, polygonlabels: ['cat'] }), 'shape/unsupported'),
    bad('an ellipse', region('ellipselabels', { x: 1, y: 1, radiusX: 2, radiusY: 3, ellipselabels: ['cat'] }), 'shape/unsupported'),
    bad('a key point', region('keypointlabels', { x: 1, y: 1, width: 0.3, keypointlabels: ['cat'] }), 'shape/unsupported'),
    bad('a brush of another size', brush(packed(4, [{ run: 4, value: 0 }])), 'rle/sum'),
    bad('a brush of 4 billion samples', brush([255, 255, 255, 255, ...empty.slice(4)]), 'rle/sum'),
    bad('a packet beyond the end', brush(packed(8, [{ run: 9, value: 255 }])), 'rle/sum'),
    bad('a brush cut off', brush(empty.slice(0, -1)), 'rle/invalid'),
    bad('a brush without bytes', brush([]), 'rle/invalid'),
    bad('a brush of numbers that are no bytes', brush([0, 0, 0, 300]), 'rle/invalid'),
    bad('a brush that is a text', brush('AAAA'), 'rle/invalid'),
    bad('a brush of more pixels than allowed', brush(empty, { original_width: 2 ** 30, original_height: 2 ** 20 }), 'image/invalid'),
    hostile('a task that is no object', 7, 'json/record'),
    hostile('an id that is a text', task('2', [rectangle()]), 'id/invalid'),
    hostile('an id twice', task(1, [rectangle()]), 'id/duplicate'),
    hostile('a task without an image', task(2, [rectangle()], { data: { text: 'hello' } }), 'image/invalid'),
    hostile('data that is a list', task(2, [rectangle()], { data: ['a.jpg'] }), 'image/invalid'),
    hostile('an image inside the file', task(2, [rectangle()], { data: { image: 'data:image/png;base64,AAAA' } }), 'image/invalid'),
    hostile('a path that leads out', task(2, [rectangle()], { data: { image: '../../a.jpg' } }), 'path/outside'),
    hostile('a local file that leads out', task(2, [rectangle()], { data: { image: '/data/local-files/?d=..%2F..%2Fetc%2Fpasswd' } }), 'path/outside'),
    hostile('annotations that are no list', task(2, [], { annotations: 'none' }), 'json/record'),
    hostile('results that are no list', task(2, 'none'), 'json/record'),
    hostile('a task of whose image nothing says the size', task(2, []), 'image/size-unknown'),
    { name: 'JSON-MIN', files: { 'tasks.json': '[{"image": "a.jpg", "id": 1, "label": []}]' }, code: 'data/format', leaves: 'refused' },
    { name: 'an object', files: { 'tasks.json': '{"id": 1}' }, code: 'data/format', leaves: 'refused' },
    { name: 'a file cut off', files: { 'tasks.json': JSON.stringify([task(1, [])]).slice(0, -4) }, code: 'data/json', leaves: 'refused' },
  ],
});

async function read(t: Parameters<typeof temporaryFolder>[0], tasks: unknown, images?: string) {
  const path = join(await temporaryFolder(t), 'tasks.json');
  await writeFile(path, JSON.stringify(tasks));
  const findings: Finding[] = [];
  const source = await labelStudio.reader!.read(path, { maxPixels: MAX_PIXELS, images, report: (found) => findings.push(found) });
  const dataset = await collected(source);
  t.deepEqual(await collected(source), dataset, 'read twice the same');
  await source.close?.();
  return { ...dataset, codes: findings.map(({ code }) => code), annotations: dataset.entries.flatMap(({ annotations }) => annotations) };
}

test('percents of the original size; a region of two labels is two objects', async (t) => {
  const { annotations, categories, entries, codes } = await read(t, [task(5, [
    rectangle({ rectanglelabels: ['cat', 'dog'] }), region('polygonlabels', { points: [[0, 0], [33.333333333333336, 0], [50, 100]], closed: true, polygonlabels: ['cow'] }),
  ])]);
  t.deepEqual(codes, []);
  t.deepEqual(categories.map(({ name }) => name), ['cat', 'dog', 'cow']);
  t.deepEqual(entries[0]!.image, { id: 5, fileName: '5.jpg', width: 200, height: 100 });
  const box = { x0: 20, y0: 20, x1: 80, y1: 60 };
  t.deepEqual(annotations, [
    { id: 1, imageId: 5, categoryId: 1, isCrowd: false, box }, { id: 2, imageId: 5, categoryId: 2, isCrowd: false, box },
    { id: 3, imageId: 5, categoryId: 3, isCrowd: false, segmentation: { kind: 'polygons', rings: [[0, 0, 66.666666667, 0, 100, 100]] } },
  ]);
});

test('a rotated rectangle turns clockwise about its top left corner, in pixels and not in percents', async (t) => {
  const { annotations, codes } = await read(t, [task(1, [rectangle({ rotation: 90 }), rectangle({ rotation: 360 })])]);
  t.deepEqual(codes, ['shape/rotated']);
  t.deepEqual(annotations[0]!.segmentation, { kind: 'polygons', rings: [[20, 20, 20, 80, -20, 80, -20, 20]] });
  t.deepEqual(annotations[1]!.box, { x0: 20, y0: 20, x1: 80, y1: 60 });
});

test('the mask is alpha, row by row, whatever the packets, words and sizes are', (t) => {
  const rows = ['.#..', '##.#'], rle = drawn(...rows), text = rleToString(rle);
  const pixel = (c: string): number[] => [9, 9, 9, c === '#' ? 1 : 0];
  const samples = rows.join('').split('').flatMap(pixel);
  const streams = [
    brushOf(rle, rows), packed(32, [{ values: samples }]), packed(32, samples.map((value) => ({ run: 1, value }))), packed(32, samples.map((value) => ({ values: [value] })), [1, 2, 3, 16]),
    packed(32, [{ values: samples.slice(0, 13) }, { values: samples.slice(13) }], [16, 16, 16, 16], 32), [...packed(32, [{ values: samples }]), 0],
  ];
  for (const [i, stream] of streams.entries()) {
    const mask = maskOfBrush(Uint8Array.from(stream), rle);
    t.is('code' in mask ? mask.message : rleToString(mask), text, `stream ${i}`);
  }
});

test('runs set exactly the pixels whose alpha they hold', (t) => {
  fc.assert(fc.property(fc.array(fc.record({ run: fc.integer({ min: 1, max: 40 }), value: fc.constantFrom(0, 0, 255, 7) }), { minLength: 1, maxLength: 30 }), (packets) => {
    const total = packets.reduce((sum, { run }) => sum + run, 0), rest = (4 - (total % 4)) % 4;
    const all = rest === 0 ? packets : [...packets, { run: rest, value: 0 }];
    const samples = all.flatMap(({ run, value }) => Array.from({ length: run }, () => value));
    const row = Array.from({ length: samples.length / 4 }, (_, i) => (samples[4 * i + 3] === 0 ? '.' : '#')).join('');
    const mask = maskOfBrush(Uint8Array.from(packed(samples.length, all)), { width: row.length, height: 1 });
    t.is('code' in mask ? mask.message : rleToString(mask), rleToString(drawn(row)));
  }), { numRuns: 300 });
});

test('any bytes give a mask or a fault, never another', (t) => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), fc.boolean(), (bytes, withHeader) => {
    const stream = withHeader ? Uint8Array.of(0, 0, 0, 48, ...bytes) : bytes;
    const mask = maskOfBrush(stream, { width: 4, height: 3 });
    if ('code' in mask) t.true(mask.code === 'rle/sum' || mask.code === 'rle/invalid');
    else t.is(mask.counts.reduce((sum, count) => sum + count, 0), 12);
  }), { numRuns: 500 });
});

test('the newest annotation that is not cancelled counts; predictions and tasks that nobody annotated are told', async (t) => {
  const annotation = (created_at: string, label: string, more: Json = {}): Json => ({ created_at, result: [rectangle({ rectanglelabels: [label] })], ...more });
  const { annotations, categories, codes, entries } = await read(t, [
    task(1, [], { annotations: [annotation('2024-01-02', 'old'), annotation('2024-01-03', 'new'), annotation('2024-01-04', 'gone', { was_cancelled: true }), annotation('2024-01-01', 'older')], predictions: [{ result: [] }] }),
    task(2, [], { annotations: [annotation('2024-01-02', 'x', { was_cancelled: true })], predictions: [{ result: [] }] }),
    task(3, [], { annotations: [] }), { id: 4, completions: [annotation('2020-01-01', 'completed')], data: { image: 'x/4.jpg' } },
  ]);
  t.deepEqual(codes, ['task/several', 'task/predictions', 'task/cancelled', 'task/unlabelled']);
  t.deepEqual(annotations.map(({ categoryId }) => categories.find(({ id }) => id === categoryId)?.name), ['new', 'completed']);
  t.deepEqual(entries.map(({ image }) => image.fileName), ['1.jpg', 'x/4.jpg']);
});

test('shapes and labels of one region in two results are one object; choices and relations are told', async (t) => {
  const shape = { x: 0, y: 0, width: 50, height: 50 };
  const { annotations, codes } = await read(t, [task(1, [
    region('rectangle', shape), region('labels', { ...shape, labels: ['cat'] }), region('choices', { choices: ['good'] }), { type: 'relation', from_id: 'a', to_id: 'b' },
  ])]);
  t.is(annotations.length, 1);
  t.deepEqual(codes, ['region/ignored', 'region/ignored']);
});

test('names come from uploads, local files, URLs and relative paths, and nothing is fetched', async (t) => {
  const sources: [Json, string][] = [
    [{ image: '/data/upload/3/ab12-my%20cat.jpg' }, 'ab12-my cat.jpg'], [{ image: '/data/local-files/?d=sub/dir%2Fcat.jpg' }, 'sub/dir/cat.jpg'],
    [{ image: 'http://host:8080/data/local-files/?d=other/cat.jpg' }, 'other/cat.jpg'], [{ image: 's3://bucket/a/b/c.png' }, 'c.png'],
    [{ image: 'https://x/y/z.png?token=1/2#f' }, 'z.png'], [{ image: 'rel/q.jpg' }, 'rel/q.jpg'], [{ title: 'text', photo: 'p.webp' }, 'p.webp'], [{ image: '/data/upload/1/50%.jpg' }, '50%.jpg'],
  ];
  const { entries } = await read(t, sources.map(([data], i) => task(i, [rectangle()], { data })));
  t.deepEqual(entries.map(({ image }) => image.fileName), sources.map(([, name]) => name));
});

test('an image without regions has the size that its file has', async (t) => {
  const folder = await temporaryFolder(t);
  await writeFile(join(folder, '1.jpg'), await encodePngGrey(new Uint8Array(12), 4, 3));
  const { entries, codes } = await read(t, [task(1, []), task(2, [])], folder);
  t.deepEqual(entries.map(({ image }) => image), [{ id: 1, fileName: '1.jpg', width: 4, height: 3 }]);
  t.deepEqual(codes, ['image/missing']);
});

test('detection', async (t) => {
  const probe = (value: unknown) => ({ path: 'x', directory: false, head: Buffer.from(JSON.stringify(value)), names: [], headOf: async () => new Uint8Array() });
  t.true((await labelStudio.detect(probe([task(1, [rectangle()])]))).score > 0.9);
  t.is((await labelStudio.detect(probe([{ image_id: 1, category_id: 1 }]))).score, 0);
  t.is((await labelStudio.detect(probe({ images: [] }))).score, 0);
});
