/**
 * A folder of many files that appears whole: written under a temporary name, made durable, then renamed. Where the folder is there
 * already, its other files stay, and each of ours takes its place by a rename; `.sam/outputs.txt` lists ours, so that a later run of the
 * same kind knows which of them are left over.
 */
import { createHash } from 'node:crypto';
import { mkdir, readFile, readdir, rename, rm, rmdir, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { SamError, printableName, systemCode } from '../errors.js';
import { ensureDirectory, syncDirectory, syncFile, writeDurably, writeFileAtomic, type FileData } from './atomic.js';
import { sha256File, type Digest } from './hash.js';
import { sortedByText } from './order.js';
import { insideRoot, realpathOfExisting, unsafeReason } from './safe-path.js';
import { storing } from './storage-error.js';
import { sweepStale, temporaryName } from './temporary.js';

const LIST_PATH = '.sam/outputs.txt';
/** Files that are synced or compared at a time. */
const AT_ONCE = 8;

/** What committing would do, as paths relative to the folder, each list in bytewise order. */
export interface TreePlan { added: string[]; replaced: string[]; same: string[]; stale: string[] }

export class StagedTree {
  private readonly files = new Map<string, Digest>();

  /** `temporary`: undefined in a dry run, which compares and keeps nothing. */
  private constructor(private readonly folder: string, private readonly temporary: string | undefined, private readonly isNew: boolean, private readonly made: readonly string[]) {}

  /** Throws `storage/...` where nothing can be written, `usage/output-exists` where a file has the folder's name. */
  static async open(folder: string, dryRun = false): Promise<StagedTree> {
    const root = await realpathOfExisting(folder);
    const found = await stat(root).catch(() => undefined);
    if (found !== undefined && !found.isDirectory()) throw new SamError('usage/output-exists', 'The output is a folder of files, but a file has its name.', { file: folder });
    const isNew = found === undefined;
    if (dryRun) return new StagedTree(root, undefined, isNew, []);
    // inside a folder that is there: what lies beside it may be another disk, or closed to us
    const parent = isNew ? dirname(root) : root;
    const made = await foldersToMake(parent);
    await ensureDirectory(parent);
    // of runs that were killed: the folder may not have been there then
    for (const place of isNew ? [parent] : [root, dirname(root)]) await sweepStale(place, basename(root));
    if (!isNew) await sweepStale(join(root, dirname(LIST_PATH)), basename(LIST_PATH));
    const temporary = join(parent, temporaryName(basename(root), undefined, false, true));
    await storing(folder, mkdir(temporary));
    return new StagedTree(root, temporary, isNew, made);
  }

  /** Writes one file; `path` is relative, with `/`. Throws `data/unsafe-path`, `usage/name-collision`, `storage/...`. */
  async put(path: string, data: FileData): Promise<void> {
    const reason = path.includes('\\') ? 'it has a backslash' : unsafeReason(path);
    if (reason !== undefined) throw new SamError('data/unsafe-path', `The output path "${printableName(path)}" is refused: ${reason}.`);
    if (this.files.has(path)) throw new SamError('usage/name-collision', `Two records would be written to ${printableName(path)}.`, { file: path });
    if (this.temporary === undefined) return void this.files.set(path, await digestOf(data));
    const at = join(this.temporary, path);
    await storing(at, mkdir(dirname(at), { recursive: true }));
    this.files.set(path, await writeDurably(join(this.folder, path), at, data, { sync: false }));
  }

  /** Compares what was put with what is there. */
  async plan(): Promise<TreePlan> {
    const plan: TreePlan = { added: [], replaced: [], same: [], stale: [] };
    const paths = sortedByText([...this.files.keys()], (path) => path);
    if (this.isNew) return { ...plan, added: paths };
    for (const path of paths) plan[await this.standing(path)].push(path);
    for (const path of await this.listedBefore()) {
      if (!this.files.has(path) && (await stat(await insideRoot(this.folder, path)).catch(() => undefined))?.isFile() === true) plan.stale.push(path);
    }
    return plan;
  }

  private async standing(path: string): Promise<'added' | 'replaced' | 'same'> {
    const at = await insideRoot(this.folder, path);
    const found = await stat(at).catch(() => undefined);
    if (found === undefined) return 'added';
    if (!found.isFile()) throw new SamError('usage/output-exists', `The output ${printableName(path)} would take the place of what is no regular file.`, { file: at });
    const { sha256, bytes } = this.files.get(path)!;
    return found.size === bytes && (await sha256File(at)).sha256 === sha256 ? 'same' : 'replaced';
  }

  private async listedBefore(): Promise<string[]> {
    const text = await readFile(join(this.folder, LIST_PATH), 'utf8').catch((error: unknown) => {
      if (systemCode(error) === 'ENOENT' || systemCode(error) === 'ENOTDIR') return '';
      throw error;
    });
    return text.split('\n').filter((path) => path !== '' && unsafeReason(path) === undefined);
  }

  /** Puts everything in place; `plan` is what `plan()` gave. */
  async commit(plan: TreePlan): Promise<void> {
    const { temporary } = this;
    if (temporary === undefined) return;
    await inParallel([...this.files.keys()], (path) => syncFile(join(temporary, path)));
    const list = sortedByText([...this.files.keys()], (path) => path).map((path) => `${path}\n`).join('');
    if (this.isNew) {
      await this.writeList(temporary, list);
      for (const folder of await foldersIn(temporary)) await syncDirectory(folder);
      await storing(this.folder, rename(temporary, this.folder));
      return await syncDirectory(dirname(this.folder));
    }
    // a kill from here on leaves some of the old and some of the new: known as ours, so that the same command goes on
    await this.writeList(this.folder, list + plan.stale.map((path) => `${path}\n`).join(''));
    const folders = new Set<string>();
    for (const path of [...plan.added, ...plan.replaced]) {
      const to = await insideRoot(this.folder, path);
      await ensureDirectory(dirname(to));
      await storing(to, rename(join(temporary, path), to));
      folders.add(dirname(to));
    }
    for (const path of plan.stale) await storing(path, rm(await insideRoot(this.folder, path), { force: true }));
    for (const folder of folders) await syncDirectory(folder);
    await this.writeList(this.folder, list);
    await rm(temporary, { recursive: true, force: true });
  }

  private async writeList(root: string, text: string): Promise<void> {
    const path = join(root, LIST_PATH);
    await ensureDirectory(dirname(path));
    await writeFileAtomic(path, text, { owned: true });
  }

  /** Leaves nothing behind, the folders that were made for it included. */
  async discard(): Promise<void> {
    if (this.temporary !== undefined) await rm(this.temporary, { recursive: true, force: true });
    // one that holds something of another's by now stays
    for (const folder of this.made) await rmdir(folder).catch(() => undefined);
  }
}

/** The folders that are not there yet, from `folder` upwards. */
export async function foldersToMake(folder: string): Promise<string[]> {
  const missing: string[] = [];
  for (let at = folder; (await stat(at).catch(() => undefined)) === undefined && at !== dirname(at); at = dirname(at)) missing.push(at);
  return missing;
}

/** A folder and all below it, the deepest first. */
async function foldersIn(root: string): Promise<string[]> {
  const inner = (await readdir(root, { withFileTypes: true })).filter((entry) => entry.isDirectory());
  const lists = await Promise.all(inner.map((entry) => foldersIn(join(root, entry.name))));
  return [...lists.flat(), root];
}

async function inParallel<T>(items: readonly T[], act: (item: T) => Promise<void>): Promise<void> {
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < items.length) await act(items[next++]!);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, lane));
}

/** What the data would be as a file. */
export async function digestOf(data: FileData): Promise<Digest> {
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const chunk of typeof data === 'string' || data instanceof Uint8Array ? [data] : data) {
    hash.update(chunk);
    bytes += Buffer.byteLength(chunk);
  }
  return { sha256: hash.digest('hex'), bytes };
}
