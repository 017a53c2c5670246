/** Reads label images: a PNG an image, each value but 0 an object; `labels.csv`, where it is there, says which image and what object. */
import { join } from 'node:path';
import { finding } from '../../dataset/rules.js';
import type { Annotation, Category, DatasetEntry, DatasetSource } from '../../dataset/types.js';
import { isSamError } from '../../errors.js';
import { insideRoot } from '../../files/safe-path.js';
import { isFolder, isThere, readWhole } from '../file-bytes.js';
import type { ReadOptions } from '../format.js';
import { pathStem } from '../generated.js';
import { readIndexPng, type IndexImage } from './index-png.js';
import { masksOfLabels } from './label-pixels.js';
import { LABEL_TABLE, readLabelTable, type LabelRow } from './label-table.js';
import { OBJECT } from '../object-category.js';
import { once } from '../once.js';
import { hasImageSize, stemFiles, type StemFile } from '../stem-files.js';

const MAX_PNG_BYTES = 2 ** 30;

/** A label image with what is known of its labels; without a table every label is an object. */
interface LabelFile { file: StemFile; rows: ReadonlyMap<number, LabelRow> | undefined }

/** Throws `usage/input-missing`, `data/format`, `data/unreadable`. */
export async function readLabelPngs(path: string, options: ReadOptions): Promise<DatasetSource> {
  const report = once(options.report);
  const hasTable = await isFolder(path) && await isThere(join(path, LABEL_TABLE));
  if (!hasTable) {
    const files = (await stemFiles(path, '.png', { images: options.images, report })).map((file) => ({ file, rows: undefined }));
    return { categories: [OBJECT], entries: () => entriesOf(files, [OBJECT], { ...options, report }) };
  }
  const table = await readLabelTable(join(path, LABEL_TABLE), report);
  const names = new Set([...table.values()].flatMap((rows) => [...rows.values()].map(({ category }) => category)));
  const categories = [...names].map((name, i) => ({ id: i + 1, name }));
  const files: LabelFile[] = [];
  for (const [fileName, rows] of table) {
    const name = `${pathStem(fileName)}.png`;
    files.push({ rows, file: { path: await insideRoot(path, name, LABEL_TABLE), name, fileName, imageSize: async () => undefined } });
  }
  return { categories, imageCount: files.length, entries: () => entriesOf(files, categories, { ...options, report }) };
}

async function* entriesOf(files: readonly LabelFile[], categories: readonly Category[], options: ReadOptions): AsyncGenerator<DatasetEntry> {
  const ids = new Map(categories.map(({ id, name }) => [name, id]));
  // labels without an id are numbered behind all that have one
  let nextId = 1;
  for (const { rows } of files) for (const { id = 0 } of rows?.values() ?? []) nextId = Math.max(nextId, id + 1);
  for (const [i, { file, rows }] of files.entries()) {
    const picture = await pictureOf(file, options);
    if (picture === undefined) continue;
    const { width, height } = picture;
    const annotations: Annotation[] = [];
    const masks = masksOfLabels(picture.data, picture);
    for (const label of rows?.keys() ?? []) {
      if (!masks.has(label)) options.report(finding('mask/unseen', `The label ${label} stands in ${LABEL_TABLE}, but no pixel has it.`, { file: file.name, record: `label ${label}` }));
    }
    for (const [label, rle] of masks) {
      const row = rows === undefined ? { label, category: OBJECT.name } : rows.get(label);
      if (row === undefined) {
        options.report(finding('mask/no-object', `The label ${label} does not stand in ${LABEL_TABLE}.`, { file: file.name, record: `label ${label}` }));
        continue;
      }
      const { category, score, id = nextId++ } = row;
      annotations.push({
        id, imageId: i + 1, categoryId: ids.get(category) ?? OBJECT.id, segmentation: { kind: 'rle', rle }, isCrowd: false,
        ...(score === undefined ? {} : { score }), ...(rows === undefined ? { attributes: { label } } : {}),
      });
    }
    yield { image: { id: i + 1, fileName: file.fileName, width, height }, annotations };
  }
}

async function pictureOf(file: StemFile, { maxPixels, report }: ReadOptions): Promise<IndexImage | undefined> {
  try {
    const picture = readIndexPng(await readWhole(file.path, MAX_PNG_BYTES, file.name), file.name, maxPixels);
    return (await hasImageSize(file, picture, report)) ? picture : undefined;
  } catch (error) {
    if (!isSamError(error, 'data/format', 'data/unreadable', 'data/png')) throw error;
    report(finding('file/malformed', error.message, { file: file.name }));
    return undefined;
  }
}
