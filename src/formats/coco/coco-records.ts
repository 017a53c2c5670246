/** COCO's records, one at a time: JSON to the model, every value checked, keys that COCO does not know kept as `extra`. */
import type { Annotation, Category, GeneratorFacts, ImageRecord, JsonValue } from '../../dataset/types.js';
import { unsafeReason } from '../../files/safe-path.js';
import type { Box } from '../../geometry/box.js';
import type { ImageSize } from '../../geometry/size.js';
import { readSegmentation } from './coco-segmentation.js';
import { isFiniteNumber, isObject, restOf, shown, type JsonObject, type RecordCheck } from '../record-check.js';

export const IMAGE_KEYS: ReadonlySet<string> = new Set(['id', 'file_name', 'width', 'height']);
export const CATEGORY_KEYS: ReadonlySet<string> = new Set(['id', 'name', 'supercategory']);
const ANNOTATION_KEYS: ReadonlySet<string> = new Set(['id', 'image_id', 'category_id', 'segmentation', 'area', 'bbox', 'iscrowd', 'score']);
/** Keys of the generator and of other tools' attributes, where their values are what they should be. */
const GENERATOR_KEYS = { predicted_iou: 'predictedIou', stability_score: 'stabilityScore', point_coords: 'pointCoords', crop_box: 'cropBox' } as const;
export const ALL_ANNOTATION_KEYS: ReadonlySet<string> = new Set([...ANNOTATION_KEYS, ...Object.keys(GENERATOR_KEYS), 'attributes']);

/** An image; undefined where the check failed. */
export function readImage(record: JsonObject, check: RecordCheck): ImageRecord | undefined {
  const id = check.id(record['id'], 'id');
  const fileName = readFileName(record, check);
  const { width, height } = record;
  for (const [key, side] of [['width', width], ['height', height]] as const) {
    if (!isSide(side)) check.find('image/invalid', `Expected a whole number of pixels from 1, found ${shown(side)}.`, key);
  }
  if (id === undefined || fileName === undefined || !isSide(width) || !isSide(height)) return undefined;
  return { id, fileName, width, height, ...extraOf(record, IMAGE_KEYS, check) };
}

