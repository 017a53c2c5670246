/** The tensor that an encoder takes: normalised, padded planes, or plain resized pixels. */
import type { RgbImage } from '../image/rgb-image.js';
import { PIXEL_MEAN, PIXEL_STD, type EncoderInput } from './contract.js';
import type { PlainTensor } from './session-protocol.js';

/** (value - mean) / std for each channel and byte, in float32 as the reference computes it. */
const NORMALISED = PIXEL_MEAN.map((mean, channel) =>
  Float32Array.from({ length: 256 }, (_, value) => Math.fround(Math.fround(value - Math.fround(mean)) / Math.fround(PIXEL_STD[channel]!))));

/**
 * `resized`: the image with its longest side at `side`. `nchw-normalised`: `Float32Array` 1 x 3 x side x side, zero-padded right and
 * bottom after normalising. `hwc-rgb255`: `Float32Array` height x width x 3, 0..255, no padding.
 */
export function encoderTensor(resized: RgbImage, side: number, layout: EncoderInput): PlainTensor {
  const { data, width, height } = resized;
  if (layout === 'hwc-rgb255') return { data: Float32Array.from(data), shape: [height, width, 3] };
  const planes = new Float32Array(3 * side * side);
  for (let channel = 0; channel < 3; channel++) {
    const table = NORMALISED[channel]!;
    for (let y = 0; y < height; y++) {
      const to = (channel * side + y) * side;
      for (let x = 0, from = y * width * 3 + channel; x < width; x++, from += 3) planes[to + x] = table[data[from]!]!;
    }
  }
  return { data: planes, shape: [1, 3, side, side] };
}
