/** Pictures as the bytes of files, in the format that the user chose. */
import type { Cutout } from '../draw/cutout.js';
import { encodeJpegRgb, encodePngRgb, encodePngRgba, encodeWebpRgb, encodeWebpRgba } from '../image/encode.js';
import type { RgbImage } from '../image/rgb-image.js';
import type { PictureOptions } from './visualize-options.js';

type Encoding = Pick<PictureOptions, 'imageFormat' | 'quality'>;

/** With its dot. */
export function extensionOf({ imageFormat }: Encoding): string {
  return imageFormat === 'jpeg' ? '.jpg' : `.${imageFormat}`;
}

export async function encodePicture(picture: RgbImage, { imageFormat, quality }: Encoding): Promise<Uint8Array> {
  switch (imageFormat) {
    case 'png': return encodePngRgb(picture);
    case 'jpeg': return encodeJpegRgb(picture, quality);
    case 'webp': return encodeWebpRgb(picture, quality);
  }
}

/** JPEG, which has no transparency, was refused when the options were settled. */
export async function encodeCutout({ data, width, height }: Cutout, { imageFormat, quality }: Encoding): Promise<Uint8Array> {
  return imageFormat === 'webp' ? encodeWebpRgba(data, width, height, quality) : encodePngRgba(data, width, height);
}
