/** The end of a complete run: stale outputs go if that was asked, and the ledger is put in order. */
import { rm, rmdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { printableName } from '../errors.js';
import { removeDirectoryAtomic } from '../files/atomic.js';
import { storing } from '../files/storage-error.js';
import type { ClaimingImage } from './claims.js';
import { HOUSE } from './house.js';
import type { Ledger } from './ledger.js';
import { isFinish, outputsOf, type FinishEntry, type ImageEntry, type LedgerEntry } from './ledger-lines.js';
import { belongsTo, shardTag, type Shard } from './shard.js';
import { lookAt } from './standing.js';

export interface Closing {
  output: string;
  ledger: Ledger;
  /** The id of this run's record. */
  run: string;
  shard: Shard | undefined;
  /** The images of all shards, finished or failed. */
  images: readonly ClaimingImage[];
  /** The path of this run's or shard's own file of all images. */
  finishPath: string | undefined;
}

interface OwnEntries { images: ImageEntry[]; finishes: FinishEntry[] }

/** Puts the ledger in order; entries of images that are gone stay, for their outputs do and are still ours. Returns a warning of that. */
export async function closeKeeping(closing: Closing): Promise<string[]> {
  const { images, finishes } = ownEntries(closing);
  await closing.ledger.compact(images, finishes);
  const listed = new Set(closing.images.map((image) => image.fileName));
  const gone = images.filter((entry) => !listed.has(entry.file_name)).length;
  return gone === 0 ? [] : [`The outputs of images that are no longer among the inputs stay (${gone} of them); --force removes them.`];
}

/** Removes what runs of this folder wrote and this one would not, then puts the ledger in order. Returns what was left because it was changed. */
export async function closeRemovingStale(closing: Closing): Promise<string[]> {
  const { output, ledger, run, shard } = closing;
  const own = ownEntries(closing);
  const listed = new Set(closing.images.map((image) => image.fileName));
  const kept = {
    images: own.images.filter((entry) => entry.run === run && listed.has(entry.file_name)),
    finishes: own.finishes.filter((entry) => entry.run === run),
  };
  const others = closing.images.filter((image) => !belongsTo(shard, image.fileName)).flatMap(({ claims }) => claims.map(({ path }) => path));
  const wanted = new Set([...[...kept.images, ...kept.finishes].flatMap(pathsOf), ...others]);
  const replaced = ledger.replaced.filter((entry) => isOwn(entry, closing));
  const stale = new Set([...own.images, ...own.finishes, ...replaced].flatMap(pathsOf).filter((path) => !wanted.has(path)));
  const warnings: string[] = [];
  for (const path of stale) {
    if (!(await removeOurs(closing, path))) warnings.push(`${printableName(join(output, path))} was changed since it was written, and stays.`);
  }
  await ledger.compact(kept.images, kept.finishes);
  return warnings;
}

function ownEntries(closing: Closing): OwnEntries {
  const { ledger } = closing;
  return {
    images: [...ledger.images.values()].filter((entry) => isOwn(entry, closing)),
    finishes: [...ledger.finishes.values()].filter((entry) => isOwn(entry, closing)),
  };
}

/** Shards leave one another's entries alone. */
function isOwn(entry: LedgerEntry, { shard, finishPath }: Closing): boolean {
  if (!isFinish(entry)) return belongsTo(shard, entry.file_name);
  return shard === undefined || entry.finish.path === finishPath;
}

function pathsOf(entry: LedgerEntry): string[] {
  return outputsOf(entry).map(({ path }) => path);
}

/** Removes an output, and folders that it leaves empty; false if its bytes are no longer those that a run wrote. */
async function removeOurs({ output, ledger, shard }: Closing, path: string): Promise<boolean> {
  const at = join(output, path);
  const [file, folder] = [await lookAt(output, { kind: 'file', path }), await lookAt(output, { kind: 'directory', path })];
  for (const place of [file, folder]) if (place.kind === 'held' && !ledger.knows(path, place.sha256)) return false;
  if (file.kind === 'held') await storing(at, rm(at));
  if (folder.kind === 'held') await removeDirectoryAtomic(at, { tag: shardTag(shard) });
  for (let above = dirname(path); above !== '.' && above !== HOUSE; above = dirname(above)) {
    if (!(await rmdir(join(output, above)).then(() => true, () => false))) break;
  }
  return true;
}
