/** Pictures of masks: the samples of a PNG as they are stored, or its colours, where one value is the object and black is not. */
import { decodeImage } from '../image/decode.js';
import type { Samples } from './binary-mask.js';
import { readIndexPng } from './png/index-png.js';

/** Where PNG's header says what a pixel is; grey is 0 and palette indices are 3. */
const COLOUR_BYTE = 25;

/**
 * Row-major samples, 0 for black. Of a palette and of colour pictures a sample is the colour, so that black is 0 wherever it stands in the
 * palette; alpha is dropped. Throws `data/png`, or what `decodeImage` throws, naming `name`.
 */
export async function readMaskPicture(bytes: Uint8Array, name: string, maxPixels: number): Promise<Samples> {
  const kind = bytes[COLOUR_BYTE];
  if (kind === 2 || kind === 4 || kind === 6) {
    const { data, width, height } = await decodeImage(bytes, { name, maxPixels });
    return { width, height, data: coloursOf(data) };
  }
  const { data, width, height, palette } = readIndexPng(bytes, name, maxPixels);
  if (palette === undefined) return { width, height, data };
  const colours = coloursOf(palette);
  return { width, height, data: Uint32Array.from(data, (index) => colours[index] ?? 0) };
}

function coloursOf(rgb: Uint8Array): Uint32Array {
  return Uint32Array.from({ length: rgb.length / 3 }, (_, i) => rgb[3 * i]! * 65536 + rgb[3 * i + 1]! * 256 + rgb[3 * i + 2]!);
}
