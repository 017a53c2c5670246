/** One pass over a CSV file of boxes: where the rows of each image lie, so that images can be given one at a time whatever the order of the rows. */
import { finding } from '../../dataset/rules.js';
import type { Category } from '../../dataset/types.js';
import { SamError, messageOf, printableName } from '../../errors.js';
import type { ImageSize } from '../../geometry/size.js';
import { columnsOf, rowOf, type BoxRow, type Columns } from './csv-columns.js';
import { csvSplitter, type CsvRecord } from './csv-records.js';
import { fileChunks } from '../file-bytes.js';
import type { ReadOptions } from '../format.js';
import { imageSizeIn } from '../image-folder.js';
import { RecordCheck } from '../record-check.js';

/** The category of files without that column. */
export const NO_CATEGORY = 'object';

/** Neighbouring rows of one image: bytes of the file, the first one's line and its number (the first row after the header is 1). */
export interface RowRange { start: number; end: number; line: number; row: number }

export interface CsvImage { fileName: string; size: ImageSize; ranges: RowRange[] }

/** `categories` in the order of their first appearance. */
export interface CsvIndex { columns: Columns; images: CsvImage[]; categories: Category[] }

interface Group { fileName: string; size?: ImageSize; ranges: RowRange[] }

/**
 * The index of a file; everything that is wrong with its rows or images is reported here, and ranges hold only what is right. Throws
 * `data/format`, `usage/option`.
 */
export async function indexCsv(path: string, options: ReadOptions): Promise<CsvIndex> {
  const groups = new Map<string, Group>(), categories = new Map<string, Category>(), ids = new Set<number>();
  let columns: Columns | undefined, number = 0;
  const take = (record: CsvRecord): void => {
    if (columns === undefined) {
      columns = columnsOf(record.fields, path);
      for (const name of columns.unknown) options.report(finding('csv/column', `The column "${printableName(name)}" is not read.`, { file: path, line: 1 }));
      return;
    }
    number++;
    const check = new RecordCheck({ file: path, record: `line ${record.line}` });
    const row = rowOf(record.fields, columns, check);
    if (row?.id !== undefined && ids.has(row.id)) check.find('id/duplicate', `The id ${row.id} stands in an earlier line too.`, 'id');
    check.tell(options.report, () => ({ line: record.line }));
    if (row === undefined || check.failed) return;
    if (row.id !== undefined) ids.add(row.id);
    const category = row.category ?? NO_CATEGORY;
    if (!categories.has(category)) categories.set(category, { id: categories.size + 1, name: category });
    addRow(groups, row, { start: record.start, end: record.end, line: record.line, row: number });
  };
  const splitter = csvSplitter(path);
  for await (const chunk of fileChunks(path)) splitter.feed(chunk).forEach(take);
  splitter.end().forEach(take);
  columns ??= columnsOf(undefined, path);
  return { columns, images: await sized([...groups.values()], path, options), categories: [...categories.values()] };
}

/** Adds a row to its image's group, and to the last range of it where nothing lies between. */
function addRow(groups: Map<string, Group>, { fileName, size }: BoxRow, range: RowRange): void {
  let group = groups.get(fileName);
  if (group === undefined) groups.set(fileName, group = { fileName, ranges: [], ...(size === undefined ? {} : { size }) });
  const last = group.ranges.at(-1);
  if (last?.end === range.start) last.end = range.end;
  else group.ranges.push(range);
}

/** The images whose size is known: from the file's own columns, else from the image. */
async function sized(groups: readonly Group[], path: string, options: ReadOptions): Promise<CsvImage[]> {
  const images: CsvImage[] = [];
  for (const { fileName, size, ranges } of groups) {
    const known = size ?? await sizeFromImage(fileName, { file: path, line: ranges[0]?.line ?? 1 }, options);
    if (known !== undefined) images.push({ fileName, size: known, ranges });
  }
  return images;
}

async function sizeFromImage(fileName: string, at: { file: string; line: number }, { images, report }: ReadOptions): Promise<ImageSize | undefined> {
  if (images === undefined) throw new SamError('usage/option', 'A CSV of boxes does not say how large its images are; give their folder with --images.', { file: at.file });
  try {
    return await imageSizeIn(images, fileName);
  } catch (error) {
    if (!(error instanceof SamError)) throw error;
    report(finding('image/missing', `The image ${printableName(fileName)} gives no size: ${messageOf(error)}`, { ...at, record: `line ${at.line}`, path: 'file_name' }));
    return undefined;
  }
}
