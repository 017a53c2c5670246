/** The sizes that a mask may have: checked before anything is allocated for it. */
import { SamError } from '../errors.js';
import type { ImageSize } from '../geometry/size.js';

/** The most pixels that a mask from outside may have unless the caller says otherwise: 16384 x 16384. */
export const DEFAULT_MAX_PIXELS = 2 ** 28;

/** The most pixels that any mask may have: positions of pixels, and the end mark behind them, are 32-bit integers. */
export const MOST_PIXELS = 2 ** 31 - 2;

/** Throws `data/rle` unless width and height are whole numbers of at least 1 and their product is at most `maxPixels`. */
export function assertMaskSize(size: ImageSize, maxPixels: number = MOST_PIXELS): void {
  const { width, height } = size;
  if (!isSide(width) || !isSide(height)) {
    throw new SamError('data/rle', `A mask's width and height are whole numbers of at least 1, found ${String(width)} x ${String(height)}.`, { path: 'size' });
  }
  const most = Math.min(maxPixels, MOST_PIXELS);
  if (width * height > most) {
    throw new SamError('data/rle', `A mask of ${width} x ${height} has ${width * height} pixels, more than the ${most} allowed.`, { path: 'size' });
  }
}

/** Throws `data/rle` unless both masks have one size; `what` names the second, e.g. `ground truth 3`. */
export function assertSameSize(a: ImageSize, b: ImageSize, what: string): void {
  if (a.width !== b.width || a.height !== b.height) {
    throw new SamError('data/rle', `Masks of one size belong together: expected ${a.width} x ${a.height}, ${what} is ${b.width} x ${b.height}.`, { path: 'size' });
  }
}

/** Throws `data/rle` unless there is one byte a pixel. */
export function assertPixels(data: Uint8Array, size: ImageSize): void {
  if (data.length !== size.width * size.height) {
    throw new SamError('data/rle', `Pixels of a ${size.width} x ${size.height} mask are ${size.width * size.height} bytes, found ${data.length}.`);
  }
}

function isSide(value: unknown): boolean {
  return Number.isSafeInteger(value) && Number(value) >= 1;
}
