/**
 * What can be said of an annotation that was read: its box and area against its mask, and all of them against the image. Where there is one
 * right value, the problem brings it along; nothing is guessed.
 */
import { isSamError, messageOf } from '../errors.js';
import type { Box } from '../geometry/box.js';
import type { ImageSize } from '../geometry/size.js';
import { boxFromRle, rleArea } from '../mask/rle.js';
import { rleOfAnnotation } from './masks.js';
import type { RuleCode } from './rules.js';
import { boxOfRings } from './shape-of.js';
import type { Annotation } from './types.js';

/** `fix`: what the annotation should say instead. */
export interface Problem { code: RuleCode; message: string; path: string; fix?: Pick<Annotation, 'box' | 'area'> }

/** So far beyond the image a box or polygon may reach, in pixels: rounding is no fault. */
export const OUTSIDE_SLACK = 1;

/** `slack`: how far, in pixels, the edges of a box may lie from those of its mask. */
export function annotationProblems(annotation: Annotation, image: ImageSize, slack: number): Problem[] {
  return [...boxProblems(annotation, image), ...maskProblems(annotation, image, slack)];
}

function boxProblems({ box }: Annotation, image: ImageSize): Problem[] {
  if (box === undefined) return [];
  const text = boxText(box);
  if (box.x1 <= box.x0 || box.y1 <= box.y0) return [{ code: 'box/empty', message: `The box ${text} has no area.`, path: 'bbox' }];
  return isInside(box, image) ? [] : [{ code: 'box/outside', message: `The box ${text} reaches beyond the image of ${image.width} x ${image.height}.`, path: 'bbox' }];
}

/** What a mask measures. `areas`: what may be stated as its area, the exact one first; `slack`: by how much that may differ. */
interface Measures { box: Box; pixels(): number; areas(): number[]; slack: number }

function maskProblems(annotation: Annotation, image: ImageSize, boxSlack: number): Problem[] {
  const { segmentation } = annotation;
  if (segmentation === undefined) return [];
  const problems: Problem[] = [];
  if (segmentation.kind === 'polygons') {
    const bounds = boxOfRings(segmentation.rings);
    if (bounds !== undefined && !isInside(bounds, image)) problems.push({ code: 'polygon/outside', message: `The polygon covers ${boxText(bounds)}, beyond the image of ${image.width} x ${image.height}.`, path: 'segmentation' });
  }
  try {
    const measures = measuresOf(annotation, image);
    if (measures === undefined) return [...problems, { code: 'mask/empty', message: 'The mask has no pixel.', path: 'segmentation' }];
    return [...problems, ...boxAgainstMask(annotation.box, measures, image, boxSlack), ...areaAgainstMask(annotation.area, measures)];
  } catch (error) {
    if (!isSamError(error, 'data/polygon', 'data/rle')) throw error;
    return [...problems, { code: 'polygon/invalid', message: `The polygon cannot be drawn: ${messageOf(error)}`, path: 'segmentation' }];
  }
}

/** Undefined for a mask without a pixel. Polygons are drawn only where their pixels decide something. */
function measuresOf(annotation: Annotation, image: ImageSize): Measures | undefined {
  const { segmentation } = annotation;
  if (segmentation === undefined) return undefined;
  if (segmentation.kind === 'rle') {
    const box = boxFromRle(segmentation.rle);
    if (box === undefined) return undefined;
    const area = rleArea(segmentation.rle);
    return { box, pixels: () => area, areas: () => [area], slack: Math.max(0.5, area * 0.005) };
  }
  const box = boxOfRings(segmentation.rings);
  if (box === undefined) return undefined;
  let drawn: number | undefined;
  const pixels = (): number => (drawn ??= rleArea(rleOfAnnotation(annotation, image) ?? { ...image, counts: new Uint32Array() }));
  const outlined = segmentation.rings.reduce((sum, ring) => sum + ringArea(ring), 0);
  // a thin or far one may have no pixel; anything larger inside the image has
  if ((outlined < LEAST_CERTAIN_AREA || !isInside(box, image)) && pixels() === 0) return undefined;
  // an outline runs through the pixels along it: as many as half of its box's sides may count or not
  return { box: clipped(box, image), pixels, areas: () => [outlined, pixels()], slack: outlined * 0.05 + (box.x1 - box.x0 + box.y1 - box.y0) / 2 };
}

const LEAST_CERTAIN_AREA = 4;

function boxAgainstMask(box: Box | undefined, measures: Measures, image: ImageSize, slack: number): Problem[] {
  if (box === undefined || box.x1 <= box.x0 || box.y1 <= box.y0) return [];
  const own = measures.box, stated = clipped(box, image);
  const off = Math.max(Math.abs(stated.x0 - own.x0), Math.abs(stated.y0 - own.y0), Math.abs(stated.x1 - own.x1), Math.abs(stated.y1 - own.y1));
  // the numbers of a file were rounded when its widths were taken
  if (off <= slack + 1e-6) return [];
  return [{ code: 'box/mismatch', message: `The box ${boxText(box)} is not that of the mask, ${boxText(own)}.`, path: 'bbox', fix: { box: own } }];
}

function areaAgainstMask(area: number | undefined, measures: Measures): Problem[] {
  if (area === undefined) return [];
  if (measures.areas().some((candidate) => Math.abs(candidate - area) <= measures.slack)) return [];
  const pixels = measures.pixels();
  return [{ code: 'area/mismatch', message: `The area is said to be ${area}, the mask has ${pixels} pixels.`, path: 'area', fix: { area: pixels } }];
}

/** By the shoelace formula, in square pixels. */
function ringArea(ring: readonly number[]): number {
  let twice = 0;
  for (let i = 0, j = ring.length - 2; i + 1 < ring.length; j = i, i += 2) twice += ring[j]! * ring[i + 1]! - ring[i]! * ring[j + 1]!;
  return Math.abs(twice) / 2;
}

function clipped({ x0, y0, x1, y1 }: Box, { width, height }: ImageSize): Box {
  const inside = (value: number, most: number): number => Math.min(most, Math.max(0, value));
  return { x0: inside(x0, width), y0: inside(y0, height), x1: inside(x1, width), y1: inside(y1, height) };
}

/** True for a box that stays within the image, give or take a pixel. */
export function isInside({ x0, y0, x1, y1 }: Box, { width, height }: ImageSize): boolean {
  return x0 >= -OUTSIDE_SLACK && y0 >= -OUTSIDE_SLACK && x1 <= width + OUTSIDE_SLACK && y1 <= height + OUTSIDE_SLACK;
}

/** Edges, as people read them. */
function boxText({ x0, y0, x1, y1 }: Box): string {
  const short = (value: number): string => String(Math.round(value * 100) / 100);
  return `${short(x0)},${short(y0)} to ${short(x1)},${short(y1)}`;
}
