/**
 * Files and folders that are complete under their final name or not there at all: written beside it under a temporary name,
 * made durable, then renamed. A failure of the disk is a `storage/...` SamError, and the temporary is gone.
 */
import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { chmod, copyFile, link, mkdir, open, rename, rm, stat, unlink, type FileHandle } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { SamError, printableName, systemCode } from '../errors.js';
import type { Digest } from './hash.js';
import { storageError, storing } from './storage-error.js';
import { temporaryName } from './temporary.js';

export type FileData = Uint8Array | string | AsyncIterable<Uint8Array | string>;

export interface WriteOptions {
  /** Goes into the temporary's name, see `temporaryName`. */
  tag?: string | undefined;
  /** The temporary's name says whose it is, for `sweepStale`. */
  owned?: boolean;
}

/** A complete, durable temporary file that waits for its name. */
export interface StagedFile extends Digest {
  /** Renames it into place and makes that durable. With `exclusive`: false, and nothing changed, if something has the name already. */
  commit(options?: { exclusive?: boolean }): Promise<boolean>;
  discard(): Promise<void>;
}

/** Writes `data` to `path`, whole or not at all; an existing file is replaced and keeps its mode. Errors that `data` throws pass through. */
export async function writeFileAtomic(path: string, data: FileData, options: WriteOptions = {}): Promise<Digest> {
  const staged = await stageFile(path, data, options);
  await staged.commit();
  return { sha256: staged.sha256, bytes: staged.bytes };
}

/** The first half of `writeFileAtomic`: everything but the rename, for a caller who must know the hash before. */
export async function stageFile(path: string, data: FileData, options: WriteOptions = {}): Promise<StagedFile> {
  const mode = await modeToKeep(path);
  const temporary = join(dirname(path), temporaryName(basename(path), options.tag, false, options.owned));
  const discard = (): Promise<void> => rm(temporary, { force: true });
  let digest: Digest;
  try {
    digest = await writeDurably(path, temporary, data);
    if (mode !== undefined) await storing(path, chmod(temporary, mode));
  } catch (error) {
    // the first error is the one to tell
    await discard().catch(() => undefined);
    throw error;
  }
  return { ...digest, discard, commit: ({ exclusive = false } = {}) => commitFile(temporary, path, exclusive) };
}

async function commitFile(temporary: string, path: string, exclusive: boolean): Promise<boolean> {
  let isPlaced = true;
  try {
    if (exclusive) isPlaced = await placeExclusive(temporary, path);
    else await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw await storageError(error, path);
  }
  if (exclusive) await storing(path, unlink(temporary));
  if (isPlaced) await syncDirectory(dirname(path));
  return isPlaced;
}

const NO_LINKS = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS']);

/**
 * Gives a complete file a second name, and false, changing nothing, if that name is taken. On a file system without links (FAT) it is
 * copied: no less exclusive, but a kill can leave a part of it. Throws Node's own errors.
 */
export async function placeExclusive(file: string, path: string): Promise<boolean> {
  try {
    await link(file, path).catch(async (error: unknown) => {
      if (!NO_LINKS.has(systemCode(error) ?? '')) throw error;
      await copyFile(file, path, constants.COPYFILE_EXCL);
    });
    return true;
  } catch (error) {
    if (systemCode(error) === 'EEXIST') return false;
    throw error;
  }
}

/** The mode of the file that will be replaced. What is neither absent nor a regular file (a device, a folder) must not be replaced. */
async function modeToKeep(path: string): Promise<number | undefined> {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) return undefined;
  if (!found.isFile()) throw new SamError('storage/not-writable', `Cannot write ${printableName(path)}: it is there and is not a regular file.`, { file: path });
  return found.mode & 0o777;
}

/** Writes a new file `at`, to its last byte and, unless many are to be synced together, onto the disk; `path` is the name that errors tell. */
export async function writeDurably(path: string, at: string, data: FileData, options: { sync: boolean } = { sync: true }): Promise<Digest> {
  const needed = typeof data === 'string' ? Buffer.byteLength(data) : data instanceof Uint8Array ? data.length : undefined;
  const file = await storing(path, open(at, 'wx', 0o666), needed);
  try {
    const hash = createHash('sha256');
    let bytes = 0;
    for await (const chunk of blocksOf(data)) {
      hash.update(chunk);
      await storing(path, writeFully(file, chunk, bytes), needed);
      bytes += chunk.length;
    }
    if (options.sync) await storing(path, syncHandle(file), needed);
    return { sha256: hash.digest('hex'), bytes };
  } finally {
    await storing(path, file.close(), needed);
  }
}

/** A write may take fewer bytes than it was given, without an error. */
async function writeFully(file: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  for (let at = 0; at < bytes.length;) at += (await file.write(bytes, at, bytes.length - at, position + at)).bytesWritten;
}

const BLOCK_BYTES = 1 << 16;

