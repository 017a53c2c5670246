/**
 * The sink of a real output, one file or a folder: everything is staged, and put in place only when the caller has seen what is lost.
 * Until then, and after a refusal, nothing is left at the output.
 */
import { rmdir, stat } from 'node:fs/promises';
import { basename, dirname, join, sep } from 'node:path';
import { SamError, printableName } from '../../errors.js';
import { ensureDirectory, stageFile, type FileData, type StagedFile } from '../../files/atomic.js';
import { sha256File, type Digest } from '../../files/hash.js';
import { realpathOfExisting } from '../../files/safe-path.js';
import { digestOf, foldersToMake, StagedTree, type TreePlan } from '../../files/staged-tree.js';
import { sweepStale } from '../../files/temporary.js';
import type { Loss, Sink } from '../format.js';

/** How often something is lost, and the first time. */
export interface LossCount { loss: Loss; count: number; first: string }

export interface OutputSettings {
  kind: 'file' | 'folder';
  force: boolean;
  /** Everything is made and compared, nothing is kept. */
  dryRun: boolean;
  /** Files and folders that are read: what they hold is never replaced. */
  inputs: readonly string[];
  stop?: AbortSignal | undefined;
}

export class StagedOutput implements Sink {
  private readonly counts = new Map<Loss, LossCount>();

  private constructor(readonly path: string, private readonly settings: OutputSettings, private readonly place: FilePlace | StagedTree) {}

  /** Throws `usage/output-exists` where a folder is in the way of a file or a file in that of a folder, `storage/...` where nothing can be written. */
  static async open(path: string, settings: OutputSettings): Promise<StagedOutput> {
    return new StagedOutput(path, settings, settings.kind === 'folder' ? await StagedTree.open(path, settings.dryRun) : await FilePlace.open(path, settings.dryRun));
  }

  get losses(): LossCount[] {
    return [...this.counts.values()];
  }

  lose(loss: Loss, where: string): void {
    const known = this.counts.get(loss);
    if (known === undefined) this.counts.set(loss, { loss, count: 1, first: where });
    else known.count++;
  }

  async put(path: string, content: FileData): Promise<void> {
    this.checkStop();
    if ((path === '') !== (this.settings.kind === 'file')) throw new SamError('internal/unexpected', `"${printableName(path)}" is no path of an output that is one ${this.settings.kind}.`);
    await this.place.put(path, typeof content === 'string' || content instanceof Uint8Array ? content : this.watched(content));
  }

  private async *watched(content: AsyncIterable<Uint8Array | string>): AsyncGenerator<Uint8Array | string> {
    for await (const piece of content) {
      this.checkStop();
      yield piece;
    }
  }

  private checkStop(): void {
    if (this.settings.stop?.aborted === true) throw new SamError('interrupted/signal', 'Interrupted; nothing was written.');
  }

  /**
   * Puts everything in place and returns true, or in a dry run returns whether something would change. Throws `usage/output-exists` for
   * other content that is there without `force`, `usage/output-in-input` for what was read; then nothing has changed.
   */
  async commit(): Promise<boolean> {
    const plan = await this.check();
    const changes = plan.added.length + plan.replaced.length + plan.stale.length > 0;
    if (this.settings.dryRun || !changes) await this.place.discard();
    else await this.place.commit(plan);
    return changes;
  }

  /** Throws what `commit` would; changes nothing. */
  async check(): Promise<TreePlan> {
    this.checkStop();
    const plan = await this.place.plan();
    const gone = [...plan.replaced, ...plan.stale];
    await this.refuseInputs(gone);
    if (gone.length > 0 && !this.settings.force) throw this.inTheWay(plan);
    return plan;
  }

  discard(): Promise<void> {
    return this.place.discard();
  }

  private async refuseInputs(paths: readonly string[]): Promise<void> {
    const inputs = await Promise.all(this.settings.inputs.map((input) => realpathOfExisting(input)));
    const root = await realpathOfExisting(this.path);
    for (const path of paths) {
      const at = path === '' ? root : join(root, path);
      if (inputs.some((input) => at === input || at.startsWith(input.endsWith(sep) ? input : input + sep))) {
        throw new SamError('usage/output-in-input', 'The output would replace what is being read; inputs are never modified.', { file: path === '' ? this.path : join(this.path, path) });
      }
    }
  }

  private inTheWay({ replaced, stale }: TreePlan): SamError {
    if (this.settings.kind === 'file') return new SamError('usage/output-exists', 'The output file exists with other content; --force overwrites it.', { file: this.path });
    const what = [...(replaced.length > 0 ? [`${replaced.length} files with other content, ${printableName(replaced[0]!)} first`] : []),
      ...(stale.length > 0 ? [`${stale.length} files that an earlier run wrote and this one does not, ${printableName(stale[0]!)} first`] : [])];
    return new SamError('usage/output-exists', `The output folder has ${what.join(', and ')}; --force replaces the former and removes the latter.`, { file: this.path });
  }
}

/** One file as a tree of one: its path is `''`. */
class FilePlace {
  private staged: StagedFile | Digest | undefined;

  private constructor(private readonly path: string, private readonly dryRun: boolean, private readonly made: readonly string[]) {}

  static async open(path: string, dryRun: boolean): Promise<FilePlace> {
    const found = await stat(path).catch(() => undefined);
    if (found?.isDirectory() === true) throw new SamError('usage/output-exists', 'The output is one file, but a folder has its name.', { file: path });
    const made = dryRun ? [] : await foldersToMake(dirname(path));
    if (!dryRun) {
      await ensureDirectory(dirname(path));
      await sweepStale(dirname(path), basename(path));
    }
    return new FilePlace(path, dryRun, made);
  }

  async put(_path: string, data: FileData): Promise<void> {
    if (this.staged !== undefined) throw new SamError('internal/unexpected', 'An output of one file was written twice.');
    this.staged = this.dryRun ? await digestOf(data) : await stageFile(this.path, data, { owned: true });
  }

  async plan(): Promise<TreePlan> {
    const plan: TreePlan = { added: [], replaced: [], same: [], stale: [] };
    if (this.staged === undefined) return plan;
    const found = await stat(this.path).catch(() => undefined);
    const isSame = found?.isFile() === true && found.size === this.staged.bytes && (await sha256File(this.path)).sha256 === this.staged.sha256;
    plan[found === undefined ? 'added' : isSame ? 'same' : 'replaced'].push('');
    return plan;
  }

  async commit(): Promise<void> {
    if (this.staged !== undefined && 'commit' in this.staged) await this.staged.commit();
  }

  async discard(): Promise<void> {
    if (this.staged !== undefined && 'discard' in this.staged) await this.staged.discard();
    // one that holds something of another's by now stays
    for (const folder of this.made) await rmdir(folder).catch(() => undefined);
  }
}
