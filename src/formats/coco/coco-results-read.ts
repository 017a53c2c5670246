/** A COCO results file as a dataset: its images and categories are those of an instances file, its ids its own order. */
import type { Annotation, Category, DatasetEntry, DatasetSource } from '../../dataset/types.js';
import { finding } from '../../dataset/rules.js';
import { SamError } from '../../errors.js';
import { indexCoco, positionAt, readRecord, RECORDS_A_TURN, takeTurn, type CocoIndex } from './coco-index.js';
import { imagesOf, records } from './coco-read.js';
import { readAnnotation, type AnnotationContext } from './coco-records.js';
import { groupByOwner, RecordTable, type Groups } from './coco-table.js';
import type { ReadOptions } from '../format.js';
import { JsonFile } from '../json/json-file.js';
import { scanJson } from '../json/json-scan.js';
import { RecordCheck, type JsonObject } from '../record-check.js';

interface Opened { instances: JsonFile; index: CocoIndex; results: JsonFile; table: RecordTable; groups: Groups }

/** Opens and indexes both files. Throws `usage/option` without `instances`, and what `readCoco` throws. */
export async function readResults(path: string, options: ReadOptions): Promise<DatasetSource> {
  if (options.instances === undefined) throw new SamError('usage/option', 'A results file names images and categories by their ids only: --instances FILE says which instances file has them.', { file: path });
  const files: JsonFile[] = [];
  try {
    const instances = JsonFile.open(options.instances);
    files.push(instances);
    const results = JsonFile.open(path);
    files.push(results);
    const index = await indexCoco(instances, options, 'images');
    const opened = { instances, index, results, ...(await indexResults(results, index, options)) };
    return sourceOfResults(opened, options);
  } catch (error) {
    for (const file of files) file.close();
    throw error;
  }
}

function sourceOfResults(opened: Opened, options: ReadOptions): DatasetSource {
  const { instances, index, results } = opened;
  const categories: Category[] = [...index.categories.values()];
  return {
    categories, imageCount: index.order.length, hasUniqueIds: true,
    images: () => imagesOf(instances, index),
    entries: () => entriesOf(opened, options),
    async close() {
      instances.close();
      results.close();
    },
  };
}

async function indexResults(file: JsonFile, index: CocoIndex, { report, stop }: ReadOptions): Promise<{ table: RecordTable; groups: Groups }> {
  const table = new RecordTable();
  for (const event of scanJson(file)) {
    if (event.kind === 'problem') report(finding(event.code, event.message, { file: file.name, ...positionAt(file, event.start) }));
    else if (event.key !== '' || event.kind === 'value') throw new SamError('data/format', 'The file is no list; a results file is a list of {image_id, category_id, score, bbox or segmentation}.', { file: file.name });
    if (event.kind !== 'element') continue;
    const record = readRecord(event, file, report);
    const check = new RecordCheck({ file: file.name, record: `[${event.index}]` });
    const imageId = record === undefined ? undefined : check.id(record['image_id'], 'image_id');
    check.tell(report, () => positionAt(file, event.start));
    if (imageId === undefined) table.addLeftOut(event.start, event.end);
    else table.add(event.start, event.end, event.index + 1, imageId);
    if (event.index % RECORDS_A_TURN === 0) await takeTurn(stop);
  }
  const places = new Map<number, number>();
  index.order.forEach((image, place) => places.set(index.images.id(image), place));
  const groups = groupByOwner(table, index.order.length, (id) => places.get(id), (i) => {
    const where = { file: file.name, record: `[${i}]`, path: 'image_id', ...positionAt(file, table.start(i)) };
    report(finding('image/unknown', `The instances file has no image with the id ${table.owner(i)}.`, where));
  });
  return { table, groups };
}

async function* entriesOf({ instances, index, results, table, groups: { order, first } }: Opened, { maxPixels, report, placed }: ReadOptions): AsyncGenerator<DatasetEntry> {
  let place = 0;
  for await (const image of imagesOf(instances, index, placed)) {
    const context = { image, imageId: image.id, maxPixels, hasCategory: (id: number) => index.categories.has(id) };
    const annotations: Annotation[] = [];
    for (const [i, record] of records(results, table, order.subarray(first[place], first[place + 1]))) {
      const check = new RecordCheck({ file: results.name, record: `[${i}]` });
      const annotation = readResult(record, context, check, i + 1);
      check.tell(report, () => positionAt(results, table.start(i)));
      if (annotation === undefined) continue;
      placed?.(annotation, () => ({ file: results.name, record: `[${i}]`, ...positionAt(results, table.start(i)) }));
      annotations.push(annotation);
    }
    yield { image, annotations };
    place++;
  }
}

/** What a results file calls `id` is nothing to anyone; it would clash with ours. */
function readResult(record: JsonObject, context: AnnotationContext, check: RecordCheck, id: number): Annotation | undefined {
  const { score } = record;
  if (score === undefined || score === null) check.find('score/invalid', 'A result without a score has no rank.', 'score');
  return readAnnotation(record, context, check, id);
}
