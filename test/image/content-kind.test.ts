/** What the first bytes and what a name say a file is. */
import test from 'ava';
import { contentKind, promisedKind } from '../../src/image/content-kind.js';

const CONTENTS: readonly (readonly [string, string | undefined])[] = [
  ['\xff\xd8\xff\xe0', 'JPEG'], ['\xff\xd8', 'JPEG'], ['\x89PNG\r\n\x1a\n', 'PNG'], ['RIFF\x10\0\0\0WEBPVP8 ', 'WebP'], ['II*\0\x08\0\0\0', 'TIFF'],
  ['MM\0*\0\0\0\x08', 'TIFF'], ['II+\0\x08\0\0\0', 'TIFF'], ['GIF87a', 'GIF'], ['GIF89a', 'GIF'], ['\0\0\0\x1cftypavif', 'AVIF'],
  ['\0\0\0\x18ftypheic', 'HEIF'], ['\0\0\0\x18ftypmif1', 'HEIF'], ['\0\0\0\x18ftypisom', 'MPEG-4 video'], ['\0\0\0\x0cjP  \r\n', 'JPEG 2000'],
  ['\xff\x0a\0\0', 'JPEG XL'], ['BM\x36\0\0\0\0\0\0\0', 'BMP'], ['8BPS\0\x01', 'Photoshop'], ['v/1\x01', 'OpenEXR'], ['%PDF-1.7', 'PDF'], ['PK\x03\x04', 'ZIP'],
  ['\x1f\x8b\x08', 'gzip'], ['<svg width="1">', 'SVG'], ['\xef\xbb\xbf<?xml version="1.0"?><svg>', 'SVG'], ['<!DOCTYPE svg PUBLIC ""><svg>', 'SVG'],
  ['<!doctype html><p><svg></svg>', 'HTML'], ['  <HTML>', 'HTML'], ['<?xml version="1.0"?><annotation>', 'XML'], ['{"images": []}', 'JSON'],
  ['\n[{}]', 'JSON'], ['a BMP is no text', 'text'], ['caf\xe9', 'text'], ['RIFF\x10\0\0\0WAVE', undefined], ['\0\0\0', undefined],
];

for (const [content, label] of CONTENTS) {
  test(`${JSON.stringify(content)} is ${label ?? 'not known'}`, (t) => {
    const { format, label: found } = contentKind(Buffer.from(content, 'latin1'));
    t.is(found, label);
    t.is(format, ({ JPEG: 'jpeg', PNG: 'png', WebP: 'webp', TIFF: 'tiff' } as const)[label as 'JPEG']);
  });
}

test('only the content of a view is looked at', (t) => {
  t.is(contentKind(Buffer.from('GIF89a%PDF-1.4').subarray(6)).label, 'PDF');
});

test('a name promises by its last extension, in any case', (t) => {
  t.is(promisedKind('a/b.JPeG'), 'JPEG');
  t.is(promisedKind('b.png.tif'), 'TIFF');
  t.is(promisedKind('b.svg'), 'SVG');
  for (const name of ['jpg', '.jpg', 'a.jpg/b', 'b.', 'b.unknown', '']) t.is(promisedKind(name), undefined, name);
});
