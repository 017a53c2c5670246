/** COCO's `segmentation`: polygons, run lengths as a list, or as the compressed string; each with the ways in which files get it wrong. */
import { isSamError } from '../../errors.js';
import type { JsonValue, Segmentation } from '../../dataset/types.js';
import type { ImageSize } from '../../geometry/size.js';
import { rleFromCoco } from '../../mask/coco-rle.js';
import { repairRle } from '../../mask/repair-rle.js';
import type { Rle } from '../../mask/rle.js';
import { isFiniteNumber, isObject, shown, type JsonObject, type RecordCheck } from '../record-check.js';

/** `size`: that of the image, in pixels. Undefined for an absent, empty or wrong segmentation; a wrong one has left its finding in `check`. */
export function readSegmentation(value: JsonValue | undefined, size: ImageSize, maxPixels: number, check: RecordCheck): Segmentation | undefined {
  // box-only datasets write [] or null
  if (value === undefined || value === null || (Array.isArray(value) && value.length === 0)) return undefined;
  if (Array.isArray(value)) return readPolygons(value, check);
  if (!isObject(value)) return check.find('segmentation/invalid', `Expected a list of polygons or {size, counts}, found ${shown(value)}.`, 'segmentation');
  const rle = readRle(value, size, maxPixels, check, 'segmentation');
  return rle === undefined ? undefined : { kind: 'rle', rle };
}

/** A list of rings, each of at least three points; undefined where it is wrong, which `check` then says. */
export function readPolygons(value: JsonValue[], check: RecordCheck): { kind: 'polygons'; rings: number[][] } | undefined {
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
  const [height, width] = Array.isArray(value['size']) ? value['size'] : [];
  if (size !== undefined && typeof height === 'number' && typeof width === 'number' && (height !== size.height || width !== size.width)) {
    const swapped = height === size.width && width === size.height ? '; width and height seem to be swapped, size is [height, width]' : '';
    return check.find('size/mismatch', `The image is ${size.width} x ${size.height}, the mask ${width} x ${height}${swapped}.`, `${path}.size`);
  }
  try {
    return rleFromCoco(value, { maxPixels });
  } catch (error) {
    if (!isSamError(error, 'data/rle')) throw error;
    const { rle, kinds } = repaired(value, maxPixels);
    const isEscaped = rle !== undefined && kinds.every((kind) => kind === 'string-escaped');
    const code = isEscaped ? 'rle/escaped' : rle !== undefined && kinds.every((kind) => kind.startsWith('sum-')) ? 'rle/sum' : 'rle/invalid';
    check.find(code, isEscaped ? 'The text is that of a Python bytes object or has its backslashes doubled; it is read as it was meant.' : error.message, `${path}.${error.path ?? 'counts'}`);
    return isEscaped ? rle : undefined;
  }
}

/** What lenient reading would make of a mask that strict reading refuses: it tells what kind of fault there is. */
function repaired(value: JsonObject, maxPixels: number): { rle?: Rle; kinds: string[] } {
  try {
    const { rle, findings } = repairRle(value, { maxPixels });
    return { rle, kinds: findings.map(({ kind }) => kind) };
  } catch (error) {
    if (!isSamError(error, 'data/rle')) throw error;
    return { kinds: [] };
  }
}
