/** Sizes from headers: upright, of every format that is decoded, and errors that name the file. */
import test from 'ava';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { uprightSize } from '../../src/image/upright-size.js';
import { temporaryFolder } from '../files/temporary-folder.js';

const picture = () => sharp(Buffer.alloc(7 * 5 * 3, 90), { raw: { width: 7, height: 5, channels: 3 } });

test('every format, and every orientation that turns the sides', async (t) => {
  const folder = await temporaryFolder(t);
  for (const format of ['jpeg', 'png', 'webp', 'tiff'] as const) {
    const path = join(folder, `a.${format}`);
    await writeFile(path, await picture().toFormat(format).toBuffer());
    t.deepEqual(await uprightSize(path, 'a'), { width: 7, height: 5 }, format);
  }
  for (let orientation = 1; orientation <= 8; orientation++) {
    const path = join(folder, `${orientation}.jpg`);
    await writeFile(path, await picture().withMetadata({ orientation }).jpeg().toBuffer());
    t.deepEqual(await uprightSize(path, 'a'), orientation < 5 ? { width: 7, height: 5 } : { width: 5, height: 7 }, `${orientation}`);
  }
});

test('what is no image is told by its name', async (t) => {
  const folder = await temporaryFolder(t);
  await writeFile(join(folder, 'empty.jpg'), '');
  await writeFile(join(folder, 'text.jpg'), 'hello');
  await writeFile(join(folder, 'cut.png'), (await picture().png().toBuffer()).subarray(0, 20));
  for (const [name, code] of [['none.jpg', 'image/missing'], ['empty.jpg', 'image/empty'], ['text.jpg', 'image/format'], ['cut.png', 'image/truncated']] as const) {
    await t.throwsAsync(uprightSize(join(folder, name), name), { code }, name);
  }
  await t.throwsAsync(uprightSize(folder, 'folder'), { code: 'image/unreadable' });
});