/** The data in blocks worth a system call each. */
async function* blocksOf(data: FileData): AsyncGenerator<Uint8Array> {
  if (typeof data === 'string') yield Buffer.from(data);
  else if (data instanceof Uint8Array) yield data;
  else {
    let waiting: Uint8Array[] = [];
    let size = 0;
    for await (const chunk of data) {
      const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
      waiting.push(bytes);
      size += bytes.length;
      if (size < BLOCK_BYTES) continue;
      yield Buffer.concat(waiting);
      waiting = [];
      size = 0;
    }
    if (size > 0) yield Buffer.concat(waiting);
  }
}

/**
 * Writes a flat folder whole. An old folder of that name is moved aside first: a kill between the two renames leaves it under a
 * temporary name, from which `sweepFolder` brings it back; at every other point the old or the new folder is in place.
 */
export async function writeDirectoryAtomic(
  folder: string, files: readonly { name: string; bytes: Uint8Array }[], options: WriteOptions = {},
): Promise<void> {
  const parent = dirname(folder);
  const temporary = join(parent, temporaryName(basename(folder), options.tag));
  try {
    await storing(folder, mkdir(temporary));
    for (const { name, bytes } of files) await writeDurably(join(folder, name), join(temporary, plainName(name)), bytes);
    await syncDirectory(temporary);
    await placeDirectory(temporary, folder, options.tag);
  } catch (error) {
    await rm(temporary, { recursive: true, force: true }).catch(() => undefined);
    throw error;
  }
}

async function placeDirectory(temporary: string, folder: string, tag: string | undefined): Promise<void> {
  try {
    await rename(temporary, folder);
  } catch (error) {
    const code = systemCode(error);
    if (code !== 'ENOTEMPTY' && code !== 'EEXIST') throw await storageError(error, folder);
    await swapDirectory(temporary, folder, tag);
  }
  await syncDirectory(dirname(folder));
}

async function swapDirectory(temporary: string, folder: string, tag: string | undefined): Promise<void> {
  const old = join(dirname(folder), temporaryName(basename(folder), tag, true));
  await storing(folder, rename(folder, old));
  try {
    await rename(temporary, folder);
  } catch (error) {
    await rename(old, folder);
    throw await storageError(error, folder);
  }
  await syncDirectory(dirname(folder));
  await storing(folder, rm(old, { recursive: true, force: true }));
}

function plainName(name: string): string {
  if (name === '' || name === '.' || name === '..' || name.includes('/') || name.includes('\0')) {
    throw new SamError('internal/unexpected', `"${printableName(name)}" is not the name of a file in a folder.`);
  }
  return name;
}

/** Removes a folder whole: moved aside under a temporary name first, so that a kill leaves it all or to the next sweep. */
export async function removeDirectoryAtomic(folder: string, options: WriteOptions = {}): Promise<void> {
  const aside = join(dirname(folder), temporaryName(basename(folder), options.tag));
  await storing(folder, rename(folder, aside));
  await syncDirectory(dirname(folder));
  await storing(folder, rm(aside, { recursive: true }));
}

/** Makes a folder and those above it, durably. */
export async function ensureDirectory(folder: string): Promise<void> {
  // step by step: the recursive mkdir tells of a read-only file system that there is no such folder
  try {
    await mkdir(folder);
  } catch (error) {
    if (await isDirectory(folder)) return;
    const parent = dirname(folder);
    if (systemCode(error) !== 'ENOENT' || parent === folder) throw await storageError(error, folder);
    await ensureDirectory(parent);
    // some places (/proc) say of every new folder that there is no such one, however often they are asked
    await mkdir(folder).catch(async (again: unknown) => {
      if (!await isDirectory(folder)) throw await storageError(again, folder);
    });
  }
  await syncDirectory(dirname(folder));
}

async function isDirectory(path: string): Promise<boolean> {
  return stat(path).then((found) => found.isDirectory(), () => false);
}

/** Makes the names in a folder durable. */
export async function syncDirectory(folder: string): Promise<void> {
  // Windows cannot open a folder, and needs no sync of it
  if (process.platform === 'win32') return;
  const handle = await storing(folder, open(folder, 'r'));
  try {
    await storing(folder, syncHandle(handle));
  } finally {
    await handle.close();
  }
}

/** Puts a file that was written before onto the disk. */
export async function syncFile(path: string): Promise<void> {
  // Windows syncs only what may be written to
  const handle = await storing(path, open(path, 'r+'));
  try {
    await storing(path, syncHandle(handle));
  } finally {
    await handle.close();
  }
}

/** Some file systems (FUSE, network) have no sync; that is no reason to refuse them. */
async function syncHandle(handle: FileHandle): Promise<void> {
  try {
    await handle.sync();
  } catch (error) {
    if (systemCode(error) !== 'EINVAL' && systemCode(error) !== 'ENOTSUP') throw error;
  }
}
