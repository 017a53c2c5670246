/** Annotation files as bytes: whole up to a limit, in chunks, or a part; only regular files are opened, and errors name the file. */
import { constants } from 'node:fs';
import { open, stat, type FileHandle } from 'node:fs/promises';
import { SamError, systemCode } from '../errors.js';
import { guarded, type ReadFailure } from '../files/guarded.js';
import { kindOf } from '../files/walk.js';

const CHUNK_BYTES = 1 << 16;

/** A file that is open for reading. `size` in bytes; `read` gives fewer bytes than asked for only where the file ends. */
export interface OpenFile {
  size: number;
  read(position: number, length: number): Promise<Uint8Array>;
  close(): Promise<void>;
}

/** True where something is, a file or a folder. Throws `data/unreadable` where that cannot be told. */
export async function isThere(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(systemCode(error) ?? '')) return false;
    throw new SamError('data/unreadable', `It cannot be reached (${systemCode(error) ?? 'unknown'}).`, { file: path, cause: error });
  }
}

/** Whether an input is a folder. Throws `usage/input-missing`, `data/unreadable`. */
export async function isFolder(path: string): Promise<boolean> {
  if (!await isThere(path)) throw new SamError('usage/input-missing', 'There is no such file or folder.', { file: path });
  return (await stat(path)).isDirectory();
}

/** `name` is what errors call the file. Throws `data/unreadable`. */
export async function openFile(path: string, name: string = path): Promise<OpenFile> {
  const handle = await guarded(unreadable(name), async () => {
    // looking before opening: opening a device can already do something
    const found = await stat(path);
    if (!found.isFile()) throw new SamError('data/unreadable', `Expected a regular file, found ${kindOf(found)}.`, { file: name });
    return await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  });
  const { size } = await handle.stat();
  return { size, read: (position, length) => guarded(unreadable(name), () => readFully(handle, position, Math.max(0, Math.min(length, size - position)))), close: () => handle.close() };
}

/** A whole file of at most `maxBytes`. Throws `data/unreadable`, `data/format`. */
export async function readWhole(path: string, maxBytes: number, name: string = path): Promise<Uint8Array> {
  const file = await openFile(path, name);
  try {
    if (file.size > maxBytes) throw new SamError('data/format', `The file has ${file.size} bytes, more than the ${maxBytes} that are read at once.`, { file: name });
    return await file.read(0, file.size);
  } finally {
    await file.close();
  }
}

/** A file in chunks. Throws `data/unreadable`. */
export async function* fileChunks(path: string, name: string = path): AsyncGenerator<Uint8Array> {
  const file = await openFile(path, name);
  try {
    for (let at = 0; at < file.size; at += CHUNK_BYTES) yield await file.read(at, CHUNK_BYTES);
  } finally {
    await file.close();
  }
}

async function readFully(handle: FileHandle, position: number, length: number): Promise<Uint8Array> {
  const bytes = Buffer.allocUnsafeSlow(length);
  let filled = 0;
  while (filled < length) {
    const { bytesRead } = await handle.read(bytes, filled, length - filled, position + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return bytes.subarray(0, filled);
}

const unreadable = (file: string) => ({ reason, cause }: ReadFailure): SamError => new SamError('data/unreadable', `The file cannot be read: ${reason}.`, { file, cause });
