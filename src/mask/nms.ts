/** Greedy suppression of masks by the IoU of their pixels, as cocoapi's `rleNms`: exact, with bounds that spare most pairs the walk. */
import { SamError } from '../errors.js';
import { assertSameSize } from './mask-size.js';
import { comparable, overlap, type Comparable } from './overlap.js';
import type { Rle } from './rle.js';

/**
 * Indices of the masks that stay, ascending. `masks`: best first; a mask goes when its IoU with an earlier one that stays is above
 * `threshold` (0...1). Throws `data/rle` for masks of different sizes, `usage/option` for a threshold that is no number from 0 to 1.
 */
export function maskNms(masks: readonly Rle[], threshold: number): number[] {
  if (!(threshold >= 0 && threshold <= 1)) throw new SamError('usage/option', `maskNms expects a threshold from 0 to 1, got ${threshold}.`);
  const first = masks[0];
  if (first === undefined) return [];
  masks.forEach((mask, i) => { assertSameSize(first, mask, `mask ${i}`); });
  const table = comparable(masks);
  const kept: number[] = [];
  for (let i = 0; i < masks.length; i++) {
    if (!kept.some((earlier) => isAbove(table, earlier, i, threshold))) kept.push(i);
  }
  return kept;
}

/** Whether the IoU is above the threshold; the smaller area over the larger bounds it from above. */
function isAbove(masks: Comparable, i: number, j: number, threshold: number): boolean {
  const a = masks.areas[i]!, b = masks.areas[j]!;
  if (Math.min(a, b) / Math.max(a, b) <= threshold) return false;
  const shared = overlap(masks, i, j);
  return shared > 0 && shared / (a + b - shared) > threshold;
}
