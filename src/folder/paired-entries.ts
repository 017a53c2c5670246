/** Two datasets of the same images, an image at a time. */
import type { DatasetEntry, DatasetSource } from '../dataset/types.js';

/** An image as two datasets have it; one of them may not know it. */
export interface PairedEntry { entry: DatasetEntry; reference?: DatasetEntry }

/**
 * The images of both by `fileName`: first all of `source` in its order, then those that only `references` has, with no annotations. Where both have one
 * order, one image of each is in memory; else those of `references` that were passed by wait there.
 */
export async function* pairedEntries(source: DatasetSource, references: DatasetSource | undefined): AsyncGenerator<PairedEntry, void> {
  if (references === undefined) {
    for await (const entry of source.entries()) yield { entry };
    return;
  }
  const rest = references.entries()[Symbol.asyncIterator]();
  const waiting = new Map<string, DatasetEntry>();
  try {
    for await (const entry of source.entries()) {
      const reference = await take(entry.image.fileName, waiting, rest);
      yield { entry, ...(reference === undefined ? {} : { reference }) };
    }
    for (;;) {
      for (const reference of waiting.values()) yield { entry: { image: reference.image, annotations: [] }, reference };
      waiting.clear();
      const next = await rest.next();
      if (next.done === true) return;
      waiting.set(next.value.image.fileName, next.value);
    }
  } finally {
    await rest.return?.();
  }
}

async function take(fileName: string, waiting: Map<string, DatasetEntry>, rest: AsyncIterator<DatasetEntry>): Promise<DatasetEntry | undefined> {
  const known = waiting.get(fileName);
  waiting.delete(fileName);
  if (known !== undefined) return known;
  for (;;) {
    const next = await rest.next();
    if (next.done === true) return undefined;
    if (next.value.image.fileName === fileName) return next.value;
    waiting.set(next.value.image.fileName, next.value);
  }
}
