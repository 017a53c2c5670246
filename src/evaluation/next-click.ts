/**
 * Where a person would click next, as evaluations of interactive segmentation have it since RITM (`Clicker.get_next_click`) and SAM: at the
 * pixel that lies deepest in what is wrong. Missed pixels and pixels too many are looked at apart; the larger error is the one in which a larger
 * disc has room, and where both are alike it is the pixels too many. The border of the image counts as edge.
 */
import { farthestPixel } from '../mask/distance.js';
import { subtractRle } from '../mask/merge.js';
import type { Rle } from '../mask/rle.js';
import type { PromptPoint } from '../models/predict.js';

/**
 * The next click on the object `truth` where `predicted` is what is there so far (nothing before the first click); never one of `before`. Label 1
 * for a missed part, 0 for one too many. Undefined where there is nothing left to click on. Pixels of the image; throws `data/rle` for masks of different sizes.
 */
export function nextClick(truth: Rle, predicted: Rle | undefined, before: readonly PromptPoint[]): PromptPoint | undefined {
  const missed = farthestPixel(predicted === undefined ? truth : subtractRle(truth, predicted), before);
  const extra = predicted === undefined ? undefined : farthestPixel(subtractRle(predicted, truth), before);
  if (missed !== undefined && missed.squared > (extra?.squared ?? 0)) return { x: missed.x, y: missed.y, label: 1 };
  return extra === undefined ? undefined : { x: extra.x, y: extra.y, label: 0 };
}
