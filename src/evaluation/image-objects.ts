/** The objects of one image as an evaluation sees them: what was found, and what there is. Plain data. */
import { SamError } from '../errors.js';
import type { Rle } from '../mask/rle.js';

/** `[x, y, width, height]` in pixels, as COCO states boxes: IoU is made of these very numbers. */
export type Xywh = readonly [number, number, number, number];

interface ImageObject {
  /** Id of the category in the ground truth. */
  category: number;
  /** In pixels; decides whether the object is small, medium or large. */
  area: number;
  /** Needed by `bbox`. */
  box?: Xywh;
  /** Needed by `segm` and `boundary`; of one size in an image. */
  mask?: Rle;
}

/** `score`: any finite number, the higher the surer. */
export interface DetectedObject extends ImageObject { score: number }

/** `isCrowd`: a region of many objects, which detections may match any part of and nobody must find. */
export interface TrueObject extends ImageObject { isCrowd: boolean }

export interface ImageObjects {
  /** Images count in the order of their ids where scores are equal. */
  imageId: number;
  detections: readonly DetectedObject[];
  truths: readonly TrueObject[];
}

/**
 * The same objects by category, and within one in their order: the order in which COCO looks at them. Throws `data/record` for a score or an area
 * that is no finite number.
 */
export function byCategory({ imageId, detections, truths }: ImageObjects): ImageObjects {
  detections.forEach(({ score, area }, i) => {
    if (!Number.isFinite(score) || !Number.isFinite(area)) throw notFinite(`image ${imageId}, detections[${i}]`, { score, area });
  });
  truths.forEach(({ area }, i) => {
    if (!Number.isFinite(area)) throw notFinite(`image ${imageId}, truths[${i}]`, { area });
  });
  return { imageId, detections: sorted(detections), truths: sorted(truths) };
}

function sorted<T extends ImageObject>(objects: readonly T[]): readonly T[] {
  return objects.every(({ category }, i) => i === 0 || objects[i - 1]!.category <= category) ? objects : [...objects].sort((a, b) => a.category - b.category);
}

function notFinite(record: string, numbers: Record<string, number>): SamError {
  const found = Object.entries(numbers).map(([name, value]) => `${name} ${value}`).join(', ');
  return new SamError('data/record', `Expected finite numbers, found ${found}.`, { record });
}
