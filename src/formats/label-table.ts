/** `labels.csv` beside label images: `file_name,label,category,score,id`, what each label of each image is. Label 0 only names the image. */
import { finding } from '../dataset/rules.js';
import type { Finding, Report } from '../dataset/types.js';
import { SamError, printableName } from '../errors.js';
import { unsafeReason } from '../files/safe-path.js';
import { unguarded } from './csv-line.js';
import { csvSplitter, type CsvRecord } from './csv-records.js';
import { fileChunks } from './file-bytes.js';
import { decimalOf } from './pixel-number.js';

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
    const where = { file: LABEL_TABLE, line: record.line, record: `line ${record.line}` };
    const row = rowOf(record.fields, columns, where);
    if ('code' in row) return report(row);
    const labels = images.get(row.fileName) ?? new Map<number, LabelRow>();
    images.set(row.fileName, labels);
    if (row.label === 0) return;
    if (labels.has(row.label)) return report(finding('id/duplicate', `The label ${row.label} of ${printableName(row.fileName)} stands in an earlier line too.`, where));
    if (row.id !== undefined && ids.has(row.id)) return report(finding('id/duplicate', `The id ${row.id} stands in an earlier line too.`, { ...where, path: 'id' }));
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

function rowOf(fields: readonly string[] | undefined, columns: readonly string[], where: Pick<Finding, 'file' | 'line' | 'record'>): (LabelRow & { fileName: string }) | Finding {
  if (fields === undefined || fields.length !== columns.length) return finding('csv/row', 'The line has other fields than the header, or is no UTF-8.', where);
  const cell = (column: string): string => fields[columns.indexOf(column)] ?? '';
  const shown = (column: string): string => printableName(cell(column).slice(0, 40));
  const fileName = unguarded(cell('file_name'));
  const unsafe = unsafeReason(fileName) ?? (fileName.includes('\\') ? 'it has a backslash' : undefined);
  if (unsafe !== undefined) return finding('path/outside', `The file name "${shown('file_name')}" is refused: ${unsafe}.`, { ...where, path: 'file_name' });
  const label = wholeOf(cell('label')), id = cell('id') === '' ? undefined : wholeOf(cell('id'));
  if (Number.isNaN(label) || label > MOST) return finding('id/invalid', `The label is "${shown('label')}", expected 0 to ${MOST}.`, { ...where, path: 'label' });
  if (Number.isNaN(id)) return finding('id/invalid', `The id is "${shown('id')}".`, { ...where, path: 'id' });
  const score = cell('score') === '' ? undefined : decimalOf(cell('score')) ?? Number.NaN;
  if (Number.isNaN(score)) return finding('score/invalid', `The score is "${shown('score')}".`, { ...where, path: 'score' });
  const category = unguarded(cell('category'));
  if (category === '' && label !== 0) return finding('category/invalid', 'The category is empty.', { ...where, path: 'category' });
  return { fileName, label, category, ...(score === undefined ? {} : { score }), ...(id === undefined ? {} : { id }) };
}

function wholeOf(text: string): number {
  const value = /^[0-9]+$/.test(text) ? Number(text) : Number.NaN;
  return Number.isSafeInteger(value) ? value : Number.NaN;
}
