/** What a file's first bytes say it is, whatever its name says: the four formats that are read, and what else turns up in image folders. */
import { extname } from 'node:path';

/** The formats that are decoded. */
export type ImageFormat = keyof typeof LABELS;

const LABELS = { jpeg: 'JPEG', png: 'PNG', webp: 'WebP', tiff: 'TIFF' } as const;

/** A kind of content: `format` where it can be decoded, a name to print, the extensions that promise it, and its first bytes. */
interface Kind { format?: ImageFormat; label: string; extensions: readonly string[]; starts: (head: string) => boolean }

const brand = (...brands: string[]) => (head: string): boolean => head.slice(4, 8) === 'ftyp' && brands.includes(head.slice(8, 12));
const text = (pattern: RegExp) => (head: string): boolean => pattern.test(head);

// `head` holds one character a byte; the order decides where two match
const KINDS: readonly Kind[] = [
  { format: 'jpeg', label: LABELS.jpeg, extensions: ['jpg', 'jpeg', 'jpe', 'jfif'], starts: text(/^\xff\xd8(\xff|$)/) },
  { format: 'png', label: LABELS.png, extensions: ['png', 'apng'], starts: text(/^\x89PNG\r\n\x1a\n/) },
  { format: 'webp', label: LABELS.webp, extensions: ['webp'], starts: text(/^RIFF[^]{4}WEBP/) },
  { format: 'tiff', label: LABELS.tiff, extensions: ['tif', 'tiff'], starts: text(/^(II[*+]\0|MM\0[*+])/) },
  { label: 'GIF', extensions: ['gif'], starts: text(/^GIF8[79]a/) },
  { label: 'AVIF', extensions: ['avif'], starts: brand('avif', 'avis') },
  { label: 'HEIF', extensions: ['heic', 'heif'], starts: brand('heic', 'heix', 'hevc', 'heim', 'heis', 'mif1', 'msf1') },
  { label: 'MPEG-4 video', extensions: ['mp4', 'mov', 'm4v'], starts: (head) => head.slice(4, 8) === 'ftyp' },
  { label: 'JPEG 2000', extensions: ['jp2', 'j2k', 'jpx'], starts: text(/^(\0\0\0\x0cjP {2}|\xff\x4f\xff\x51)/) },
  { label: 'JPEG XL', extensions: ['jxl'], starts: text(/^(\xff\x0a|\0\0\0\x0cJXL )/) },
  { label: 'BMP', extensions: ['bmp', 'dib'], starts: text(/^BM[^]{4}\0\0\0\0/) },
  { label: 'Photoshop', extensions: ['psd', 'psb'], starts: text(/^8BPS/) },
  { label: 'OpenEXR', extensions: ['exr'], starts: text(/^v\/1\x01/) },
  { label: 'PDF', extensions: ['pdf'], starts: text(/^\s*%PDF-/) },
  { label: 'ZIP', extensions: ['zip'], starts: text(/^PK\x03\x04/) },
  { label: 'gzip', extensions: ['gz'], starts: text(/^\x1f\x8b/) },
  { label: 'HTML', extensions: ['html', 'htm'], starts: text(/^(\xef\xbb\xbf)?\s*<(!doctype html|html|head|body)/i) },
  { label: 'SVG', extensions: ['svg'], starts: text(/^(\xef\xbb\xbf)?\s*(<svg|<[?!][^]*<svg)[\s>]/i) },
  { label: 'XML', extensions: ['xml'], starts: text(/^(\xef\xbb\xbf)?\s*<\?xml/) },
  { label: 'JSON', extensions: ['json'], starts: text(/^\s*[[{]\s*["[{\]}\d]/) },
  // no control characters but white space and escape
  { label: 'text', extensions: ['txt', 'csv', 'md'], starts: text(/^[^\0-\x08\x0e-\x1a\x1c-\x1f\x7f]+$/) },
];

const HEAD_BYTES = 1024;

/** What the content looks like: `format` where it can be decoded, `label` to print (`undefined`: nothing known). */
export function contentKind(bytes: Uint8Array): { format: ImageFormat | undefined; label: string | undefined } {
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, HEAD_BYTES)).toString('latin1');
  const kind = KINDS.find(({ starts }) => starts(head));
  return { format: kind?.format, label: kind?.label };
}

/** What a name's extension promises, to print, or `undefined` where it promises nothing that is known here. */
export function promisedKind(name: string): string | undefined {
  const extension = extname(name).slice(1).toLowerCase();
  return KINDS.find(({ extensions }) => extensions.includes(extension))?.label;
}

/** A format's name to print. */
export function labelOf(format: ImageFormat): string {
  return LABELS[format];
}
