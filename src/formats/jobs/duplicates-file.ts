/** The report of `sam dedupe`: each removed annotation beside the one that it duplicated, an image at a time, as JSON or CSV. */
import type { DedupeOptions, Duplicate } from '../../dataset/dedupe.js';
import type { DatasetEntry } from '../../dataset/types.js';
import { flagName } from '../../options.js';
import { Spool } from '../../files/spool.js';
import { csvLine } from '../csv/csv-line.js';

export type DuplicatesKind = 'json' | 'csv';

const COLUMNS = ['file_name', 'id', 'index', 'category', 'duplicate_of', 'duplicate_of_index', 'duplicate_of_category', 'iou', 'containment'];

/** Text that waits until the whole dataset has been read. `index`: places in the image's list, from 0. */
export class DuplicatesFile {
  private readonly spool = new Spool();

  /** `names`: of categories, by id. */
  constructor(private readonly kind: DuplicatesKind, private readonly options: DedupeOptions, private readonly names: ReadonlyMap<number, string>) {}

  /** An image that has duplicates. */
  async add({ image, annotations }: DatasetEntry, duplicates: readonly Duplicate[]): Promise<void> {
    const categoryAt = (index: number): string => this.names.get(annotations[index]?.categoryId ?? -1) ?? '';
    const rows = duplicates.map(({ id, index, duplicateOf, duplicateOfIndex, iou, containment }) => ({
      id, index, category: categoryAt(index), duplicate_of: duplicateOf, duplicate_of_index: duplicateOfIndex, duplicate_of_category: categoryAt(duplicateOfIndex), iou, containment,
    }));
    const text = this.kind === 'csv'
      ? rows.map((row) => csvLine([image.fileName, ...Object.values(row)])).join('')
      : `${this.spool.bytes === 0 ? '\n' : ',\n'}${JSON.stringify({ file_name: image.fileName, image_id: image.id, removed: rows })}`;
    await this.spool.append(text);
  }

  /** The whole file. */
  async *pieces(): AsyncGenerator<Uint8Array | string> {
    if (this.kind === 'csv') yield csvLine(COLUMNS);
    else yield `{"options": ${JSON.stringify(optionsText(this.options))},\n"images": [`;
    yield* this.spool.chunks();
    if (this.kind === 'json') yield `${this.spool.bytes === 0 ? '' : '\n'}]}\n`;
  }

  close(): Promise<void> {
    return this.spool.close();
  }
}

/** Under the names of their flags; what is off is not there. */
function optionsText(options: DedupeOptions): Record<string, unknown> {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined).map(([key, value]) => [flagName(key), value]));
}
