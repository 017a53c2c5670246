/**
 * Embeddings on disk, one file each, within a size: those that were not used for longest go. The cache can be deleted at any time; nothing in it is needed, and what is damaged in it is
 * made again. One process at a time writes to it.
 */
import { access, constants, readFile, readdir, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { isSamError, systemCode } from '../errors.js';
import { ensureDirectory, writeFileAtomic } from '../files/atomic.js';
import { sweepFolder } from '../files/temporary.js';
import { embeddingFileName, embeddingFromBytes, embeddingToBytes, type EmbeddingKey, type StoredEmbedding } from './embedding-file.js';

export class EmbeddingCache {
  /** Bytes of each file, the one that was used longest ago first. */
  private readonly files = new Map<string, number>();
  private total = 0;

  private constructor(private readonly folder: string, private readonly limit: number, private readonly mayWrite: boolean) {}

  /** `limit`: bytes on disk. What is over it goes at once. Where the folder cannot be written to, nothing is kept. */
  static async open(folder: string, limit: number, mayWrite: boolean): Promise<EmbeddingCache> {
    const cache = new EmbeddingCache(folder, limit, mayWrite && await isPrepared(folder));
    const names = (await readdir(folder).catch(() => [])).filter((name) => name.endsWith('.emb'));
    const found = await Promise.all(names.map(async (name) => ({ name, facts: await stat(join(folder, name)).catch(() => undefined) })));
    const used = found.flatMap(({ name, facts }) => (facts?.isFile() === true ? [{ name, bytes: facts.size, at: facts.mtimeMs }] : []));
    for (const { name, bytes } of used.sort((a, b) => a.at - b.at || (a.name < b.name ? -1 : 1))) cache.note(name, bytes);
    await cache.makeRoom(0);
    return cache;
  }

  has(key: EmbeddingKey): boolean {
    return this.files.has(embeddingFileName(key));
  }

  /** Undefined where there is none that can be used. */
  async read(key: EmbeddingKey): Promise<StoredEmbedding | undefined> {
    const name = embeddingFileName(key), path = join(this.folder, name);
    if (!this.files.has(name)) return undefined;
    const bytes = await readFile(path).catch(() => undefined);
    const embedding = bytes === undefined ? undefined : embeddingFromBytes(bytes, key);
    if (bytes === undefined || embedding === undefined) {
      await this.drop(name);
      return undefined;
    }
    this.note(name, bytes.length);
    // the order of use outlives the process; where it cannot be written, it is only the order of making
    if (this.mayWrite) await utimes(path, new Date(), new Date()).catch(() => undefined);
    return embedding;
  }

  /** Keeps it if there is room; a full disk is no reason to fail, the embedding can be made again. */
  async write(key: EmbeddingKey, embedding: StoredEmbedding): Promise<void> {
    const name = embeddingFileName(key), bytes = embeddingToBytes(embedding, key);
    if (!this.mayWrite || bytes.length > this.limit) return;
    await this.makeRoom(bytes.length);
    try {
      await writeFileAtomic(join(this.folder, name), bytes);
      this.note(name, bytes.length);
    } catch (error) {
      if (!isSamError(error) || error.kind !== 'storage') throw error;
    }
  }

  private note(name: string, bytes: number): void {
    this.total += bytes - (this.files.get(name) ?? 0);
    this.files.delete(name);
    this.files.set(name, bytes);
  }

  private async makeRoom(bytes: number): Promise<void> {
    for (const name of this.files.keys()) {
      if (!this.mayWrite || this.total + bytes <= this.limit) return;
      await this.drop(name);
    }
  }

  private async drop(name: string): Promise<void> {
    this.total -= this.files.get(name) ?? 0;
    this.files.delete(name);
    if (this.mayWrite) await rm(join(this.folder, name), { force: true }).catch(() => undefined);
  }
}

/** The folder is there, can be written to, and is clean of what a killed process left. */
async function isPrepared(folder: string): Promise<boolean> {
  try {
    await ensureDirectory(folder);
    await access(folder, constants.R_OK | constants.W_OK | constants.X_OK);
    await sweepFolder(folder);
    return true;
  } catch (error) {
    if ((isSamError(error) && error.kind === 'storage') || systemCode(error) !== undefined) return false;
    throw error;
  }
}
