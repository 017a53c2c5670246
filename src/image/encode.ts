/**
 * Pixels to image files. The settings are fixed, nothing but pixels is written (no clock, no metadata): the same pixels
 * give the same bytes.
 */
import { SamError } from '../errors.js';
import type { ImageSize } from '../geometry/size.js';
import type { RgbImage } from './rgb-image.js';
import { sharp } from './sharp.js';

const PNG = { compressionLevel: 6, adaptiveFiltering: false, palette: false, progressive: false };

/** One channel of 8 bits, row-major, as a grey PNG: a mask of 0 and 255, or labels as they are. */
export async function encodePngGrey(data: Uint8Array, width: number, height: number): Promise<Uint8Array> {
  // without a colour space of its own, one channel would be written as three
  return bytesOf(raw(data, width, height, 1).toColourspace('b-w').png(PNG));
}

/** An 8-bit RGB PNG. */
export async function encodePngRgb(image: RgbImage): Promise<Uint8Array> {
  return bytesOf(raw(image.data, image.width, image.height, 3).png(PNG));
}

/** An 8-bit RGBA PNG; alpha is not premultiplied. */
export async function encodePngRgba(data: Uint8Array, width: number, height: number): Promise<Uint8Array> {
  return bytesOf(raw(data, width, height, 4).png(PNG));
}

/** A baseline JPEG of `quality` 1 to 100, colour at half resolution below 90 as is usual, at full from there on. */
export async function encodeJpegRgb(image: RgbImage, quality: number): Promise<Uint8Array> {
  return bytesOf(raw(image.data, image.width, image.height, 3).jpeg({ quality, chromaSubsampling: quality < 90 ? '4:2:0' : '4:4:4' }));
}

/** A JPEG at another size, for looking at: resampled by the library, off the caller's thread, and not as `resizeBilinear` would. */
export async function encodeJpegResized(image: RgbImage, size: ImageSize, quality: number): Promise<Uint8Array> {
  return bytesOf(raw(image.data, image.width, image.height, 3).resize(size.width, size.height, { fit: 'fill' }).jpeg({ quality }));
}

/** A WebP, lossy of `quality` 1 to 100. */
export async function encodeWebpRgb(image: RgbImage, quality: number): Promise<Uint8Array> {
  return bytesOf(raw(image.data, image.width, image.height, 3).webp({ quality }));
}

/** A WebP with transparency, lossy of `quality` 1 to 100 in its colours, exact in its alpha, which is not premultiplied. */
export async function encodeWebpRgba(data: Uint8Array, width: number, height: number, quality: number): Promise<Uint8Array> {
  return bytesOf(raw(data, width, height, 4).webp({ quality, alphaQuality: 100 }));
}

function raw(data: Uint8Array, width: number, height: number, channels: 1 | 3 | 4): ReturnType<typeof sharp> {
  if (data.length !== width * height * channels || data.length === 0) {
    throw new SamError('internal/unexpected', `Cannot encode ${data.length} bytes as ${width} x ${height} pixels of ${channels} bytes.`);
  }
  return sharp(data, { raw: { width, height, channels }, limitInputPixels: false });
}

/** A view of sharp's own buffer, which is not pooled. */
async function bytesOf(image: ReturnType<typeof sharp>): Promise<Uint8Array> {
  const buffer = await image.toBuffer();
  return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.length);
}
