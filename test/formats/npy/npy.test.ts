/** NumPy arrays of masks: the contract, headers that lie, and the orders and types that masks come in. */
import test from 'ava';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Finding } from '../../../src/dataset/types.js';
import { npy } from '../../../src/formats/npy/npy.js';
import { decodeNpy, encodeNpyFloats } from '../../../src/formats/npy/npy-array.js';
import { npyHeaderBytes, parseNpyHeader } from '../../../src/formats/npy/npy-header.js';
import { rleToString } from '../../../src/mask/rle-string.js';
import { MAX_PIXELS, formatContract } from '../../contracts/format.js';
import { drawn } from '../../contracts/cases.js';
import { collected } from '../../contracts/same.js';
import { temporaryFolder } from '../../files/temporary-folder.js';

/** A file of version 1 with any header text. */
function file(dictionary: string, data: Uint8Array = new Uint8Array(0), version = 1): Uint8Array {
  const text = Buffer.from(`${dictionary}\n`, 'latin1');
  const length = Buffer.alloc(version === 1 ? 2 : 4);
  if (version === 1) length.writeUInt16LE(text.length);
  else length.writeUInt32LE(text.length);
  return Buffer.concat([Buffer.from(`\x93NUMPY${String.fromCharCode(version)}\0`, 'latin1'), length, text, data]);
}

const header = (descr: string, shape: string, fortran = 'False'): string => `{'descr': '${descr}', 'fortran_order': ${fortran}, 'shape': ${shape}, }`;
const good = file(header('|b1', '(2, 3)'), Uint8Array.of(1, 0, 0, 0, 1, 1));
const malformed = (name: string, bytes: Uint8Array) => ({ name, files: { 'a.npy': bytes, 'b.npy': good }, code: 'file/malformed', leaves: 1 });
const MASKS = ['categories'] as const;

formatContract({
  format: npy,
  fileName: 'a.npy',
  needsImages: true,
  losses: {
    empty: [...MASKS], imageWithoutAnnotations: [...MASKS], mask: [...MASKS], maskWithHole: [...MASKS], maskParts: [...MASKS], fullMask: [...MASKS], maskAndBox: [...MASKS], overlap: [...MASKS],
    box: ['boxes', ...MASKS], fractionalBox: ['boxes', ...MASKS], scores: ['boxes', ...MASKS], attributes: ['boxes', ...MASKS], extra: ['boxes', ...MASKS], names: ['boxes', ...MASKS],
    polygon: [...MASKS, 'polygons'], polygonParts: [...MASKS, 'polygons'], crowd: [...MASKS, 'crowds'], generator: [...MASKS, 'generator'],
    sparseIds: ['boxes', ...MASKS, 'ids'], split: ['boxes', ...MASKS, 'splits'],
  },
  hostile: [
    malformed('Python objects', file(header('|O', '(1,)'), new Uint8Array(8))),
    malformed('records', file('{\'descr\': [(\'x\', \'<f4\')], \'fortran_order\': False, \'shape\': (1, 1), }', new Uint8Array(4))),
    malformed('texts', file(header('<U3', '(1, 1)'), new Uint8Array(12))),
    malformed('complex numbers', file(header('<c8', '(1, 1)'), new Uint8Array(8))),
    malformed('a shape larger than the file', file(header('|b1', '(1000000, 1000000)'))),
    malformed('a shape beyond all numbers', file(header('|b1', '(99999999999999999999, 2)'))),
    malformed('a product beyond all numbers', file(header('|b1', '(4503599627370496, 4503599627370496)'))),
    malformed('a mask with more pixels than allowed', file(header('|b1', '(5000, 5000)'), new Uint8Array(25_000_000))),
    malformed('a negative axis', file(header('|b1', '(-1, 2)'))),
    malformed('one axis', file(header('|b1', '(4,)'), new Uint8Array(4))),
    malformed('no axis', file(header('|b1', '()'), new Uint8Array(1))),
    malformed('four axes', file(header('|b1', '(2, 2, 2, 2)'), new Uint8Array(16))),
    malformed('no pixels', file(header('|b1', '(2, 0)'))),
    malformed('a byte too few', good.subarray(0, good.length - 1)),
    malformed('a byte too many', Buffer.concat([good, Buffer.of(0)])),
    malformed('a header that is longer than the file', Buffer.concat([Buffer.from('\x93NUMPY\x01\0\xff\xff', 'latin1'), Buffer.from('{')])),
    malformed('a header of 100 MB', file(header('|b1', '(2, 3)').padEnd(100_000), new Uint8Array(6), 2)),
    malformed('another version', file(header('|b1', '(2, 3)'), new Uint8Array(6), 4)),
    malformed('a header that is code', file('__import__(\'os\').system(\'true\')')),
    malformed('a key twice', file('{\'descr\': \'|b1\', \'descr\': \'|b1\', \'fortran_order\': False, \'shape\': (2, 3), }', new Uint8Array(6))),
    malformed('a key too many', file('{\'descr\': \'|b1\', \'__proto__\': \'x\', \'fortran_order\': False, \'shape\': (2, 3), }', new Uint8Array(6))),
    malformed('a missing key', file('{\'descr\': \'|b1\', \'shape\': (2, 3), }', new Uint8Array(6))),
    malformed('an empty file', new Uint8Array(0)),
    malformed('a text', Buffer.from('file_name,x0')),
    { name: 'labels instead of a mask', files: { 'a.npy': file(header('|u1', '(2, 2)'), Uint8Array.of(0, 1, 2, 3)), 'b.npy': good }, code: 'mask/not-binary', leaves: 1 },
    { name: 'NaN', files: { 'a.npy': encodeNpyFloats(Float32Array.of(0, Number.NaN), [1, 2]), 'b.npy': good }, code: 'mask/not-binary', leaves: 1 },
  ],
});

