/** Masks from samples as other programs store them: 0 is background, and one other value, whichever it is, is the object. */
import type { ImageSize } from '../geometry/size.js';
import { rleFromBitmask, type Rle } from '../mask/rle.js';

/** Samples of a picture, row-major unless `columns`: `height * width` of them. */
export interface Samples extends ImageSize { data: ArrayLike<number | bigint>; columns?: boolean }

/** How many values a message lists. */
const SHOWN = 4;

/** The mask, or in words why the samples are none: more values than two, or a value that is no number. */
export function maskOfSamples({ data, width, height, columns = false }: Samples): Rle | string {
  const pixels = new Uint8Array(width * height);
  let set: number | undefined;
  for (let i = 0; i < pixels.length; i++) {
    const value = Number(data[i]!);
    if (value === 0) continue;
    set ??= value;
    if (value !== set || Number.isNaN(value)) return `it has ${valuesOf(data)}, and a mask has 0 and one other value`;
    pixels[columns ? (i % height) * width + Math.floor(i / height) : i] = 1;
  }
  return rleFromBitmask({ data: pixels, width, height });
}

function valuesOf(data: ArrayLike<number | bigint>): string {
  const values = new Set<number>();
  for (let i = 0; i < data.length && values.size <= SHOWN; i++) values.add(Number(data[i]!));
  const list = [...values];
  return `the values ${list.slice(0, SHOWN).join(', ')}${list.length > SHOWN ? ' and more' : ''}`;
}
