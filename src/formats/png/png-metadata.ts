/** `metadata.csv` beside PNG masks: the columns that `amg.py` writes, and what a row says. Empty cells say that nothing is known. */
import { finding } from '../../dataset/rules.js';
import type { Finding, GeneratorFacts, Report } from '../../dataset/types.js';
import { SamError } from '../../errors.js';
import { csvSplitter } from '../csv/csv-records.js';
import { decimalOf } from '../pixel-number.js';

export const PNG_METADATA = ['id', 'area', 'bbox_x0', 'bbox_y0', 'bbox_w', 'bbox_h', 'point_input_x', 'point_input_y', 'predicted_iou', 'stability_score',
  'crop_box_x0', 'crop_box_y0', 'crop_box_w', 'crop_box_h'] as const;
type Column = (typeof PNG_METADATA)[number];

/** One mask: its file is `<id>.png`. */
export interface MetadataRow { id: number; area?: number; generator?: GeneratorFacts }

/** The rows in the order of the file; what is wrong with one is reported, and it is left out. Throws `data/format` for what is no such CSV. */
export function metadataRows(bytes: Uint8Array, file: string, report: Report): MetadataRow[] {
  const splitter = csvSplitter(file);
  const [header, ...records] = [...splitter.feed(bytes), ...splitter.end()];
  const at = new Map(PNG_METADATA.map((column) => [column, header?.fields?.indexOf(column) ?? -1]));
  if ((at.get('id') ?? -1) < 0) throw new SamError('data/format', 'Expected the columns of amg.py\'s metadata.csv, found none called id.', { file });
  const rows: MetadataRow[] = [], seen = new Set<number>();
  for (const { fields, line } of records) {
    const where = { file, line, record: `line ${line}` };
    const row = fields === undefined || fields.length !== header?.fields?.length ? finding('csv/row', 'The line has other fields than the header, or is no UTF-8.', where) : rowOf((column) => fields[at.get(column) ?? -1] ?? '', where);
    if ('code' in row) report(row);
    else if (seen.has(row.id)) report(finding('id/duplicate', `The id ${row.id} stands in an earlier line too.`, where));
    else rows.push(row);
    if ('id' in row) seen.add(row.id);
  }
  return rows;
}

function rowOf(cell: (column: Column) => string, where: Pick<Finding, 'file' | 'line' | 'record'>): MetadataRow | Finding {
  if (!/^[0-9]{1,15}$/.test(cell('id'))) return finding('id/invalid', `The id is "${cell('id').slice(0, 40)}".`, where);
  const numbers = new Map<Column, number>();
  for (const column of PNG_METADATA) {
    const text = cell(column);
    if (text === '') continue;
    const value = decimalOf(text);
    if (value === undefined) return finding(column === 'area' ? 'area/invalid' : column.includes('_box') ? 'box/invalid' : 'score/invalid', `The column ${column} holds "${text.slice(0, 40)}".`, { ...where, path: column });
    numbers.set(column, value);
  }
  const all = <C extends Column>(...columns: C[]): number[] | undefined => {
    const values = columns.map((column) => numbers.get(column)).filter((value) => value !== undefined);
    return values.length === columns.length ? values : undefined;
  };
  const [predictedIou] = all('predicted_iou') ?? [], [stabilityScore] = all('stability_score') ?? [], [area] = all('area') ?? [];
  const [x, y] = all('point_input_x', 'point_input_y') ?? [];
  const [x0, y0, w, h] = all('crop_box_x0', 'crop_box_y0', 'crop_box_w', 'crop_box_h') ?? [];
  const generator: GeneratorFacts = {
    ...(predictedIou === undefined ? {} : { predictedIou }), ...(stabilityScore === undefined ? {} : { stabilityScore }),
    ...(x === undefined || y === undefined ? {} : { pointCoords: [[x, y]] }),
    ...(x0 === undefined || y0 === undefined || w === undefined || h === undefined ? {} : { cropBox: { x0, y0, x1: x0 + w, y1: y0 + h } }),
  };
  return { id: numbers.get('id') ?? 0, ...(area === undefined ? {} : { area }), ...(Object.keys(generator).length === 0 ? {} : { generator }) };
}
