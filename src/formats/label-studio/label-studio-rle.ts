/**
 * Label Studio's brush masks: thi.ng's `rle-pack` over the RGBA samples of the image, of which alpha is the mask. A stream of bits, highest
 * first: 32 of the number of samples, 5 of the word's size less 1, four times 4 of a length's size less 1; then packets of 1 bit (a run?),
 * 2 (which size the length has), the length less 1, and one word for a run, else a word a sample. Not COCO's RLE.
 */
import type { ImageSize } from '../../geometry/size.js';
import { rleOfRows } from '../../mask/encode-rows.js';
import type { Rle } from '../../mask/rle.js';

/** What is wrong with a stream: its form, or how many samples it has. */
export interface BrushFault { code: 'rle/invalid' | 'rle/sum'; message: string }

const CHANNELS = 4, ALPHA = 3;

/** The mask of a stream of bytes; any alpha but 0 is set. No more is allocated than a byte a pixel of `size`, which the caller has checked. */
export function maskOfBrush(bytes: Uint8Array, size: ImageSize): Rle | BrushFault {
  const bits = bitReader(bytes);
  const samples = bits.read(32), wordSize = bits.read(5) + 1;
  const lengthSizes = [bits.read(4) + 1, bits.read(4) + 1, bits.read(4) + 1, bits.read(4) + 1];
  const expected = size.width * size.height * CHANNELS;
  if (bits.isPastEnd()) return { code: 'rle/invalid', message: `The stream has ${bytes.length} bytes, too few for its header.` };
  if (samples !== expected) return { code: 'rle/sum', message: `The stream says ${samples} samples; ${size.width} x ${size.height} pixels of RGBA have ${expected}.` };
  const pixels = new Uint8Array(size.width * size.height);
  for (let at = 0; at < samples;) {
    const isRun = bits.read(1) === 1;
    const end = at + bits.read(lengthSizes[bits.read(2)]!) + 1;
    if (end > samples) return { code: 'rle/sum', message: `A packet at sample ${at} reaches to sample ${end} of ${samples}.` };
    if (isRun) {
      // the alphas among samples [at, end) are those of pixels [at / 4, end / 4)
      if (bits.read(wordSize) !== 0) pixels.fill(1, Math.floor(at / CHANNELS), Math.floor(end / CHANNELS));
      at = end;
    }
    for (; at < end; at++) if (bits.read(wordSize) !== 0 && at % CHANNELS === ALPHA) pixels[Math.floor(at / CHANNELS)] = 1;
    if (bits.isPastEnd()) return { code: 'rle/invalid', message: `The stream ends before sample ${at} of ${samples}.` };
  }
  return rleOfRows(pixels, size);
}

/** Reads up to 32 bits at a time, highest first; past the end there are zeros. */
function bitReader(bytes: Uint8Array): { read(count: number): number; isPastEnd(): boolean } {
  const total = bytes.length * 8;
  let position = 0;
  return {
    read(count) {
      let value = 0;
      for (let left = count; left > 0;) {
        const room = 8 - (position % 8), take = Math.min(room, left);
        const byte = bytes[Math.floor(position / 8)] ?? 0;
        // not shifted: a value of 32 bits would turn negative
        value = value * 2 ** take + ((byte >> (room - take)) & (2 ** take - 1));
        position += take;
        left -= take;
      }
      return value;
    },
    isPastEnd: () => position > total,
  };
}
