/**
 * A prompts file, `[{image, points?, labels?, box?, multimask?, refine?}, ...]`, record by record: one that breaks a rule is told with its
 * place and costs no other. Coordinates are pixels of the upright image.
 */
import type { JsonValue } from '../dataset/types.js';
import { SamError } from '../errors.js';
import { tryJson } from '../formats/json/json-document.js';
import { jsonFault } from '../formats/json/json-fault.js';
import { JsonFile } from '../formats/json/json-file.js';
import { scanJson } from '../formats/json/json-scan.js';
import { isFiniteNumber, isObject, shown, type JsonObject } from '../formats/record-check.js';
import type { PromptPoint } from '../models/predict.js';
import { MOST_ROUNDS, type PromptRequest } from './predict-options.js';

/** `record`: its place in the file, e.g. `prompts[12]`. `image`: as the file names it, not checked yet. */
export interface PromptRecord { record: string; image: string; request: PromptRequest }

const KEYS = new Set(['image', 'points', 'labels', 'box', 'multimask', 'refine']);

/**
 * The records in order, and for one that breaks a rule its error (`prompt/invalid`, with record and path). Throws `usage/input-missing`,
 * `data/unreadable`, `data/json`, and `data/record` for what is no list.
 */
export function* readPrompts(path: string): Generator<PromptRecord | SamError> {
  const file = JsonFile.open(path);
  try {
    for (const event of scanJson(file)) {
      if (event.kind === 'problem') throw new SamError('data/json', event.message, { file: path });
      const isList = event.kind === 'value' ? false : event.key === '';
      if (!isList) throw new SamError('data/record', 'A prompts file is a list [{"image": ..., "points": [[x, y], ...], "box": [x0, y0, x1, y1]}, ...].', { file: path });
      if (event.kind === 'element') yield recordOf(event.bytes, event.tooDeep, path, `prompts[${event.index}]`);
    }
  } finally {
    file.close();
  }
}

function recordOf(bytes: Buffer, tooDeep: boolean, file: string, record: string): PromptRecord | SamError {
  try {
    const value = tooDeep ? undefined : tryJson(bytes);
    if (value === undefined) throw broken(`The record is not valid JSON: ${jsonFault(bytes)?.reason ?? 'the parser refuses it'}.`);
    if (!isObject(value)) throw broken(`Expected an object, found ${shown(value)}.`);
    return { record, image: imageOf(value['image']), request: requestOf(value) };
  } catch (error) {
    if (!(error instanceof SamError)) throw error;
    return new SamError(error.code, error.message, { file, record, path: error.path });
  }
}

function broken(message: string, path?: string): SamError {
  return new SamError('prompt/invalid', message, { path });
}

function imageOf(value: JsonValue | undefined): string {
  if (typeof value === 'string' && value !== '') return value;
  throw broken(`Expected the image's path, found ${shown(value)}.`, 'image');
}

function requestOf(value: JsonObject): PromptRequest {
  const unknown = Object.keys(value).find((key) => !KEYS.has(key));
  if (unknown !== undefined) throw broken(`A prompt has the keys ${[...KEYS].join(', ')}; it has no "${unknown}".`, unknown);
  const { points, labels, box, multimask, refine } = value;
  if (points === undefined && labels !== undefined) throw broken('There are labels, but no points.', 'labels');
  if (points === undefined && box === undefined) throw broken('There is neither a point nor a box.');
  if (multimask !== undefined && typeof multimask !== 'boolean') throw broken(`Expected true or false, found ${shown(multimask)}.`, 'multimask');
  if (refine !== undefined && !isWhole(refine, MOST_ROUNDS)) throw broken(`Expected a whole number from 0 to ${MOST_ROUNDS}, found ${shown(refine)}.`, 'refine');
  return {
    ...(points === undefined ? {} : { points: pointsOf(points, labels) }),
    ...(box === undefined ? {} : { box: boxOf(box) }),
    ...(multimask === undefined ? {} : { multimask }),
    ...(refine === undefined ? {} : { refine }),
  };
}

function isWhole(value: JsonValue, most: number): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= most;
}

function pointsOf(points: JsonValue, labels: JsonValue | undefined): PromptPoint[] {
  if (!Array.isArray(points) || points.length === 0) throw broken(`Expected a list of points [[x, y], ...], found ${shown(points)}.`, 'points');
  if (labels !== undefined && (!Array.isArray(labels) || labels.length !== points.length)) throw broken(`Expected one label for each of the ${points.length} points, found ${shown(labels)}.`, 'labels');
  return points.map((point, i) => {
    const [x, y] = numbers(point, 2, 'two numbers x, y', `points[${i}]`);
    // the lengths were compared above
    return { x: x!, y: y!, label: labels === undefined ? 1 : labelOf(labels[i]!, `labels[${i}]`) };
  });
}

function labelOf(value: JsonValue, path: string): 0 | 1 {
  if (value === 0 || value === 1) return value;
  throw broken(`A label is 1 (of the object) or 0 (not of it), found ${shown(value)}.`, path);
}

function boxOf(box: JsonValue): { x0: number; y0: number; x1: number; y1: number } {
  const [x0, y0, x1, y1] = numbers(box, 4, 'four numbers x0, y0, x1, y1', 'box');
  return { x0: x0!, y0: y0!, x1: x1!, y1: y1! };
}

function numbers(value: JsonValue, count: number, what: string, path: string): number[] {
  if (Array.isArray(value) && value.length === count && value.every(isFiniteNumber)) return value;
  throw broken(`Expected ${what}, found ${shown(value)}.`, path);
}
