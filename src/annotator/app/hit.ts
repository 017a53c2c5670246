/** Which mask lies under a spot: looked up in the runs themselves, so that holes are holes, without a pixel being drawn. */
import type { Box } from '../../geometry/box.js';
import type { Rle } from '../../mask/rle.js';

/** Where each run ends, column-major: `Uint32Array`, as many as there are runs. */
export interface RunEnds { height: number; ends: Uint32Array }

export interface Pointable { id: number; box: Box; area: number; runs: RunEnds }

export function runEnds({ height, counts }: Rle): RunEnds {
  const ends = new Uint32Array(counts.length);
  let at = 0;
  for (let i = 0; i < counts.length; i++) ends[i] = at += counts[i]!;
  return { height, ends };
}

/** Whether the pixel (whole numbers, in the image) is in the mask: a search by halves. */
export function isInMask({ height, ends }: RunEnds, x: number, y: number): boolean {
  const position = x * height + y;
  let low = 0, high = ends.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (ends[middle]! > position) high = middle;
    else low = middle + 1;
  }
  return low < ends.length && (low & 1) === 1;
}

/** The smallest mask at a spot (parts lie on wholes), the older one of equals; `undefined` for none. */
export function maskAt<T extends Pointable>(masks: Iterable<T>, spot: { x: number; y: number }): T | undefined {
  const x = Math.floor(spot.x), y = Math.floor(spot.y);
  let best: T | undefined;
  for (const mask of masks) {
    const { x0, y0, x1, y1 } = mask.box;
    if (x < x0 || y < y0 || x >= x1 || y >= y1 || (best !== undefined && mask.area >= best.area)) continue;
    if (isInMask(mask.runs, x, y)) best = mask;
  }
  return best;
}
