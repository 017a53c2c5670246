/**
 * The entries of a dataset in bytewise order of their file names, whatever order they have in it. What is in order from the start is read
 * again from the source; the rest waits in a spool, in which only names and places are kept in memory.
 */
import { deserialize, serialize } from 'node:v8';
import type { DatasetEntry, DatasetSource } from '../../dataset/types.js';
import { sortedByText } from '../../files/order.js';
import type { Spool, SpoolRange } from '../../files/spool.js';

interface Waiting { fileName: string; at: SpoolRange }

export class OrderedEntries {
  private constructor(private readonly source: DatasetSource, private readonly inOrder: number, private readonly waiting: readonly Waiting[], private readonly spool: Spool) {}

  /** Reads the source once; `look` sees each entry, in the source's order. */
  static async of(source: DatasetSource, spool: Spool, look: (entry: DatasetEntry) => void): Promise<OrderedEntries> {
    let inOrder = 0, last: Buffer | undefined;
    const waiting: Waiting[] = [];
    for await (const entry of source.entries()) {
      look(entry);
      const { fileName } = entry.image;
      const key = Buffer.from(fileName);
      if (waiting.length === 0 && (last === undefined || Buffer.compare(last, key) <= 0)) {
        inOrder++;
        last = key;
      } else waiting.push({ fileName, at: await spool.append(serialize(entry)) });
    }
    return new OrderedEntries(source, inOrder, sortedByText(waiting, ({ fileName }) => fileName), spool);
  }

  /** In order; those of one name as they stand in the source. May be read again. */
  async *entries(): AsyncGenerator<DatasetEntry> {
    for await (const { entry } of mergedByName([this.first(), this.rest()])) yield entry;
  }

  private async *first(): AsyncGenerator<DatasetEntry> {
    let left = this.inOrder;
    if (left === 0) return;
    for await (const entry of this.source.entries()) {
      yield entry;
      if (--left === 0) return;
    }
  }

  private async *rest(): AsyncGenerator<DatasetEntry> {
    // what `of` has serialized
    for (const { at } of this.waiting) yield deserialize(await this.spool.read(at)) as DatasetEntry;
  }
}

interface Head { entry: DatasetEntry; key: Buffer; from: number; rest: AsyncIterator<DatasetEntry> }

/** Entries of several lists that are in order, in order; of one name in the order of the lists, whose number is `from`. */
export async function* mergedByName(lists: readonly AsyncIterable<DatasetEntry>[]): AsyncGenerator<{ entry: DatasetEntry; from: number }> {
  const open = lists.map((list) => list[Symbol.asyncIterator]());
  try {
    const heads = (await Promise.all(open.map((rest, from) => headOf(rest, from)))).filter((head) => head !== undefined);
    while (heads.length > 0) {
      let best = 0;
      for (let i = 1; i < heads.length; i++) if (Buffer.compare(heads[i]!.key, heads[best]!.key) < 0) best = i;
      const { entry, from, rest } = heads[best]!;
      yield { entry, from };
      const next = await headOf(rest, from);
      if (next === undefined) heads.splice(best, 1);
      else heads[best] = next;
    }
  } finally {
    for (const rest of open) await rest.return?.();
  }
}

async function headOf(rest: AsyncIterator<DatasetEntry>, from: number): Promise<Head | undefined> {
  const next = await rest.next();
  return next.done === true ? undefined : { entry: next.value, key: Buffer.from(next.value.image.fileName), from, rest };
}
