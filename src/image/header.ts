/** What an image file's header promises, checked before a pixel is decoded. */
import { SamError } from '../errors.js';
import type { ImageSize } from '../geometry/size.js';
import { contentKind, labelOf, promisedKind, type ImageFormat } from './content-kind.js';
import { decodeError, verdictOf } from './decode-errors.js';
import { pngSize } from './png-chunks.js';
import { sharp } from './sharp.js';

/** The stored size (before EXIF turns it), the samples' depth in bits, whether they are inks, and how many pages or frames follow. */
export interface Header extends ImageSize { format: ImageFormat; bits: 8 | 16; inks: boolean; grey: boolean; pages: number }

/** The format of the content. Throws `image/empty`, `image/format`. */
export function formatOf(source: Uint8Array, name: string): ImageFormat {
  if (source.length === 0) throw new SamError('image/empty', 'The image file has no bytes.', { file: name });
  const { format, label } = contentKind(source);
  if (format !== undefined) return format;
  const promised = promisedKind(name);
  const found = label === undefined ? 'The content is of no kind that is known here' : `The content looks like ${label}`;
  const belied = promised === undefined || promised === label ? '' : `; the name says ${promised}`;
  throw new SamError('image/format', `${found}, expected JPEG, PNG, WebP or TIFF${belied}.`, { file: name });
}

/** The header. Throws `image/too-large`, `image/truncated`, `image/decode`. */
export async function readHeader(source: Uint8Array, format: ImageFormat, maxPixels: number, name: string): Promise<Header> {
  // the decoder wants pixels before it tells a PNG's size; a header without pixels may promise any
  const early = format === 'png' ? pngSize(source) : undefined;
  if (early !== undefined) checkPixels(early, maxPixels, name);
  const { width, height, depth, space, pages } = await metadataOf(source, format, name);
  checkPixels({ width, height }, maxPixels, name);
  const inks = space === 'cmyk';
  if (depth !== 'uchar' && (depth !== 'ushort' || inks)) {
    throw new SamError('image/decode', `Expected samples of 8 bits, or colour or grey of 16, found ${space} of kind ${depth}.`, { file: name });
  }
  return { format, width, height, bits: depth === 'uchar' ? 8 : 16, inks, grey: space === 'grey16', pages: pages ?? 1 };
}

async function metadataOf(source: Uint8Array, format: ImageFormat, name: string) {
  try {
    return await sharp(source, { limitInputPixels: false, failOn: 'none' }).metadata();
  } catch (error) {
    throw decodeError(verdictOf(error), { format, name, hopeless: true });
  }
}

function checkPixels({ width, height }: ImageSize, maxPixels: number, name: string): void {
  if (width * height <= maxPixels) return;
  throw new SamError('image/too-large', `The image has ${width} x ${height} = ${width * height} pixels, more than --max-pixels ${maxPixels}.`, { file: name });
}

/** What a user may want to know although the image can be read. */
export function remarksOn({ format, pages }: Header, name: string): string[] {
  const remarks: string[] = [];
  const label = labelOf(format);
  const promised = promisedKind(name);
  if (promised !== undefined && promised !== label) remarks.push(`The name says ${promised}, the content is ${label}.`);
  if (pages > 1) remarks.push(`Only the first of ${pages} ${format === 'tiff' ? 'pages' : 'frames'} is read.`);
  return remarks;
}
