/**
 * A file that is known by its checksum, checked without hashing it every time: a note beside it remembers for which
 * modification time, size and inode the checksum was right.
 */
import { readFile, stat, unlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { messageOf, SamError } from '../errors.js';
import { writeFileAtomic } from '../files/atomic.js';
import { sha256File } from '../files/hash.js';

/** What stands at a path: nothing, the file that was expected, or another one. */
export type FileCheck = { state: 'absent' } | { state: 'good'; bytes: number } | { state: 'bad'; bytes: number; sha256: string };

/** Checks `path` against a checksum; `rehash` ignores what is remembered. Throws `model/missing` where the file cannot be read. */
export async function checkFile(path: string, sha256: string, rehash = false): Promise<FileCheck> {
  const before = await identityOf(path);
  if (before === undefined) return { state: 'absent' };
  if (!rehash && (await remembered(path)) === before.text) return { state: 'good', bytes: before.bytes };
  const found = await hashOf(path);
  if (found.sha256 !== sha256) {
    await unlink(notePath(path)).catch(() => undefined);
    return { state: 'bad', ...found };
  }
  await remember(path, before.text);
  return { state: 'good', bytes: found.bytes };
}

/** Remembers that the file at `path` was verified just now, as the bytes that were hashed became this file. */
export async function rememberVerified(path: string): Promise<void> {
  const identity = await identityOf(path);
  if (identity !== undefined) await remember(path, identity.text);
}

const notePath = (path: string): string => join(dirname(path), `.${basename(path)}.verified`);

/** Undefined where there is no regular file. */
async function identityOf(path: string): Promise<{ text: string; bytes: number } | undefined> {
  const found = await stat(path, { bigint: true }).catch(() => undefined);
  if (found === undefined || !found.isFile()) return undefined;
  return { text: `${found.mtimeNs} ${found.size} ${found.ino}\n`, bytes: Number(found.size) };
}

async function remembered(path: string): Promise<string | undefined> {
  return await readFile(notePath(path), 'utf8').catch(() => undefined);
}

async function remember(path: string, text: string): Promise<void> {
  // a cache that cannot be written is hashed every time: slower, not wrong
  await writeFileAtomic(notePath(path), text).catch(() => undefined);
}

async function hashOf(path: string): Promise<{ sha256: string; bytes: number }> {
  try {
    return await sha256File(path);
  } catch (error) {
    throw new SamError('model/missing', `The model file cannot be read: ${messageOf(error)}`, { file: path, cause: error });
  }
}
