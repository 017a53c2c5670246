/** Fetches a model of the registry into the store: what is missing or damaged, from the mirrors and then from its publisher. */
import { stat } from 'node:fs/promises';
import { SamError } from '../errors.js';
import { acquireLock } from '../files/lock.js';
import { cacheFolder, checkCacheFolder, makeCacheFolder, type Environment } from './cache-dir.js';
import { download } from './download.js';
import { DOWNLOAD_DEFAULTS, requireSpace, type DownloadProgress, type DownloadSettings } from './download-job.js';
import { embeddedFolder } from './embedded.js';
import { EMBEDDED_MODEL, requireEntry, type RegistryEntry, type RegistryFile } from './registry.js';
import { sourcesOf } from './sources.js';
import { adoptPart, makeModelFolder, makeStore, modelFolder, partPath, storedPath } from './store.js';
import { checkFile } from './verified-file.js';

export interface PullOptions {
  env: Environment;
  /** Never touch the network. */
  offline?: boolean | undefined;
  /** Report what would be fetched, change nothing. */
  dryRun?: boolean | undefined;
  settings?: Partial<DownloadSettings> | undefined;
  onProgress?: ((progress: DownloadProgress) => void) | undefined;
  /** Ends the pull with `interrupted/signal`; what has arrived stays. */
  signal?: AbortSignal | undefined;
}

export interface PulledFile { name: string; bytes?: number; sha256: string; url: string; state: 'present' | 'fetched' | 'to fetch' }
export interface PullReport { name: string; folder: string; files: PulledFile[] }

/** Pulls several models, one after the other; a name that cannot be pulled is refused before anything is fetched. */
export async function pullModels(names: readonly string[], options: PullOptions): Promise<PullReport[]> {
  const entries = [...new Set(names)].map((name) => requireEntry(name));
  for (const entry of entries) assertVerifiable(entry);
  const reports = [];
  for (const entry of entries) reports.push(await pullModel(entry, options));
  return reports;
}

/**
 * Brings a model's files into the store, each verified before it takes its name, and makes the model's folder. Throws
 * `model/unverified`, `model/offline`, `model/checksum`, `model/download`, `model/cache`, `locked/cache`, `storage/*`, `interrupted/signal`.
 */
export async function pullModel(entry: RegistryEntry, options: PullOptions): Promise<PullReport> {
  if (entry.name === EMBEDDED_MODEL) return { name: entry.name, folder: embeddedFolder(), files: [] };
  assertVerifiable(entry);
  const cache = cacheFolder(options.env);
  const plan = await planOf(cache, entry);
  const missing = plan.filter(({ state }) => state === 'to fetch');
  if (options.dryRun) return { name: entry.name, folder: modelFolder(cache, entry.name), files: plan };
  if (options.offline && missing.length > 0) {
    throw new SamError('model/offline', `${missing.map(({ name }) => name).join(', ')} of ${entry.name} is not in the cache ${cache}, and nothing may be fetched offline.`);
  }
  await makeCacheFolder(cache);
  await makeStore(cache);
  await requireSpace(cache, await bytesToFetch(cache, missing), entry.name);
  for (const file of entry.files) await fetchFile(cache, entry, file, options);
  const folder = await makeModelFolder(cache, entry);
  return { name: entry.name, folder, files: plan.map((file) => (file.state === 'to fetch' ? { ...file, state: 'fetched' } : file)) };
}

function assertVerifiable(entry: RegistryEntry): void {
  if (entry.files.length > 0 || entry.name === EMBEDDED_MODEL) return;
  throw new SamError('model/unverified', `No checksum is published for the files of ${entry.name}, so they are not fetched. See ${entry.source}`);
}

async function planOf(cache: string, entry: RegistryEntry): Promise<PulledFile[]> {
  const exists = await checkCacheFolder(cache);
  const plan: PulledFile[] = [];
  for (const { name, bytes, sha256, url } of entry.files) {
    const good = exists && (await checkFile(storedPath(cache, sha256), sha256)).state === 'good';
    plan.push({ name, ...(bytes === undefined ? {} : { bytes }), sha256, url, state: good ? 'present' : 'to fetch' });
  }
  return plan;
}

/** What is still to come, less what earlier runs left; files of unpublished size count when their server has said it. */
async function bytesToFetch(cache: string, files: readonly PulledFile[]): Promise<number> {
  let sum = 0;
  for (const { bytes, sha256 } of files) {
    const left = await stat(partPath(cache, sha256)).then((found) => found.size, () => 0);
    sum += Math.max(0, (bytes ?? 0) - left);
  }
  return sum;
}

/** One file into the store, under its lock; another process may have fetched it since it was planned. */
async function fetchFile(cache: string, entry: RegistryEntry, file: RegistryFile, options: PullOptions): Promise<void> {
  const stored = storedPath(cache, file.sha256);
  if ((await checkFile(stored, file.sha256)).state === 'good') return;
  const name = `${entry.name}/${file.name}`;
  const sources = sourcesOf(file, options.env);
  const lock = await acquireLock(`${stored}.lock`, 'locked/cache', `The model file ${name}`);
  try {
    if ((await checkFile(stored, file.sha256)).state === 'good') return;
    const job = { name, sources, bytes: file.bytes, sha256: file.sha256, partPath: partPath(cache, file.sha256) };
    await download(job, { ...DOWNLOAD_DEFAULTS, ...options.settings, onProgress: options.onProgress, signal: options.signal });
    await adoptPart(cache, file.sha256);
  } finally {
    await lock.release();
  }
}
