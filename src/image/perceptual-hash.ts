/**
 * What an image looks like, in 64 bits: images that people would call the same (another size, another quality, a little brighter) differ
 * in few of them. The lowest frequencies of a 32 x 32 grey picture (DCT), each above or below their median: "pHash" as it is known.
 */
import { IMAGE_OPTIONS } from './options.js';
import { decodeError, verdictOf } from './decode-errors.js';
import { formatOf } from './header.js';
import { alone, sharp } from './sharp.js';

const SIDE = 32;
const LOW = 8;
/** Grey levels; below it there is nothing to be seen but noise, and bits would be chance. */
const LEAST_DEVIATION = 2;

/**
 * 16 hex digits, or null for an image of one even tone, which looks like nothing. `source`: a whole image file; `name` is what errors call it.
 * JPEGs are read at a fraction of their size, so this takes a small part of the time of decoding. Throws `image/...`.
 */
export async function perceptualHash(source: Uint8Array, name: string, maxPixels: number = IMAGE_OPTIONS.maxPixels.default): Promise<string | null> {
  const format = formatOf(source, name);
  const grey = await alone(async () => {
    try {
      const image = sharp(source, { limitInputPixels: maxPixels, failOn: 'truncated' }).autoOrient().removeAlpha().toColourspace('b-w');
      return await image.resize(SIDE, SIDE, { fit: 'fill', kernel: 'linear' }).raw({ depth: 'uchar' }).toBuffer();
    } catch (error) {
      throw decodeError(verdictOf(error), { format, name });
    }
  });
  return hashOfGrey(grey);
}

/** The hash of 32 x 32 grey pixels, row-major, 0..255. */
export function hashOfGrey(grey: Uint8Array): string | null {
  const mean = grey.reduce((a, b) => a + b, 0) / grey.length;
  const deviation = Math.sqrt(grey.reduce((sum, value) => sum + (value - mean) ** 2, 0) / grey.length);
  if (deviation < LEAST_DEVIATION) return null;
  const low = lowFrequencies(grey);
  // the first is the brightness, which says nothing
  const sorted = low.slice(1).sort((a, b) => a - b);
  const median = sorted[sorted.length >> 1]!;
  let hex = '';
  for (let i = 0; i < low.length; i += 4) {
    let digit = 0;
    for (let k = i; k < i + 4; k++) digit = 2 * digit + (k > 0 && low[k]! > median ? 1 : 0);
    hex += digit.toString(16);
  }
  return hex;
}

/** COSINES[k * SIDE + x] of the DCT-II. */
const COSINES = Float64Array.from({ length: LOW * SIDE }, (_, i) => Math.cos((Math.PI / SIDE) * ((i % SIDE) + 0.5) * Math.floor(i / SIDE)));

/** The LOW x LOW lowest frequencies, row-major: `Float64Array`. */
function lowFrequencies(grey: Uint8Array): Float64Array {
  const rows = new Float64Array(SIDE * LOW), low = new Float64Array(LOW * LOW);
  for (let y = 0; y < SIDE; y++) {
    for (let k = 0; k < LOW; k++) for (let x = 0; x < SIDE; x++) rows[y * LOW + k]! += grey[y * SIDE + x]! * COSINES[k * SIDE + x]!;
  }
  for (let j = 0; j < LOW; j++) {
    for (let k = 0; k < LOW; k++) for (let y = 0; y < SIDE; y++) low[j * LOW + k]! += rows[y * LOW + k]! * COSINES[j * SIDE + y]!;
  }
  return low;
}
