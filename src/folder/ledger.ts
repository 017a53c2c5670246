/**
 * The resume ledger, `.sam/ledger.jsonl`, or a shard's own `ledger-i-of-n.jsonl`: what is finished, and which files are ours. Appended
 * to while a run works, put in order at its end. A run without shards takes the shards' ledgers over; a shard reads all, writes its own.
 * It is held in memory whole: some hundred bytes an image.
 */
import { open, readFile, readdir, rm, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { systemCode } from '../errors.js';
import { syncDirectory, writeFileAtomic } from '../files/atomic.js';
import { sortedByText } from '../files/order.js';
import { storageError, storing } from '../files/storage-error.js';
import { HOUSE } from './house.js';
import { isFinish, lineOf, outputsOf, readEntries, type FinishEntry, type ImageEntry, type LedgerEntry } from './ledger-lines.js';

const SHARD_LEDGER = /^ledger-\d+-of-\d+\.jsonl$/;

export class Ledger {
  /** The last entry of each image, by `file_name`. */
  readonly images = new Map<string, ImageEntry>();
  /** The last entry of each file of a whole run, by its path. */
  readonly finishes = new Map<string, FinishEntry>();
  /** Entries that a later one replaced: their outputs may still be there. */
  readonly replaced: LedgerEntry[] = [];
  readonly #known = new Map<string, Set<string>>();
  readonly #path: string;
  #file: FileHandle | undefined;
  #last: Promise<void> = Promise.resolve();

  private constructor(private readonly house: string, private readonly tag: string | undefined) {
    this.#path = join(house, nameOf(tag));
  }

  /** Reads the ledgers of an output folder; nothing is written yet. `tag` is the shard's. */
  static async read(output: string, tag: string | undefined): Promise<Ledger> {
    const ledger = new Ledger(join(output, HOUSE), tag);
    // the own one last: its entries win
    const names = [...(await ledger.#ledgerNames()).filter((name) => name !== nameOf(tag)), nameOf(tag)];
    for (const name of names) {
      for await (const entry of readEntries(join(ledger.house, name))) ledger.#take(entry);
    }
    return ledger;
  }

  get isEmpty(): boolean {
    return this.images.size === 0 && this.finishes.size === 0;
  }

  /** Every path that a run wrote, or was about to. */
  get paths(): Iterable<string> {
    return this.#known.keys();
  }

  /** Whether some run wrote exactly this at `path`, or was about to. */
  knows(path: string, sha256: string): boolean {
    return this.#known.get(path)?.has(sha256) === true;
  }

  /** Adds an entry, durably. */
  async append(entry: LedgerEntry): Promise<void> {
    const write = this.#last.then(() => this.#write(`${lineOf(entry)}\n`));
    this.#last = write.catch(() => undefined);
    await write;
    this.#take(entry);
  }

  /** Puts the ledger in order: exactly `images`, then `finishes`. Writes nothing if it stands so already. */
  async compact(images: readonly ImageEntry[], finishes: readonly FinishEntry[]): Promise<void> {
    const ordered = [...sortedByText(images, (entry) => entry.file_name), ...sortedByText(finishes, (entry) => entry.finish.path)];
    const text = ordered.map((entry) => `${lineOf(entry)}\n`).join('');
    if (text !== (await readText(this.#path))) await writeFileAtomic(this.#path, text, { tag: this.tag });
    if (this.tag !== undefined) return;
    for (const name of await this.#ledgerNames()) if (SHARD_LEDGER.test(name)) await rm(join(this.house, name));
  }

  async close(): Promise<void> {
    await this.#last;
    await this.#file?.close();
    this.#file = undefined;
  }

  async #ledgerNames(): Promise<string[]> {
    const names = await readdir(this.house).catch(() => []);
    return names.filter((name) => name === nameOf(undefined) || SHARD_LEDGER.test(name)).sort();
  }

  #take(entry: LedgerEntry): void {
    const before = isFinish(entry) ? this.finishes.get(entry.finish.path) : this.images.get(entry.file_name);
    if (before !== undefined) this.replaced.push(before);
    if (isFinish(entry)) this.finishes.set(entry.finish.path, entry);
    else this.images.set(entry.file_name, entry);
    for (const { path, sha256 } of outputsOf(entry)) {
      const known = this.#known.get(path);
      if (known === undefined) this.#known.set(path, new Set([sha256]));
      else known.add(sha256);
    }
  }

  async #write(text: string): Promise<void> {
    // a kill may have left half a line: the next one must not be glued to it
    let whole = text;
    if (this.#file === undefined) {
      const before = await readText(this.#path);
      if (before !== '' && !before.endsWith('\n')) whole = `\n${text}`;
      this.#file = await storing(this.#path, open(this.#path, 'a'));
      await syncDirectory(this.house);
    }
    await storing(this.#path, this.#file.appendFile(whole), Buffer.byteLength(whole));
    await storing(this.#path, this.#file.datasync(), Buffer.byteLength(whole));
  }
}

function nameOf(tag: string | undefined): string {
  return tag === undefined ? 'ledger.jsonl' : `ledger-${tag}.jsonl`;
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return '';
    throw await storageError(error, path);
  }
}
