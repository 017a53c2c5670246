/** CVAT's masks: lengths of row-major runs inside a box of whole pixels, background first; read and written. */
import type { ImageSize } from '../../geometry/size.js';
import { cropRle, padRle } from '../../mask/crop.js';
import { rowsOfRle } from '../../mask/decode-rows.js';
import { rleOfRows } from '../../mask/encode-rows.js';
import { boxFromRle, type Rle } from '../../mask/rle.js';
import type { RecordCheck } from '../record-check.js';

/** The attributes of a `mask` element that say its pixels. */
export interface CvatMask { rle: string; left: number; top: number; width: number; height: number }

/** The mask in an image's size; `undefined` where the check failed. Sizes are checked before anything is allocated. */
export function maskOfCvat(attributes: ReadonlyMap<string, string>, image: ImageSize, maxPixels: number, check: RecordCheck): Rle | undefined {
  const whole = (name: string): number => {
    const text = attributes.get(name) ?? '';
    if (/^[0-9]{1,9}$/.test(text)) return Number(text);
    check.find('rle/invalid', `Expected a whole number of pixels, found "${text.slice(0, 20)}".`, name);
    return 0;
  };
  const left = whole('left'), top = whole('top'), width = whole('width'), height = whole('height');
  if (check.failed) return undefined;
  const right = image.width - left - width, bottom = image.height - top - height;
  if (width === 0 || height === 0 || right < 0 || bottom < 0) return check.find('rle/invalid', `A mask of ${width} x ${height} pixels at ${left},${top} does not lie in the image of ${image.width} x ${image.height}.`);
  if (image.width * image.height > maxPixels) return check.find('image/invalid', `The image has ${image.width} x ${image.height} pixels, more than --max-pixels ${maxPixels}.`);
  const pixels = pixelsOf(attributes.get('rle') ?? '', width * height, check);
  return pixels === undefined ? undefined : padRle(rleOfRows(pixels, { width, height }), { left, top, right, bottom });
}

function pixelsOf(rle: string, expected: number, check: RecordCheck): Uint8Array | undefined {
  const pixels = new Uint8Array(expected);
  let at = 0, runs = 0;
  for (const text of rle.split(',')) {
    const run = /^\s*[0-9]{1,10}\s*$/.test(text) ? Number(text) : Number.NaN;
    if (Number.isNaN(run)) return check.find('rle/invalid', `Run ${runs} is "${text.slice(0, 20)}".`, 'rle');
    if (runs++ % 2 === 1) pixels.fill(1, at, Math.min(expected, at + run));
    at += run;
  }
  if (at !== expected) return check.find('rle/sum', `The runs sum to ${at}, and the mask's box has ${expected} pixels.`, 'rle');
  return pixels;
}

/** The mask in its own box; `undefined` for a mask without pixels, which CVAT cannot hold. */
export function cvatMaskOf(rle: Rle): CvatMask | undefined {
  const box = boxFromRle(rle);
  if (box === undefined) return undefined;
  const width = box.x1 - box.x0, height = box.y1 - box.y0;
  const pixels = rowsOfRle(cropRle(rle, box));
  const runs: number[] = [];
  let value = 0, from = 0;
  for (let i = 0; i < pixels.length; i++) {
    if (pixels[i] === value) continue;
    runs.push(i - from);
    from = i;
    value = 1 - value;
  }
  runs.push(pixels.length - from);
  return { rle: runs.join(', '), left: box.x0, top: box.y0, width, height };
}
