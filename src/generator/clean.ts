/** What happens to masks after the crops: small regions, area limits, duplicates by mask IoU. */
import { boxNms } from '../geometry/box-nms.js';
import type { ImageSize } from '../geometry/size.js';
import { maskNms } from '../mask/nms.js';
import { fillSmallHoles, removeSmallIslands } from '../mask/regions.js';
import { boxFromRle, rleArea } from '../mask/rle.js';
import { edgesOf, type Candidate } from './candidates.js';
import type { GeneratorOptions } from './options.js';

/** True where the mask's share of the image is within `minArea` and `maxArea`. */
export function withinArea(candidate: Candidate, image: ImageSize, options: Pick<GeneratorOptions, 'minArea' | 'maxArea'>): boolean {
  const pixels = image.width * image.height;
  return candidate.area >= options.minArea * pixels && candidate.area <= options.maxArea * pixels;
}

/**
 * Holes, then islands smaller than `minArea` pixels removed, and suppression once more, unchanged masks first
 * (`postprocess_small_regions`).
 */
export function cleanRegions(candidates: Candidate[], minArea: number, nmsThreshold: number): Candidate[] {
  const cleaned = candidates.map((candidate) => {
    const holes = fillSmallHoles(candidate.rle, minArea);
    const islands = removeSmallIslands(holes.rle, minArea);
    if (!holes.changed && !islands.changed) return { candidate, score: 1 };
    const box = boxFromRle(islands.rle);
    const edges: Candidate['edges'] = box === undefined ? [0, 0, 0, 0] : [box.x0, box.y0, box.x1 - 1, box.y1 - 1];
    return { candidate: { ...candidate, rle: islands.rle, area: rleArea(islands.rle), edges }, score: 0 };
  });
  const result = cleaned.map((c) => c.candidate);
  return boxNms(edgesOf(result), cleaned.map((c) => c.score), nmsThreshold).map((i) => result[i]!);
}

/** Drops a mask whose IoU with an earlier, kept one is above the threshold; the order stays. */
export function dropDuplicateMasks(candidates: Candidate[], threshold: number): Candidate[] {
  return maskNms(candidates.map((candidate) => candidate.rle), threshold).map((i) => candidates[i]!);
}
