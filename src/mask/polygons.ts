/**
 * COCO polygons of a mask. Their vertices are corners of pixels, and cocoapi's `rleFrPoly` makes of them exactly the mask's pixels: an
 * edge along a row of corners changes the columns that it spans from just that row on, and a vertical edge changes nothing.
 *
 * A COCO polygon cannot have holes. A bridge joins a hole to the ring above it with a vertical edge that is walked down and up again: it
 * encloses nothing, and even-odd filling cuts the hole out, so that the bridged polygon too gives back the very mask.
 */
import { SamError } from '../errors.js';
import { bridgeHoles } from './bridges.js';
import type { Connectivity } from './connected.js';
import { outlinesFromRle } from './outlines.js';
import type { Rle } from './rle.js';

/** What becomes of holes: an error, filled, or joined to the outer ring. */
export type HolesPolicy = 'error' | 'drop' | 'bridge';

export interface PolygonOptions {
  /** `error` by default. */
  holes?: HolesPolicy | undefined;
  /** Whether pixels that share only a corner belong to one polygon (8) or not (4, the default: fewer rings touch themselves). */
  connectivity?: Connectivity | undefined;
}

/**
 * Polygons as COCO's `segmentation` lists them: flat x, y in corners of pixels, one polygon a connected region, clockwise on a screen; none for
 * an empty mask. `rleFromPolygons` gives the mask back, but for holes that were dropped.
 * Throws `data/holes` where the mask has holes and `holes` is `error`, `data/rle` where the runs do not sum to the pixels.
 */
export function polygonsFromRle(rle: Rle, options: PolygonOptions = {}): number[][] {
  const { holes = 'error', connectivity = 4 } = options;
  const outlines = outlinesFromRle(rle, connectivity);
  const count = outlines.reduce((sum, outline) => sum + outline.holes.length, 0);
  if (count > 0 && holes === 'error') {
    throw new SamError('data/holes', `The mask has ${count} ${count === 1 ? 'hole' : 'holes'}, which polygons would fill; --holes bridge keeps them, --holes drop fills them.`);
  }
  if (count > 0 && holes === 'bridge') return bridgeHoles(outlines, rle);
  return outlines.map((outline) => outline.outer);
}
