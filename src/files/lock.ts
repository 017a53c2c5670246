/**
 * Lock files: one process at a time, and none for ever. A lock whose process is dead is taken over without a moment in which two
 * could have it: who would succeed the holder `id` must be first to make the file `<lock>.<id>`, and ids are never used twice.
 */
import { randomBytes } from 'node:crypto';
import { readFile, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { SamError, printableName, systemCode, type ErrorCode } from '../errors.js';
import { placeExclusive } from './atomic.js';
import { sha256Hex } from './hash.js';
import { mayBeAlive, ownIdentity, type ProcessIdentity } from './process-identity.js';
import { storageError, storing } from './storage-error.js';
import { temporaryName } from './temporary.js';

export interface Lock { release(): Promise<void> }
export type LockCode = Extract<ErrorCode, `locked/${string}`>;

/** A lock file as read. `id` is a hash of its bytes, which hold a random part; `process` is missing when they are damaged. */
interface Holder { id: string; process?: ProcessIdentity }

/**
 * Takes the lock file `path` in an existing folder, or throws `code`, naming who has it. `what` names the thing that is locked, for
 * the message (`The output folder out`). Never waits.
 */
export async function acquireLock(path: string, code: LockCode, what: string): Promise<Lock> {
  for (;;) {
    const chain = await holdersOf(path);
    assertFree(path, chain, code, what);
    const own = await tryToSucceed(path, chain);
    if (own !== undefined) return { release: () => release(path, own) };
  }
}

/** Throws as `acquireLock` does if another holds the lock file `path`, and takes nothing. */
export async function assertUnlocked(path: string, code: LockCode, what: string): Promise<void> {
  assertFree(path, await holdersOf(path), code, what);
}

/** Whether a process that may be alive holds the lock file `path`. */
export async function isLocked(path: string): Promise<boolean> {
  return liveHolder(await holdersOf(path)) !== undefined;
}

function assertFree(path: string, chain: readonly Holder[], code: LockCode, what: string): void {
  const holder = liveHolder(chain);
  if (holder !== undefined) throw lockedError(path, code, what, holder);
}

function liveHolder(chain: readonly Holder[]): ProcessIdentity | undefined {
  const holder = chain.at(-1)?.process;
  return holder !== undefined && mayBeAlive(holder) ? holder : undefined;
}

/** The holder in the lock file and those who took over from it, first to last; empty when the lock is free. */
async function holdersOf(path: string): Promise<Holder[]> {
  const chain: Holder[] = [];
  for (let next = path; ;) {
    const holder = await readHolder(next);
    if (holder === undefined) return chain;
    chain.push(holder);
    next = `${path}.${holder.id}`;
  }
}

/** Makes the file that only the successor of `chain` can make; the own id if that came about, undefined if things had moved. */
async function tryToSucceed(path: string, chain: readonly Holder[]): Promise<string | undefined> {
  const content = JSON.stringify({ ...ownIdentity(), nonce: randomBytes(12).toString('hex') });
  const own = idOf(content);
  const last = chain.at(-1);
  const claim = last === undefined ? path : `${path}.${last.id}`;
  // linked when complete: a lock is never half written
  const temporary = join(dirname(path), temporaryName(basename(path)));
  try {
    await storing(path, writeFile(temporary, content, { flag: 'wx' }));
    if (!(await linked(temporary, claim))) return undefined;
    // a claim made from an old view of the chain is worth nothing: its beginning is gone
    const isSuccessor = claim === path || ((await readHolder(path))?.id === chain[0]?.id && (await renamed(temporary, path)));
    if (!isSuccessor) {
      await rm(claim, { force: true });
      return undefined;
    }
    await removeLeftovers(path);
    return own;
  } finally {
    await rm(temporary, { force: true });
  }
}

/** False if a sweep took the temporary away. */
async function renamed(temporary: string, path: string): Promise<boolean> {
  try {
    await rename(temporary, path);
    return true;
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return false;
    throw await storageError(error, path);
  }
}

/** False if `claim` was made by another, or a sweep took the temporary away. */
async function linked(temporary: string, claim: string): Promise<boolean> {
  try {
    return await placeExclusive(temporary, claim);
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return false;
    throw await storageError(error, claim);
  }
}

/**
 * Removes claims on former holders, and temporaries of starters that were killed. Only the holder may: its own successor cannot be
 * there while it lives, and a live starter that loses its temporary begins again and finds the holder.
 */
async function removeLeftovers(path: string): Promise<void> {
  const name = basename(path);
  for (const found of await readdir(dirname(path))) {
    const isClaim = found.startsWith(name) && /^\.[0-9a-f]{16}$/.test(found.slice(name.length));
    const isTemporary = found.startsWith(`.${name}.`) && /^[0-9a-f]{12}\.sam-tmp$/.test(found.slice(name.length + 2));
    if (isClaim || isTemporary) await rm(join(dirname(path), found), { force: true });
  }
}

async function release(path: string, own: string): Promise<void> {
  // someone may have deleted our lock by hand, and another taken it
  if ((await readHolder(path))?.id === own) await storing(path, rm(path, { force: true }));
}

async function readHolder(path: string): Promise<Holder | undefined> {
  let content: string;
  try {
    content = await readFile(path, 'utf8');
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw await storageError(error, path);
  }
  const id = idOf(content);
  try {
    const value: unknown = JSON.parse(content);
    return isIdentity(value) ? { id, process: value } : { id };
  } catch {
    return { id };
  }
}

function idOf(content: string): string {
  return sha256Hex(content).slice(0, 16);
}

function isIdentity(value: unknown): value is ProcessIdentity {
  if (typeof value !== 'object' || value === null) return false;
  const { pid, host, started } = value as Partial<Record<string, unknown>>; // an object's keys may be asked for
  return typeof pid === 'number' && Number.isSafeInteger(pid) && pid > 0 && typeof host === 'string' && (started === null || typeof started === 'string');
}

function lockedError(path: string, code: ErrorCode, what: string, { pid, host }: ProcessIdentity): SamError {
  const hint = host === ownIdentity().host ? 'Wait until it ends.' : `Wait until it ends; if it is surely dead, delete ${printableName(path)}.`;
  return new SamError(code, `${what} is in use by process ${pid} on ${printableName(host)}. ${hint}`, { file: path });
}
