/** One segmentation as it stands in a file, read, checked or repaired, and in the form that was asked for. */
import { isSamError } from '../../errors.js';
import type { JsonValue } from '../../dataset/types.js';
import { boxToCocoXywh, boxToSa1bXywh } from '../../geometry/box.js';
import type { ImageSize } from '../../geometry/size.js';
import { rleToCounts } from '../../mask/coco-rle.js';
import { rleFromPolygons } from '../../mask/polygon-fill.js';
import { polygonsFromRle, type HolesPolicy } from '../../mask/polygons.js';
import { repairRle } from '../../mask/repair-rle.js';
import { boxFromRle, rleArea, type Rle } from '../../mask/rle.js';
import { rleToCoco } from '../../mask/rle-string.js';
import { readPolygons, readRle } from '../coco/coco-segmentation.js';
import { plainRle } from '../coco/coco-write.js';
import { isObject, shown, type RecordCheck } from '../record-check.js';

export const RLE_TARGETS = ['rle', 'counts', 'polygon', 'png', 'bbox', 'area'] as const;
export type RleTarget = (typeof RLE_TARGETS)[number];

export interface ValueOptions {
  maxPixels: number;
  /** Repairs what can be repaired, with a warning. */
  lenient: boolean;
  holes: HolesPolicy;
  /** Boxes as Meta's generator writes them, in its own files. */
  metaBoxes: boolean;
}

/** A mask, or the polygons that a file has in its place. */
export type Shape = { kind: 'mask'; rle: Rle; wasRepaired: boolean } | { kind: 'polygons'; rings: number[][] };

/** Reads what stands under `segmentation`; undefined for none and for what is wrong, which `check` then says. `size`: of the image, where it is known. */
export function readShape(value: JsonValue | undefined, size: ImageSize | undefined, { maxPixels, lenient }: ValueOptions, check: RecordCheck, path: string): Shape | undefined {
  if (value === undefined || value === null || (Array.isArray(value) && value.length === 0)) return undefined;
  if (Array.isArray(value)) return readPolygons(value, check);
  if (!isObject(value)) return check.find('segmentation/invalid', `Expected a list of polygons or {size, counts}, found ${shown(value)}.`, path);
  const repaired = lenient ? repair(value, size, maxPixels) : undefined;
  if (repaired === undefined || repaired.findings.length === 0) {
    const rle = readRle(value, size, maxPixels, check, path);
    return rle === undefined ? undefined : { kind: 'mask', rle, wasRepaired: check.findings.length > 0 };
  }
  for (const { message } of repaired.findings) check.find('rle/repaired', message, `${path}.counts`);
  return { kind: 'mask', rle: repaired.rle, wasRepaired: true };
}

/** Undefined where nothing can be made of it; strict reading then says why. */
function repair(value: JsonValue, size: ImageSize | undefined, maxPixels: number): ReturnType<typeof repairRle> | undefined {
  try {
    return repairRle(value, { maxPixels, ...(size === undefined ? {} : { expected: size }) });
  } catch (error) {
    if (isSamError(error, 'data/rle')) return undefined;
    throw error;
  }
}

/** The mask of a shape: that of polygons needs the image's size, and is missing without it, which `check` then says. */
export function maskOfShape(shape: Shape, size: ImageSize | undefined, check: RecordCheck): Rle | undefined {
  if (shape.kind === 'mask') return shape.rle;
  if (size === undefined) return check.find('image/size-unknown', 'Polygons become a mask only where the size of the image is known; a list of results does not tell it.', 'segmentation');
  return rleFromPolygons(shape.rings, size);
}

/** The value in its new form; undefined where `source`, what stands there now, is that value, and where it cannot be had, which `check` then says. */
export function convertShape(shape: Shape, source: JsonValue | undefined, to: Exclude<RleTarget, 'png'>, size: ImageSize | undefined, options: ValueOptions, check: RecordCheck): JsonValue | undefined {
  if (to === 'polygon' && shape.kind === 'polygons') return undefined;
  const mask = maskOfShape(shape, size, check);
  if (mask === undefined) return undefined;
  try {
    const value = valueOf(mask, to, options);
    return isSame(value, source) ? undefined : value;
  } catch (error) {
    if (!isSamError(error, 'data/holes')) throw error;
    return check.find('mask/holes', `${error.message.replace(/[;,].*/s, '')}, which polygons cannot hold; --holes bridge joins them to the outline, --holes drop fills them.`, 'segmentation');
  }
}

/** Equal as values is equal: 4.0 stays 4.0, and a mask whose size stands behind its counts stays so. */
function isSame(value: JsonValue, source: JsonValue | undefined): boolean {
  const [a, b] = isObject(value) && isObject(source) ? [value['counts'], source['counts']] : [value, source];
  return JSON.stringify(a) === JSON.stringify(b);
}

/** A mask in the form of a file; runs of no length, on which other programs go wrong, are taken out. */
export function valueOf(mask: Rle, to: Exclude<RleTarget, 'png'>, { holes, metaBoxes }: Pick<ValueOptions, 'holes' | 'metaBoxes'>): JsonValue {
  switch (to) {
    case 'rle': return { ...rleToCoco(plainRle(mask)) };
    case 'counts': return { ...rleToCounts(plainRle(mask)) };
    case 'polygon': return polygonsFromRle(mask, { holes });
    case 'area': return rleArea(mask);
    case 'bbox': {
      const box = boxFromRle(mask) ?? { x0: 0, y0: 0, x1: 0, y1: 0 };
      return metaBoxes ? boxToSa1bXywh(box) : boxToCocoXywh(box);
    }
  }
}
