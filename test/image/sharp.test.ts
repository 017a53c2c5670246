/** The decoder's door: only four loaders behind it, one decode at a time. */
import test from 'ava';
import { alone, imageLibrary, sharp } from '../../src/image/sharp.js';

const GIF = Buffer.from('R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7', 'base64');
const SVG = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect width="9" height="9"/></svg>');

test('content of other kinds is not decoded, even where it gets this far', async (t) => {
  for (const content of [GIF, SVG]) await t.throwsAsync(sharp(content).metadata(), { message: /unsupported image format/ });
});

test('the four formats are', async (t) => {
  const raw = { width: 2, height: 2, channels: 3 } as const;
  for (const format of ['jpeg', 'png', 'webp', 'tiff'] as const) {
    const file = await sharp(Buffer.alloc(12), { raw }).toFormat(format).toBuffer();
    t.is((await sharp(file).metadata()).format, format);
  }
});

test('nothing is cached and one thread works on an image', (t) => {
  t.is(imageLibrary().concurrency(), 1);
  const { memory, files, items } = imageLibrary().cache();
  t.deepEqual([memory.max, files.max, items.max], [0, 0, 0]);
});

test('alone: one after the other, in order, whatever becomes of those before', async (t) => {
  const log: string[] = [];
  const act = (name: string) => async (): Promise<string> => {
    log.push(`${name} starts`);
    await new Promise((resolve) => setImmediate(resolve));
    log.push(`${name} ends`);
    if (name === 'b') throw new Error('b fails');
    return name;
  };
  const outcomes = await Promise.allSettled(['a', 'b', 'c'].map((name) => alone(act(name))));
  t.deepEqual(outcomes.map(({ status }) => status), ['fulfilled', 'rejected', 'fulfilled']);
  t.deepEqual(log, ['a starts', 'a ends', 'b starts', 'b ends', 'c starts', 'c ends']);
});
