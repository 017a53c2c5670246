/**
 * The one place that reads the decoder's messages. sharp's errors have no codes, only the texts of libvips, libjpeg, libpng,
 * libwebp and libtiff, so the texts are sorted here, with a test for each.
 */
import { SamError, messageOf, type ErrorCode } from '../errors.js';
import { labelOf, type ImageFormat } from './content-kind.js';

/** `remark`: the decoder minds, other readers do not, and the pixels are whole; decode again less strictly and pass it on. */
export type Verdict = Extract<ErrorCode, 'image/truncated' | 'image/too-large' | 'image/decode'> | 'remark';

// the first that matches decides
const VERDICTS: readonly (readonly [RegExp, Verdict])[] = [
  [/exceeds pixel limit/, 'image/too-large'],
  [/Unsupported (JPEG|color conversion)|bad labq format|out of memory/, 'image/decode'],
  [/premature end|bad Huffman code|instead of RST/, 'image/truncated'],
  [/extraneous bytes before marker|unknown JFIF revision|Unknown Adobe color transform/, 'remark'],
  [/Inconsistent progression sequence|Invalid SOS parameters for sequential|Warning treated as error/, 'remark'],
  [/read error|unable to read pixels|was not defined|Bogus |Unsupported marker type|Invalid (component|progressive)/i, 'image/truncated'],
  [/corrupt header|unsupported image format|Unknown error/, 'image/truncated'],
];

const PREFIX = /^(Input buffer (has corrupt header: ?|contains ))?((VipsJpeg|vipspng|tiff2vips|webp|image): )?(source input: )?/;
const NOISE = /^Warning treated as error|^error in tile|^Unknown error/;

/** What the decoder's error means. `reason`: its distinct lines as one, without their prefixes. */
export function verdictOf(error: unknown): { verdict: Verdict; reason: string } {
  const message = messageOf(error);
  const verdict = VERDICTS.find(([pattern]) => pattern.test(message))?.[1] ?? 'image/decode';
  const lines = message.split('\n').map((line) => line.replace(PREFIX, '').trim()).filter((line) => line !== '' && !NOISE.test(line));
  return { verdict, reason: [...new Set(lines)].join('; ') || 'no reason given' };
}

/** The error to throw for a verdict. `hopeless`: there is nothing that `--lenient` could decode; without it, only whole images will do where it is asked. */
export function decodeError(found: { verdict: Verdict; reason: string }, at: { format: ImageFormat; name: string; hopeless?: boolean }): SamError {
  const { verdict, reason } = found;
  const code = verdict === 'remark' ? 'image/decode' : verdict;
  const what = code === 'image/truncated' ? 'ends early or is damaged' : 'cannot be decoded';
  const help = code !== 'image/truncated' || at.hopeless === undefined ? '' : at.hopeless ? ', and nothing of it can be decoded' : '; --lenient decodes what there is';
  return new SamError(code, `The ${labelOf(at.format)} ${what} (${reason})${help}.`, { file: at.name });
}
