/** What happens to masks after the crops: small regions, area limits, duplicates by mask IoU. */
import { boxNms } from '../geometry/box-nms.js';
import type { ImageSize } from '../geometry/size.js';
import { fillSmallHoles, removeSmallIslands } from '../mask/regions.js';
import { boxFromRle, rleArea, rleIntersection } from '../mask/rle.js';
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
  const kept: Candidate[] = [];
  for (const candidate of candidates) {
    if (!kept.some((earlier) => maskIouAbove(earlier, candidate, threshold))) kept.push(candidate);
  }
  return kept;
}

/** Bounds by areas and boxes decide most pairs; runs are walked for the rest. */
function maskIouAbove(a: Candidate, b: Candidate, threshold: number): boolean {
  const [ax0, ay0, ax1, ay1] = a.edges, [bx0, by0, bx1, by1] = b.edges;
  const width = Math.min(ax1, bx1) - Math.max(ax0, bx0) + 1, height = Math.min(ay1, by1) - Math.max(ay0, by0) + 1;
  const most = Math.min(a.area, b.area, width > 0 && height > 0 ? width * height : 0);
  if (most / (a.area + b.area - most) <= threshold) return false;
  const inter = rleIntersection(a.rle, b.rle);
  return inter / (a.area + b.area - inter) > threshold;
}
