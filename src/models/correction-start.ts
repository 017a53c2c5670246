/**
 * Where the correction of a mask by clicks starts: the mask itself as the decoder's mask input, and its deepest pixel as a click on the object. So a click changes what is there, whoever or whatever
 * made it; alone it would draw another mask, and a click on the background none.
 *
 * Measured with the embedded model on 201 regions of BSDS500 whose first click gave an IoU of 0.5 to 0.85 (0.634 in the mean), one further click at the deepest error: 0.721, as good as with the
 * logits of the first answer (0.724); with the mask's box in the pixel's place 0.693, with neither 0.574, with the click alone 0.109. Logits of 4, 8 and 16: 0.704, 0.721, 0.721.
 */
import { inputSizeOf } from '../geometry/size.js';
import { farthestPixel } from '../mask/distance.js';
import { rowsOfRle } from '../mask/decode-rows.js';
import { resizeRle } from '../mask/resize-nearest.js';
import type { Rle } from '../mask/rle.js';

/** Logit of pixels in the mask, negative of those outside: a model is sure of what it says at this. */
const SURE = 10;

/** `point`: a click, in pixels of the image. `logits`: `Float32Array`, maskSide x maskSide, as in `Prompt`. */
export interface CorrectionStart { point: { x: number; y: number; label: 1 }; logits: Float32Array }

/** Undefined for a mask without pixels. Sides in pixels. Throws `data/rle` where the runs do not sum to the pixels. */
export function correctionStart(mask: Rle, { inputSide, maskSide }: { inputSide: number; maskSide: number }): CorrectionStart | undefined {
  const deepest = farthestPixel(mask);
  if (deepest === undefined) return undefined;
  const input = inputSizeOf(mask, inputSide), [width, height] = [input.width, input.height].map((side) => Math.max(1, Math.round((side * maskSide) / inputSide))) as [number, number]; // two in, two out
  const rows = rowsOfRle(resizeRle(mask, { width, height })), logits = new Float32Array(maskSide ** 2).fill(-SURE);
  for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) if (rows[y * width + x] !== 0) logits[y * maskSide + x] = SURE;
  return { point: { x: deepest.x, y: deepest.y, label: 1 }, logits };
}
