/**
 * Image files to upright 8-bit RGB, by the rule of OpenCV's `imread` (IMREAD_COLOR), which the reference pipelines read with:
 * EXIF orientation applied (a value that is none of 1 to 8 is ignored), alpha dropped and not blended, colour profiles
 * ignored, grey replicated, palettes expanded, 16 bits reduced to 8. Never resized or shrunk while loading.
 *
 * Compared with OpenCV 5.0.0 over JPEG, PNG, WebP and TIFF of every kind listed in `test/image/decode.test.ts`: equal byte for byte,
 * CMYK and YCCK JPEG included. Two differences are meant: a TIFF's alpha is dropped too (libtiff multiplies colours by it), and
 * a TIFF turned by a quarter is read (OpenCV fails).
 */
import { createHash } from 'node:crypto';
import { resolveOptions } from '../options.js';
import type { ImageFormat } from './content-kind.js';
import { formatOf, readHeader, remarksOn } from './header.js';
import { IMAGE_OPTIONS } from './options.js';
import { decodePixels } from './pixels.js';
import { readFileBytes } from './read-file.js';
import type { RgbImage } from './rgb-image.js';
import { alone, imageLibrary } from './sharp.js';

/** `format` is that of the content, whatever the name says. `degraded`: some pixels are made up, because `lenient` was asked for. */
export interface DecodedImage extends RgbImage { format: ImageFormat; warnings: string[]; degraded: boolean }

/** `name`: what errors call the image and whose extension is compared with the content. The others are those of `IMAGE_OPTIONS`. */
export interface DecodeOptions { name: string; maxPixels?: number | undefined; lenient?: boolean | undefined }

/**
 * The image of a file, with the sha256 (hex) of the very bytes that were decoded, and their number. The file is opened once, read-only.
 * At the peak there are the file's bytes, one raw image and what the decoder needs; on return the raw image alone.
 * Throws `image/missing`, `image/unreadable`, `image/empty`, `image/changed`, and what `decodeImage` throws.
 */
export async function readImage(path: string, options: DecodeOptions): Promise<DecodedImage & { sha256: string; bytes: number }> {
  const source = await readFileBytes(path, options.name);
  const sha256 = createHash('sha256').update(source).digest('hex');
  return { ...await decodeImage(source, options), sha256, bytes: source.length };
}

/**
 * The image in `source`, which is left alone. One image at a time is decoded in a process; a folder is decoded by several.
 * Throws `image/empty`, `image/format`, `image/too-large`, `image/truncated`, `image/decode`, each naming `options.name`; `internal/install`.
 */
export async function decodeImage(source: Uint8Array, options: DecodeOptions): Promise<DecodedImage> {
  const { name } = options;
  const { maxPixels, lenient } = resolveOptions(IMAGE_OPTIONS, {
    maxPixels: options.maxPixels ?? IMAGE_OPTIONS.maxPixels.default,
    lenient: options.lenient ?? IMAGE_OPTIONS.lenient.default,
  });
  const format = formatOf(source, name);
  // before the decoder's own errors are taken for the image's
  imageLibrary();
  return alone(async () => {
    const header = await readHeader(source, format, maxPixels, name);
    const { image, degraded, warnings } = await decodePixels(source, header, { maxPixels, lenient, name });
    return { ...image, format, warnings: [...remarksOn(header, name), ...warnings], degraded };
  });
}
