/** A region of Label Studio to geometry: percents of the original size to pixels, every value checked. */
import type { JsonValue, Segmentation } from '../../dataset/types.js';
import type { Box } from '../../geometry/box.js';
import type { ImageSize } from '../../geometry/size.js';
import { maskOfBrush } from './label-studio-rle.js';
import { pixels } from '../pixel-number.js';
import { isFiniteNumber, isObject, shown, type JsonObject, type RecordCheck } from '../record-check.js';

/** One object a label. */
export interface Region { labels: string[]; box?: Box; segmentation?: Segmentation }

/** Results that are about the whole image or about other results. */
const NO_REGIONS = ['choices', 'textarea', 'rating', 'number', 'taxonomy', 'datetime', 'pairwise', 'ranker', 'relation', 'chatmessage'];
const LABEL_KEYS = ['rectanglelabels', 'polygonlabels', 'brushlabels', 'labels', 'ellipselabels', 'keypointlabels', 'bitmasklabels', 'vectorlabels'];
/** Shapes without labels; these stand in another result of the same id. */
const BARE = ['rectangle', 'polygon', 'brush', 'ellipse', 'keypoint', 'bitmask', 'vector'];

/** Whether a result is the shape of a region whose labels stand in another of `results`. */
export function isDoubled(result: JsonObject, results: readonly JsonObject[]): boolean {
  return isOneOf(BARE, result['type']) && labelsOf(result).length === 0 && results.some((other) => other !== result && other['id'] === result['id'] && labelsOf(other).length > 0);
}

/** The labels of a result, none for what has none. */
export function labelsOf({ value }: JsonObject): string[] {
  if (!isObject(value)) return [];
  for (const key of LABEL_KEYS) {
    const labels = value[key];
    if (Array.isArray(labels)) return labels.filter((label) => typeof label === 'string');
  }
  return [];
}

/** The size of the image that a region's percents are of; `undefined` where the check failed. */
export function originalSize(result: JsonObject, check: RecordCheck): ImageSize | undefined {
  const { original_width: width, original_height: height } = result;
  if (isSide(width) && isSide(height)) return { width, height };
  return check.find('image/size-unknown', `Expected original_width and original_height, found ${shown(width)} and ${shown(height)}: percents say no pixels without them.`);
}

/** `undefined` for what is no region, and where the check failed. */
export function readRegion(result: JsonObject, maxPixels: number, check: RecordCheck): Region | undefined {
  const { type, value, image_rotation: turned } = result;
  if (isOneOf(NO_REGIONS, type)) return check.find('region/ignored', `A result of type ${shown(type)} is not read.`, 'type');
  if (!isObject(value)) return check.find('json/record', `Expected an object, found ${shown(value)}.`, 'value');
  const image = originalSize(result, check), labels = labelsOf(result);
  if (turned !== undefined && turned !== null && turned !== 0) check.find('image/rotated', `The image was turned by ${shown(turned)} degrees.`, 'image_rotation');
  if (labels.length === 0) check.find('category/invalid', 'The region has no label.', 'value');
  if (image === undefined || check.failed) return undefined;
  const geometry = geometryOf(value, image, maxPixels, check) ?? (check.failed ? undefined : check.find('shape/unsupported', `A region of type ${shown(type)} is no rectangle, polygon or brush.`, 'type'));
  return geometry === undefined || check.failed ? undefined : { labels, ...geometry };
}

function geometryOf(value: JsonObject, image: ImageSize, maxPixels: number, check: RecordCheck): Omit<Region, 'labels'> | undefined {
  if (value['rle'] !== undefined) return brushOf(value, image, maxPixels, check);
  if (value['points'] !== undefined) return polygonOf(value, image, check);
  if (value['width'] !== undefined && value['height'] !== undefined && value['radiusX'] === undefined) return rectangleOf(value, image, check);
  return undefined;
}

function brushOf({ format, rle }: JsonObject, image: ImageSize, maxPixels: number, check: RecordCheck): Omit<Region, 'labels'> | undefined {
  if (format !== 'rle') return check.find('rle/invalid', `The format is ${shown(format)}, expected "rle".`, 'value.format');
  if (!Array.isArray(rle) || !rle.every((byte) => Number.isInteger(byte) && Number(byte) >= 0 && Number(byte) <= 255)) return check.find('rle/invalid', 'Expected a list of bytes.', 'value.rle');
  if (image.width * image.height > maxPixels) return check.find('image/invalid', `The image has ${image.width} x ${image.height} pixels, more than --max-pixels ${maxPixels}.`, 'original_width');
  const mask = maskOfBrush(Uint8Array.from(rle, Number), image);
  return 'code' in mask ? check.find(mask.code, mask.message, 'value.rle') : { segmentation: { kind: 'rle', rle: mask } };
}

function polygonOf({ points, closed }: JsonObject, { width, height }: ImageSize, check: RecordCheck): Omit<Region, 'labels'> | undefined {
  if (closed === false) return check.find('shape/unsupported', 'The polygon is not closed.', 'value.closed');
  if (!Array.isArray(points)) return check.find('polygon/invalid', `Expected a list of points, found ${shown(points)}.`, 'value.points');
  const ring: number[] = [];
  for (const [i, point] of points.entries()) {
    const [x, y] = Array.isArray(point) && point.length === 2 ? point : [];
    if (!isFiniteNumber(x) || !isFiniteNumber(y)) return check.find('polygon/invalid', `Point ${i} is ${shown(point)}.`, `value.points[${i}]`);
    ring.push(pixels((x * width) / 100), pixels((y * height) / 100));
  }
  return ring.length < 6 ? check.find('polygon/short', `The polygon has ${points.length} points.`, 'value.points') : { segmentation: { kind: 'polygons', rings: [ring] } };
}

/** A rotated rectangle is turned clockwise about its top left corner, where x and y say that it is. */
function rectangleOf(value: JsonObject, { width, height }: ImageSize, check: RecordCheck): Omit<Region, 'labels'> | undefined {
  const number = (key: string, side: number): number => ((check.number(value[key], 'box/invalid', `value.${key}`) ?? 0) * side) / 100;
  const x = number('x', width), y = number('y', height), w = number('width', width), h = number('height', height);
  const rotation = value['rotation'] === undefined || value['rotation'] === null ? 0 : number('rotation', 100);
  if (!check.failed && (w < 0 || h < 0)) check.find('box/negative-size', `The rectangle is ${shown(value['width'])} x ${shown(value['height'])} percent.`, 'value');
  if (check.failed) return undefined;
  if (rotation % 360 === 0) return { box: { x0: pixels(x), y0: pixels(y), x1: pixels(x + w), y1: pixels(y + h) } };
  check.find('shape/rotated', `The rectangle is rotated by ${rotation} degrees; its four corners are kept as a polygon.`, 'value.rotation');
  const cos = Math.cos((rotation * Math.PI) / 180), sin = Math.sin((rotation * Math.PI) / 180);
  const ring = [x, y, x + w * cos, y + w * sin, x + w * cos - h * sin, y + w * sin + h * cos, x - h * sin, y + h * cos].map(pixels);
  return { segmentation: { kind: 'polygons', rings: [ring] } };
}

function isOneOf(types: readonly string[], type: JsonValue | undefined): boolean {
  return typeof type === 'string' && types.includes(type.toLowerCase());
}

function isSide(value: JsonValue | undefined): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value > 0;
}
