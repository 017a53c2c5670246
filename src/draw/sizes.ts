/** How thick lines and how large letters are: they grow with the picture, so that it looks the same at any size. */
import type { ImageSize } from '../geometry/size.js';

/** Pixels: of edges, of a line of text, and half a point's width. */
export interface DrawingSizes { edge: number; textSize: number; pointRadius: number }

/** For a picture of a size; what is given stays as it is. 1800 x 1200: edges of 2, text of 22, points of 11. */
export function drawingSizes({ width, height }: ImageSize, given: { edge?: number | undefined; textSize?: number | undefined } = {}): DrawingSizes {
  const longest = Math.max(width, height);
  const textSize = given.textSize ?? Math.max(11, Math.round(longest / 80));
  return { edge: given.edge ?? Math.max(1, Math.round(longest / 1000)), textSize, pointRadius: Math.max(4, longest / 160) };
}
