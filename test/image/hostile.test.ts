/** Files that are damaged, cut, too large or something else: each is a named error, or with `lenient` a degraded image. */
import { deflateSync } from 'node:zlib';
import test, { type ExecutionContext } from 'ava';
import { isSamError, type ErrorCode, type SamError } from '../../src/errors.js';
import type { ImageFormat } from '../../src/image/content-kind.js';
import { decodeImage, type DecodeOptions } from '../../src/image/decode.js';
import { drawn, fileOf, picture } from './pictures.js';

async function refused(t: ExecutionContext, source: Uint8Array | string, code: ErrorCode, options: Partial<DecodeOptions> = {}): Promise<string> {
  const error = await t.throwsAsync<SamError>(decodeImage(Buffer.from(source), { name: 'folder/x.png', ...options }));
  t.true(isSamError(error, code), `${error.code}: ${error.message}`);
  t.is(error.file, options.name ?? 'folder/x.png');
  return error.message;
}

/** Noise, so that a cut anywhere takes pixels away. */
const noise = drawn(64, 48, (x, y) => [(x * 7919 + y * 104729) & 255, (x * 31 + y * 17) & 255, (x * y) & 255]);

/** A PNG chunk; its checksum is not looked at where the header is cut short anyway. */
function pngHeader(width: number, height: number): Buffer {
  const header = Buffer.from('89504e470d0a1a0a0000000d49484452000000000000000008020000000000000000', 'hex');
  header.writeUInt32BE(width, 16);
  header.writeUInt32BE(height, 20);
  return header;
}

for (const format of ['jpeg', 'png'] as const) {
  for (const share of [0.5, 0.9, 0.99]) {
    test(`${format} cut at ${share} of its bytes: an error, or degraded with lenient`, async (t) => {
      const whole = await fileOf(noise, format);
      const cut = whole.subarray(0, Math.floor(whole.length * share));
      const message = await refused(t, cut, 'image/truncated');
      t.regex(message, /--lenient/);
      const image = await decodeImage(cut, { name: 'x', lenient: true });
      t.deepEqual([image.width, image.height, image.data.length, image.degraded], [64, 48, 64 * 48 * 3, true]);
      t.is(image.warnings.length, 1);
      t.regex(image.warnings[0]!, /^Damaged, decoded as far as possible/);
    });
  }
}

for (const format of ['jpeg', 'png', 'webp', 'tiff'] as const satisfies readonly ImageFormat[]) {
  test(`${format} cut anywhere is an error or degraded, never passed as whole`, async (t) => {
    const whole = await fileOf(noise, format);
    for (let bytes = 16; bytes < whole.length; bytes += Math.ceil(whole.length / 40)) {
      const cut = whole.subarray(0, bytes);
      await refused(t, cut, 'image/truncated');
      const lenient = await decodeImage(cut, { name: 'x', lenient: true }).catch((error: unknown) => error);
      if (lenient instanceof Error) t.true(isSamError(lenient, 'image/truncated'), lenient.message);
      else t.true((lenient as { degraded: boolean }).degraded, `${bytes} bytes`);
    }
  });
}

test('a whole image is not degraded by lenient', async (t) => {
  const image = await decodeImage(await fileOf(noise, 'jpeg'), { name: 'x.jpg', lenient: true });
  t.deepEqual([image.degraded, image.warnings], [false, []]);
});

test('a PNG without its end chunk is cut, although all its pixels are there', async (t) => {
  const whole = await fileOf(picture(), 'png');
  await refused(t, whole.subarray(0, whole.length - 12), 'image/truncated');
});

test('a PNG with a flipped byte in its pixels is an error', async (t) => {
  const damaged = Buffer.from(await fileOf(noise, 'png'));
  damaged[damaged.length >> 1]! ^= 0x55;
  await refused(t, damaged, 'image/truncated');
});

test('bytes between the segments of a JPEG are a remark, the pixels are whole', async (t) => {
  const whole = Buffer.from(await fileOf(noise, 'jpeg'));
  const at = whole.indexOf(Buffer.from([0xff, 0xc0]));
  const odd = Buffer.concat([whole.subarray(0, at), Buffer.alloc(3), whole.subarray(at)]);
  const image = await decodeImage(odd, { name: 'x.jpg' });
  t.false(image.degraded);
  t.deepEqual(image.data, (await decodeImage(whole, { name: 'x.jpg' })).data);
  t.regex(image.warnings.join(), /^The decoder remarks: .*extraneous bytes/);
});

test('one image\'s fault is never told of another that is decoded at the same time', async (t) => {
  const good = await fileOf(noise, 'jpeg');
  const files = [good, good.subarray(0, good.length >> 1), good, (await fileOf(noise, 'png')).subarray(0, 2000)];
  const outcome = (source: Uint8Array): Promise<string> =>
    decodeImage(source, { name: 'x' }).then(() => 'decoded', (error: unknown) => (error instanceof Error ? error.message : ''));
  const alone: string[] = [];
  for (const source of files) alone.push(await outcome(source));
  for (let round = 0; round < 5; round++) t.deepEqual(await Promise.all(files.map(outcome)), alone);
});

test('a header that promises too many pixels is refused before a pixel is decoded', async (t) => {
  const message = await refused(t, pngHeader(20000, 20000), 'image/too-large');
  t.is(message, 'The image has 20000 x 20000 = 400000000 pixels, more than --max-pixels 268435456.');
  await refused(t, pngHeader(65535, 65535), 'image/too-large', { lenient: true });
});

test('--max-pixels is the last number of pixels that is taken, in every format', async (t) => {
  for (const format of ['jpeg', 'png', 'webp', 'tiff'] as const) {
    const file = await fileOf(noise, format);
    t.is((await decodeImage(file, { name: 'x', maxPixels: 64 * 48 })).width, 64);
    t.regex(await refused(t, file, 'image/too-large', { maxPixels: 64 * 48 - 1 }), /64 x 48 = 3072 pixels, more than --max-pixels 3071/, format);
  }
});

test('a compressed bomb does not unfold: the header decides', async (t) => {
  const bomb = Buffer.concat([pngHeader(50000, 50000), Buffer.from('0000', 'hex'), deflateSync(Buffer.alloc(1 << 20))]);
  await refused(t, bomb, 'image/too-large');
});

test('other content is named, whatever the name says', async (t) => {
  const svg = '<?xml version="1.0"?>\n<!-- drawn -->\n<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>';
  t.is(await refused(t, svg, 'image/format'), 'The content looks like SVG, expected JPEG, PNG, WebP or TIFF; the name says PNG.');
  t.regex(await refused(t, 'GIF89a\x01\0\x01\0', 'image/format', { name: 'a.gif' }), /looks like GIF, expected JPEG, PNG, WebP or TIFF\.$/);
  t.regex(await refused(t, 'hello, I am no picture\n', 'image/format', { name: 'text.jpg' }), /looks like text.*the name says JPEG/);
  t.regex(await refused(t, Buffer.from('0001020304', 'hex'), 'image/format'), /no kind that is known here/);
});

test('nothing at all is empty', async (t) => {
  await refused(t, '', 'image/empty');
});

test('options outside their range are refused', async (t) => {
  const file = await fileOf(picture(), 'png');
  for (const maxPixels of [0, -1, 1.5, Number.NaN]) await t.throwsAsync(decodeImage(file, { name: 'x', maxPixels }), { code: 'usage/option' });
});
