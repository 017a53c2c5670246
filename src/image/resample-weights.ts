/**
 * The weights of a bilinear (triangle) resample with antialiasing along one axis, as Pillow's `Resample.c` makes them for
 * 8-bit images: the filter is widened by the scale when shrinking, weights are normalised in double precision and then
 * rounded to fixed point. Every rounding is Pillow's, so that sums of weight * pixel are Pillow's too.
 */

/** Fraction bits of a weight: 32 less 8 for the pixel and 2 for head room. */
export const WEIGHT_BITS = 22;

/**
 * For each of `to` outputs: the `first` input, the `count` of inputs (1 or more), and from `stride * output` on their weights
 * (int32 fixed point, about 2 ** WEIGHT_BITS in sum).
 */
export interface ResampleWeights { first: Int32Array; count: Int32Array; stride: number; weights: Int32Array }

/** Weights that take `from` pixels to `to` pixels; both at least 1. */
export function resampleWeights(from: number, to: number): ResampleWeights {
  const scale = from / to;
  const support = Math.max(1, scale);
  const stride = Math.ceil(support) * 2 + 1;
  const table: ResampleWeights = {
    first: new Int32Array(to), count: new Int32Array(to), stride, weights: new Int32Array(to * stride),
  };
  const raw = new Float64Array(stride);
  for (let i = 0; i < to; i++) {
    const center = (i + 0.5) * scale;
    const first = Math.max(0, Math.trunc(center - support + 0.5));
    const count = Math.min(from, Math.trunc(center + support + 0.5)) - first;
    let sum = 0;
    for (let k = 0; k < count; k++) sum += raw[k] = triangle((k + first - center + 0.5) * (1 / support));
    for (let k = 0; k < count; k++) table.weights[i * stride + k] = Math.trunc(0.5 + (raw[k]! / sum) * 2 ** WEIGHT_BITS);
    table.first[i] = first;
    table.count[i] = count;
  }
  return table;
}

function triangle(x: number): number {
  const distance = Math.abs(x);
  return distance < 1 ? 1 - distance : 0;
}
