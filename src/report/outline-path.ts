/** Masks as paths of SVG in few characters: outlines with as many corners as the page's picture can show, in half pixels of it. */
import type { Box } from '../geometry/box.js';
import { simplifyRing } from '../geometry/simplify-ring.js';
import type { ImageSize } from '../geometry/size.js';
import { outlinesFromRle } from '../mask/outlines.js';
import type { Rle } from '../mask/rle.js';

/** Units of a path in a pixel of the picture. */
export const UNITS = 2;

/**
 * How far a corner that is left out may lie from the outline, as a share of the picture's longer side. Of large pictures that is about a pixel, and
 * the stairs of slanted edges become lines; of small ones every pixel stays.
 */
const TOLERANCE = 1 / 1280;

/** A path in the frame of a picture of `shown`; holes by the even-odd rule. Throws `data/rle` for runs that do not sum to the pixels. */
export function maskPath(rle: Rle, area: number, shown: ImageSize): string {
  const [sx, sy] = [UNITS * shown.width / rle.width, UNITS * shown.height / rle.height];
  // a small mask keeps its shape
  const tolerance = Math.min(TOLERANCE * Math.max(rle.width, rle.height), Math.sqrt(area) / 16);
  return outlinesFromRle(rle, 4).flatMap(({ outer, holes }) => [outer, ...holes]).map((ring) => ringPath(simplifyRing(ring, tolerance), sx, sy)).join('');
}

export function boxPath({ x0, y0, x1, y1 }: Box, size: ImageSize, shown: ImageSize): string {
  return ringPath([x0, y0, x1, y0, x1, y1, x0, y1], UNITS * shown.width / size.width, UNITS * shown.height / size.height);
}

/** `M10 20l4 0 0-4z`: whole units, each corner from the one before; corners that fall together become one. */
function ringPath(ring: readonly number[], sx: number, sy: number): string {
  let x = Math.round(ring[0]! * sx), y = Math.round(ring[1]! * sy);
  let path = `M${x} ${y}l`;
  for (let i = 2; i < ring.length; i += 2) {
    const dx = Math.round(ring[i]! * sx) - x, dy = Math.round(ring[i + 1]! * sy) - y;
    if (dx === 0 && dy === 0) continue;
    path += `${dx < 0 || path.endsWith('l') ? '' : ' '}${dx}${dy < 0 ? '' : ' '}${dy}`;
    x += dx;
    y += dy;
  }
  return path.endsWith('l') ? '' : `${path}z`;
}
