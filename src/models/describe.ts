/** What there is to say about the models of the registry: for lists and for a reader who wants to know what a name stands for. */
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { cacheFolder, type Environment } from './cache-dir.js';
import { embeddedFolder } from './embedded.js';
import { readModelJson } from './model-json.js';
import { EMBEDDED_MODEL, REGISTRY, requireEntry, type RegistryEntry, type RegistryFile } from './registry.js';
import { storedPath } from './store.js';

/** A file of a model; without `url` it comes with the package. */
export interface DescribedFile { name: string; bytes?: number; sha256: string; url?: string; cached: boolean }

export interface ModelDescription extends Omit<RegistryEntry, 'files'> {
  /** Size of all files, where every one is published. */
  bytes?: number;
  /** Whether the files are on this machine, by their names alone; `sam models verify` reads them. */
  cached: 'yes' | 'partly' | 'no';
  files: DescribedFile[];
}

/** Every model of the registry, in its order. */
export async function describeModels(env: Environment): Promise<ModelDescription[]> {
  return await Promise.all(REGISTRY.map((entry) => describe(entry, env)));
}

/** One model. Throws `model/unknown`. */
export async function describeModel(name: string, env: Environment): Promise<ModelDescription> {
  return await describe(requireEntry(name), env);
}

async function describe(entry: RegistryEntry, env: Environment): Promise<ModelDescription> {
  const files = entry.name === EMBEDDED_MODEL ? await embeddedFiles() : await storedFiles(entry.files, env);
  const present = files.filter((file) => file.cached).length;
  const bytes = files.length === 0 ? undefined : files.reduce<number | undefined>((sum, file) => (sum === undefined || file.bytes === undefined ? undefined : sum + file.bytes), 0);
  return { ...entry, ...(bytes === undefined ? {} : { bytes }), cached: present === 0 ? 'no' : present === files.length ? 'yes' : 'partly', files };
}

async function embeddedFiles(): Promise<DescribedFile[]> {
  const { files = [] } = await readModelJson(join(embeddedFolder(), 'model.json'));
  return await Promise.all(files.map(async ({ path, bytes, sha256 }) => ({ name: path, bytes, sha256, cached: await isFile(join(embeddedFolder(), path)) })));
}

async function storedFiles(files: readonly RegistryFile[], env: Environment): Promise<DescribedFile[]> {
  const cache = cacheFolder(env);
  return await Promise.all(files.map(async ({ name, bytes, sha256, url }) => (
    { name, ...(bytes === undefined ? {} : { bytes }), sha256, url, cached: await isFile(storedPath(cache, sha256)) })));
}

async function isFile(path: string): Promise<boolean> {
  return stat(path).then((found) => found.isFile(), () => false);
}
