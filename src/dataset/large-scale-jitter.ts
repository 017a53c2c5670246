/**
 * Large-scale jitter, the augmentation that HQ-SAM is trained with: a picture flipped or not, scaled by 0.1 to 2.0 of the model's side, cut
 * to that side at a random place and padded right and below (SysCV/sam-hq, train/utils/dataloader.py).
 */
import type { ImageSize } from '../geometry/size.js';

/** Side of the square that the trainer sees, in pixels. */
export const TRAINING_SIDE = 1024;
const LEAST_SCALE = 0.1, MOST_SCALE = 2;

/**
 * What is done to a picture, in this order: mirrored left to right, resized to `scaled`, cut out at `x`, `y` with `width` x `height` pixels
 * (at most the side), and put at the top left of the square.
 */
export interface Jitter { flip: boolean; scaled: ImageSize; x: number; y: number; width: number; height: number }

/** A jitter for a picture of `size`; `next` gives numbers in 0 <= n < 1. */
export function drawJitter(size: ImageSize, next: () => number): Jitter {
  const flip = next() < 0.5;
  const scaled = scaledSize(size, LEAST_SCALE + next() * (MOST_SCALE - LEAST_SCALE));
  const width = Math.min(TRAINING_SIDE, scaled.width), height = Math.min(TRAINING_SIDE, scaled.height);
  const y = Math.floor(next() * (scaled.height - height + 1)), x = Math.floor(next() * (scaled.width - width + 1));
  return { flip, scaled, x, y, width, height };
}

/** The whole picture at the trainer's size, for an object that random places do not show. */
export function wholePicture(size: ImageSize): Jitter {
  const scaled = scaledSize(size, 1);
  return { flip: false, scaled, x: 0, y: 0, ...scaled };
}

/** The longer side becomes `scale` times the trainer's; numbers are float32 there. A side is never rounded to nothing. */
function scaledSize({ width, height }: ImageSize, scale: number): ImageSize {
  const side = roundHalfEven(Math.fround(scale) * TRAINING_SIDE);
  const factor = Math.min(Math.fround(side / height), Math.fround(side / width));
  return { width: Math.max(1, roundHalfEven(Math.fround(width * factor))), height: Math.max(1, roundHalfEven(Math.fround(height * factor))) };
}

/** As torch.round: halves to the even neighbour. */
function roundHalfEven(value: number): number {
  const floor = Math.floor(value);
  if (value - floor !== 0.5) return Math.round(value);
  return floor % 2 === 0 ? floor : floor + 1;
}
