/** A mask and the prompt that made it, drawn on the image: its points and box, and the score that the model gives it. */
import { drawOverlay } from '../draw/overlay.js';
import { encodePngRgb } from '../image/encode.js';
import type { RgbImage } from '../image/rgb-image.js';
import type { PromptMask } from './predict-masks.js';

/** A PNG of the image's size. Candidates of one prompt differ in colour, as do prompts. */
export async function promptOverlay(image: RgbImage, { prompt, mask, rle, predictedIou }: PromptMask): Promise<Uint8Array> {
  const object = { id: 1 + prompt.number + mask, imageId: 1, categoryId: 1, isCrowd: false, segmentation: { kind: 'rle' as const, rle }, generator: { predictedIou } };
  const { points = [], box } = prompt;
  return await encodePngRgb(drawOverlay(image, [object], { labels: 'score', prompts: [{ points, ...(box === undefined ? {} : { box }) }] }));
}