async function masksOf(t: Parameters<typeof temporaryFolder>[0], bytes: Uint8Array): Promise<string[]> {
  const path = join(await temporaryFolder(t), 'a.npy');
  await writeFile(path, bytes);
  const { entries } = await collected(await npy.reader!.read(path, { maxPixels: MAX_PIXELS, report: () => undefined }));
  return entries.flatMap(({ annotations }) => annotations.map(({ segmentation }) => (segmentation?.kind === 'rle' ? rleToString(segmentation.rle) : '')));
}

const FIRST = drawn('#..', '.##'), SECOND = drawn('...', '..#');

test('n masks or one, C order or Fortran order, with axes of length 1 or without', async (t) => {
  const both = [FIRST, SECOND].map(rleToString);
  const c = Uint8Array.of(1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0, 1);
  const fortran = Uint8Array.of(1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 1, 1);
  t.deepEqual(await masksOf(t, file(header('|b1', '(2, 2, 3)'), c)), both);
  t.deepEqual(await masksOf(t, file(header('|b1', '(2, 1, 2, 3)'), c)), both);
  t.deepEqual(await masksOf(t, file(header('|b1', '(2, 2, 3)', 'True'), fortran)), both);
  t.deepEqual(await masksOf(t, file(header('|b1', '(2, 3)'), c.subarray(0, 6))), both.slice(0, 1));
  t.deepEqual(await masksOf(t, file(header('|b1', '(2, 3)', 'True'), Uint8Array.of(1, 0, 0, 1, 0, 1))), both.slice(0, 1));
  t.deepEqual(await masksOf(t, file(header('|b1', '(0, 2, 3)'))), []);
});

