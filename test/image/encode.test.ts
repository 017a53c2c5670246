/** What is written can be read back, and the same pixels give the same bytes. */
import test from 'ava';
import { decodeImage } from '../../src/image/decode.js';
import { encodeJpegRgb, encodePngGrey, encodePngRgb, encodeWebpRgb } from '../../src/image/encode.js';
import { sharp } from '../../src/image/sharp.js';
import { picture } from './pictures.js';

test('grey PNG: one channel of 8 bits, the values as they were', async (t) => {
  const data = Uint8Array.from([0, 255, 255, 0, 1, 7]);
  const file = Buffer.from(await encodePngGrey(data, 3, 2));
  t.deepEqual([file.readUInt32BE(16), file.readUInt32BE(20), file[24], file[25], file[28]], [3, 2, 8, 0, 0], 'size, 8 bits, grey, not interlaced');
  t.deepEqual([...(await decodeImage(file, { name: 'x.png' })).data], [...data].flatMap((value) => [value, value, value]));
  t.deepEqual(await encodePngGrey(data, 3, 2), new Uint8Array(file), 'twice the same');
});

test('a grey PNG of few values stays grey of 8 bits', async (t) => {
  const file = Buffer.from(await encodePngGrey(new Uint8Array(64 * 64), 64, 64));
  t.deepEqual([file[24], file[25]], [8, 0]);
  t.true(file.length < 200, `${file.length} bytes`);
});

test('colour PNG: the pixels as they were and nothing else in the file', async (t) => {
  const file = await encodePngRgb(picture());
  t.deepEqual((await decodeImage(file, { name: 'x.png' })).data, picture().data);
  t.deepEqual(await encodePngRgb(picture()), file);
  const chunks = Buffer.from(file).toString('latin1').match(/IHDR|IDAT|IEND|iCCP|tEXt|tIME|eXIf|pHYs/g);
  t.deepEqual([...new Set(chunks)].filter((name) => !['IHDR', 'IDAT', 'IEND', 'pHYs'].includes(name)), []);
});

test('JPEG and WebP: near the pixels, twice the same bytes, no metadata', async (t) => {
  for (const encode of [encodeJpegRgb, encodeWebpRgb]) {
    const file = await encode(picture(), 95);
    t.deepEqual(await encode(picture(), 95), file);
    const { data } = await decodeImage(file, { name: 'x' });
    const middle = (8 * 48 + 8) * 3;
    for (let c = 0; c < 3; c++) t.true(Math.abs(data[middle + c]! - picture().data[middle + c]!) <= 8);
    const { exif, icc, orientation } = await sharp(file).metadata();
    t.deepEqual([exif, icc, orientation], [undefined, undefined, undefined]);
  }
});

test('data of another length than the size is refused', async (t) => {
  await t.throwsAsync(encodePngGrey(new Uint8Array(5), 3, 2), { code: 'internal/unexpected' });
  await t.throwsAsync(encodePngGrey(new Uint8Array(0), 0, 0), { code: 'internal/unexpected' });
  await t.throwsAsync(encodePngRgb({ data: new Uint8Array(6), width: 3, height: 2 }), { code: 'internal/unexpected' });
});
