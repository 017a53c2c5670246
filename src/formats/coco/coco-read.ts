/** A COCO instances file as a dataset: one pass to index it, then each image's annotations by their byte ranges. */
import type { Annotation, DatasetEntry, DatasetSource, ImageRecord, JsonValue } from '../../dataset/types.js';
import { SamError } from '../../errors.js';
import { indexCoco, positionAt, type CocoIndex } from './coco-index.js';
import { readAnnotation, readImage } from './coco-records.js';
import type { RecordTable } from './coco-table.js';
import type { ReadOptions } from '../format.js';
import { tryJson } from '../json/json-document.js';
import { JsonFile } from '../json/json-file.js';
import { readRanges } from '../json/json-ranges.js';
import { isObject, RecordCheck, type JsonObject } from '../record-check.js';

/** Opens and indexes an instances file. Throws `usage/input-missing`, `data/unreadable`, `data/json`, `data/coco`. */
export async function readCoco(path: string, options: Pick<ReadOptions, 'maxPixels' | 'report' | 'placed' | 'stop'>): Promise<DatasetSource> {
  const file = JsonFile.open(path);
  let index: CocoIndex;
  try {
    index = await indexCoco(file, options);
  } catch (error) {
    file.close();
    throw error;
  }
  return {
    categories: [...index.categories.values()],
    imageCount: index.order.length,
    hasUniqueIds: index.hasUniqueIds,
    images: () => imagesOf(file, index),
    entries: () => entriesOf(file, index, options),
    ...(Object.keys(index.extra).length === 0 ? {} : { extra: index.extra }),
    async close() { file.close(); },
  };
}

/** The images of the index, in file order. */
export async function* imagesOf(file: JsonFile, { images, order }: CocoIndex, placed?: ReadOptions['placed']): AsyncGenerator<ImageRecord> {
  for (const [place, record] of records(file, images, order)) {
    // the first pass has taken it, so this one does
    const image = readImage(record, new RecordCheck({}));
    if (image === undefined) throw changed(file, `images[${place}]`);
    placed?.(image, () => ({ file: file.name, record: `images[${place}]`, ...positionAt(file, images.start(place)) }));
    yield image;
  }
}

async function* entriesOf(file: JsonFile, index: CocoIndex, { maxPixels, report, placed }: Pick<ReadOptions, 'maxPixels' | 'report' | 'placed'>): AsyncGenerator<DatasetEntry> {
  const { annotations: table, groups: { order, first }, categories } = index;
  const hasCategory = (id: number): boolean => categories.has(id);
  let place = 0;
  for await (const image of imagesOf(file, index, placed)) {
    const annotations: Annotation[] = [];
    const own = order.subarray(first[place], first[place + 1]);
    for (const [i, record] of records(file, table, own)) {
      const check = new RecordCheck({ file: file.name, record: `annotations[${i}]` });
      const annotation = readAnnotation(record, { image, imageId: image.id, maxPixels, hasCategory }, check);
      check.tell(report, () => positionAt(file, table.start(i)));
      if (annotation === undefined) continue;
      placed?.(annotation, () => ({ file: file.name, record: `annotations[${i}]`, ...positionAt(file, table.start(i)) }));
      annotations.push(annotation);
    }
    yield { image, annotations };
    place++;
  }
}

/** Records that the first pass has found to be objects, with their number in the file's list. */
export function* records(file: JsonFile, table: RecordTable, order: Uint32Array): Generator<[number, JsonObject]> {
  let at = 0;
  for (const bytes of readRanges(file, order.length, (k) => ({ start: table.start(order[k]!), end: table.end(order[k]!) }))) {
    const i = order[at++]!;
    const value: JsonValue | undefined = tryJson(bytes, true);
    if (!isObject(value)) throw changed(file, `record ${i}`);
    yield [i, value];
  }
}

function changed(file: JsonFile, record: string): SamError {
  return new SamError('data/unreadable', 'The file changed while it was being read.', { file: file.name, record });
}
