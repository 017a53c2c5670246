/** Masks from samples as other programs store them: 0 is background, and one other value, whichever it is, is the object. */
import type { ImageSize } from '../geometry/size.js';
import { rleFromBitmask, type Rle } from '../mask/rle.js';

/** `height * width` samples of a picture, row-major unless `columns`: those at `first`, `first + step`, ... of `data`. */
export interface Samples extends ImageSize { data: ArrayLike<number | bigint>; first?: number; step?: number; columns?: boolean }

/** How many values a message lists. */
const SHOWN = 4;

/** The mask, or in words why the samples are none: more values than two, or a value that is no number. */
export function maskOfSamples(samples: Samples): Rle | string {
  const { data, width, height, first = 0, step = 1, columns = false } = samples;
  const pixels = new Uint8Array(width * height);
  let set: number | undefined;
  for (let i = 0; i < pixels.length; i++) {
    const value = Number(data[first + i * step]!);
    if (value === 0) continue;
    set ??= value;
    if (value !== set || Number.isNaN(value)) return `it has ${valuesOf(samples)}, and a mask has 0 and one other value`;
    pixels[columns ? (i % height) * width + Math.floor(i / height) : i] = 1;
  }
  return rleFromBitmask({ data: pixels, width, height });
}

function valuesOf({ data, width, height, first = 0, step = 1 }: Samples): string {
  const values = new Set<number>();
  for (let i = 0; i < width * height && values.size <= SHOWN; i++) values.add(Number(data[first + i * step]!));
  const list = [...values];
  return `the values ${list.slice(0, SHOWN).join(', ')}${list.length > SHOWN ? ' and more' : ''}`;
}
