/** Boxes as COCO's numbers: `[x, y, width, height]`, with the width that a person wrote and not the rounding of a difference. */
import type { Box } from '../../geometry/box.js';

/** The shortest width and height that lead to the same edges: 473.07 and 511.72 are 38.65 apart, not 38.650000000000034. */
export function boxToShortXywh({ x0, y0, x1, y1 }: Box): [number, number, number, number] {
  return [x0, y0, shortLength(x0, x1), shortLength(y0, y1)];
}

function shortLength(from: number, to: number): number {
  const length = to - from;
  for (let digits = 0; digits <= 17; digits++) {
    const short = Number(length.toFixed(digits));
    if (from + short === to) return short;
  }
  return length;
}
