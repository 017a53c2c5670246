/** Reads every byte of stored models again and compares it with what the registry says; nothing is changed or fetched. */
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isSamError, SamError } from '../errors.js';
import { cacheFolder, checkCacheFolder, type Environment } from './cache-dir.js';
import { embeddedFolder } from './embedded.js';
import { locateFolder } from './locate-folder.js';
import { EMBEDDED_MODEL, REGISTRY, requireEntry, type RegistryEntry } from './registry.js';
import { isSameFile, modelFolder, storedPath } from './store.js';
import { checkFile } from './verified-file.js';

/** What one file came to. `problem` is absent for a file that is what it should be. */
export interface VerifiedFile { model: string; path: string; bytes?: number; sha256: string; problem?: SamError }

export interface VerifyOptions {
  env: Environment;
  /** Also the stored files that no model of this version names. */
  all?: boolean | undefined;
}

/**
 * Hashes the files of the named models; without names, of the embedded model and of every model that has a file in the store.
 * Throws `model/unknown`, `model/cache`; what is wrong with a file is in its record.
 */
export async function verifyModels(names: readonly string[], options: VerifyOptions): Promise<VerifiedFile[]> {
  const cache = cacheFolder(options.env);
  const exists = await checkCacheFolder(cache);
  const named = names.map((name) => requireEntry(name));
  const entries = named.length > 0 ? named : await presentEntries(cache);
  const checked: VerifiedFile[] = [];
  for (const entry of entries) checked.push(...(entry.name === EMBEDDED_MODEL ? await verifyEmbedded() : await verifyStored(cache, entry)));
  if (options.all && exists) checked.push(...(await verifyOthers(cache, entries)));
  return checked;
}

async function presentEntries(cache: string): Promise<RegistryEntry[]> {
  const present = REGISTRY.filter((entry) => entry.name === EMBEDDED_MODEL);
  for (const entry of REGISTRY) {
    const stored = await Promise.all(entry.files.map(({ sha256 }) => isFile(storedPath(cache, sha256))));
    if (stored.includes(true)) present.push(entry);
  }
  return present;
}

/** The files of one model of the registry. Throws `model/unverified` where there is nothing to compare with. */
export async function verifyStored(cache: string, entry: RegistryEntry): Promise<VerifiedFile[]> {
  if (entry.files.length === 0) throw new SamError('model/unverified', `There is nothing to verify ${entry.name} against: no checksum is published. See ${entry.source}`);
  const checked: VerifiedFile[] = [];
  for (const { name, sha256 } of entry.files) {
    const stored = storedPath(cache, sha256);
    checked.push(await verifyFile(entry.name, name, stored, sha256));
    // a linked file was read just now; a copy is a file of its own
    const copy = join(modelFolder(cache, entry.name), name);
    if ((await isFile(copy)) && !(await isSameFile(copy, stored))) checked.push(await verifyFile(entry.name, name, copy, sha256));
  }
  return checked;
}

async function verifyFile(model: string, name: string, path: string, sha256: string): Promise<VerifiedFile> {
  const check = await checkFile(path, sha256, true);
  if (check.state === 'good') return { model, path, bytes: check.bytes, sha256 };
  const fix = model === '' ? 'Delete it.' : `Fetch it: sam models pull ${model}`;
  const problem = check.state === 'absent'
    ? new SamError('model/missing', `${name} is not in the cache. ${fix}`, { file: path })
    : new SamError('model/checksum', `${name} is damaged: expected sha256 ${sha256}, found ${check.sha256}. ${fix}`, { file: path });
  return { model, path, sha256, problem };
}

async function verifyEmbedded(): Promise<VerifiedFile[]> {
  try {
    const { files } = await locateFolder(embeddedFolder());
    return files.map((file) => ({ model: EMBEDDED_MODEL, ...file }));
  } catch (error) {
    if (!isSamError(error)) throw error;
    return [{ model: EMBEDDED_MODEL, path: error.file ?? embeddedFolder(), sha256: '', problem: error }];
  }
}

/** Stored files of models that were not asked for, or that another version fetched. */
async function verifyOthers(cache: string, done: readonly RegistryEntry[]): Promise<VerifiedFile[]> {
  const known = new Set(done.flatMap((entry) => entry.files.map(({ sha256 }) => sha256)));
  const stored = await readdir(join(cache, 'sha256')).catch(() => []);
  const others = stored.filter((name) => /^[0-9a-f]{64}$/.test(name) && !known.has(name)).sort();
  return await Promise.all(others.map((sha256) => verifyFile('', sha256, storedPath(cache, sha256), sha256)));
}

async function isFile(path: string): Promise<boolean> {
  return stat(path).then((found) => found.isFile(), () => false);
}
