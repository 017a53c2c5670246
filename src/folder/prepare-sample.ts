/** One training sample of one object, as HQ-SAM's trainer would see it: picture and mask jittered together, and a prompt drawn from the mask. */
import { TRAINING_SIDE, drawJitter, wholePicture, type Jitter } from '../dataset/large-scale-jitter.js';
import { seededNumbers } from '../evaluation/seeded.js';
import { interpolate, type Plane } from '../image/interpolate.js';
import type { RgbImage } from '../image/rgb-image.js';
import { OBJECT_ABOVE, drawPrompt, objectPixels, type TrainingPrompt } from './prepare-prompts.js';

/** `image`: side x side x 3; `mask`: side x side, 0 or 255. */
export interface TrainingSample { image: RgbImage; mask: Uint8Array; jitter: Jitter; prompt: TrainingPrompt }

/** Places tried at random before the whole picture is taken; an object in a corner of a large picture is off most crops. */
const TRIES = 20;
/** What lies beyond the picture: grey, and no object. */
const PADDING = 128;

/**
 * Sample of `mask` (0 and 255, row-major, the picture's size), undefined where no pixel of the object is left at the trainer's size. `seed`
 * names the sample; the same seed gives the same sample.
 */
export function trainingSample(image: RgbImage, mask: Uint8Array, seed: string): TrainingSample | undefined {
  const next = seededNumbers(seed);
  const plane: Plane = { data: mask, width: image.width, height: image.height, channels: 1 };
  for (let attempt = 0; attempt <= TRIES; attempt++) {
    const jitter = attempt < TRIES ? drawJitter(image, next) : wholePicture(image);
    const shown = square(jittered(plane, jitter), jitter, 1, 0);
    if (objectPixels(shown).length === 0) continue;
    const pixels = square(jittered({ ...image, channels: 3 }, jitter), jitter, 3, PADDING);
    return {
      image: { data: bytesOf(pixels, Math.round), width: TRAINING_SIDE, height: TRAINING_SIDE },
      mask: bytesOf(shown, (value) => (value > OBJECT_ABOVE ? 255 : 0)), jitter, prompt: drawPrompt(shown, TRAINING_SIDE, next),
    };
  }
  return undefined;
}

/** A loop: `Uint8Array.from` with a function takes 0.6 s for a picture, this 0.01 s. */
function bytesOf(values: Float32Array, byteOf: (value: number) => number): Uint8Array {
  const bytes = new Uint8Array(values.length);
  for (let i = 0; i < values.length; i++) bytes[i] = byteOf(values[i]!);
  return bytes;
}

/** The wanted part of the resized plane; mirroring comes first, so the part is taken from the other side and mirrored then. */
function jittered(plane: Plane, { flip, scaled, x, y, width, height }: Jitter): Float32Array {
  const part = interpolate(plane, scaled, { x: flip ? scaled.width - x - width : x, y, width, height });
  if (flip) for (let row = 0; row < height; row++) mirror(part, row * width, width, plane.channels);
  return part;
}

function mirror(data: Float32Array, start: number, width: number, channels: number): void {
  for (let left = 0, right = width - 1; left < right; left++, right--) {
    for (let k = 0; k < channels; k++) {
      const a = (start + left) * channels + k, b = (start + right) * channels + k;
      [data[a], data[b]] = [data[b]!, data[a]!];
    }
  }
}

/** The part at the top left of the trainer's square, the rest filled. */
function square(part: Float32Array, { width, height }: Jitter, channels: number, fill: number): Float32Array {
  const out = new Float32Array(TRAINING_SIDE * TRAINING_SIDE * channels).fill(fill);
  for (let row = 0; row < height; row++) out.set(part.subarray(row * width * channels, (row + 1) * width * channels), row * TRAINING_SIDE * channels);
  return out;
}
