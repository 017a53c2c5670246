/** LabelMe's masks: a PNG in base64 that covers the pixels from one corner to the other, both inside. */
import { SamError } from '../../errors.js';
import type { Box } from '../../geometry/box.js';
import type { ImageSize } from '../../geometry/size.js';
import { cropRle, padRle } from '../../mask/crop.js';
import { boxFromRle, bitmaskFromRle, rleFromBitmask, type Rle } from '../../mask/rle.js';
import { encodeIndexPng } from '../png/index-png-write.js';
import { readIndexPng } from '../png/index-png.js';

const BASE64 = /^[A-Za-z0-9+/\s]*={0,2}\s*$/;

/** `isCut`: the picture was larger than the corners say. */
export interface PlacedMask { rle: Rle; isCut: boolean }

/**
 * The mask in the image, placed as LabelMe's exporters place it: whole corners bound the picture, where it is larger it is cut; of corners with
 * fractions (a mask that was dragged) the first is rounded, and the picture has its own size. What lies outside of the image is cut off too.
 * Returns in words why there is none.
 */
export function maskOfLabelme(base64: string, corners: readonly [number, number][], image: ImageSize, maxPixels: number): PlacedMask | string {
  if (!BASE64.test(base64)) return 'the mask is no base64';
  try {
    const { data, width, height } = readIndexPng(Buffer.from(base64, 'base64'), 'mask', maxPixels);
    const box = boxOf(corners, { width, height });
    const spans = { width: box.x1 - box.x0, height: box.y1 - box.y0 };
    if (width < spans.width || height < spans.height) return `the mask is ${width} x ${height}, and its corners span ${spans.width} x ${spans.height} pixels`;
    const patch = rleFromBitmask({ width, height, data: data instanceof Uint8Array ? data : Uint8Array.from(data, (value) => (value === 0 ? 0 : 1)) });
    const rle = placed(patch, box, image);
    return rle === undefined ? 'the mask lies outside of the image' : { rle, isCut: width > spans.width || height > spans.height };
  } catch (error) {
    if (error instanceof SamError && error.kind === 'data') return `the mask cannot be read: ${error.message.replace(/\.$/, '')}`;
    throw error;
  }
}

/** The pixels that the corners bound, half-open. */
function boxOf(corners: readonly [number, number][], { width, height }: ImageSize): Box {
  const xs = corners.map(([x]) => x), ys = corners.map(([, y]) => y);
  const [x0, y0, x1, y1] = [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)];
  if ([x0, y0, x1, y1].every(Number.isInteger)) return { x0, y0, x1: x1 + 1, y1: y1 + 1 };
  const [left, top] = [roundedEven(x0), roundedEven(y0)];
  return { x0: left, y0: top, x1: left + width, y1: top + height };
}

/** NumPy's rounding: halves go to the even neighbour. */
function roundedEven(value: number): number {
  const rounded = Math.round(value);
  return rounded - value === 0.5 && rounded % 2 !== 0 ? rounded - 1 : rounded;
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
