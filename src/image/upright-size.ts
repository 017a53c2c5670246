/** The sizes of an image file from its header, as it is stored and upright: no pixel is decoded. */
import { constants } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { SamError, systemCode } from '../errors.js';
import type { ImageSize } from '../geometry/size.js';
import { decodeError, verdictOf } from './decode-errors.js';
import { formatOf } from './header.js';
import { alone, sharp } from './sharp.js';

const HEAD_BYTES = 1024;

/**
 * Pixels, EXIF orientation applied. `name` is what errors call the file. Throws `image/missing`, `image/unreadable`, `image/empty`,
 * `image/format`, `image/truncated`, `image/decode`.
 */
export async function uprightSize(path: string, name: string): Promise<ImageSize> {
  return (await headerSizes(path, name)).upright;
}

/** Both sizes, and the EXIF orientation between them: 1 to 8, 1 where the file says none. Throws as `uprightSize`. */
export async function headerSizes(path: string, name: string): Promise<{ stored: ImageSize; upright: ImageSize; orientation: number }> {
  const format = formatOf(await headOf(path, name), name);
  return alone(async () => {
    try {
      const { width, height, orientation = 1, autoOrient } = await sharp(path, { limitInputPixels: false, failOn: 'none' }).metadata();
      return { stored: { width, height }, upright: { width: autoOrient.width, height: autoOrient.height }, orientation };
    } catch (error) {
      throw decodeError(verdictOf(error), { format, name, hopeless: true });
    }
  });
}

async function headOf(path: string, name: string): Promise<Uint8Array> {
  try {
    // looking before opening: opening a device can already do something
    if (!(await stat(path)).isFile()) throw new SamError('image/unreadable', 'Expected a regular file.', { file: name });
    const handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const { bytesRead, buffer } = await handle.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0);
      return buffer.subarray(0, bytesRead);
    } finally {
      await handle.close();
    }
  } catch (error) {
    const code = systemCode(error);
    if (error instanceof SamError || code === undefined) throw error;
    if (code === 'ENOENT' || code === 'ENOTDIR') throw new SamError('image/missing', 'The image does not exist.', { file: name, cause: error });
    throw new SamError('image/unreadable', `The image cannot be read (${code}).`, { file: name, cause: error });
  }
}
