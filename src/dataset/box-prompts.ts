/** Boxes of annotations as prompts: clipped to the image, jittered where that is asked for, refused with a reason where they are none. */
import type { Box } from '../geometry/box.js';
import type { ImageSize } from '../geometry/size.js';
import type { Annotation } from './types.js';

/** A box to prompt with, or why there is none. */
export type BoxPrompt = { box: Box } | { code: 'box/missing' | 'box/invalid' | 'box/negative-size' | 'box/empty' | 'box/outside'; reason: string };

/** `size` 0 x 0: unknown, nothing is clipped. */
export function boxPrompt({ box }: Pick<Annotation, 'box'>, size: ImageSize): BoxPrompt {
  if (box === undefined) return { code: 'box/missing', reason: 'it has no box' };
  const edges = [box.x0, box.y0, box.x1, box.y1];
  if (edges.some((edge) => !Number.isFinite(edge))) return { code: 'box/invalid', reason: `its box has the edges ${edges.join(', ')}` };
  if (box.x1 < box.x0 || box.y1 < box.y0) return { code: 'box/negative-size', reason: `its box is ${box.x1 - box.x0} wide and ${box.y1 - box.y0} high` };
  if (box.x1 === box.x0 || box.y1 === box.y0) return { code: 'box/empty', reason: 'its box has no area' };
  if (size.width === 0) return { box };
  const clipped = { x0: Math.max(0, box.x0), y0: Math.max(0, box.y0), x1: Math.min(size.width, box.x1), y1: Math.min(size.height, box.y1) };
  if (clipped.x1 <= clipped.x0 || clipped.y1 <= clipped.y0) return { code: 'box/outside', reason: `its box lies outside the image of ${size.width} x ${size.height}` };
  return { box: clipped };
}

/**
 * Every edge moved by up to `amount` of the box's side, at random: `randomOf(edge)` gives numbers in 0..1 (a seeded hash). Stays inside the
 * image and keeps some area.
 */
export function jitterBox(box: Box, amount: number, size: ImageSize, randomOf: (edge: number) => number): Box {
  const width = box.x1 - box.x0, height = box.y1 - box.y0;
  const move = (edge: number, side: number): number => (2 * randomOf(edge) - 1) * amount * side;
  const moved = { x0: box.x0 + move(0, width), y0: box.y0 + move(1, height), x1: box.x1 + move(2, width), y1: box.y1 + move(3, height) };
  const clipped = {
    x0: Math.max(0, Math.min(moved.x0, moved.x1)), y0: Math.max(0, Math.min(moved.y0, moved.y1)),
    x1: Math.min(size.width, Math.max(moved.x0, moved.x1)), y1: Math.min(size.height, Math.max(moved.y0, moved.y1)),
  };
  return clipped.x1 - clipped.x0 >= 1 && clipped.y1 - clipped.y0 >= 1 ? clipped : box;
}