test('every plain type and byte order, whatever value means set', async (t) => {
  const view = (size: number, put: (view: DataView, at: number) => void): Uint8Array => {
    const bytes = new Uint8Array(6 * size);
    for (const at of [0, 4, 5]) put(new DataView(bytes.buffer), at * size);
    return bytes;
  };
  const rows: [string, Uint8Array][] = [
    ['|u1', view(1, (v, at) => { v.setUint8(at, 255); })], ['|i1', view(1, (v, at) => { v.setInt8(at, -1); })],
    ['<u2', view(2, (v, at) => { v.setUint16(at, 256, true); })], ['>u2', view(2, (v, at) => { v.setUint16(at, 256); })], ['<i2', view(2, (v, at) => { v.setInt16(at, -5, true); })],
    ['<u4', view(4, (v, at) => { v.setUint32(at, 1 << 30, true); })], ['>i4', view(4, (v, at) => { v.setInt32(at, 7); })],
    ['<u8', view(8, (v, at) => { v.setBigUint64(at, 1n << 63n, true); })], ['>i8', view(8, (v, at) => { v.setBigInt64(at, -3n); })],
    ['<f4', view(4, (v, at) => { v.setFloat32(at, 0.5, true); })], ['>f8', view(8, (v, at) => { v.setFloat64(at, 1e300); })],
  ];
  for (const [descr, data] of rows) t.deepEqual(await masksOf(t, file(header(descr, '(2, 3)'), data)), [rleToString(FIRST)], descr);
});

test('headers of version 2 and 3, keys in any order, Python 2\'s long integers', (t) => {
  const odd = '{"x": 1}';
  for (const version of [1, 2, 3]) {
    const { shape, offset, fortranOrder, type } = parseNpyHeader(file('{\'shape\': (2L, 3L), \'fortran_order\': True , \'descr\':\'<i4\'}', undefined, version), 'a');
    t.deepEqual([shape, fortranOrder, type], [[2, 3], true, 'i4']);
    t.is(offset, file('{\'shape\': (2L, 3L), \'fortran_order\': True , \'descr\':\'<i4\'}', undefined, version).length);
  }
  t.throws(() => parseNpyHeader(file(odd), 'a.npy'), { code: 'data/format' });
});

test('floats are written as NumPy writes them and read back bit for bit', (t) => {
  const data = Float32Array.of(0.1, -0, Infinity, 1e-45, 3.4e38, -1.5);
  const bytes = encodeNpyFloats(data, [1, 2, 3]);
  t.is(bytes.length, 128 + 24, 'the data begin at a multiple of 64');
  const back = decodeNpy(bytes, 6, 'a.npy');
  t.deepEqual([back.type, back.shape, back.fortranOrder], ['f4', [1, 2, 3], false]);
  t.deepEqual(back.data, data);
  t.throws(() => decodeNpy(bytes, 5, 'a.npy'), { code: 'data/format', message: /6 elements, more than 5/ });
  t.is(npyHeaderBytes('<f4', [5]).length % 64, 0);
  t.deepEqual(parseNpyHeader(npyHeaderBytes('<f4', [5]), 'a').shape, [5]);
});

test('masks of another size than their image are told; without images the stem is the name, said once', async (t) => {
  const folder = await temporaryFolder(t);
  await mkdir(join(folder, 'masks'));
  await mkdir(join(folder, 'images'));
  for (const name of ['a', 'b']) await writeFile(join(folder, 'masks', `${name}.npy`), good);
  const { encodePngGrey } = await import('../../../src/image/encode.js');
  for (const [name, width] of [['a.png', 4], ['b.png', 3], ['b.jpg', 3]] as const) await writeFile(join(folder, 'images', name), await encodePngGrey(new Uint8Array(width * 2), width, 2));
  const codes = async (images?: string): Promise<string[]> => {
    const findings: Finding[] = [];
    const source = await npy.reader!.read(join(folder, 'masks'), { maxPixels: MAX_PIXELS, images, report: (found) => findings.push(found) });
    const first = await collected(source);
    t.deepEqual(await collected(source), first);
    return [...findings.map(({ code }) => code), ...first.entries.map(({ image }) => image.fileName)];
  };
  t.deepEqual(await codes(join(folder, 'images')), ['image/ambiguous', 'size/mismatch']);
  t.deepEqual(await codes(), ['image/name-unknown', 'a', 'b']);
});
