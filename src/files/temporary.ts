/** Names of temporary files (`.<name>.<random>[.<tag>][.<owner>].sam-tmp`) and the sweeps that remove those a killed run left behind. */
import { randomBytes } from 'node:crypto';
import { readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { systemCode } from '../errors.js';
import { ownerMayBeAlive, ownerText } from './process-identity.js';
import { storageError, storing } from './storage-error.js';

const PATTERN = /^\.(?<name>.*)\.[0-9a-f]{12}(?<old>\.old)?(?:\.(?<tag>\d+-of-\d+))?(?:\.(?<owner>[0-9a-f]{8}-\d+-[0-9a-f]{8}))?\.sam-tmp$/s;
const NAME_LIMIT_BYTES = 255;

/**
 * A fresh temporary name for `name`, in at most 255 bytes. `tag` (a shard, `0-of-3`) lets runs that share a folder tell their
 * own from others'; `old` marks a folder that was moved aside to be replaced; `owned`: it names this process, for `sweepStale`.
 */
export function temporaryName(name: string, tag?: string, old = false, owned = false): string {
  const suffix = `.${randomBytes(6).toString('hex')}${old ? '.old' : ''}${tag === undefined ? '' : `.${tag}`}${owned ? `.${ownerText()}` : ''}.sam-tmp`;
  return `.${cutToBytes(name, NAME_LIMIT_BYTES - 1 - suffix.length)}${suffix}`;
}

/** True for a name that `temporaryName` could have made. */
export function isTemporaryName(name: string): boolean {
  return PATTERN.test(name);
}

/**
 * Removes our temporaries that lie directly in `folder`: all of them, or only those with `tag`. A folder that had been moved
 * aside when the run was killed goes back to its place if nothing took it. The caller holds the lock under which they were made.
 */
export async function sweepFolder(folder: string, tag?: string): Promise<void> {
  const names = await namesIn(folder);
  for (const name of names) {
    const groups = PATTERN.exec(name)?.groups;
    if (groups === undefined || (tag !== undefined && groups['tag'] !== tag)) continue;
    const path = join(folder, name);
    // a name near the limit may have been cut (between characters of up to 4 bytes): then its place is unknown
    const maybeCut = Buffer.byteLength(name) > NAME_LIMIT_BYTES - 4;
    const home = groups['old'] === undefined || maybeCut ? undefined : join(folder, groups['name'] ?? '');
    if (home !== undefined && !(await exists(home))) await storing(home, rename(path, home));
    else await storing(path, rm(path, { recursive: true, force: true }));
  }
}

/**
 * Removes, directly in `folder`, the owned temporaries of `name` whose processes ended: for outputs that no lock guards. What cannot be
 * removed stays: it is in nobody's way.
 */
export async function sweepStale(folder: string, name: string): Promise<void> {
  for (const found of await readdir(folder).catch(() => [])) {
    const groups = PATTERN.exec(found)?.groups, owner = groups?.['owner'];
    if (groups === undefined || owner === undefined || ownerMayBeAlive(owner)) continue;
    const of = groups['name'] ?? '', suffixBytes = Buffer.byteLength(found) - 1 - Buffer.byteLength(of);
    if (of === cutToBytes(name, NAME_LIMIT_BYTES - 1 - suffixBytes)) await rm(join(folder, found), { recursive: true, force: true }).catch(() => undefined);
  }
}

/** `sweepFolder` for `root` and every folder below it; links are not followed. */
export async function sweepTemporaries(root: string, tag?: string): Promise<void> {
  await sweepFolder(root, tag);
  for (const entry of await readdir(root, { withFileTypes: true }).catch(() => [])) {
    if (entry.isDirectory() && !isTemporaryName(entry.name)) await sweepTemporaries(join(root, entry.name), tag);
  }
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (systemCode(error) === 'ENOENT' || systemCode(error) === 'ENOTDIR') return [];
    throw await storageError(error, folder);
  }
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(() => true, () => false);
}

/** The longest beginning of a text that has at most `limit` bytes of UTF-8, cut between characters. */
function cutToBytes(text: string, limit: number): string {
  if (Buffer.byteLength(text) <= limit) return text;
  let cut = '';
  let bytes = 0;
  for (const character of text) {
    bytes += Buffer.byteLength(character);
    if (bytes > limit) break;
    cut += character;
  }
  return cut;
}
