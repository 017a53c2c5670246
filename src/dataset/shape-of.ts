/** The box of an annotation, whatever it is stated as. */
import type { Box } from '../geometry/box.js';
import { boxFromRle } from '../mask/rle.js';
import type { Annotation } from './types.js';

/** The box that is stated, else the one around the segmentation: pixels of the image, half-open. `undefined` where there is neither. */
export function boxOf({ box, segmentation }: Annotation): Box | undefined {
  if (box !== undefined || segmentation === undefined) return box;
  return segmentation.kind === 'rle' ? boxFromRle(segmentation.rle) : boxOfRings(segmentation.rings);
}

/** The box around the points of rings of flat x, y, ...; undefined where there are none. */
export function boxOfRings(rings: readonly (readonly number[])[]): Box | undefined {
  let x0 = Infinity, y0 = Infinity, x1 = -Infinity, y1 = -Infinity;
  for (const ring of rings) {
    for (let i = 0; i + 1 < ring.length; i += 2) {
      x0 = Math.min(x0, ring[i]!);
      x1 = Math.max(x1, ring[i]!);
      y0 = Math.min(y0, ring[i + 1]!);
      y1 = Math.max(y1, ring[i + 1]!);
    }
  }
  return x1 < x0 ? undefined : { x0, y0, x1, y1 };
}
