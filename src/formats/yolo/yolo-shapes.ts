/** An object as the numbers of a YOLO line: a box, or the one polygon that a line holds. What the line cannot say is counted. */
import type { Annotation, ImageRecord } from '../../dataset/types.js';
import { SamError, isSamError } from '../../errors.js';
import type { Box } from '../../geometry/box.js';
import type { ImageSize } from '../../geometry/size.js';
import { rleFromPolygon, rleFromPolygons } from '../../mask/polygon-fill.js';
import { polygonsFromRle, type HolesPolicy } from '../../mask/polygons.js';
import { xorRle } from '../../mask/merge.js';
import { rleArea, type Rle } from '../../mask/rle.js';
import type { Sink } from '../format.js';
import { whereIs } from '../losses.js';
import { MEANT_PIXELS, pixels, shortestText } from '../pixel-number.js';
import { boxOf } from '../../dataset/shape-of.js';
import { joinRings } from './yolo-bridge.js';

/** `cx cy w h`, or undefined for an object without an extent in the image. */
export function boxTokens(annotation: Annotation, image: ImageRecord, sink: Sink): string[] | undefined {
  const where = whereIs(annotation, image);
  const box = boxOf(annotation);
  if (annotation.segmentation !== undefined) sink.lose('masks', where);
  const clipped = box === undefined ? undefined : clip(box, image);
  if (box === undefined || clipped === undefined) {
    sink.lose('boxes', where);
    return undefined;
  }
  const [x, y] = [spanTokens(clipped.x0, clipped.x1, image.width), spanTokens(clipped.y0, clipped.y1, image.height)];
  if (!x.exact || !y.exact || Object.entries(clipped).some(([side, value]) => value !== box[side as keyof Box])) sink.lose('precision', where); // the sides are those of a Box
  return [x.centre, y.centre, x.extent, y.extent];
}

/** The part of a box in the image; trainers drop an image where a coordinate is outside. */
function clip(box: Box, { width, height }: ImageSize): Box | undefined {
  const x0 = Math.max(0, box.x0), y0 = Math.max(0, box.y0), x1 = Math.min(width, box.x1), y1 = Math.min(height, box.y1);
  return x1 > x0 && y1 > y0 ? { x0, y0, x1, y1 } : undefined;
}

function spanTokens(from: number, to: number, size: number): { centre: string; extent: string; exact: boolean } {
  const extent = shortestText((to - from) / size, (read) => pixels(read * size) === pixels(to - from));
  const w = Number(extent);
  const ends = (c: number): [number, number] => [pixels((c - w / 2) * size), pixels((c + w / 2) * size)];
  const centre = shortestText((from + to) / 2 / size, (c) => ends(c)[0] === from && ends(c)[1] === to);
  const [start, end] = ends(Number(centre));
  return { centre, extent, exact: Math.abs(start - from) <= MEANT_PIXELS && Math.abs(end - to) <= MEANT_PIXELS };
}

/** `x1 y1 x2 y2 ...`, or undefined for an object without a mask. Throws `data/holes` where the policy is `error`. */
export function polygonTokens(annotation: Annotation, image: ImageRecord, holes: HolesPolicy, sink: Sink): string[] | undefined {
  const where = whereIs(annotation, image);
  const { segmentation } = annotation;
  if (segmentation === undefined) {
    sink.lose('boxes', where);
    return undefined;
  }
  const rings = segmentation.kind === 'polygons' ? segmentation.rings : ringsOfMask(segmentation.rle, holes, where, sink);
  if (segmentation.kind === 'rle') sink.lose('polygons', where);
  if (rings.length === 0) {
    sink.lose('masks', where);
    return undefined;
  }
  const ring = rings.length === 1 ? rings[0] ?? [] : oneRing(rings, image, where, sink);
  const tokens = ring.map((value, i) => coordinateToken(value, i % 2 === 0 ? image.width : image.height));
  if (tokens.some(({ exact }) => !exact)) sink.lose('precision', where);
  return tokens.map(({ text }) => text);
}

function ringsOfMask(rle: Rle, holes: HolesPolicy, where: string, sink: Sink): number[][] {
  try {
    return polygonsFromRle(rle, { holes: 'error' });
  } catch (error) {
    if (!isSamError(error, 'data/holes')) throw error;
    if (holes === 'error') throw new SamError('data/holes', error.message, { record: where, cause: error });
    sink.lose('holes', where);
    return polygonsFromRle(rle, { holes });
  }
}

/** Parts joined; parts that overlap are made one outline first, since a line is filled even-odd. */
function oneRing(rings: readonly number[][], image: ImageSize, where: string, sink: Sink): number[] {
  sink.lose('parts', where);
  const joined = joinRings(rings);
  const union = rleFromPolygons(rings, image);
  if (rleArea(xorRle(rleFromPolygon(joined, image), union)) === 0) return joined;
  sink.lose('polygons', where);
  return joinRings(polygonsFromRle(union, { holes: 'bridge' }));
}

function coordinateToken(value: number, size: number): { text: string; exact: boolean } {
  const inside = Math.min(size, Math.max(0, value));
  const text = shortestText(inside / size, (read) => pixels(read * size) === inside);
  return { text, exact: Math.abs(pixels(Number(text) * size) - value) <= MEANT_PIXELS };
}
