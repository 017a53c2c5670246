/** The records of SA-1B files, and of the bare lists that Meta's generator script writes: JSON to the model, every value checked. */
import type { Annotation, GeneratorFacts, ImageRecord, JsonValue } from '../../dataset/types.js';
import { boxToSa1bXywh, type Box } from '../../geometry/box.js';
import type { ImageSize } from '../../geometry/size.js';
import { boxFromRle, type Rle } from '../../mask/rle.js';
import { readRle } from '../coco/coco-segmentation.js';
import { safeFileName } from '../coco/coco-records.js';
import { OBJECT } from '../object-category.js';
import { isFiniteNumber, isObject, restOf, shown, type JsonObject, type RecordCheck } from '../record-check.js';

export const SA1B_IMAGE_KEYS: ReadonlySet<string> = new Set(['image_id', 'width', 'height', 'file_name']);
export const SA1B_ANNOTATION_KEYS: ReadonlySet<string> = new Set(['id', 'segmentation', 'bbox', 'area', 'predicted_iou', 'stability_score', 'crop_box', 'point_coords', 'sa1b_id']);

/** `folder`: that of the JSON file, `''` at the root; an image without a folder of its own lies beside its file, as in SA-1B. */
export function readSa1bImage(value: JsonValue | undefined, folder: string, check: RecordCheck): ImageRecord | undefined {
  if (!isObject(value)) return check.find('json/record', `Expected an object, found ${shown(value)}.`, 'image');
  const id = check.id(value['image_id'], 'image.image_id');
  const name = safeFileName(value['file_name'], check, 'image.file_name');
  const [width, height] = [value['width'], value['height']];
  for (const [key, side] of [['width', width], ['height', height]] as const) {
    if (!isSide(side)) check.find('image/invalid', `Expected a whole number of pixels from 1, found ${shown(side)}.`, `image.${key}`);
  }
  const extra = restOf(value, SA1B_IMAGE_KEYS, check);
  if (check.failed || id === undefined || name === undefined || !isSide(width) || !isSide(height)) return undefined;
  const fileName = folder === '' || name.includes('/') ? name : `${folder}/${name}`;
  return { id, fileName, width, height, ...(extra === undefined ? {} : { extra }) };
}

export interface Sa1bContext {
  image: ImageSize & { id: number };
  maxPixels: number;
  /** The running number over all files, and the place in this one from 1, which is the id that `segment-all` writes. */
  id: number;
  place: number;
}

/** One mask; undefined where the check failed. An `id` of the file that is not its place is kept as `sa1b_id`: ids of the model count over all files. */
export function readSa1bAnnotation(record: JsonObject, { image, maxPixels, id, place }: Sa1bContext, check: RecordCheck): Annotation | undefined {
  const { segmentation: value, id: stated } = record;
  const rle = isObject(value) ? readRle(value, image, maxPixels, check, 'segmentation') : check.find('segmentation/invalid', `Expected a mask {size, counts}, found ${shown(value)}.`, 'segmentation');
  const ownId = stated === undefined || stated === null ? place : check.id(stated, 'id');
  const box = rle === undefined ? undefined : readMetaBox(record['bbox'], rle, check);
  const area = optional(record, 'area', 'area/invalid', check);
  if (area !== undefined && area < 0) check.find('area/invalid', `An area of ${area}.`, 'area');
  const generator = readFacts(record, check);
  const rest = restOf(record, SA1B_ANNOTATION_KEYS, check);
  if (check.failed || rle === undefined) return undefined;
  const extra = ownId === place ? rest : { ...rest, sa1b_id: ownId ?? null };
  return {
    id, imageId: image.id, categoryId: OBJECT.id, isCrowd: false, segmentation: { kind: 'rle', rle }, ...(box === undefined ? {} : { box }), ...(area === undefined ? {} : { area }),
    ...(generator === undefined ? {} : { generator }), ...(extra === undefined ? {} : { extra }),
  };
}

/**
 * Meta's boxes are a pixel narrower and lower than COCO's, and files of both kinds are about: where one of the two is the box of the
 * mask, that is the box; else the box is read as Meta's and a finding says so.
 */
function readMetaBox(value: JsonValue | undefined, rle: Rle, check: RecordCheck): Box | undefined {
  if (value === undefined || value === null) return undefined;
  const [x, y, w, h] = Array.isArray(value) ? value : [];
  if (!Array.isArray(value) || value.length !== 4 || !isFiniteNumber(x) || !isFiniteNumber(y) || !isFiniteNumber(w) || !isFiniteNumber(h)) {
    return check.find('box/invalid', `Expected [x, y, width, height] in finite numbers, found ${shown(value)}.`, 'bbox');
  }
  if (w < 0 || h < 0) return check.find('box/negative-size', `The box is ${w} x ${h}.`, 'bbox');
  const own = boxFromRle(rle);
  if (own === undefined) return { x0: x, y0: y, x1: x + w, y1: y + h };
  const meta = boxToSa1bXywh(own);
  const isOwn = x === meta[0] && y === meta[1] && ((w === meta[2] && h === meta[3]) || (w === meta[2] + 1 && h === meta[3] + 1));
  if (isOwn) return own;
  check.find('box/mismatch', `The box ${shown(value)} is not that of the mask, [${meta.join(',')}].`, 'bbox');
  return { x0: x, y0: y, x1: x + w + 1, y1: y + h + 1 };
}

function readFacts(record: JsonObject, check: RecordCheck): GeneratorFacts | undefined {
  const predictedIou = optional(record, 'predicted_iou', 'score/invalid', check), stabilityScore = optional(record, 'stability_score', 'score/invalid', check);
  const points = record['point_coords'], crop = record['crop_box'];
  const pointCoords = Array.isArray(points) && points.every(isPoint) ? points : undefined;
  if (points !== undefined && points !== null && pointCoords === undefined) check.find('point/invalid', `Expected a list of [x, y] in finite numbers, found ${shown(points)}.`, 'point_coords');
  const isCrop = Array.isArray(crop) && crop.length === 4 && crop.every(isFiniteNumber);
  if (crop !== undefined && crop !== null && !isCrop) check.find('box/invalid', `Expected [x, y, width, height] in finite numbers, found ${shown(crop)}.`, 'crop_box');
  // four finite numbers, which `every` does not tell the type of the list
  const [x, y, w, h] = isCrop ? (crop as [number, number, number, number]) : [];
  const facts: GeneratorFacts = {
    ...(predictedIou === undefined ? {} : { predictedIou }), ...(stabilityScore === undefined ? {} : { stabilityScore }), ...(pointCoords === undefined ? {} : { pointCoords }),
    ...(x === undefined || y === undefined || w === undefined || h === undefined ? {} : { cropBox: { x0: x, y0: y, x1: x + w, y1: y + h } }),
  };
  return Object.keys(facts).length === 0 ? undefined : facts;
}

function isPoint(value: JsonValue): value is [number, number] {
  return Array.isArray(value) && value.length === 2 && value.every(isFiniteNumber);
}

function optional(record: JsonObject, key: string, code: 'area/invalid' | 'score/invalid', check: RecordCheck): number | undefined {
  const value = record[key];
  return value === undefined || value === null ? undefined : check.number(value, code, key);
}

function isSide(value: JsonValue | undefined): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value > 0;
}
