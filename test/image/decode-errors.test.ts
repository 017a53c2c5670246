/** Each message of the decoder has a verdict; the messages were collected from damaged files. */
import test from 'ava';
import { decodeError, verdictOf, type Verdict } from '../../src/image/decode-errors.js';

const MESSAGES: readonly (readonly [string, Verdict, string])[] = [
  ['Input image exceeds pixel limit', 'image/too-large', 'Input image exceeds pixel limit'],
  ['VipsJpeg: Unsupported JPEG data precision 12', 'image/decode', 'Unsupported JPEG data precision 12'],
  ['Input buffer has corrupt header: VipsJpeg: Unsupported JPEG process: SOF type 0xc3', 'image/decode', 'Unsupported JPEG process: SOF type 0xc3'],
  ['VipsJpeg: Unsupported color conversion request', 'image/decode', 'Unsupported color conversion request'],
  ['Input buffer has corrupt header: image: bad labq format\n\nimage: bad labq format', 'image/decode', 'bad labq format'],
  ['VipsImage: out of memory --- size == 819MB', 'image/decode', 'VipsImage: out of memory --- size == 819MB'],
  ['VipsJpeg: premature end of JPEG image\nVipsJpeg: premature end of JPEG image', 'image/truncated', 'premature end of JPEG image'],
  ['Input buffer has corrupt header: VipsJpeg: premature end of JPEG image', 'image/truncated', 'premature end of JPEG image'],
  ['VipsJpeg: Corrupt JPEG data: premature end of data segment', 'image/truncated', 'Corrupt JPEG data: premature end of data segment'],
  ['VipsJpeg: Corrupt JPEG data: bad Huffman code', 'image/truncated', 'Corrupt JPEG data: bad Huffman code'],
  ['VipsJpeg: Corrupt JPEG data: found marker 0xd3 instead of RST2', 'image/truncated', 'Corrupt JPEG data: found marker 0xd3 instead of RST2'],
  ['VipsJpeg: Corrupt JPEG data: 3 extraneous bytes before marker 0xdb', 'remark', 'Corrupt JPEG data: 3 extraneous bytes before marker 0xdb'],
  ['VipsJpeg: Warning: unknown JFIF revision number 7.01', 'remark', 'Warning: unknown JFIF revision number 7.01'],
  ['VipsJpeg: Unknown Adobe color transform code 7', 'remark', 'Unknown Adobe color transform code 7'],
  ['VipsJpeg: Inconsistent progression sequence for component 0 coefficient 1', 'remark', 'Inconsistent progression sequence for component 0 coefficient 1'],
  ['VipsJpeg: Invalid SOS parameters for sequential JPEG', 'remark', 'Invalid SOS parameters for sequential JPEG'],
  ['Warning treated as error due to failOn setting\ntags are not sorted in ascending order\nerror in tile 0 x 0', 'remark', 'tags are not sorted in ascending order'],
  ['vipspng: libpng read error', 'image/truncated', 'libpng read error'],
  ['tiff2vips: Read error at scanline 0; got 86 bytes, expected 1005', 'image/truncated', 'Read error at scanline 0; got 86 bytes, expected 1005'],
  ['webp2vips: unable to read pixels', 'image/truncated', 'webp2vips: unable to read pixels'],
  ['VipsJpeg: Quantization table 0x00 was not defined', 'image/truncated', 'Quantization table 0x00 was not defined'],
  ['VipsJpeg: Bogus Huffman table definition', 'image/truncated', 'Bogus Huffman table definition'],
  ['VipsJpeg: Unsupported marker type 0x1f', 'image/truncated', 'Unsupported marker type 0x1f'],
  ['VipsJpeg: Invalid component ID 9 in SOS', 'image/truncated', 'Invalid component ID 9 in SOS'],
  ['VipsJpeg: Invalid progressive/lossless parameters Ss=1 Se=63 Ah=2 Al=9', 'image/truncated', 'Invalid progressive/lossless parameters Ss=1 Se=63 Ah=2 Al=9'],
  ['Input buffer has corrupt header: webp: unable to parse image', 'image/truncated', 'unable to parse image'],
  ['Input buffer has corrupt header: ', 'image/truncated', 'no reason given'],
  ['Input buffer contains unsupported image format', 'image/truncated', 'unsupported image format'],
  ['Unknown error', 'image/truncated', 'no reason given'],
  ['something that no version has said so far', 'image/decode', 'something that no version has said so far'],
];

for (const [message, verdict, reason] of MESSAGES) {
  test(`"${message.replaceAll('\n', ' / ')}" is ${verdict}`, (t) => {
    t.deepEqual(verdictOf(new Error(message)), { verdict, reason });
  });
}

test('the error names the file, the format, the reason, and --lenient only where it can help', (t) => {
  const cut = { verdict: 'image/truncated', reason: 'premature end' } as const;
  const help = decodeError(cut, { format: 'jpeg', name: 'a/b.jpg', hopeless: false });
  t.deepEqual([help.code, help.file, help.message], ['image/truncated', 'a/b.jpg', 'The JPEG ends early or is damaged (premature end); --lenient decodes what there is.']);
  t.notRegex(decodeError(cut, { format: 'webp', name: 'x', hopeless: true }).message, /--lenient/);
  const refused = decodeError({ verdict: 'remark', reason: 'odd' }, { format: 'tiff', name: 'x', hopeless: false });
  t.deepEqual([refused.code, refused.message], ['image/decode', 'The TIFF cannot be decoded (odd).']);
});
