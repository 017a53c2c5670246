/** The columns of CSV files of boxes, and what a row says. Text to numbers is strict: no hexadecimal, no NaN, no infinity, no empty cell. */
import { SamError } from '../../errors.js';
import type { Box } from '../../geometry/box.js';
import { safeFileName } from '../coco/coco-records.js';
import { unguarded } from './csv-line.js';
import { decimalOf } from '../pixel-number.js';
import { shown, type RecordCheck } from '../record-check.js';

const REQUIRED = ['file_name', 'x0', 'y0', 'x1', 'y1'] as const;
const KNOWN = [...REQUIRED, 'category', 'score', 'id', 'width', 'height'] as const;
type Column = (typeof KNOWN)[number];

/** Where each column stands, and the names of those that are not known here. */
export interface Columns { at: ReadonlyMap<Column, number>; count: number; unknown: readonly string[] }

/** One row. Box in pixels, half-open; `size` only where the file has the columns `width` and `height`. */
export interface BoxRow { fileName: string; box: Box; category?: string; score?: number; id?: number; size?: { width: number; height: number } }

export const CSV_HEADER = ['file_name', 'x0', 'y0', 'x1', 'y1', 'category', 'score', 'id'];

/** The columns of a header line. Throws `data/format` unless all that are required are there, each once. */
export function columnsOf(fields: readonly string[] | undefined, name: string): Columns {
  const at = new Map<Column, number>(), unknown: string[] = [];
  for (const [i, field] of (fields ?? []).entries()) {
    const column = KNOWN.find((known) => known === field.trim());
    if (column === undefined) unknown.push(field);
    else if (at.has(column)) throw new SamError('data/format', `The header has the column "${column}" twice.`, { file: name, record: 'line 1' });
    else at.set(column, i);
  }
  const missing = REQUIRED.filter((column) => !at.has(column));
  if (missing.length > 0) throw new SamError('data/format', `Expected a header file_name,x0,y0,x1,y1[,category][,score][,id]; ${missing.join(', ')} ${missing.length === 1 ? 'is' : 'are'} missing in the first line.`, { file: name, record: 'line 1' });
  return { at, count: fields?.length ?? 0, unknown };
}

/** What a row says; `undefined` where the check failed. */
export function rowOf(fields: readonly string[] | undefined, { at, count }: Columns, check: RecordCheck): BoxRow | undefined {
  if (fields === undefined) return check.find('csv/row', 'The line is no UTF-8.');
  if (fields.length !== count) return check.find('csv/row', `The line has ${fields.length} fields, the header ${count}.`);
  const cell = (column: Column): string | undefined => fields[at.get(column) ?? -1];

  const fileName = safeFileName(unguarded(cell('file_name') ?? ''), check, 'file_name');
  const numbers = new Map<Column, number>();
  for (const column of NUMBERS) {
    const text = cell(column);
    if (text === undefined || (column === 'score' && text.trim() === '')) continue;
    const value = decimalOf(text.trim()) ?? Number.NaN;
    const isGood = column === 'id' || column === 'width' || column === 'height' ? Number.isSafeInteger(value) && value >= (column === 'id' ? 0 : 1) : Number.isFinite(value);
    if (!isGood) check.find(RULE_OF[column] ?? 'box/invalid', `The column ${column} holds ${shown(text)}.`, column);
    numbers.set(column, value);
  }
  const number = (column: Column): number => numbers.get(column) ?? 0;
  const box: Box = { x0: number('x0'), y0: number('y0'), x1: number('x1'), y1: number('y1') };
  if (box.x1 < box.x0 || box.y1 < box.y0) check.find('box/negative-size', `The box ${box.x0},${box.y0},${box.x1},${box.y1} ends before it begins.`);
  const category = cell('category');
  if (category === '') check.find('category/invalid', 'The category is empty.', 'category');
  if (check.failed || fileName === undefined) return undefined;
  return {
    fileName, box,
    ...(category === undefined ? {} : { category: unguarded(category) }),
    ...(numbers.has('score') ? { score: number('score') } : {}),
    ...(numbers.has('id') ? { id: number('id') } : {}),
    ...(numbers.has('width') && numbers.has('height') ? { size: { width: number('width'), height: number('height') } } : {}),
  };
}

const NUMBERS = ['x0', 'y0', 'x1', 'y1', 'score', 'id', 'width', 'height'] as const;
const RULE_OF: Partial<Record<Column, 'score/invalid' | 'id/invalid' | 'image/invalid'>> = { score: 'score/invalid', id: 'id/invalid', width: 'image/invalid', height: 'image/invalid' };
