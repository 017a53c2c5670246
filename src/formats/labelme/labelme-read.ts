/** LabelMe datasets as a stream of images, in bytewise order of their names: a first pass finds names and labels, the second gives entries. */
import { basename, dirname, join } from 'node:path';
import { finding } from '../../dataset/rules.js';
import type { Annotation, Category, DatasetEntry, DatasetSource, Report } from '../../dataset/types.js';
import { SamError, printableName } from '../../errors.js';
import { sortedByText } from '../../files/order.js';
import { walk } from '../../files/walk.js';
import { isFolder, isThere, readWhole } from '../file-bytes.js';
import type { ReadOptions } from '../format.js';
import { readLabelmeFile } from './labelme-file.js';
import { once } from '../once.js';

export const LABELS = 'labels.txt';
/** What LabelMe's own converters want before the labels. */
export const LABELS_HEAD = ['__ignore__', '_background_'];
const MAX_LABELS_BYTES = 2 ** 26;

/** `path`: a folder of JSON files, at any depth, or one of them. Throws `usage/input-missing`, `data/format`. */
export async function readLabelme(path: string, given: ReadOptions): Promise<DatasetSource> {
  const options = { ...given, report: once(given.report) };
  const isWhole = await isFolder(path);
  const root = isWhole ? path : dirname(path);
  const labels = isWhole ? await labelsOf(join(root, LABELS)) : undefined;
  const { files, names } = await firstPass(root, isWhole ? await jsonFiles(root, options.report) : [basename(path)], labels ?? [], options);
  if (files.length === 0 && (labels === undefined || !isWhole)) throw new SamError('data/format', 'There is no file with a list of shapes, as LabelMe writes it.', { file: path });
  const categories: Category[] = [...names].map(([name, id]) => ({ id, name }));
  return { categories, entries: () => entriesOf(root, files, names, options) };
}

async function jsonFiles(root: string, report: Report): Promise<string[]> {
  const files: string[] = [];
  for await (const { name, problem, isFolder } of walk(root)) {
    if (name.startsWith('.') || name.includes('/.')) continue;
    if (problem !== undefined && (isFolder || name.endsWith('.json'))) report(finding('file/malformed', `It cannot be read: ${problem}.`, { file: name === '' ? basename(root) : name }));
    else if (problem === undefined && name.toLowerCase().endsWith('.json')) files.push(name);
  }
  return files;
}

async function firstPass(root: string, all: readonly string[], labels: readonly string[], options: ReadOptions): Promise<{ files: string[]; names: Map<string, number> }> {
  const names = new Map<string, number>();
  for (const name of labels) if (!names.has(name)) names.set(name, names.size + 1);
  const byImage = new Map<string, string>();
  for (const file of all) {
    const found = await readLabelmeFile(root, file, options);
    if (found === undefined) continue;
    const other = byImage.get(found.image.fileName);
    if (other !== undefined) {
      options.report(finding('id/duplicate', `The image ${printableName(found.image.fileName)} has another file, ${printableName(other)}.`, { file, path: 'imagePath' }));
      continue;
    }
    byImage.set(found.image.fileName, file);
    for (const { label } of found.objects) if (!names.has(label)) names.set(label, names.size + 1);
  }
  return { files: sortedByText([...byImage], ([fileName]) => fileName).map(([, file]) => file), names };
}

async function* entriesOf(root: string, files: readonly string[], names: ReadonlyMap<string, number>, options: ReadOptions): AsyncGenerator<DatasetEntry> {
  let imageId = 0, annotationId = 0;
  for (const file of files) {
    const found = await readLabelmeFile(root, file, options);
    if (found === undefined) continue;
    imageId++;
    const annotations = found.objects.map(({ label, ...rest }): Annotation => ({ id: ++annotationId, imageId, categoryId: names.get(label) ?? 0, isCrowd: false, ...rest }));
    const image = { id: imageId, ...found.image };
    for (const record of [image, ...annotations]) options.placed?.(record, () => ({ file }));
    yield { image, annotations };
  }
}

/** The labels of `labels.txt`, one a line. */
async function labelsOf(path: string): Promise<string[] | undefined> {
  if (!await isThere(path)) return undefined;
  const lines = Buffer.from(await readWhole(path, MAX_LABELS_BYTES, LABELS)).toString().replace(/^\ufeff/, '').split(/\r?\n/).filter((line) => line !== '');
  for (const head of LABELS_HEAD) if (lines[0] === head) lines.shift();
  return lines;
}
