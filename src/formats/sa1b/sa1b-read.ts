/** A folder of SA-1B files, one of them, or what Meta's generator script writes, as a dataset: one file in memory at a time. */
import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { finding } from '../../dataset/rules.js';
import type { Annotation, DatasetEntry, DatasetSource, ImageRecord, JsonValue, Report } from '../../dataset/types.js';
import { isSamError } from '../../errors.js';
import { walk } from '../../files/walk.js';
import type { ReadOptions } from '../format.js';
import { pathStem } from '../generated.js';
import { readError, readJsonDocument } from '../json/json-document.js';
import { OBJECT } from '../object-category.js';
import { isObject, RecordCheck, shown } from '../record-check.js';
import { sa1bImageId } from './sa1b-encode.js';
import { readSa1bAnnotation, readSa1bImage } from './sa1b-records.js';
import { stemNames, type StemNames } from '../stem-names.js';

interface JsonPath { path: string; name: string }

/** Lists the files; each is read when its entry is asked for. Throws `usage/input-missing`, `data/unreadable`, `data/json` for a file that is named itself. */
export async function readSa1b(path: string, options: ReadOptions): Promise<DatasetSource> {
  const found = await stat(path).catch((error: unknown) => { throw readError(error, path); });
  const files = found.isDirectory() ? await jsonFilesIn(path, options.report) : [{ path, name: basename(path) }];
  let names: Promise<StemNames> | undefined;
  const namesOfImages = (): Promise<StemNames> => (names ??= stemNames(options));
  return {
    categories: [OBJECT],
    async *entries() {
      let id = 0;
      for (const file of files) {
        const entry = await readFileOf(file, found.isDirectory(), options, namesOfImages, () => ++id);
        if (entry !== undefined) yield entry;
      }
    },
  };
}

async function jsonFilesIn(folder: string, report: Report): Promise<JsonPath[]> {
  const files: JsonPath[] = [];
  // what a run keeps beside its output is no annotation
  for await (const { path, name, problem } of walk(folder, (at) => basename(at) !== '.sam')) {
    if (!name.endsWith('.json')) continue;
    if (problem === undefined) files.push({ path, name });
    else report(finding('file/malformed', `The file cannot be read: ${problem}.`, { file: name }));
  }
  return files;
}

async function readFileOf(file: JsonPath, isOneOfMany: boolean, options: ReadOptions, names: () => Promise<StemNames>, nextId: () => number): Promise<DatasetEntry | undefined> {
  const document = await readDocument(file, isOneOfMany, options.report);
  if (document === undefined) return undefined;
  const check = new RecordCheck({ file: file.name });
  const image = Array.isArray(document) ? await imageOfList(document, file, options, names) : imageOf(document, file, check);
  check.tell(options.report, () => ({}));
  const list = Array.isArray(document) ? document : isObject(document) ? document['annotations'] : undefined;
  if (image === undefined) return undefined;
  options.placed?.(image, () => ({ file: file.name }));
  if (!Array.isArray(list)) {
    options.report(finding('file/malformed', `Expected a list of annotations, found ${shown(list)}.`, { file: file.name, path: 'annotations' }));
    return undefined;
  }
  const annotations: Annotation[] = [];
  for (const [i, record] of list.entries()) {
    const annotation = readOne(record, i, { image, maxPixels: options.maxPixels, id: nextId(), place: i + 1 }, file.name, options.report);
    if (annotation === undefined) continue;
    options.placed?.(annotation, () => ({ file: file.name, record: `annotations[${i}]` }));
    annotations.push(annotation);
  }
  return { image, annotations };
}

function readOne(record: JsonValue, i: number, context: Parameters<typeof readSa1bAnnotation>[1], file: string, report: Report): Annotation | undefined {
  const check = new RecordCheck({ file, record: `annotations[${i}]` });
  const annotation = isObject(record) ? readSa1bAnnotation(record, context, check) : check.find('json/record', `Expected an object, found ${shown(record)}.`);
  check.tell(report, () => ({}));
  return annotation;
}

/** A file that is one of many may be left out; the only one may not. */
async function readDocument({ path, name }: JsonPath, isOneOfMany: boolean, report: Report): Promise<JsonValue | undefined> {
  try {
    return await readJsonDocument(path, name);
  } catch (error) {
    if (!isOneOfMany || !isSamError(error, 'data/json', 'data/unreadable')) throw error;
    report(finding('file/malformed', error.message, { file: name }));
    return undefined;
  }
}

function imageOf(document: JsonValue, { name }: JsonPath, check: RecordCheck): ImageRecord | undefined {
  if (!isObject(document) || document['image'] === undefined) return check.find('file/malformed', `Expected {"image", "annotations"} or a list of masks, found ${shown(document)}.`);
  const folder = name.includes('/') ? name.slice(0, name.lastIndexOf('/')) : '';
  return readSa1bImage(document['image'], folder, check);
}

/** A bare list says nothing of its image: the name is the file's, the size that of the masks or of the image itself. */
async function imageOfList(list: readonly JsonValue[], { name }: JsonPath, options: ReadOptions, names: () => Promise<StemNames>): Promise<ImageRecord | undefined> {
  const known = await names();
  const fileName = known.nameOf(pathStem(name), { file: name });
  if (fileName === undefined) return undefined;
  const measured = await known.sizeOf(fileName, { file: name }, options.report);
  if (measured === 'unreadable') return undefined;
  const size = measured ?? sizeOfMasks(list);
  if (size !== undefined) return { id: sa1bImageId(fileName), fileName, ...size };
  options.report(finding('image/size-unknown', 'A list without a mask does not say how large its image is; --images DIR finds the image.', { file: name }));
  return undefined;
}

function sizeOfMasks(list: readonly JsonValue[]): { width: number; height: number } | undefined {
  for (const record of list) {
    const segmentation = isObject(record) ? record['segmentation'] : undefined;
    const [height, width] = isObject(segmentation) && Array.isArray(segmentation['size']) ? segmentation['size'] : [];
    if (typeof width === 'number' && typeof height === 'number' && Number.isSafeInteger(width) && Number.isSafeInteger(height) && width > 0 && height > 0) return { width, height };
  }
  return undefined;
}