/** LVIS has no `file_name`: folder and name at the end of `coco_url`. */
function readFileName(record: JsonObject, check: RecordCheck): string | undefined {
  const url = record['coco_url'];
  const fromUrl = record['file_name'] === undefined && typeof url === 'string' ? /[^/?#]+\/[^/?#]+$/.exec(url)?.[0] : undefined;
  if (fromUrl !== undefined) check.find('image/name-from-url', `There is no file_name; the end of coco_url, "${fromUrl}", serves as one.`, 'coco_url');
  return safeFileName(fromUrl ?? record['file_name'], check, 'file_name');
}

/** A relative name with `/` that stays in its folder; undefined where the check failed. */
export function safeFileName(value: JsonValue | undefined, check: RecordCheck, path: string): string | undefined {
  if (typeof value !== 'string') return check.find('image/invalid', `Expected a file name, found ${shown(value)}.`, path);
  const reason = /^[a-z][a-z0-9+.-]*:\/\//i.test(value) ? 'it is a URL' : unsafeReason(value);
  if (reason !== undefined) return check.find('path/outside', `The name ${shown(value)} is refused: ${reason}.`, path);
  if (!value.includes('\\')) return value;
  check.find('path/backslash', `The name ${shown(value)} has backslashes; they are read as slashes.`, path);
  return value.replaceAll('\\', '/');
}

export function readCategory(record: JsonObject, check: RecordCheck): Category | undefined {
  const id = check.id(record['id'], 'id');
  const { name, supercategory } = record;
  if (typeof name !== 'string' || name === '') return check.find('category/invalid', `Expected a name, found ${shown(name)}.`, 'name');
  if (supercategory !== undefined && supercategory !== null && typeof supercategory !== 'string') return check.find('category/invalid', `Expected a text, found ${shown(supercategory)}.`, 'supercategory');
  if (id === undefined) return undefined;
  // segment-all and many others write '' for none
  const has = typeof supercategory === 'string' && supercategory !== '';
  return { id, name, ...(has ? { supercategory } : {}), ...extraOf(record, CATEGORY_KEYS, check) };
}

export interface AnnotationContext {
  image: ImageSize;
  imageId: number;
  maxPixels: number;
  hasCategory(id: number): boolean;
}

/** An annotation of an image that is known; undefined where the check failed. `id`: of results, which have none. */
export function readAnnotation(record: JsonObject, context: AnnotationContext, check: RecordCheck, id = check.id(record['id'], 'id')): Annotation | undefined {
  const categoryId = check.id(record['category_id'], 'category_id');
  if (categoryId !== undefined && !context.hasCategory(categoryId)) check.find('category/unknown', `There is no category with the id ${categoryId}.`, 'category_id');
  const segmentation = readSegmentation(record['segmentation'], context.image, context.maxPixels, check);
  const box = readBox(record['bbox'], context.image, check, 'bbox');
  const area = optionalNumber(record, 'area', 'area/invalid', check);
  if (area !== undefined && area < 0) check.find('area/invalid', `An area of ${area}.`, 'area');
  const score = optionalNumber(record, 'score', 'score/invalid', check);
  const isCrowd = readCrowd(record['iscrowd'], check);
  const generator = readGenerator(record);
  const attributes = readAttributes(record['attributes']);
  const extra = extraOf(record, keysTaken(record, generator, attributes), check);
  if (check.failed || id === undefined || categoryId === undefined) return undefined;
  if (segmentation === undefined && box === undefined) check.find('annotation/empty', 'There is neither a box nor a segmentation.');
  if (id === 0) check.find('id/zero', 'The id is 0, which COCO\'s evaluator takes for "no match": ids count from 1.', 'id');
  return {
    id, imageId: context.imageId, categoryId, isCrowd,
    ...(segmentation === undefined ? {} : { segmentation }), ...(box === undefined ? {} : { box }), ...(area === undefined ? {} : { area }),
    ...(score === undefined ? {} : { score }), ...(generator === undefined ? {} : { generator }), ...(attributes === undefined ? {} : { attributes }),
    ...extra,
  };
}

/** `[x, y, w, h]` as a half-open box; undefined for none, and for a wrong one, which `check` then says. */
export function readBox(value: JsonValue | undefined, image: ImageSize, check: RecordCheck, path: string): Box | undefined {
  if (value === undefined || value === null || (Array.isArray(value) && value.length === 0)) return undefined;
  if (!Array.isArray(value) || value.length !== 4 || !value.every(isFiniteNumber)) return check.find('box/invalid', `Expected [x, y, width, height] in finite numbers, found ${shown(value)}.`, path);
  // `every` does not narrow a list to one of four
  const [x, y, w, h] = value as [number, number, number, number];
  if (w < 0 || h < 0) return check.find('box/negative-size', `The box is ${w} x ${h}.`, path);
  const box = { x0: x, y0: y, x1: x + w, y1: y + h };
  if (!Number.isFinite(box.x1) || !Number.isFinite(box.y1)) return check.find('box/invalid', `The box ends beyond every number: ${shown(value)}.`, path);
  if (w === 0 || h === 0) check.find('box/empty', `The box is ${w} x ${h}.`, path);
  if (x < -1 || y < -1 || box.x1 > image.width + 1 || box.y1 > image.height + 1) check.find('box/outside', `The box ${shown(value)} reaches beyond the image of ${image.width} x ${image.height}.`, path);
  return box;
}

function optionalNumber(record: JsonObject, key: string, code: 'area/invalid' | 'score/invalid', check: RecordCheck): number | undefined {
  const value = record[key];
  return value === undefined || value === null ? undefined : check.number(value, code, key);
}

function readCrowd(value: JsonValue | undefined, check: RecordCheck): boolean {
  if (value === undefined || value === null || value === 0 || value === 1) return value === 1;
  if (typeof value !== 'boolean') check.find('crowd/invalid', `Expected 0 or 1, found ${shown(value)}.`, 'iscrowd');
  else check.find('crowd/not-number', `Expected 0 or 1, found ${value}.`, 'iscrowd');
  return value === true;
}

/** What the generator wrote beside a mask; a value of another kind is not its, and nothing is said of it. */
function readGenerator(record: JsonObject): GeneratorFacts | undefined {
  const { predicted_iou: predictedIou, stability_score: stabilityScore, point_coords: points, crop_box: crop } = record;
  const facts: GeneratorFacts = {
    ...(isFiniteNumber(predictedIou) ? { predictedIou } : {}), ...(isFiniteNumber(stabilityScore) ? { stabilityScore } : {}),
    ...(isPoints(points) ? { pointCoords: points } : {}), ...(isQuad(crop) ? { cropBox: { x0: crop[0], y0: crop[1], x1: crop[0] + crop[2], y1: crop[1] + crop[3] } } : {}),
  };
  return Object.keys(facts).length === 0 ? undefined : facts;
}

function isPoints(value: JsonValue | undefined): value is [number, number][] {
  return Array.isArray(value) && value.every((point) => Array.isArray(point) && point.length === 2 && point.every(isFiniteNumber));
}

function isQuad(value: JsonValue | undefined): value is [number, number, number, number] {
  return Array.isArray(value) && value.length === 4 && value.every(isFiniteNumber);
}

/** Values of other kinds make the whole thing no attributes. */
function readAttributes(value: JsonValue | undefined): Annotation['attributes'] {
  if (!isObject(value)) return undefined;
  const entries = Object.entries(value).filter((entry): entry is [string, string | number | boolean] => isFiniteNumber(entry[1]) || typeof entry[1] === 'string' || typeof entry[1] === 'boolean');
  // fromEntries makes own properties, of `__proto__` too
  return entries.length === Object.keys(value).length ? Object.fromEntries(entries) : undefined;
}

/** The keys that found a place in the model: what looked like the generator's but was not stays among the unknown ones. */
function keysTaken(record: JsonObject, generator: GeneratorFacts | undefined, attributes: Annotation['attributes']): ReadonlySet<string> {
  const left = Object.entries(GENERATOR_KEYS).filter(([key, fact]) => record[key] !== undefined && generator?.[fact] === undefined).map(([key]) => key);
  if (record['attributes'] !== undefined && attributes === undefined) left.push('attributes');
  return left.length === 0 ? ALL_ANNOTATION_KEYS : new Set([...ALL_ANNOTATION_KEYS].filter((key) => !left.includes(key)));
}

function isSide(value: JsonValue | undefined): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value > 0;
}

function extraOf(record: JsonObject, known: ReadonlySet<string>, check: RecordCheck): { extra?: JsonObject } {
  const extra = restOf(record, known, check);
  return extra === undefined ? {} : { extra };
}
