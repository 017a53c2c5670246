/**
 * One file's bytes, read once and whole, so that what is hashed is what is decoded. Opened read-only and without blocking on
 * a pipe; a file that changes under the reader is noticed.
 */
import { constants } from 'node:fs';
import { open, stat, type FileHandle } from 'node:fs/promises';
import { SamError } from '../errors.js';
import { guarded, type ReadFailure } from '../files/guarded.js';

/** More than any decoder takes from a buffer. */
const MAX_BYTES = 2 ** 31 - 1;

/**
 * The bytes of a regular file. `name` is what errors call it.
 * Throws `image/missing`, `image/unreadable`, `image/empty`, `image/changed`.
 */
export async function readFileBytes(path: string, name: string): Promise<Buffer> {
  // looking before opening: opening a device can already do something
  await guarded(unreadable(name), async () => { checkRegular(await stat(path), name); });
  const handle = await guarded(unreadable(name), () => open(path, constants.O_RDONLY | constants.O_NONBLOCK));
  try {
    const before = await guarded(unreadable(name), () => handle.stat({ bigint: true }));
    checkRegular(before, name);
    const bytes = await guarded(unreadable(name), () => readExactly(handle, Number(before.size), name));
    const after = await guarded(unreadable(name), () => handle.stat({ bigint: true }));
    if (after.size !== before.size || after.mtimeNs !== before.mtimeNs) throw changed(name, 'it was written to');
    return bytes;
  } finally {
    await handle.close();
  }
}

/** The `size` bytes of a file that must be no shorter and no longer. Throws `image/empty`, `image/unreadable`, `image/changed`. */
export async function readExactly(handle: FileHandle, size: number, name: string): Promise<Buffer> {
  if (size === 0) throw new SamError('image/empty', 'The image file has no bytes.', { file: name });
  if (size > MAX_BYTES) throw new SamError('image/unreadable', `The image file has ${size} bytes, more than the ${MAX_BYTES} that can be decoded.`, { file: name });
  const bytes = Buffer.allocUnsafeSlow(size);
  for (let filled = 0; filled < size;) {
    const { bytesRead } = await handle.read(bytes, filled, size - filled, filled);
    if (bytesRead === 0) throw changed(name, `it ended after ${filled} of ${size} bytes`);
    filled += bytesRead;
  }
  const { bytesRead } = await handle.read(Buffer.alloc(1), 0, 1, size);
  if (bytesRead > 0) throw changed(name, `it went on after ${size} bytes`);
  return bytes;
}

function changed(name: string, how: string): SamError {
  return new SamError('image/changed', `The image changed while it was being read: ${how}.`, { file: name });
}

function checkRegular(stats: { isFile(): boolean; isDirectory(): boolean }, name: string): void {
  if (stats.isFile()) return;
  throw new SamError('image/unreadable', `Expected a regular file, found ${stats.isDirectory() ? 'a folder' : 'a pipe, socket or device'}.`, { file: name });
}

const unreadable = (file: string) => ({ isMissing, reason, cause }: ReadFailure): SamError =>
  isMissing ? new SamError('image/missing', 'The image does not exist (any more).', { file, cause }) : new SamError('image/unreadable', `The image cannot be read: ${reason}.`, { file, cause });
