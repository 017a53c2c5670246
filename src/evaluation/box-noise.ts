/** The noise on box prompts with which SAM was trained, as a test of how much a model leans on exact boxes. */
import type { Box } from '../geometry/box.js';
import type { ImageSize } from '../geometry/size.js';
import { normalNumber, seededNumbers } from './seeded.js';

/** Standard deviation as a share of the box's side, and the most that an edge moves, in pixels (Segment Anything, appendix A). */
export const BOX_NOISE = { deviation: 0.1, most: 20 } as const;

/**
 * Every edge moved by noise of 10 % of the box's side along that axis, at most 20 pixels of the image; `key` (seed, image, region) says which noise. Kept
 * inside the image; a box that would lose its area stays as it is.
 */
export function noisyBox(box: Box, size: ImageSize, key: string): Box {
  const next = seededNumbers(key);
  const move = (side: number): number => Math.max(-BOX_NOISE.most, Math.min(BOX_NOISE.most, normalNumber(next) * BOX_NOISE.deviation * side));
  const width = box.x1 - box.x0, height = box.y1 - box.y0;
  const moved = { x0: box.x0 + move(width), y0: box.y0 + move(height), x1: box.x1 + move(width), y1: box.y1 + move(height) };
  const inside = { x0: Math.max(0, moved.x0), y0: Math.max(0, moved.y0), x1: Math.min(size.width, moved.x1), y1: Math.min(size.height, moved.y1) };
  return inside.x1 - inside.x0 >= 1 && inside.y1 - inside.y0 >= 1 ? inside : box;
}
