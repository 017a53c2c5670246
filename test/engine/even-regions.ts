/** Regions of one colour in drawn images: the true objects of the scenes of these tests. */
import type { RgbImage } from '../../src/image/rgb-image.js';
import { rleToString } from '../../src/mask/rle-string.js';
import { rleFromBitmask } from '../../src/mask/rle.js';

/** Each region of neighbours (4) of one colour, of at least 40 pixels and at most half of the image, as COCO's compressed runs. */
export function connectedComponents({ data, width, height }: RgbImage): { size: [number, number]; counts: string }[] {
  const seen = new Uint8Array(width * height), found: { size: [number, number]; counts: string }[] = [];
  const isSame = (a: number, b: number): boolean => data[3 * a] === data[3 * b] && data[3 * a + 1] === data[3 * b + 1] && data[3 * a + 2] === data[3 * b + 2];
  for (let start = 0; start < seen.length; start++) {
    if (seen[start] === 1) continue;
    const mask = new Uint8Array(width * height), stack = [start];
    let area = 0;
    seen[start] = 1;
    while (stack.length > 0) {
      const at = stack.pop()!, x = at % width;
      mask[at] = 1;
      area++;
      for (const next of [x > 0 ? at - 1 : -1, x < width - 1 ? at + 1 : -1, at - width, at + width]) {
        if (next < 0 || next >= seen.length || seen[next] === 1 || !isSame(at, next)) continue;
        seen[next] = 1;
        stack.push(next);
      }
    }
    if (area >= 40 && area <= (width * height) / 2) found.push({ size: [height, width], counts: rleToString(rleFromBitmask({ data: mask, width, height })) });
  }
  return found;
}
