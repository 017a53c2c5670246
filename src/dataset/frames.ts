/**
 * The image is the truth: a photo that EXIF turns by a quarter has two sizes, as it is stored and upright as people and trainers see it, and
 * annotations drawn in the wrong one lie elsewhere. Which one it was is told by the record's size and by what fits into which.
 */
import type { Box } from '../geometry/box.js';
import type { ImageSize } from '../geometry/size.js';
import { isInside } from './check-annotation.js';

/** The sizes of an image file; `orientation`: EXIF's, 1 to 8, from 5 on it swaps the sides. */
export interface ImageFrames { stored: ImageSize; upright: ImageSize; orientation: number }

/** `undefined` where record and boxes are in the frame of the upright photo, or nothing tells the frames apart. */
export function frameProblem(record: ImageSize, boxes: readonly Box[], frames: ImageFrames): string | undefined {
  const { stored, upright } = frames;
  // a square looks the same in both
  if (same(stored, upright)) return undefined;
  const isStoredRecord = same(record, stored);
  if (!isStoredRecord && !same(record, upright)) return undefined;
  const onlyStored = boxes.filter((box) => isInside(box, stored) && !isInside(box, upright)).length;
  const onlyUpright = boxes.filter((box) => isInside(box, upright) && !isInside(box, stored)).length;
  if (!isStoredRecord && onlyStored === 0) return undefined;
  return `The photo is stored ${text(stored)}, and EXIF orientation ${frames.orientation} turns it to ${text(upright)}. ${verdictOf(isStoredRecord, onlyStored, onlyUpright, boxes.length, frames)}`;
}

function verdictOf(isStoredRecord: boolean, onlyStored: number, onlyUpright: number, all: number, { stored, upright }: ImageFrames): string {
  const of = (count: number): string => all === 1 ? 'the one annotation fits only' : `${count} of ${all} annotations fit only`;
  if (onlyStored > 0 && onlyUpright > 0) return `The annotations are in both frames: ${of(onlyStored)} the stored ${text(stored)}, ${onlyUpright} only the upright ${text(upright)}.`;
  if (onlyUpright > 0) return `The record says ${text(stored)}, but the annotations are in the upright frame: ${of(onlyUpright)} that; width and height of the record are swapped.`;
  if (onlyStored > 0) return `The annotations are in the stored frame: ${of(onlyStored)} that${isStoredRecord ? ', which is also the size in the record' : ', although the record says the upright size'}.`;
  return `The record says ${text(stored)}: the annotations are in the stored frame, as far as their record tells${all === 0 ? '' : ' (they fit both)'}.`;
}

function same(a: ImageSize, b: ImageSize): boolean {
  return a.width === b.width && a.height === b.height;
}

function text({ width, height }: ImageSize): string {
  return `${width} x ${height}`;
}
