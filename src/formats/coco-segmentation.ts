/** COCO's `segmentation`: polygons, run lengths as a list, or as the compressed string; each with the ways in which files get it wrong. */
import { isSamError } from '../errors.js';
import type { JsonValue, Segmentation } from '../dataset/types.js';
import type { ImageSize } from '../geometry/size.js';
import type { Rle } from '../mask/rle.js';
import { rleFromString } from '../mask/rle-string.js';
import { isFiniteNumber, isObject, shown, type JsonObject, type RecordCheck } from './record-check.js';

/** `size`: that of the image, in pixels. Undefined for an absent, empty or wrong segmentation; a wrong one has left its finding in `check`. */
export function readSegmentation(value: JsonValue | undefined, size: ImageSize, maxPixels: number, check: RecordCheck): Segmentation | undefined {
  // box-only datasets write [] or null
  if (value === undefined || value === null || (Array.isArray(value) && value.length === 0)) return undefined;
  if (Array.isArray(value)) return readPolygons(value, check);
  if (!isObject(value)) return check.find('segmentation/invalid', `Expected a list of polygons or {size, counts}, found ${shown(value)}.`, 'segmentation');
  const rle = readRle(value, size, maxPixels, check, 'segmentation');
  return rle === undefined ? undefined : { kind: 'rle', rle };
}

function readPolygons(value: JsonValue[], check: RecordCheck): Segmentation | undefined {
  if (value.some((item) => typeof item === 'number')) return check.find('polygon/nesting', 'Expected a list of polygons, found the numbers of one: a level of brackets is missing.', 'segmentation');
  const rings: number[][] = [];
  for (const [i, ring] of value.entries()) {
    const path = `segmentation[${i}]`;
    if (!Array.isArray(ring)) return check.find('segmentation/invalid', `Expected a polygon as a list of numbers, found ${shown(ring)}.`, path);
    if (ring.some((item) => Array.isArray(item))) return check.find('polygon/nesting', 'Expected the numbers x, y, x, y, ... of a polygon, found lists: there is a level of brackets too many.', path);
    const wrong = ring.findIndex((item) => !isFiniteNumber(item));
    if (wrong >= 0) return check.find('polygon/invalid', `Expected a finite number, found ${shown(ring[wrong])}.`, `${path}[${wrong}]`);
    if (ring.length === 4) return check.find('polygon/short', 'A polygon of 4 numbers: it has two points, and pycocotools takes it for a box [x, y, width, height].', path);
    if (ring.length % 2 === 1) return check.find('polygon/odd', `A polygon of ${ring.length} numbers: x and y come in pairs.`, path);
    if (ring.length < 6) return check.find('polygon/short', `A polygon of ${ring.length / 2} points; three are the least.`, path);
    // every item was found to be a number
    rings.push(ring as number[]);
  }
  return { kind: 'polygons', rings };
}

/** A mask `{size: [h, w], counts}`; with `size`, of exactly that size. Undefined where it is wrong, which `check` then says. */
export function readRle(value: JsonObject, size: ImageSize | undefined, maxPixels: number, check: RecordCheck, path: string): Rle | undefined {
  const { size: stated, counts } = value;
  const [height, width] = Array.isArray(stated) ? stated : [];
  if (!Array.isArray(stated) || stated.length !== 2 || !isSide(height) || !isSide(width)) {
    return check.find('rle/invalid', `Expected [height, width] in whole numbers from 1, found ${shown(stated)}.`, `${path}.size`);
  }
  if (size !== undefined && (height !== size.height || width !== size.width)) {
    const swapped = height === size.width && width === size.height ? '; width and height seem to be swapped, size is [height, width]' : '';
    return check.find('size/mismatch', `The image is ${size.width} x ${size.height}, the mask ${width} x ${height}${swapped}.`, `${path}.size`);
  }
  if (height * width > maxPixels) return check.find('rle/invalid', `The mask has ${height * width} pixels, more than the ${maxPixels} that are allowed.`, `${path}.size`);
  if (typeof counts === 'string') return readString(counts, { width, height }, check, `${path}.counts`);
  if (Array.isArray(counts)) return readCounts(counts, { width, height }, check, `${path}.counts`);
  return check.find('rle/invalid', `Expected a text or a list of run lengths, found ${shown(counts)}.`, `${path}.counts`);
}

function isSide(value: JsonValue | undefined): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value > 0;
}

function readCounts(counts: readonly JsonValue[], { width, height }: ImageSize, check: RecordCheck, path: string): Rle | undefined {
  const runs = new Uint32Array(counts.length);
  let sum = 0;
  for (let i = 0; i < counts.length; i++) {
    const run = counts[i];
    if (typeof run !== 'number' || !Number.isSafeInteger(run) || run < 0) return check.find('rle/invalid', `Expected a run length, a whole number from 0, found ${shown(run)}.`, `${path}[${i}]`);
    sum += run;
    // beyond the mask a run may not fit in 32 bits
    if (sum > width * height) break;
    runs[i] = run;
  }
  return sum === width * height ? { width, height, counts: runs } : check.find('rle/sum', `The runs sum to ${sum > width * height ? 'more than ' : ''}${Math.min(sum, width * height)}, but a mask of ${width} x ${height} has ${width * height} pixels.`, path);
}

function readString(text: string, size: ImageSize, check: RecordCheck, path: string): Rle | undefined {
  const read = decoded(text, size);
  if (typeof read !== 'string') return read;
  const plain = unescaped(text);
  const again = plain === text ? read : decoded(plain, size);
  if (typeof again === 'string') return check.find(/ sum to /.test(read) ? 'rle/sum' : 'rle/invalid', read, path);
  check.find('rle/escaped', 'The text is that of a Python bytes object or has its backslashes doubled; it was read as it was meant.', path);
  return again;
}

/** The mask, or the sentence that says why there is none. */
function decoded(text: string, { width, height }: ImageSize): Rle | string {
  try {
    return rleFromString(text, width, height);
  } catch (error) {
    if (isSamError(error, 'data/rle')) return error.message;
    throw error;
  }
}

/** `b'...'` without its wrapping, and each doubled backslash once: what Python's str() and repr() make of bytes. */
function unescaped(text: string): string {
  const inner = /^b'(.*)'$|^b"(.*)"$/s.exec(text);
  return (inner?.[1] ?? inner?.[2] ?? text).replaceAll('\\\\', '\\');
}
