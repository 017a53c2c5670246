/** The pixels of an image file whose header is known, decoded as strictly as the file allows. */
import { SamError } from '../errors.js';
import type { Header } from './header.js';
import { decodeError, verdictOf } from './decode-errors.js';
import { pngIsWhole } from './png-chunks.js';
import type { RgbImage } from './rgb-image.js';
import { sharp } from './sharp.js';
import { withUprightOrientation } from './tiff-orientation.js';
import { cmykToRgb, nearestBytes } from './to-rgb8.js';

/** `degraded`: some pixels are made up. `warnings`: what the decoder minded. */
interface Pixels { image: RgbImage; degraded: boolean; warnings: string[] }

/** How much the decoder puts up with: nothing; what leaves the pixels whole; anything. */
type Strictness = 'warning' | 'error' | 'none';

/**
 * Decodes strictly first, so that damage is never silent, then as each fault allows: again without minding a mere remark, again
 * without minding anything where `lenient` says so. Throws `image/truncated`, `image/decode`, `image/too-large`.
 */
export async function decodePixels(source: Uint8Array, header: Header, options: { maxPixels: number; lenient: boolean; name: string }): Promise<Pixels> {
  const { format } = header;
  const warnings: string[] = [];
  let bytes = source;
  for (let strictness: Strictness = 'warning'; ;) {
    try {
      if (format === 'png' && strictness !== 'none' && !pngIsWhole(bytes)) throw new SamError('image/truncated', 'vipspng: premature end of PNG image');
      return { image: await attempt(bytes, header, options.maxPixels, strictness), degraded: strictness === 'none', warnings };
    } catch (error) {
      const found = verdictOf(error);
      const repaired = format === 'tiff' && /"Orientation"/.test(found.reason) && bytes === source ? withUprightOrientation(source) : undefined;
      if (repaired !== undefined) {
        bytes = repaired;
      } else if (found.verdict === 'remark' && strictness === 'warning') {
        strictness = 'error';
      } else if (options.lenient && found.verdict !== 'image/too-large' && strictness !== 'none') {
        strictness = 'none';
      } else {
        throw decodeError(found, { format, name: options.name, hopeless: strictness === 'none' });
      }
      warnings.push(strictness === 'none' ? `Damaged, decoded as far as possible: ${found.reason}.` : `The decoder remarks: ${found.reason}.`);
    }
  }
}

async function attempt(source: Uint8Array, header: Header, maxPixels: number, failOn: Strictness): Promise<RgbImage> {
  const opened = sharp(source, { failOn, limitInputPixels: maxPixels, autoOrient: true, ignoreIcc: true }).removeAlpha();
  if (header.inks) {
    const { data, width, height } = await rawOf(opened.pipelineColourspace('cmyk').toColourspace('cmyk').raw(), 4);
    return { data: cmykToRgb(data, header.format === 'jpeg' ? 'jpeg' : 'tiff'), width, height };
  }
  if (header.bits === 16 && header.format === 'tiff' && !header.grey) {
    const { data, width, height } = await rawOf(opened.toColourspace('rgb16').raw({ depth: 'ushort' }), 3);
    return { data: nearestBytes(new Uint16Array(data.buffer, data.byteOffset, data.length / 2)), width, height };
  }
  return rawOf(opened.toColourspace('srgb').raw(), 3);
}

async function rawOf(pipeline: ReturnType<typeof sharp>, channels: number): Promise<{ data: Uint8Array; width: number; height: number }> {
  const { data, info } = await pipeline.toBuffer({ resolveWithObject: true });
  if (info.channels !== channels) throw new SamError('internal/unexpected', `expected ${channels} channels, found ${info.channels}`);
  return { data: new Uint8Array(data.buffer, data.byteOffset, data.length), width: info.width, height: info.height };
}
