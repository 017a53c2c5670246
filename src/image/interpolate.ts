/**
 * Bilinear resizing as PyTorch's `interpolate(mode='bilinear', align_corners=False)` does it: between pixel centres, clamped at the
 * edges, without antialiasing, so that shrinking skips pixels. Trainers resize with it; models' inputs are made by `resize.ts`.
 */
import { SamError } from '../errors.js';
import type { ImageSize } from '../geometry/size.js';

/** `data`: height x width x channels, row-major, any number type. */
export interface Plane { data: Uint8Array | Float32Array; width: number; height: number; channels: 1 | 3 }

/** The part of the resized plane that is wanted, in whole pixels; it must lie inside. */
export interface Window { x: number; y: number; width: number; height: number }

/** `Float32Array`, window.height x window.width x channels, of `plane` at `size` (whole numbers of at least 1). */
export function interpolate(plane: Plane, size: ImageSize, window: Window = { x: 0, y: 0, ...size }): Float32Array {
  if (window.x < 0 || window.y < 0 || window.x + window.width > size.width || window.y + window.height > size.height) {
    throw new SamError('internal/unexpected', `The window ${window.x},${window.y} ${window.width} x ${window.height} is not inside ${size.width} x ${size.height}.`);
  }
  const { channels: c } = plane;
  const columns = sources(plane.width, size.width, window.x, window.width), rows = sources(plane.height, size.height, window.y, window.height);
  const out = new Float32Array(window.width * window.height * c);
  for (let y = 0, o = 0; y < window.height; y++) {
    const above = rows.first[y]! * plane.width, below = rows.second[y]! * plane.width, v = rows.weight[y]!;
    for (let x = 0; x < window.width; x++) {
      const left = columns.first[x]!, right = columns.second[x]!, u = columns.weight[x]!;
      for (let k = 0; k < c; k++, o++) {
        const top = plane.data[(above + left) * c + k]! * (1 - u) + plane.data[(above + right) * c + k]! * u;
        const bottom = plane.data[(below + left) * c + k]! * (1 - u) + plane.data[(below + right) * c + k]! * u;
        out[o] = top * (1 - v) + bottom * v;
      }
    }
  }
  return out;
}

/** For each wanted position the two source positions and the second one's weight, 0..1. */
function sources(from: number, to: number, start: number, count: number): { first: Int32Array; second: Int32Array; weight: Float64Array } {
  const [first, second, weight] = [new Int32Array(count), new Int32Array(count), new Float64Array(count)];
  // PyTorch computes positions in float32
  const scale = Math.fround(from / to);
  for (let i = 0; i < count; i++) {
    const at = Math.max(0, Math.fround(Math.fround(scale * Math.fround(start + i + 0.5)) - 0.5));
    first[i] = Math.min(from - 1, Math.floor(at));
    second[i] = Math.min(from - 1, first[i]! + 1);
    weight[i] = at - first[i]!;
  }
  return { first, second, weight };
}
