/** `decodeImage`: the pixels that OpenCV answers for every kind of file, the right way up, and what the warnings say. */
import { readFileSync } from 'node:fs';
import test, { type ExecutionContext } from 'ava';
import { decodeImage } from '../../src/image/decode.js';
import type { RgbImage } from '../../src/image/rgb-image.js';
import { sharp } from '../../src/image/sharp.js';
import { drawn, fileOf, picture, storedFor, withExifOrientation } from './pictures.js';

interface Golden { title: string; name: string; width: number; height: number; file: string; pixels: string }

// the shape is that of our own script in fixtures/generate
const goldens = JSON.parse(readFileSync('fixtures/goldens/decode.json', 'utf8')) as { cases: Golden[] };

function same(t: ExecutionContext, found: RgbImage, expected: RgbImage, tolerance: number): void {
  t.deepEqual([found.width, found.height, found.data.length], [expected.width, expected.height, expected.data.length]);
  let worst = 0;
  for (let i = 0; i < expected.data.length; i++) worst = Math.max(worst, Math.abs(found.data[i]! - expected.data[i]!));
  t.true(worst <= tolerance, `grey levels apart: ${worst}`);
}

for (const golden of goldens.cases) {
  test(`${golden.title}: the pixels of OpenCV`, async (t) => {
    const image = await decodeImage(Buffer.from(golden.file, 'base64'), { name: golden.name });
    same(t, image, { data: Buffer.from(golden.pixels, 'base64'), width: golden.width, height: golden.height }, 0);
    t.is(image.data.constructor, Uint8Array);
    t.false(image.degraded);
    t.deepEqual(image.warnings, []);
  });
}

for (const format of ['jpeg', 'png', 'webp', 'tiff'] as const) {
  for (let orientation = 1; orientation <= 8; orientation++) {
    test(`${format} with orientation ${orientation} is turned upright`, async (t) => {
      const file = await fileOf(storedFor(picture(), orientation), format, orientation);
      t.is((await sharp(file).metadata()).orientation, orientation, 'the file has the tag');
      const image = await decodeImage(file, { name: `x.${format}` });
      same(t, image, picture(), format === 'jpeg' ? 12 : 0);
      t.is(image.format, format);
      t.deepEqual(image.warnings, []);
    });
  }
}

for (const orientation of [0, 9, 65535]) {
  test(`JPEG with orientation ${orientation} is taken as it is stored`, async (t) => {
    const image = await decodeImage(withExifOrientation(await fileOf(picture(), 'jpeg'), orientation), { name: 'x.jpg' });
    same(t, image, picture(), 12);
  });

  test(`TIFF with orientation ${orientation} is taken as it is stored`, async (t) => {
    const file = Buffer.from(await fileOf(picture(), 'tiff', 3));
    const at = file.indexOf(Buffer.from([0x12, 0x01, 3, 0, 1, 0, 0, 0, 3, 0]));
    t.true(at > 0, 'the tag was found');
    file.writeUInt16LE(orientation, at + 8);
    const before = Buffer.from(file);
    const image = await decodeImage(file, { name: 'x.tif' });
    same(t, image, picture(), 0);
    t.deepEqual(file, before, 'the source is left alone');
    t.regex(image.warnings.join(), /Orientation/);
  });
}

test('a JPEG with a hand-made orientation 6 is turned', async (t) => {
  const image = await decodeImage(withExifOrientation(await fileOf(storedFor(picture(), 6), 'jpeg'), 6), { name: 'x.jpg' });
  same(t, image, picture(), 12);
});

test('the alpha of a TIFF is dropped too, not multiplied in', async (t) => {
  const data = Buffer.from([200, 100, 50, 0, 10, 20, 30, 128]);
  const file = await sharp(data, { raw: { width: 2, height: 1, channels: 4 } }).tiff({ compression: 'none' }).toBuffer();
  t.deepEqual([...(await decodeImage(file, { name: 'x.tiff' })).data], [200, 100, 50, 10, 20, 30]);
});

test('only the first page and the first frame are read, and a warning says so', async (t) => {
  const pages = drawn(4, 6, (_, y) => (y < 3 ? [255, 0, 0] : [0, 0, 255]));
  const raw = { width: 4, height: 6, channels: 3, pageHeight: 3 } as const;
  for (const [format, word] of [['tiff', 'pages'], ['webp', 'frames']] as const) {
    const stacked = sharp(pages.data, { raw });
    const file = await (format === 'tiff' ? stacked.tiff({ compression: 'lzw' }) : stacked.webp({ lossless: true })).toBuffer();
    const image = await decodeImage(file, { name: `x.${format}` });
    same(t, image, drawn(4, 3, () => [255, 0, 0]), 0);
    t.deepEqual(image.warnings, [`Only the first of 2 ${word} is read.`]);
  }
});

test('an extension that belies the content is a warning, the content decides', async (t) => {
  const file = await fileOf(picture(), 'png');
  const jpg = await decodeImage(file, { name: 'holiday.JPG' });
  t.deepEqual(jpg.warnings, ['The name says JPEG, the content is PNG.']);
  t.is(jpg.format, 'png');
  for (const name of ['x.png', 'x.PNG', 'x', 'x.bin', '.png']) t.deepEqual((await decodeImage(file, { name })).warnings, [], name);
});

test('large images are neither shrunk nor turned while loading', async (t) => {
  const image = await decodeImage(await fileOf(drawn(2300, 17, (x) => [x & 255, x >> 8, 7]), 'png'), { name: 'x.png' });
  same(t, image, drawn(2300, 17, (x) => [x & 255, x >> 8, 7]), 0);
});
