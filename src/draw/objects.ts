/** Annotations as things to draw: with a mask or a box in the frame of the picture, an area, and a place in the order of drawing. */
import { rleOfAnnotation } from '../dataset/masks.js';
import type { Annotation, DatasetEntry } from '../dataset/types.js';
import { SamError } from '../errors.js';
import type { Box } from '../geometry/box.js';
import type { ImageSize } from '../geometry/size.js';
import { resizeRle } from '../mask/resize-nearest.js';
import { assertRunSum, boxFromRle, rleArea, type Rle } from '../mask/rle.js';

/** `area`: pixels of the mask, or of the box where there is no mask. `box`: half-open, the mask's own where there is one. */
export interface DrawnObject { annotation: Annotation; rle?: Rle; box?: Box; area: number }

/**
 * The object of an annotation; one without pixels and box has an area of 0. Throws `data/record`, naming the annotation, for a mask of another
 * size than the image or one that is malformed.
 */
export function objectOf(annotation: Annotation, size: ImageSize): DrawnObject {
  const record = `annotation ${annotation.id}`;
  try {
    const rle = rleOfAnnotation(annotation, size);
    if (rle === undefined) return withBox(annotation);
    if (rle.width !== size.width || rle.height !== size.height) {
      throw new SamError('data/record', `The mask is ${rle.width} x ${rle.height}, but the image ${size.width} x ${size.height}.`, { record });
    }
    assertRunSum(rle);
    const box = boxFromRle(rle) ?? annotation.box;
    return { annotation, rle, area: rleArea(rle), ...(box === undefined ? {} : { box }) };
  } catch (error) {
    if (!(error instanceof SamError) || error.code === 'data/record') throw error;
    throw new SamError('data/record', error.message, { record, cause: error });
  }
}

/** The objects of an image, in order; a record with a fault costs only itself and is added to `errors`, with the image and the record named. */
export function objectsOf({ image: { fileName }, annotations }: DatasetEntry, size: ImageSize, errors: SamError[]): DrawnObject[] {
  return annotations.flatMap((annotation) => {
    try {
      return [objectOf(annotation, size)];
    } catch (error) {
      if (!(error instanceof SamError)) throw error;
      errors.push(new SamError(error.code, error.message, { file: fileName, record: error.record, cause: error }));
      return [];
    }
  });
}

function withBox(annotation: Annotation): DrawnObject {
  const { box } = annotation;
  if (box === undefined) return { annotation, area: 0 };
  return { annotation, box, area: Math.max(0, box.x1 - box.x0) * Math.max(0, box.y1 - box.y0) };
}

/** The largest first, so that nothing is hidden; of equal ones the earlier first. */
export function largestFirst(objects: readonly DrawnObject[]): DrawnObject[] {
  return objects.map((object, i) => ({ object, i })).sort((a, b) => b.object.area - a.object.area || a.i - b.i).map(({ object }) => object);
}

/** The objects in a picture of another size, for thumbnails: masks by nearest pixels. */
export function scaledObjects(objects: readonly DrawnObject[], from: ImageSize, to: ImageSize): DrawnObject[] {
  const [sx, sy] = [to.width / from.width, to.height / from.height];
  const scaled = ({ x0, y0, x1, y1 }: Box): Box => ({ x0: x0 * sx, y0: y0 * sy, x1: x1 * sx, y1: y1 * sy });
  return objects.map(({ annotation, rle, box, area }) => ({
    annotation: withPoints(annotation, sx, sy), area,
    ...(rle === undefined ? {} : { rle: resizeRle(rle, to) }), ...(box === undefined ? {} : { box: scaled(box) }),
  }));
}

function withPoints(annotation: Annotation, sx: number, sy: number): Annotation {
  const points = annotation.generator?.pointCoords;
  if (points === undefined) return annotation;
  return { ...annotation, generator: { ...annotation.generator, pointCoords: points.map(([x, y]) => [x * sx, y * sy]) } };
}
