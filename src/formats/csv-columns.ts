/** The columns of CSV files of boxes, and what a row says. Text to numbers is strict: no hexadecimal, no NaN, no infinity, no empty cell. */
import { finding } from '../dataset/rules.js';
import type { Finding } from '../dataset/types.js';
import { SamError, printableName } from '../errors.js';
import { unsafeReason } from '../files/safe-path.js';
import type { Box } from '../geometry/box.js';
import { unguarded } from './csv-line.js';
import { decimalOf } from './pixel-number.js';

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

/** What a row says, or what is wrong with it; `where` is its position. */
export function rowOf(fields: readonly string[] | undefined, { at, count }: Columns, where: Pick<Finding, 'file' | 'line' | 'record'>): BoxRow | Finding {
  if (fields === undefined) return finding('csv/row', 'The line is no UTF-8.', where);
  if (fields.length !== count) return finding('csv/row', `The line has ${fields.length} fields, the header ${count}.`, where);
  const cell = (column: Column): string | undefined => fields[at.get(column) ?? -1];
  const shown = (column: Column): string => printableName((cell(column) ?? '').slice(0, 40));

  const fileName = unguarded(cell('file_name') ?? '');
  const unsafe = unsafeReason(fileName) ?? (fileName.includes('\\') ? 'it has a backslash' : undefined);
  if (unsafe !== undefined) return finding('path/outside', `The file name "${shown('file_name')}" is refused: ${unsafe}.`, { ...where, path: 'file_name' });

  const numbers = new Map<Column, number>();
  for (const column of ['x0', 'y0', 'x1', 'y1', 'score', 'id', 'width', 'height'] as const) {
    const text = cell(column);
    if (text === undefined || (column === 'score' && text.trim() === '')) continue;
    const value = decimalOf(text.trim()) ?? Number.NaN;
    const isGood = column === 'id' || column === 'width' || column === 'height' ? Number.isSafeInteger(value) && value >= (column === 'id' ? 0 : 1) : Number.isFinite(value);
    if (!isGood) return finding(RULE_OF[column] ?? 'box/invalid', `The column ${column} holds "${shown(column)}".`, { ...where, path: column });
    numbers.set(column, value);
  }
  const number = (column: Column): number => numbers.get(column) ?? 0;
  const box: Box = { x0: number('x0'), y0: number('y0'), x1: number('x1'), y1: number('y1') };
  if (box.x1 < box.x0 || box.y1 < box.y0) return finding('box/negative-size', `The box ${box.x0},${box.y0},${box.x1},${box.y1} ends before it begins.`, where);

  const category = cell('category');
  if (category === '') return finding('category/invalid', 'The category is empty.', { ...where, path: 'category' });
  return {
    fileName, box,
    ...(category === undefined ? {} : { category: unguarded(category) }),
    ...(numbers.has('score') ? { score: number('score') } : {}),
    ...(numbers.has('id') ? { id: number('id') } : {}),
    ...(numbers.has('width') && numbers.has('height') ? { size: { width: number('width'), height: number('height') } } : {}),
  };
}

const RULE_OF: Partial<Record<Column, 'score/invalid' | 'id/invalid' | 'image/invalid'>> = { score: 'score/invalid', id: 'id/invalid', width: 'image/invalid', height: 'image/invalid' };
