/**
 * The lines of a YOLO label file: `class cx cy w h [score]` or `class x1 y1 x2 y2 x3 y3 ... [score]`, shares of the upright image. Held to
 * what trainers hold them to: 1 % outside is allowed, a line that repeats another counts once.
 */
import { finding, type RuleCode } from '../../dataset/rules.js';
import type { Annotation, Category, Report } from '../../dataset/types.js';
import { printableName } from '../../errors.js';
import type { ImageSize } from '../../geometry/size.js';
import { decimalOf, pixels } from '../pixel-number.js';

export type YoloTask = 'detect' | 'segment';

/** What a row says; ids are the reader's. */
export type YoloRow = Pick<Annotation, 'categoryId' | 'box' | 'segmentation' | 'score' | 'attributes'>;

export interface RowContext { task: YoloTask; classes: ReadonlyMap<number, Category>; size: ImageSize; file: string; report: Report }

/** `line`: from 1. */
export interface RowAt { row: YoloRow; line: number }

const TOLERANCE = 0.01;
const MOST_TOKENS = 2_000_001;

type Wrong = [code: RuleCode, message: string];

/** The rows of a label file's text. Lines that are wrong are reported and left out. */
export function parseRows(text: string, context: RowContext): RowAt[] {
  const seen = new Set<string>();
  const rows: RowAt[] = [];
  for (const [i, line] of text.replace(/^\ufeff/, '').split(/\r\n|\n|\r/).entries()) {
    const tokens = line.trim().split(/\s+/);
    if (tokens[0] === '') continue;
    const at = { file: context.file, record: `line ${i + 1}`, line: i + 1 };
    const row = parseRow(tokens, context);
    if (Array.isArray(row)) {
      context.report(finding(row[0], row[1], at));
      continue;
    }
    const key = tokens.map(Number).join(' ');
    if (seen.has(key)) {
      context.report(finding('row/duplicate', 'The line repeats an earlier one and is left out.', at));
      continue;
    }
    seen.add(key);
    if (context.task === 'segment' && row.segmentation === undefined) context.report(finding('row/mixed', 'The line is a box, not a polygon.', at));
    rows.push({ row, line: i + 1 });
  }
  return rows;
}

function parseRow(tokens: readonly string[], { task, classes, size }: RowContext): YoloRow | Wrong {
  if (tokens.length < 5) return ['row/invalid', `Expected at least 5 values, found ${tokens.length}.`];
  if (tokens.length > MOST_TOKENS) return ['row/invalid', `The line has ${tokens.length} values.`];
  const values = tokens.map(decimalOf);
  const wrong = values.indexOf(undefined);
  if (wrong >= 0) return ['row/invalid', `Value ${wrong + 1} is "${printableName(tokens[wrong]?.slice(0, 40) ?? '')}", not a number.`];
  // no value is undefined, as was just seen
  const [index, ...numbers] = values as number[];
  const category = classes.get(index!);
  if (category === undefined) return ['category/unknown', `Class ${index!} is none of the ${classes.size} in names.`];
  if (tokens.length <= 6) return boxRow(numbers, category, size);
  if (task === 'detect') return ['row/invalid', `Expected 5 or 6 values, found ${tokens.length}: a polygon, which --from yolo reads.`];
  return polygonRow(numbers, category, size);
}

function boxRow(numbers: readonly number[], category: Category, { width, height }: ImageSize): YoloRow | Wrong {
  const [cx, cy, w, h] = [numbers[0]!, numbers[1]!, numbers[2]!, numbers[3]!];
  if (w < 0 || h < 0) return ['box/negative-size', `The box is ${w} wide and ${h} high.`];
  const outside = outsideOf(numbers.slice(0, 4));
  if (outside !== undefined) return outside;
  const box = { x0: pixels((cx - w / 2) * width), y0: pixels((cy - h / 2) * height), x1: pixels((cx + w / 2) * width), y1: pixels((cy + h / 2) * height) };
  return withLast({ categoryId: category.id, box }, numbers[4]);
}

function polygonRow(numbers: readonly number[], category: Category, { width, height }: ImageSize): YoloRow | Wrong {
  const coordinates = numbers.slice(0, numbers.length - (numbers.length % 2));
  const outside = outsideOf(coordinates);
  if (outside !== undefined) return outside;
  const ring = coordinates.map((value, i) => pixels(value * (i % 2 === 0 ? width : height)));
  return withLast({ categoryId: category.id, segmentation: { kind: 'polygons', rings: [ring] } }, numbers.length % 2 === 0 ? undefined : numbers.at(-1));
}

function outsideOf(shares: readonly number[]): Wrong | undefined {
  const wrong = shares.find((share) => share < -TOLERANCE || share > 1 + TOLERANCE);
  if (wrong === undefined) return undefined;
  return ['row/outside', `The coordinate ${wrong} is not between ${-TOLERANCE} and ${1 + TOLERANCE}; coordinates are shares of the image's width and height.`];
}

/** A value after the coordinates is a score, or above 1 the number of a track. */
function withLast(row: YoloRow, last: number | undefined): YoloRow | Wrong {
  if (last === undefined) return row;
  if (last >= 0 && last <= 1) return { ...row, score: last };
  if (Number.isSafeInteger(last) && last > 1) return { ...row, attributes: { track_id: last } };
  return ['score/invalid', `The last value ${last} is neither a score from 0 to 1 nor the number of a track.`];
}
