/** Entering an output folder: made if need be, locked, and cleaned of what a killed run left. */
import { readdir, rmdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { SamError, printableName } from '../errors.js';
import { ensureDirectory } from '../files/atomic.js';
import { acquireLock, assertUnlocked, isLocked, type Lock } from '../files/lock.js';
import { sweepFolder } from '../files/temporary.js';
import type { ClaimingImage } from './claims.js';
import { HOUSE } from './house.js';
import type { Ledger } from './ledger.js';

const LOCK = /^lock(?:-\d+-of-\d+)?$/;

/** Takes the folder for this run, or for this shard of it. Throws `locked/output`, and `usage/output-exists` if it is a file. */
export async function enterOutputFolder(output: string, tag: string | undefined): Promise<Lock> {
  const house = join(output, HOUSE);
  const found = await stat(output).catch(() => undefined);
  if (found !== undefined && !found.isDirectory()) {
    throw new SamError('usage/output-exists', `The output ${printableName(output)} is there and is not a folder.`, { file: output });
  }
  await ensureDirectory(house);
  const what = `The output folder ${printableName(output)}`;
  const lock = await acquireLock(join(house, lockName(tag)), 'locked/output', what);
  const release = async (): Promise<void> => {
    await lock.release();
    // a run that was refused leaves no trace; else the folder is not empty
    await rmdir(house).catch(() => undefined);
  };
  try {
    // both sides take their own lock first and look then: of two that begin at once, one sees the other
    for (const name of await readdir(house)) {
      if (excludes(name, tag)) await assertUnlocked(join(house, name), 'locked/output', what);
    }
  } catch (error) {
    await release();
    throw error;
  }
  return { release };
}

/** Whether other shards work in the folder, of a run that holds its own lock: of two, one at least sees the other. */
export async function othersAtWork(output: string, tag: string | undefined): Promise<boolean> {
  const house = join(output, HOUSE);
  const others = (await readdir(house)).filter((name) => LOCK.test(name) && name !== lockName(tag));
  const held = await Promise.all(others.map((name) => isLocked(join(house, name))));
  return held.includes(true);
}

function lockName(tag: string | undefined): string {
  return tag === undefined ? 'lock' : `lock-${tag}`;
}

/** Shards share the folder with one another, but not with a run of the whole. */
function excludes(name: string, tag: string | undefined): boolean {
  return LOCK.test(name) && name !== lockName(tag) && (tag === undefined || name === lockName(undefined));
}

/**
 * Removes the temporaries of killed runs, wherever a run may have left one: a shard only its own, for others may be at work; a run of the
 * whole, which is alone, all.
 */
export async function sweepOutputFolder(output: string, images: readonly ClaimingImage[], ledger: Ledger, tag: string | undefined): Promise<void> {
  const folders = new Set(['.', HOUSE]);
  for (const { claims } of images) for (const { path } of claims) folders.add(dirname(path));
  for (const path of ledger.paths) folders.add(dirname(path));
  for (const folder of folders) await sweepFolder(join(output, folder), tag);
}
