/** The file made of all images: streamed, in place when it is whole, and left alone if it stands as it would be written. */
import { dirname, join } from 'node:path';
import { SamError } from '../errors.js';
import { ensureDirectory, stageFile } from '../files/atomic.js';
import { sha256Hex } from '../files/hash.js';
import { sortedByText } from '../files/order.js';
import { lineOf, type FinishEntry, type ImageEntry } from './ledger-lines.js';
import type { ResultPlace } from './results.js';
import type { FinishedImage, FolderFinish } from './spec.js';
import { lookAt } from './standing.js';

/** Makes the file of `entries` (of the images of this run) and returns its ledger entry. Aborting `kill` gives it up (`interrupted/signal`). */
export async function writeFinish(finish: FolderFinish, entries: readonly ImageEntry[], place: ResultPlace, kill: AbortSignal | undefined): Promise<FinishEntry> {
  const { output, ledger, run, tag } = place;
  const sorted = sortedByText(entries, (entry) => entry.file_name);
  const of = sha256Hex(sorted.map(lineOf).join('\n'));
  const before = ledger.finishes.get(finish.path);
  const now = await lookAt(output, { kind: 'file', path: finish.path });
  if (before?.run === run && before.of === of && now.kind === 'held' && now.sha256 === before.finish.sha256) return before;

  const path = join(output, finish.path);
  await ensureDirectory(dirname(path));
  const images = sorted.map((entry) => finishedImage(entry, output));
  const staged = await stageFile(path, untilKilled(finish.data(images), kill), { tag });
  const entry: FinishEntry = { run, finish: { path: finish.path, sha256: staged.sha256 }, of };
  try {
    // as with images: first known as ours, then there
    await ledger.append(entry);
  } catch (error) {
    await staged.discard();
    throw error;
  }
  if (now.kind === 'held' && now.sha256 === staged.sha256) await staged.discard();
  else await staged.commit();
  return entry;
}

function finishedImage({ file_name, width, height, masks, outputs }: ImageEntry, output: string): FinishedImage {
  return { fileName: file_name, width, height, masks, outputs: outputs.map(({ path }) => join(output, path)) };
}

async function* untilKilled<T>(data: AsyncIterable<T>, kill: AbortSignal | undefined): AsyncGenerator<T> {
  for await (const chunk of data) {
    if (kill?.aborted === true) throw new SamError('interrupted/signal', 'Interrupted while the last file was written.');
    yield chunk;
  }
}
