/**
 * Prompts as HQ-SAM's trainer draws them from a mask: its box, ten of its pixels, or the mask itself at 256 x 256 with noise along its
 * edge; one kind a sample (SysCV/sam-hq, train/train.py and train/utils/misc.py).
 */
import { normalNumber } from '../evaluation/seeded.js';
import { interpolate } from '../image/interpolate.js';
import { rleToCoco, type CocoRleString } from '../mask/rle-string.js';
import { rleFromBitmask } from '../mask/rle.js';

/** Pixels of the square that the trainer sees. `box`: first and last pixel, both inside, as the trainer's own. */
export type TrainingPrompt =
  | { kind: 'box'; box: [number, number, number, number] }
  | { kind: 'points'; points: [number, number][]; labels: number[] }
  | { kind: 'mask'; mask: CocoRleString };

/** Above this a pixel of the mask (0..255, resized) counts as object. */
export const OBJECT_ABOVE = 128;
const POINTS = 10;
const PROMPT_SIDE = 256;
/** Where the mask differs by this from itself shrunk to an eighth and back, it has an edge; noise goes there. */
const EDGE_DIFFERENCE = 0.01, EDGE_SHRINK = 8;

/** `mask`: side x side, 0..255, with at least one pixel above `OBJECT_ABOVE`; with fewer than ten of them there are no points. */
export function drawPrompt(mask: Float32Array, side: number, next: () => number): TrainingPrompt {
  const pixels = objectPixels(mask);
  const kinds = pixels.length < POINTS ? (['box', 'mask'] as const) : (['box', 'points', 'mask'] as const);
  switch (kinds[Math.floor(next() * kinds.length)]!) {
    case 'box': return { kind: 'box', box: boxOf(pixels, side) };
    case 'points': return pointsOf(pixels, side, next);
    case 'mask': return { kind: 'mask', mask: noisyMask(mask, side, next) };
  }
}

/** Indices of the pixels that count as object, in rows. */
export function objectPixels(mask: Float32Array): Int32Array {
  const found = new Int32Array(mask.length);
  let count = 0;
  for (let i = 0; i < mask.length; i++) if (mask[i]! > OBJECT_ABOVE) found[count++] = i;
  return found.slice(0, count);
}

function boxOf(pixels: Int32Array, side: number): [number, number, number, number] {
  let x0 = side, y0 = side, x1 = 0, y1 = 0;
  for (const pixel of pixels) {
    const x = pixel % side, y = (pixel - x) / side;
    x0 = Math.min(x0, x);
    x1 = Math.max(x1, x);
    y0 = Math.min(y0, y);
    y1 = Math.max(y1, y);
  }
  return [x0, y0, x1, y1];
}

/** Ten different pixels, by the first steps of a shuffle. */
function pointsOf(pixels: Int32Array, side: number, next: () => number): TrainingPrompt {
  const points = Array.from({ length: POINTS }, (_, i): [number, number] => {
    const j = i + Math.floor(next() * (pixels.length - i));
    [pixels[i], pixels[j]] = [pixels[j]!, pixels[i]!];
    return [pixels[i] % side, Math.floor(pixels[i] / side)];
  });
  return { kind: 'points', points, labels: points.map(() => 1) };
}

function noisyMask(mask: Float32Array, side: number, next: () => number): CocoRleString {
  const small = { width: PROMPT_SIDE, height: PROMPT_SIDE };
  const shares = interpolate({ data: mask, width: side, height: side, channels: 1 }, small).map((value) => value / 255);
  const tiny = { width: PROMPT_SIDE / EDGE_SHRINK, height: PROMPT_SIDE / EDGE_SHRINK };
  const coarse = interpolate({ data: shares, ...small, channels: 1 }, tiny);
  const recovered = interpolate({ data: coarse, ...tiny, channels: 1 }, small);
  const data = new Uint8Array(shares.length);
  shares.forEach((share, i) => {
    const isEdge = Math.abs(share - recovered[i]!) >= EDGE_DIFFERENCE;
    data[i] = share + (isEdge ? normalNumber(next) : 0) > 0.5 ? 1 : 0;
  });
  return rleToCoco(rleFromBitmask({ data, ...small }));
}
