/** LabelMe's masks: a PNG in base64 that covers the pixels from one corner to the other, both inside. */
import { SamError } from '../errors.js';
import type { Box } from '../geometry/box.js';
import type { ImageSize } from '../geometry/size.js';
import { cropRle, padRle } from '../mask/crop.js';
import { boxFromRle, bitmaskFromRle, rleFromBitmask, type Rle } from '../mask/rle.js';
import { encodeIndexPng } from './index-png-write.js';
import { readIndexPng } from './index-png.js';

const BASE64 = /^[A-Za-z0-9+/\s]*={0,2}\s*$/;

/**
 * The mask of the image. `corners`: as `points` has them, any two opposite ones; fractions are cut off as LabelMe does. What lies outside of
 * the image is cut off too. Returns in words why there is none.
 */
export function maskOfLabelme(base64: string, corners: readonly [number, number][], image: ImageSize, maxPixels: number): Rle | string {
  if (!BASE64.test(base64)) return 'the mask is no base64';
  const [xs, ys] = [corners.map(([x]) => Math.trunc(x)), corners.map(([, y]) => Math.trunc(y))];
  const box = { x0: Math.min(...xs), y0: Math.min(...ys), x1: Math.max(...xs) + 1, y1: Math.max(...ys) + 1 };
  try {
    const { data, width, height } = readIndexPng(Buffer.from(base64, 'base64'), 'mask', maxPixels);
    if (width !== box.x1 - box.x0 || height !== box.y1 - box.y0) return `the mask is ${width} x ${height}, and its corners span ${box.x1 - box.x0} x ${box.y1 - box.y0} pixels`;
    return placed(rleFromBitmask({ width, height, data: data instanceof Uint8Array ? data : Uint8Array.from(data, (value) => (value === 0 ? 0 : 1)) }), box, image) ?? 'the mask lies outside of the image';
  } catch (error) {
    if (error instanceof SamError && error.kind === 'data') return `the mask cannot be read: ${error.message.replace(/\.$/, '')}`;
    throw error;
  }
}

function placed(patch: Rle, box: Box, image: ImageSize): Rle | undefined {
  const x0 = Math.max(0, box.x0), y0 = Math.max(0, box.y0), x1 = Math.min(image.width, box.x1), y1 = Math.min(image.height, box.y1);
  if (x0 >= x1 || y0 >= y1) return undefined;
  const inside = cropRle(patch, { x0: x0 - box.x0, y0: y0 - box.y0, x1: x1 - box.x0, y1: y1 - box.y0 });
  return padRle(inside, { left: x0, top: y0, right: image.width - x1, bottom: image.height - y1 });
}

/** The mask's corners and its PNG, 0 and 1 as LabelMe writes them; undefined for an empty mask. */
export function labelmeOfMask(rle: Rle): { points: [number, number][]; mask: string } | undefined {
  const box = boxFromRle(rle);
  if (box === undefined) return undefined;
  const png = encodeIndexPng(bitmaskFromRle(cropRle(rle, box)));
  return { points: [[box.x0, box.y0], [box.x1 - 1, box.y1 - 1]], mask: Buffer.from(png.buffer, png.byteOffset, png.length).toString('base64') };
}
