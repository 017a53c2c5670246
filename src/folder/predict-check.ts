/** Prompts against their image: what is outside, has no area or is no number is refused with a reason; boxes are clipped to the image. */
import { boxPrompt } from '../dataset/box-prompts.js';
import type { Box } from '../geometry/box.js';
import type { ImageSize } from '../geometry/size.js';
import type { Prompt, PromptPoint } from '../models/predict.js';

/** The prompt as it can be given to a model, or why it cannot, as the end of a sentence. */
export type CheckedPrompt = { prompt: Prompt } | { reason: string };

/** Points must lie on the image (0 <= x < width); of a box, what lies on the image counts, and that must have an area. */
export function checkPrompt(prompt: Prompt, size: ImageSize): CheckedPrompt {
  const { points = [], box } = prompt;
  if (points.length === 0 && box === undefined) return { reason: 'there is neither a point nor a box' };
  for (const point of points) {
    const reason = pointReason(point, size);
    if (reason !== undefined) return { reason };
  }
  if (box === undefined) return { prompt };
  const checked = clippedBox(box, size);
  return 'reason' in checked ? checked : { prompt: { ...prompt, box: checked.box } };
}

function pointReason({ x, y, label }: PromptPoint, { width, height }: ImageSize): string | undefined {
  if (!Number.isFinite(x) || !Number.isFinite(y)) return `a point has the coordinates ${x}, ${y}`;
  // programs without types may give anything
  if (![0, 1].includes(label)) return `a point has the label ${label}; labels are 1 (of the object) and 0 (not of it)`;
  if (x < 0 || y < 0 || x >= width || y >= height) return `the point ${x},${y} lies outside the image of ${width} x ${height}`;
  return undefined;
}

function clippedBox(box: Box, size: ImageSize): { box: Box } | { reason: string } {
  const prompt = boxPrompt({ box }, size);
  return 'box' in prompt ? prompt : { reason: prompt.reason };
}
