/**
 * The weights store: files under their checksums in `<cache>/sha256/`, read-only, and for every model a folder
 * `<cache>/models/<name>/` where the same files have the names that their graphs expect beside each other.
 */
import { chmod, copyFile, link, mkdir, rename, stat, unlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { SamError, systemCode } from '../errors.js';
import { syncDirectory } from '../files/atomic.js';
import { storing } from '../files/storage-error.js';
import { temporaryName } from '../files/temporary.js';
import type { RegistryEntry } from './registry.js';
import { checkFile, rememberVerified } from './verified-file.js';

const NO_LINKS = ['EXDEV', 'EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'EMLINK', 'ENOSYS'];

/** Where the store keeps the file of that checksum. */
export function storedPath(cache: string, sha256: string): string {
  return join(cache, 'sha256', sha256);
}

/** Where the file of that checksum grows while it is fetched. */
export function partPath(cache: string, sha256: string): string {
  return `${storedPath(cache, sha256)}.part`;
}

/** The folder with a model's files under their own names. */
export function modelFolder(cache: string, name: string): string {
  return join(cache, 'models', name);
}

/** Makes the store's folders inside an existing, checked cache folder. Throws `storage/*`. */
export async function makeStore(cache: string): Promise<void> {
  for (const folder of ['sha256', 'models'].map((name) => join(cache, name))) {
    await storing(folder, mkdir(folder, { recursive: true, mode: 0o700 }));
  }
}

/** Gives a complete, verified and synced part its name; a damaged file that has it is replaced. Throws `storage/*`. */
export async function adoptPart(cache: string, sha256: string): Promise<void> {
  const path = storedPath(cache, sha256);
  await storing(path, rename(partPath(cache, sha256), path));
  // not before: a part that a killed run left read-only could not be taken up
  await storing(path, chmod(path, 0o444));
  await syncDirectory(join(cache, 'sha256'));
  await rememberVerified(path);
}

/** The model's folder, complete: every file of the entry linked (or copied) under its name. All must be stored and verified. */
export async function makeModelFolder(cache: string, entry: RegistryEntry): Promise<string> {
  const folder = modelFolder(cache, entry.name);
  for (const file of entry.files) {
    const stored = storedPath(cache, file.sha256);
    const path = join(folder, file.name);
    if (await stands(path, stored, file.sha256)) continue;
    await storing(folder, mkdir(folder, { recursive: true, mode: 0o700 }));
    await storing(path, place(stored, path, file.sha256));
  }
  return folder;
}

/** True if `path` is the stored file itself, or a copy that still has its checksum. */
async function stands(path: string, stored: string, sha256: string): Promise<boolean> {
  return (await isSameFile(path, stored)) || (await checkFile(path, sha256)).state === 'good';
}

/** True if both names lead to one file. */
export async function isSameFile(a: string, b: string): Promise<boolean> {
  const [x, y] = await Promise.all([a, b].map((path) => stat(path, { bigint: true }).catch(() => undefined)));
  return x !== undefined && y !== undefined && x.ino === y.ino && x.dev === y.dev;
}

async function place(stored: string, path: string, sha256: string): Promise<void> {
  const temporary = join(dirname(path), temporaryName(basename(path)));
  try {
    await link(stored, temporary).catch(async (error: unknown) => {
      if (!NO_LINKS.includes(systemCode(error) ?? '')) throw error;
      // a copy is read-only as its original is
      await copyFile(stored, temporary);
    });
    await rename(temporary, path);
  } finally {
    // rename leaves its source where both names are one file already
    await unlink(temporary).catch(() => undefined);
  }
  if (!(await isSameFile(path, stored)) && (await checkFile(path, sha256)).state !== 'good') {
    throw new SamError('model/checksum', `The copy of ${stored} differs from it.`, { file: path });
  }
}
