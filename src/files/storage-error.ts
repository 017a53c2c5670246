/** What the operating system says when a write fails, as an error that a user can act on: the disk is full, or the path is not writable. */
import { statfs } from 'node:fs/promises';
import { constants } from 'node:os';
import { dirname } from 'node:path';
import { SamError, messageOf, printableName, systemCode } from '../errors.js';

/** A quota is no code of Node's: it comes as "Unknown system error" with the system's number. */
function isFull(error: unknown, code: string): boolean {
  return code === 'ENOSPC' || code === 'EDQUOT' || (error instanceof Error && 'errno' in error && error.errno === -constants.errno.EDQUOT);
}

/**
 * The SamError for a failed write to `path`: `storage/full` with the free space and, where known, the bytes that were needed,
 * else `storage/not-writable` with the system's reason. What is no system error is handed back as it is.
 */
export async function storageError(error: unknown, path: string, neededBytes?: number): Promise<unknown> {
  const code = systemCode(error);
  if (code === undefined || error instanceof SamError) return error;
  const name = printableName(path);
  if (isFull(error, code)) {
    const needed = neededBytes === undefined ? '' : `${sizeText(neededBytes)} needed, `;
    const message = `Cannot write ${name}: the disk is full or the quota is used up (${needed}${await freeText(path)} free).`;
    return new SamError('storage/full', message, { file: path, cause: error });
  }
  return new SamError('storage/not-writable', `Cannot write ${name}: ${reasonOf(code, error)}.`, { file: path, cause: error });
}

/** Awaits a file operation on `path`; a system error becomes `storageError`'s. */
export async function storing<T>(path: string, operation: Promise<T>, neededBytes?: number): Promise<T> {
  try {
    return await operation;
  } catch (error) {
    throw await storageError(error, path, neededBytes);
  }
}

function reasonOf(code: string, error: unknown): string {
  switch (code) {
    case 'EACCES': return 'permission denied';
    case 'EPERM': return 'operation not permitted';
    case 'EROFS': return 'the file system is read-only';
    case 'ENOTDIR': case 'EEXIST': return 'a file is where a folder should be';
    case 'EISDIR': return 'a folder is where a file should be';
    default: return messageOf(error);
  }
}

async function freeText(path: string): Promise<string> {
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    try {
      const { bavail, bsize } = await statfs(folder);
      return sizeText(bavail * bsize);
    } catch {
      if (folder === dirname(folder)) return 'unknown';
    }
  }
}

function sizeText(bytes: number): string {
  if (bytes < 1000) return `${bytes} bytes`;
  const units = ['kB', 'MB', 'GB', 'TB'];
  const power = Math.min(units.length, Math.floor(Math.log10(bytes) / 3));
  return `${(bytes / 1000 ** power).toFixed(1)} ${units[power - 1] ?? ''}`;
}
