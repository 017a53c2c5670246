/** One batch of prompts: from logits to the masks that pass predicted IoU, stability, area and the crop's edge, in that order. */
import type { Box } from '../geometry/box.js';
import { isBoxNearCropEdge } from '../geometry/crops.js';
import type { ImageSize } from '../geometry/size.js';
import type { LogitsScanner } from '../mask/logits.js';
import { MASK_THRESHOLD, type Decoded } from '../models/contract.js';
import type { Candidate } from './candidates.js';
import { withinArea } from './clean.js';
import type { GeneratorOptions } from './options.js';

export interface BatchContext { scanner: LogitsScanner; crop: Box; image: ImageSize; options: GeneratorOptions }

/** Masks of a point: tokens 1 to 3 of SAM's decoder. */
const MASKS_PER_POINT = 3;

/** `points`: n x 2, pixels in the crop's frame. Filters compare in float32 with the reference's own signs: > for IoU, >= for stability, none at 0. */
export function candidatesOfBatch(decoded: Decoded, points: Float64Array, context: BatchContext): Candidate[] {
  const { scanner, options } = context;
  const cells = scanner.frame.maskSide ** 2;
  const iouThreshold = Math.fround(options.predIouThresh);
  const stabilityThreshold = Math.fround(options.stabilityScoreThresh);
  const found: Candidate[] = [];
  for (let i = 0; i < points.length / 2; i++) {
    for (let m = 0; m < MASKS_PER_POINT; m++) {
      const index = i * decoded.perPrompt + decoded.first + m;
      const predictedIou = decoded.iou[index]!;
      if (options.predIouThresh > 0 && !(predictedIou > iouThreshold)) continue;
      const stabilityScore = scanner.stabilityScore(decoded.logits, index * cells, MASK_THRESHOLD, options.stabilityScoreOffset);
      if (options.stabilityScoreThresh > 0 && !(stabilityScore >= stabilityThreshold)) continue;
      const candidate = candidateOf(decoded.logits, index * cells, context, predictedIou, stabilityScore, points[2 * i]!, points[2 * i + 1]!);
      // an empty mask is none: the reference keeps it where both thresholds are 0, and lets its box of no area suppress real masks
      if (candidate.area > 0 && withinArea(candidate, context.image, options) && !nearCropEdge(candidate, context)) found.push(candidate);
    }
  }
  return found;
}

function candidateOf(logits: Float32Array, offset: number, context: BatchContext, predictedIou: number, stabilityScore: number, x: number, y: number): Candidate {
  const { crop, image, scanner } = context;
  const outline = scanner.outline(logits, offset, MASK_THRESHOLD, { x: crop.x0, y: crop.y0, image });
  return {
    rle: outline.rle, area: outline.area, edges: [outline.x0, outline.y0, outline.x1, outline.y1],
    predictedIou, stabilityScore, point: [x + crop.x0, y + crop.y0], crop,
  };
}

function nearCropEdge(candidate: Candidate, context: BatchContext): boolean {
  const [x0, y0, x1, y1] = candidate.edges;
  return isBoxNearCropEdge({ x0, y0, x1: x1 + 1, y1: y1 + 1 }, context.crop, context.image);
}
