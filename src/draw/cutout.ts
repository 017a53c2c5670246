/** One object out of an image: alone on nothing, or with some of what is around it. */
import type { Box } from '../geometry/box.js';
import type { ImageSize } from '../geometry/size.js';
import { cropRgb } from '../image/resize.js';
import type { RgbImage } from '../image/rgb-image.js';
import { cropRle } from '../mask/crop.js';
import { bitmaskFromRle } from '../mask/rle.js';
import type { DrawnObject } from './objects.js';

/** `data`: `Uint8Array`, height x width x 4, row-major, RGBA, not premultiplied; `box`: where in the image it was. */
export interface Cutout extends ImageSize { data: Uint8Array; box: Box }

/** The object's pixels, transparent around them and in its holes, cropped to its box (which is all there is of an object without a mask); undefined if it has none. */
export function cutOut(image: RgbImage, object: DrawnObject): Cutout | undefined {
  const box = cropBoxOf(object, image, 0);
  if (box === undefined) return undefined;
  const { data: colours, width, height } = cropRgb(image, box);
  const mask = object.rle === undefined ? undefined : bitmaskFromRle(cropRle(object.rle, box)).data;
  const data = new Uint8Array(width * height * 4);
  for (let i = 0; i < width * height; i++) {
    // nothing of what was around the object stays, not even unseen
    if (mask !== undefined && mask[i] === 0) continue;
    data.set(colours.subarray(3 * i, 3 * i + 3), 4 * i);
    data[4 * i + 3] = 255;
  }
  return { data, width, height, box };
}

/** The whole pixels around an object, with a margin of a share of its longer side, inside the image; undefined for one without pixels in it. */
export function cropBoxOf({ box, rle, area }: DrawnObject, { width, height }: ImageSize, margin: number): Box | undefined {
  if (box === undefined || (rle !== undefined && area === 0)) return undefined;
  const more = Math.round(margin * Math.max(box.x1 - box.x0, box.y1 - box.y0));
  const x0 = Math.max(0, Math.floor(box.x0) - more), y0 = Math.max(0, Math.floor(box.y0) - more);
  const x1 = Math.min(width, Math.ceil(box.x1) + more), y1 = Math.min(height, Math.ceil(box.y1) + more);
  return x0 < x1 && y0 < y1 ? { x0, y0, x1, y1 } : undefined;
}

/** The object in the frame of a crop. */
export function croppedObject({ annotation, rle, box, area }: DrawnObject, crop: Box): DrawnObject {
  const points = annotation.generator?.pointCoords?.map(([x, y]): [number, number] => [x - crop.x0, y - crop.y0]);
  return {
    annotation: points === undefined ? annotation : { ...annotation, generator: { ...annotation.generator, pointCoords: points } }, area,
    ...(rle === undefined ? {} : { rle: cropRle(rle, crop) }),
    ...(box === undefined ? {} : { box: { x0: box.x0 - crop.x0, y0: box.y0 - crop.y0, x1: box.x1 - crop.x0, y1: box.y1 - crop.y0 } }),
  };
}
