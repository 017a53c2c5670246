/** `labels.csv` beside label images: `file_name,label,category,score,id`, what each label of each image is. Label 0 only names the image. */
import type { Report } from '../../dataset/types.js';
import { SamError } from '../../errors.js';
import { safeFileName } from '../coco/coco-records.js';
import { unguarded } from '../csv/csv-line.js';
import { csvSplitter, type CsvRecord } from '../csv/csv-records.js';
import { fileChunks } from '../file-bytes.js';
import { decimalOf } from '../pixel-number.js';
import { RecordCheck, shown } from '../record-check.js';

export const LABEL_TABLE = 'labels.csv';
export const LABEL_COLUMNS = ['file_name', 'label', 'category', 'score', 'id'] as const;
const MOST = 65_535;

/** What a label stands for. */
export interface LabelRow { label: number; category: string; score?: number; id?: number }

/** By image, in the order of the file; by label. */
export type LabelTable = ReadonlyMap<string, ReadonlyMap<number, LabelRow>>;

/** The table; what is wrong with a row is reported, and it is left out. Throws `data/format`, `data/unreadable`. */
export async function readLabelTable(path: string, report: Report): Promise<LabelTable> {
  const images = new Map<string, Map<number, LabelRow>>(), ids = new Set<number>();
  let columns: readonly string[] | undefined;
  const take = (record: CsvRecord): void => {
    if (columns === undefined) {
      columns = record.fields ?? [];
      return checkColumns(columns);
    }
    const check = new RecordCheck({ file: LABEL_TABLE, record: `line ${record.line}` });
    const row = rowOf(record.fields, columns, check);
    const labels = row === undefined ? undefined : images.get(row.fileName) ?? new Map<number, LabelRow>();
    if (row !== undefined && labels !== undefined) images.set(row.fileName, labels);
    if (row !== undefined && labels?.has(row.label) === true) check.find('id/duplicate', `The label ${row.label} of ${shown(row.fileName)} stands in an earlier line too.`, 'label');
    if (row?.id !== undefined && ids.has(row.id)) check.find('id/duplicate', `The id ${row.id} stands in an earlier line too.`, 'id');
    check.tell(report, () => ({ line: record.line }));
    if (row === undefined || labels === undefined || check.failed || row.label === 0) return;
    if (row.id !== undefined) ids.add(row.id);
    const { label, category, score, id } = row;
    labels.set(label, { label, category, ...(score === undefined ? {} : { score }), ...(id === undefined ? {} : { id }) });
  };
  const splitter = csvSplitter(LABEL_TABLE);
  for await (const chunk of fileChunks(path, LABEL_TABLE)) splitter.feed(chunk).forEach(take);
  splitter.end().forEach(take);
  if (columns === undefined) checkColumns([]);
  return images;
}

function checkColumns(columns: readonly string[]): void {
  const missing = ['file_name', 'label', 'category'].filter((column) => !columns.includes(column));
  if (missing.length > 0) throw new SamError('data/format', `Expected a header ${LABEL_COLUMNS.join(',')}; missing: ${missing.join(', ')}.`, { file: LABEL_TABLE, record: 'line 1' });
}

function rowOf(fields: readonly string[] | undefined, columns: readonly string[], check: RecordCheck): (LabelRow & { fileName: string }) | undefined {
  if (fields === undefined || fields.length !== columns.length) return check.find('csv/row', 'The line has other fields than the header, or is no UTF-8.');
  const cell = (column: string): string => fields[columns.indexOf(column)] ?? '';
  const fileName = safeFileName(unguarded(cell('file_name')), check, 'file_name');
  const label = wholeOf(cell('label')), id = cell('id') === '' ? undefined : wholeOf(cell('id'));
  if (Number.isNaN(label) || label > MOST) check.find('id/invalid', `The label is ${shown(cell('label'))}, expected 0 to ${MOST}.`, 'label');
  if (Number.isNaN(id)) check.find('id/invalid', `The id is ${shown(cell('id'))}.`, 'id');
  const score = cell('score') === '' ? undefined : decimalOf(cell('score')) ?? Number.NaN;
  if (Number.isNaN(score)) check.find('score/invalid', `The score is ${shown(cell('score'))}.`, 'score');
  const category = unguarded(cell('category'));
  if (category === '' && label !== 0) check.find('category/invalid', 'The category is empty.', 'category');
  if (check.failed || fileName === undefined) return undefined;
  return { fileName, label, category, ...(score === undefined ? {} : { score }), ...(id === undefined ? {} : { id }) };
}

function wholeOf(text: string): number {
  const value = /^[0-9]+$/.test(text) ? Number(text) : Number.NaN;
  return Number.isSafeInteger(value) ? value : Number.NaN;
}
