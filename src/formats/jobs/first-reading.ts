/** What happens while a dataset is read for the first time: writers may read it again, and counts and reports are made once. */
import type { DatasetEntry, DatasetSource } from '../../dataset/types.js';

export interface ReadingListener {
  /** Each entry of the first reading. */
  entry(entry: DatasetEntry): void;
  /** A later reading begins. */
  again?(): void;
}

/** The same source, its readings told. */
export function withReading(source: DatasetSource, listener: ReadingListener): DatasetSource {
  let isFirst = true;
  async function* entries(): AsyncGenerator<DatasetEntry> {
    const isTold = isFirst;
    if (!isFirst) listener.again?.();
    isFirst = false;
    for await (const entry of source.entries()) {
      if (isTold) listener.entry(entry);
      yield entry;
    }
  }
  return { ...source, entries };
}
