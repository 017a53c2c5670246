/**
 * Masks from and to column-major pixels, the order of the runs (NumPy's Fortran order, what pycocotools encodes and decodes).
 *
 * Encoding makes a bit of each pixel, 64 at a time (in WebAssembly), and looks only at words in which something changes. Decoding writes the
 * set runs into zeroed memory. Against pycocotools 2.0.11 on one thread, string in or out: encode 7.4 Gpx/s against 3.0, decode 7.2 against 1.1.
 */
import type { ImageSize } from '../geometry/size.js';
import { kernelWith } from './kernel.js';
import { assertMaskSize, assertPixels } from './mask-size.js';
import { assertRunSum, type Rle } from './rle.js';
import { rleOfChanges } from './spans.js';

/** Pixels that go into the kernel's memory at once: they, and as many changes, stay in the processor's second cache. */
const CHUNK = 2 ** 16;
/** Below this many pixels a loop is faster than the call of `fill`. */
const SHORT = 64;

/** The runs of column-major pixels, `data[x * height + y]`; any value but 0 is set. Throws `data/rle` for a size that `data` has not. */
export function rleFromColumnMajor(data: Uint8Array, size: ImageSize): Rle {
  assertMaskSize(size);
  assertPixels(data, size);
  const { changes, length } = findChanges(data);
  return rleOfChanges(changes, length, size);
}

/** Column-major pixels of a mask, `data[x * height + y]`, 0 or 1. Throws `data/rle` when the runs do not sum to width * height. */
export function columnMajorFromRle(rle: Rle): Uint8Array {
  assertRunSum(rle);
  const { counts } = rle;
  const data = new Uint8Array(rle.width * rle.height);
  let at = 0;
  for (let i = 1; i < counts.length; i += 2) {
    at += counts[i - 1]!;
    const end = at + counts[i]!;
    if (end - at < SHORT) while (at < end) data[at++] = 1;
    else data.fill(1, at, end);
    at = end;
  }
  return data;
}

/** Changes of all pixels but the last few, a chunk at a time through the kernel's memory. */
function findChanges(data: Uint8Array): { changes: Int32Array; length: number } {
  let changes = new Int32Array(1024), length = 0;
  const { loops, bytes, numbers } = kernelWith(5 * CHUNK);
  for (let at = 0; at < data.length; at += CHUNK) {
    const chunk = data.subarray(at, at + CHUNK);
    const set = at > 0 && data[at - 1] !== 0 ? 1 : 0;
    bytes.set(chunk);
    // the kernel takes 64 pixels at a time: the last one is repeated up to there, which changes nothing
    const padded = (chunk.length + 63) & ~63;
    bytes.fill(chunk[chunk.length - 1]!, chunk.length, padded);
    const found = loops.findChanges(0, padded, at, set, CHUNK);
    if (length + found > changes.length) {
      const larger = new Int32Array(2 * (length + found));
      larger.set(changes.subarray(0, length));
      changes = larger;
    }
    changes.set(numbers.subarray(CHUNK / 4, CHUNK / 4 + found), length);
    length += found;
  }
  return { changes, length };
}
