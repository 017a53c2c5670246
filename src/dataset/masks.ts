/** The mask of an annotation, whatever form its source had. */
import type { ImageSize } from '../geometry/size.js';
import { rleFromPolygons } from '../mask/polygon-fill.js';
import type { Rle } from '../mask/rle.js';
import type { Annotation } from './types.js';

/** Runs as they stand, polygons rasterised by COCO's rule, undefined for an annotation without a segmentation. Throws `data/polygon`, `data/rle`. */
export function rleOfAnnotation(annotation: Annotation, size: ImageSize): Rle | undefined {
  const { segmentation } = annotation;
  if (segmentation === undefined) return undefined;
  return segmentation.kind === 'rle' ? segmentation.rle : rleFromPolygons(segmentation.rings, size);
}
