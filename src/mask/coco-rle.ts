/**
 * Reads what files hold as a mask's runs: COCO's `{size: [height, width], counts}` with a compressed string or a list of run lengths.
 * Strict: whatever pycocotools would silently misread (or read past its end) is refused, before anything of the mask's size is
 * allocated, saying what was expected and what was found. `repair-rle.ts` reads leniently.
 */
import { SamError } from '../errors.js';
import type { ImageSize } from '../geometry/size.js';
import { DEFAULT_MAX_PIXELS, assertMaskSize } from './mask-size.js';
import { rleFromString } from './rle-string.js';
import { assertRunSum, type Rle } from './rle.js';

/** COCO's uncompressed RLE: `size` is [height, width], `counts` the run lengths, zeros first. */
export interface CocoRleCounts { size: [number, number]; counts: number[] }

export interface ReadRleOptions {
  /** The most pixels that the size may promise; 2^28 by default. */
  maxPixels?: number | undefined;
  /** The image's size, which the mask's must be. */
  expected?: ImageSize | undefined;
}

/**
 * The mask of a COCO RLE object of either kind. Throws `data/rle` for another kind of value, a size that is not two whole numbers of at
 * least 1, has too many pixels or is not `expected`, and for characters, groups, runs or sums that no encoder writes; `path` of the
 * error names the part (`size`, `counts`, `counts[12]`).
 */
export function rleFromCoco(value: unknown, options: ReadRleOptions = {}): Rle {
  const { size, counts } = cocoParts(value, options);
  return typeof counts === 'string' ? rleFromString(counts, size.width, size.height) : rleFromCounts(counts, size);
}

/** The mask of a list of run lengths, zeros first. Throws `data/rle` for anything but whole numbers of at least 0 that sum to the pixels. */
export function rleFromCounts(runs: readonly unknown[], size: ImageSize): Rle {
  assertMaskSize(size);
  const counts = new Uint32Array(runs.length);
  for (let i = 0; i < runs.length; i++) {
    const run = runs[i];
    if (typeof run !== 'number' || !Number.isInteger(run) || run < 0 || run > 0xffffffff) {
      throw new SamError('data/rle', `Run ${i} is ${shown(run)}; a run is a whole number from 0 to 4294967295.`, { path: `counts[${i}]` });
    }
    counts[i] = run;
  }
  const rle = { width: size.width, height: size.height, counts };
  assertRunSum(rle);
  return rle;
}

/** The uncompressed form of a mask. */
export function rleToCounts(rle: Rle): CocoRleCounts {
  return { size: [rle.height, rle.width], counts: Array.from(rle.counts) };
}

/** The parts of a COCO RLE object, the size checked, the counts as they are. Throws `data/rle`. */
export function cocoParts(value: unknown, options: ReadRleOptions): { size: ImageSize; counts: string | readonly unknown[] } {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new SamError('data/rle', `An RLE is an object with size and counts, found ${shown(value)}.`);
  }
  const size: unknown = 'size' in value ? value.size : undefined;
  const counts: unknown = 'counts' in value ? value.counts : undefined;
  const checked = sizeOf(size, options);
  if (typeof counts === 'string') return { size: checked, counts };
  if (Array.isArray(counts)) return { size: checked, counts };
  throw new SamError('data/rle', `An RLE's counts are a string or a list of run lengths, found ${shown(counts)}.`, { path: 'counts' });
}

function sizeOf(value: unknown, { maxPixels = DEFAULT_MAX_PIXELS, expected }: ReadRleOptions): ImageSize {
  const parts: unknown[] = Array.isArray(value) && value.length === 2 ? value : [];
  const [height, width] = parts;
  if (typeof height !== 'number' || typeof width !== 'number') {
    throw new SamError('data/rle', `An RLE's size is [height, width], found ${shown(value)}.`, { path: 'size' });
  }
  const size = { width, height };
  assertMaskSize(size, maxPixels);
  if (expected !== undefined && (width !== expected.width || height !== expected.height)) {
    const swapped = width === expected.height && height === expected.width ? ' (width and height are swapped)' : '';
    throw new SamError('data/rle', `The mask's size [height, width] is [${height}, ${width}], the image's is [${expected.height}, ${expected.width}]${swapped}.`, { path: 'size' });
  }
  return size;
}

/** A value from outside, cut to what a message can hold. */
function shown(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (typeof value === 'number') return String(value);
  const text = JSON.stringify(value) ?? typeof value;
  return text.length > 60 ? `${text.slice(0, 60)}...` : text;
}
