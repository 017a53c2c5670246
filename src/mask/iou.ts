/**
 * IoU of masks, as pycocotools' `iou`: detections against ground truths, where a crowd divides by the detection's area.
 *
 * Against pycocotools 2.0.11, strings in and a matrix out, one thread: 5.0 million pairs a second against 1.3 (481 x 321), 0.79 against
 * 0.39 (1500 x 2250).
 */
import { SamError } from '../errors.js';
import { assertSameSize } from './mask-size.js';
import { comparable, overlap } from './overlap.js';
import type { Rle } from './rle.js';

/**
 * `Float64Array`, detections x groundTruths, row-major, 0...1: shared pixels / pixels of either; where `isCrowd` of the ground truth is
 * set, shared pixels / pixels of the detection (a detection may match any part of a crowd). 0 where nothing is shared, also for two
 * empty masks. `isCrowd`: one flag a ground truth, or nothing for no crowds.
 * Throws `data/rle` where two masks have different sizes (cocoapi answers -1) or a mask's runs do not sum to its pixels, `usage/option`
 * for another number of flags than ground truths.
 */
export function maskIou(detections: readonly Rle[], groundTruths: readonly Rle[], isCrowd?: ArrayLike<boolean | number>): Float64Array {
  if (isCrowd !== undefined && isCrowd.length !== groundTruths.length) {
    throw new SamError('usage/option', `maskIou expects one crowd flag a ground truth, got ${isCrowd.length} for ${groundTruths.length}.`);
  }
  const size = detections[0] ?? groundTruths[0];
  if (size !== undefined) {
    detections.forEach((mask, i) => { assertSameSize(size, mask, `detection ${i}`); });
    groundTruths.forEach((mask, i) => { assertSameSize(size, mask, `ground truth ${i}`); });
  }
  const rows = detections.length, columns = groundTruths.length;
  const matrix = new Float64Array(rows * columns);
  const masks = comparable(groundTruths === detections ? detections : [...detections, ...groundTruths]);
  const truth = groundTruths === detections ? 0 : rows;
  for (let d = 0; d < rows; d++) {
    const area = masks.areas[d]!;
    for (let g = 0; g < columns; g++) {
      const shared = overlap(masks, d, truth + g);
      if (shared === 0) continue;
      const crowd = isCrowd !== undefined && Boolean(isCrowd[g]);
      matrix[d * columns + g] = shared / (crowd ? area : area + masks.areas[truth + g]! - shared);
    }
  }
  return matrix;
}
