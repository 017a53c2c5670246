/**
 * How low-resolution mask logits map to image pixels. The reference upsamples h x h logits bilinearly to the model's square input,
 * cuts off the padding, and upsamples again to the image (`Sam.postprocess_masks`; PyTorch's `align_corners=False`). Both steps are
 * separable and linear, so a pixel is a weighted sum of at most 3 x 3 neighbouring logits: these tables hold, for each output column
 * and row, the first logit and the three weights. Full-resolution logits never exist.
 */
import type { ImageSize } from '../geometry/size.js';

/** One axis: output index -> first low-res index and three weights; `groups` are runs of outputs that share the first index. */
export interface AxisTaps {
  /** `Float64Array`, outputs x 3. */
  weights: Float64Array;
  /** First low-res index of each group; strictly rising. */
  groupBase: Int32Array;
  /** Output index where each group starts, and one more: the number of outputs. */
  groupStart: Int32Array;
  /**
   * First output of each group that the third logit touches: before it outputs lie between the first two logits, from it on between
   * the two inputs on either side of the second, so that outputs rise or fall steadily up to it, and from it.
   */
  knot: Int32Array;
}

export interface LogitsFrame {
  /** Side of the square logits, e.g. 256. */
  maskSide: number;
  /** The crop or image that the logits belong to, in pixels. */
  size: ImageSize;
  columns: AxisTaps;
  rows: AxisTaps;
}

/** `inputSide`: the model's square input, e.g. 1024; `inputSize`: the image inside it, before padding; `size`: the image. */
export function logitsFrame(maskSide: number, inputSide: number, inputSize: ImageSize, size: ImageSize): LogitsFrame {
  return {
    maskSide,
    size,
    columns: axisTaps(maskSide, inputSide, inputSize.width, size.width),
    rows: axisTaps(maskSide, inputSide, inputSize.height, size.height),
  };
}

/** PyTorch's source position of one output: scale * (i + 0.5) - 0.5, not below 0, in float32 as it computes it. */
function sourceOf(index: number, scale: number, length: number): { low: number; high: number; fraction: number } {
  const position = Math.max(0, Math.fround(Math.fround(scale * Math.fround(index + 0.5)) - 0.5));
  const low = Math.min(Math.floor(position), length - 1);
  return { low, high: Math.min(low + 1, length - 1), fraction: Math.min(1, Math.max(0, position - low)) };
}

function axisTaps(maskSide: number, inputSide: number, inputLength: number, outputLength: number): AxisTaps {
  const weights = new Float64Array(outputLength * 3);
  const bases: number[] = [], starts: number[] = [];
  const toInput = Math.fround(inputLength / outputLength);
  const toMask = Math.fround(maskSide / inputSide);
  for (let i = 0; i < outputLength; i++) {
    const middle = sourceOf(i, toInput, inputLength);
    const a = sourceOf(middle.low, toMask, maskSide);
    const b = sourceOf(middle.high, toMask, maskSide);
    // b.high is at most a.low + 2: neighbouring inputs are a quarter of a logit apart (and never more than one)
    const add = (index: number, weight: number): void => {
      if (weight !== 0) weights[i * 3 + index - a.low]! += weight;
    };
    add(a.low, (1 - middle.fraction) * (1 - a.fraction));
    add(a.high, (1 - middle.fraction) * a.fraction);
    add(b.low, middle.fraction * (1 - b.fraction));
    add(b.high, middle.fraction * b.fraction);
    if (bases.length === 0 || bases[bases.length - 1] !== a.low) {
      bases.push(a.low);
      starts.push(i);
    }
  }
  starts.push(outputLength);
  const knot = bases.map((_, g) => {
    let i = starts[g]!;
    while (i < starts[g + 1]! && weights[i * 3 + 2] === 0) i++;
    return i;
  });
  return { weights, knot: Int32Array.from(knot), groupBase: Int32Array.from(bases), groupStart: Int32Array.from(starts) };
}
