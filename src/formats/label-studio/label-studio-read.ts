/** Reads Label Studio's list of tasks: one pass finds tasks and labels, a second one gives a task at a time. Nothing is fetched. */
import { setImmediate } from 'node:timers/promises';
import { finding } from '../../dataset/rules.js';
import type { Annotation, Category, DatasetEntry, DatasetSource, Finding, Report } from '../../dataset/types.js';
import { SamError, messageOf, printableName } from '../../errors.js';
import type { ImageSize } from '../../geometry/size.js';
import { RECORDS_A_TURN, positionAt, readRecord } from '../coco/coco-index.js';
import type { ReadOptions } from '../format.js';
import { imageSizeIn } from '../image-folder.js';
import { JsonFile } from '../json/json-file.js';
import { tryJson } from '../json/json-document.js';
import { scanJson } from '../json/json-scan.js';
import { isDoubled, labelsOf, originalSize, readRegion } from './label-studio-region.js';
import { readTask, type Task } from './label-studio-task.js';
import { once } from '../once.js';
import { RecordCheck, isObject } from '../record-check.js';

/** Where a task lies in the file. */
interface Place { index: number; start: number; end: number }
interface Index { places: Place[]; categories: Category[] }

/** Throws `usage/input-missing`, `data/unreadable`, `data/json`, `data/format`. */
export async function readLabelStudio(path: string, options: ReadOptions): Promise<DatasetSource> {
  const file = JsonFile.open(path);
  const report = once(options.report);
  try {
    const { places, categories } = await indexOf(file, report);
    return { categories, entries: () => entriesOf(file, places, categories, { ...options, report }), close: async () => { file.close(); } };
  } catch (error) {
    file.close();
    throw error;
  }
}

async function indexOf(file: JsonFile, report: Report): Promise<Index> {
  const places: Place[] = [], names = new Set<string>(), ids = new Set<number>(), fileNames = new Set<string>();
  let hasPredictions = false;
  for (const event of scanJson(file)) {
    if (event.kind === 'problem') report(finding(event.code, event.message, { file: file.name, ...positionAt(file, event.start) }));
    else if (event.key !== '' || event.kind === 'value') throw notTasks(file, 'The file is no list');
    if (event.kind !== 'element') continue;
    if (event.index % RECORDS_A_TURN === 0) await setImmediate();
    const record = readRecord(event, file, report);
    if (record === undefined) continue;
    if (event.index === 0 && record['data'] === undefined) throw notTasks(file, 'The first record has no "data"');
    const check = new RecordCheck({ file: file.name, record: `[${event.index}]` });
    const task = readTask(record, check);
    if (task !== undefined && ids.has(task.id)) check.find('id/duplicate', `An earlier task has the id ${task.id} too.`, 'id');
    if (task !== undefined && fileNames.has(task.fileName)) check.find('image/repeated', `An earlier task is about ${task.fileName} too.`, 'data');
    if (!hasPredictions && Array.isArray(record['predictions']) && record['predictions'].length > 0) {
      check.find('task/predictions', 'There are predictions; they are not read.', 'predictions');
      hasPredictions = true;
    }
    check.tell(report, () => positionAt(file, event.start));
    if (task === undefined || check.failed) continue;
    places.push({ index: event.index, start: event.start, end: event.end });
    ids.add(task.id);
    fileNames.add(task.fileName);
    for (const result of task.results) for (const label of labelsOf(result)) names.add(label);
  }
  return { places, categories: [...names].map((name, i) => ({ id: i + 1, name })) };
}

function notTasks(file: JsonFile, what: string): SamError {
  return new SamError('data/format', `${what}; Label Studio's export "JSON" is a list of tasks with "data" and "annotations" ("JSON-MIN" says less and is not read).`, { file: file.name });
}

async function* entriesOf(file: JsonFile, places: readonly Place[], categories: readonly Category[], options: ReadOptions): AsyncGenerator<DatasetEntry> {
  const ids = new Map(categories.map(({ id, name }) => [name, id]));
  let nextId = 1;
  for (const { index, start, end } of places) {
    const record = tryJson(file.range(start, end));
    // the first pass has taken it, so this one does
    const task = isObject(record) ? readTask(record, new RecordCheck({})) : undefined;
    if (task === undefined) throw new SamError('data/unreadable', 'The file changed while it was being read.', { file: file.name, record: `[${index}]` });
    const at = (): Pick<Finding, 'line' | 'byte'> => positionAt(file, start);
    const size = await sizeOf(task, { file: file.name, record: `[${index}]` }, at, options);
    if (size === undefined) continue;
    const annotations: Annotation[] = [];
    for (const [i, result] of task.results.entries()) {
      if (isDoubled(result, task.results)) continue;
      const check = new RecordCheck({ file: file.name, record: `[${index}].result[${i}]` });
      const region = readRegion(result, options.maxPixels, check);
      const own = region === undefined ? undefined : originalSize(result, check);
      if (own !== undefined && (own.width !== size.width || own.height !== size.height)) check.find('size/mismatch', `The region is of ${own.width} x ${own.height} pixels, the image ${size.width} x ${size.height}.`, 'original_width');
      check.tell(options.report, at);
      if (region === undefined || check.failed) continue;
      const { labels, ...geometry } = region;
      for (const label of labels) annotations.push({ id: nextId++, imageId: task.id, categoryId: ids.get(label) ?? 0, isCrowd: false, ...geometry });
    }
    yield { image: { id: task.id, fileName: task.fileName, ...size }, annotations };
  }
}

/** The size that the first region with one says, else that of the image. */
async function sizeOf({ results, fileName }: Task, where: Pick<Finding, 'file' | 'record'>, at: () => Pick<Finding, 'line' | 'byte'>, { images, report }: ReadOptions): Promise<ImageSize | undefined> {
  for (const result of results) {
    const size = originalSize(result, new RecordCheck({}));
    if (size !== undefined) return size;
  }
  if (images === undefined) {
    report(finding('image/size-unknown', `No region says how large ${printableName(fileName)} is; --images DIR does.`, { ...where, ...at() }));
    return undefined;
  }
  try {
    return await imageSizeIn(images, fileName);
  } catch (error) {
    if (!(error instanceof SamError)) throw error;
    report(finding('image/missing', `The image ${printableName(fileName)} gives no size: ${messageOf(error)}`, { ...where, ...at() }));
    return undefined;
  }
}
