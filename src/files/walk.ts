/**
 * Every file below a folder, in bytewise order of the relative names. Links to files are files; links to folders are not followed,
 * so that no walk leaves its root or goes in circles. What cannot be read is yielded with its reason, never opened.
 */
import type { Dirent } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf, systemCode } from '../errors.js';

/** One thing found. `problem` is missing for a regular file; else it says why there is nothing to read. */
export interface WalkEntry {
  path: string;
  /** Relative to the root, always with `/`. Bytes that are no UTF-8 are shown as `\xNN`: such a name opens nothing. */
  name: string;
  problem?: string;
  /** With a problem: the thing is a folder, or leads to one, and what is in it was not seen. */
  isFolder?: true;
  /** With a problem: a link to a folder, which stands elsewhere by its own name. */
  isLink?: true;
}

/** Walks `root`; `enter` may refuse a folder, by its path, before it is read. */
export async function* walk(root: string, enter: (folder: string) => boolean = () => true): AsyncGenerator<WalkEntry> {
  yield* walkFolder(root, '', enter);
}

async function* walkFolder(folder: string, prefix: string, enter: (folder: string) => boolean): AsyncGenerator<WalkEntry> {
  let entries: Dirent<Buffer>[];
  try {
    entries = await readdir(folder, { withFileTypes: true, encoding: 'buffer' });
  } catch (error) {
    yield { path: folder, name: prefix, problem: `the folder cannot be read (${systemCode(error) ?? messageOf(error)})`, isFolder: true };
    return;
  }
  for (const entry of inOrder(entries)) {
    const text = decodeName(entry.name);
    if (text === undefined) {
      const shown = showBytes(entry.name);
      const isFolder = entry.isDirectory() ? { isFolder: true as const } : {};
      yield { path: join(folder, shown), name: prefix + shown, problem: 'the name is not valid UTF-8', ...isFolder };
      continue;
    }
    const path = join(folder, text);
    if (entry.isDirectory()) {
      if (enter(path)) yield* walkFolder(path, `${prefix}${text}/`, enter);
      continue;
    }
    yield { path, name: prefix + text, ...(await problemOf(path, entry)) };
  }
}

/** Folders count with their `/`, which makes the order of a depth-first walk that of the whole names. */
function inOrder(entries: readonly Dirent<Buffer>[]): Dirent<Buffer>[] {
  const key = (entry: Dirent<Buffer>): Buffer => (entry.isDirectory() ? Buffer.concat([entry.name, Buffer.from('/')]) : entry.name);
  return entries.map((entry) => ({ entry, key: key(entry) })).sort((a, b) => Buffer.compare(a.key, b.key)).map(({ entry }) => entry);
}

async function problemOf(path: string, entry: Dirent<Buffer>): Promise<Pick<WalkEntry, 'problem' | 'isFolder' | 'isLink'>> {
  if (entry.isFile()) return {};
  if (!entry.isSymbolicLink()) return { problem: kindOf(entry) };
  try {
    const target = await stat(path);
    if (target.isFile()) return {};
    if (target.isDirectory()) return { problem: 'a link to a folder is not followed', isFolder: true, isLink: true };
    return { problem: `a link to ${kindOf(target)}` };
  } catch (error) {
    return { problem: `a broken link (${systemCode(error) ?? messageOf(error)})` };
  }
}

/** What a thing is, for people, that is not a regular file. */
export function kindOf(found: Pick<Dirent, 'isFIFO' | 'isSocket' | 'isDirectory' | 'isBlockDevice' | 'isCharacterDevice'>): string {
  if (found.isFIFO()) return 'a named pipe';
  if (found.isSocket()) return 'a socket';
  if (found.isDirectory()) return 'a folder';
  if (found.isBlockDevice() || found.isCharacterDevice()) return 'a device';
  return 'not a regular file';
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function decodeName(name: Buffer): string | undefined {
  try {
    return utf8.decode(name);
  } catch {
    return undefined;
  }
}

function showBytes(name: Buffer): string {
  return name.toString('latin1').replace(/[^ -~]/g, (c) => `\\x${c.charCodeAt(0).toString(16).padStart(2, '0')}`);
}
