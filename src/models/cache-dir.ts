/** Where fetched models live: `SAM_CACHE_DIR`, else `$XDG_CACHE_HOME/sam`, else `~/.cache/sam`; a folder of the user's own. */
import { mkdir, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';
import { SamError } from '../errors.js';
import { storing } from '../files/storage-error.js';

/** The environment variables that a function may read: `process.env` or a test's own. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** The cache folder's absolute path; nothing is touched. A relative `XDG_CACHE_HOME` is ignored, as its specification says. */
export function cacheFolder(env: Environment): string {
  const own = env['SAM_CACHE_DIR'];
  if (own !== undefined && own !== '') return resolve(own);
  const xdg = env['XDG_CACHE_HOME'];
  if (xdg !== undefined && isAbsolute(xdg)) return join(xdg, 'sam');
  const home = env['HOME'];
  return join(home !== undefined && isAbsolute(home) ? home : homedir(), '.cache', 'sam');
}

/**
 * Makes the cache folder if it is absent (mode 0700) and checks it. Throws `model/cache` where another user could put files
 * in it, `storage/not-writable` or `storage/full` where it cannot be made.
 */
export async function makeCacheFolder(path: string): Promise<void> {
  await storing(path, mkdir(path, { recursive: true, mode: 0o700 }));
  await checkCacheFolder(path);
}

/** True if the cache folder exists and is safe to read models from; false if there is none yet. Throws `model/cache`. */
export async function checkCacheFolder(path: string): Promise<boolean> {
  const refuse = (why: string): never => {
    throw new SamError('model/cache', `The model cache ${path} ${why}; models from it could be anyone's.`, { file: path });
  };
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) return false;
  if (!found.isDirectory()) return refuse('is not a folder');
  const user = process.getuid?.();
  if (user === undefined) return true;
  if (found.uid !== user) return refuse(`belongs to user ${found.uid}, not to you (${user})`);
  if ((found.mode & 0o022) !== 0) return refuse(`can be written by others (mode ${(found.mode & 0o777).toString(8)}; chmod 700 repairs it)`);
  return true;
}
