/** A small picture whose every turn and mirror image differs, and files of it for the image tests. */
import { sharp } from '../../src/image/sharp.js';
import type { ImageFormat } from '../../src/image/content-kind.js';
import type { RgbImage } from '../../src/image/rgb-image.js';

/** Blocks of 16 pixels, so that a lossy format keeps their middles. */
const BLOCK = 16;
const COLOURS = [[230, 30, 30], [30, 200, 40], [40, 60, 220], [240, 220, 40], [250, 250, 250], [20, 20, 20]] as const;

/** 3 x 2 blocks, each of a colour of its own: 48 x 32 pixels. */
export function picture(): RgbImage {
  return drawn(3 * BLOCK, 2 * BLOCK, (x, y) => COLOURS[Math.floor(y / BLOCK) * 3 + Math.floor(x / BLOCK)]!);
}

/** An image whose pixel at x, y is `colour(x, y)`. */
export function drawn(width: number, height: number, colour: (x: number, y: number) => readonly [number, number, number]): RgbImage {
  const data = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) data.set(colour(x, y), (y * width + x) * 3);
  return { data, width, height };
}

/** The pixels to store so that EXIF orientation `o` turns them into `upright`. */
export function storedFor(upright: RgbImage, o: number): RgbImage {
  const turned = o >= 5;
  const [width, height] = turned ? [upright.height, upright.width] : [upright.width, upright.height];
  return drawn(width, height, (x, y) => {
    const [right, below] = [width - 1 - x, height - 1 - y];
    // where the stored pixel x, y belongs in the upright picture
    const [u, v] = ([[x, y], [right, y], [right, below], [x, below], [y, x], [below, x], [below, right], [y, right]] as const)[o - 1]!;
    const at = (v * upright.width + u) * 3;
    return [upright.data[at]!, upright.data[at + 1]!, upright.data[at + 2]!];
  });
}

/** A file of the picture, with an orientation of 1 to 8 where one is given; lossless but for JPEG. */
export async function fileOf(image: RgbImage, format: ImageFormat, orientation?: number): Promise<Uint8Array> {
  const raw = sharp(image.data, { raw: { width: image.width, height: image.height, channels: 3 } });
  const tagged = orientation === undefined ? raw : raw.withMetadata({ orientation });
  const options = { jpeg: { quality: 95, chromaSubsampling: '4:4:4' }, png: {}, webp: { lossless: true }, tiff: { compression: 'lzw' } };
  return tagged.toFormat(format, options[format]).toBuffer();
}

/** A JPEG with any orientation value at all in its EXIF. */
export function withExifOrientation(jpeg: Uint8Array, orientation: number): Uint8Array {
  const tiff = Buffer.from('4d4d002a00000008000101120003000000010000000000000000', 'hex');
  tiff.writeUInt16BE(orientation, 18);
  const segment = Buffer.concat([Buffer.from([0xff, 0xe1, 0, 8 + tiff.length]), Buffer.from('Exif\0\0', 'latin1'), tiff]);
  return Buffer.concat([jpeg.subarray(0, 2), segment, jpeg.subarray(2)]);
}
