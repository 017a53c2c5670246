/**
 * The pictures that the page shows, by an image's id: read from its file, held against the hash that the project knows, and encoded anew, so that nothing of a file but its pixels
 * reaches a browser.
 *
 * Memory: the decoded images of the last four that were asked for, as long as they are within a bound together (one may be over it), for a minute; two encodings at a time.
 */
import { setImageAside } from '../engine/work-counts.js';
import { pathOfImage, type EngineImage } from '../engine/images.js';
import type { Project } from '../engine/project.js';
import { SamError, isSamError, printableName, typedName } from '../errors.js';
import { inputSizeOf } from '../geometry/size.js';
import { readImage } from '../image/decode.js';
import { encodeJpegResized, encodeJpegRgb } from '../image/encode.js';
import { cropRgb } from '../image/resize.js';
import type { RgbImage } from '../image/rgb-image.js';

/** Longer side of an image as a whole, and side of its full-size tiles; pixels. */
export const VIEW_SIDE = 2048, TILE_SIDE = 1024;

const QUALITY = 90;
const KEPT_IMAGES = 4, KEPT_BYTES = 300e6, KEPT_MILLISECONDS = 60_000;
const ENCODINGS = 2;

interface Kept { id: number; sha256: string; pixels: Promise<RgbImage>; bytes: number }

export class ImageSource {
  /** The one asked for last stands last. */
  private kept: Kept[] = [];
  private forget: NodeJS.Timeout | undefined;
  private encoding = 0;
  private readonly waiting: (() => void)[] = [];

  constructor(private readonly project: Project) {}

  /**
   * Upright pixels. Throws `image/missing`, and `image/changed` where the file has other bytes than the masks were made on, each telling what to do; what decoding throws.
   */
  pixels(image: EngineImage): Promise<RgbImage> {
    const known = this.kept.find(({ id, sha256 }) => id === image.id && sha256 === image.sha256);
    const entry = known ?? { id: image.id, sha256: image.sha256, pixels: this.read(image), bytes: 3 * image.width * image.height };
    this.kept = [...this.kept.filter((other) => other !== entry && other.id !== image.id), entry].slice(-KEPT_IMAGES);
    while (this.kept.length > 1 && this.kept.reduce((sum, { bytes }) => sum + bytes, 0) > KEPT_BYTES) this.kept.shift();
    if (known === undefined) entry.pixels.catch(() => { this.kept = this.kept.filter((other) => other !== entry); });
    clearTimeout(this.forget);
    this.forget = setTimeout(() => { this.kept = []; }, KEPT_MILLISECONDS).unref();
    return entry.pixels;
  }

  /** The whole image as a JPEG, at most `VIEW_SIDE` on its longer side. */
  async view(image: EngineImage): Promise<Uint8Array> {
    const pixels = await this.pixels(image);
    return await this.encoded(async () => {
      if (Math.max(pixels.width, pixels.height) <= VIEW_SIDE) return await encodeJpegRgb(pixels, QUALITY);
      return await encodeJpegResized(pixels, inputSizeOf(pixels, VIEW_SIDE), QUALITY);
    });
  }

  /** The tile in column `x` and row `y`, from 0, at full size, as a JPEG; those at the right and lower edge are smaller. Undefined outside of the image. */
  async tile(image: EngineImage, x: number, y: number): Promise<Uint8Array | undefined> {
    const [x0, y0] = [x * TILE_SIDE, y * TILE_SIDE];
    if (x0 >= image.width || y0 >= image.height) return undefined;
    const pixels = await this.pixels(image);
    return await this.encoded(() => encodeJpegRgb(cropRgb(pixels, { x0, y0, x1: Math.min(x0 + TILE_SIDE, pixels.width), y1: Math.min(y0 + TILE_SIDE, pixels.height) }), QUALITY));
  }

  private async encoded(encode: () => Promise<Uint8Array>): Promise<Uint8Array> {
    if (this.encoding >= ENCODINGS) await new Promise<void>((resolve) => { this.waiting.push(resolve); });
    else this.encoding++;
    try {
      return await encode();
    } finally {
      // its place goes to the next one that waits
      const next = this.waiting.shift();
      if (next === undefined) this.encoding--;
      else next();
    }
  }

  private async read(image: EngineImage): Promise<RgbImage> {
    const again = `sam engine init ${typedName(this.project.folder)}`;
    const found = await readImage(pathOfImage(this.project, image), { name: image.fileName }).catch((error: unknown) => {
      if (!isSamError(error, 'image/missing')) throw error;
      this.aside(image, 'missing');
      throw new SamError('image/missing', `The file of ${printableName(image.fileName)} is gone; its masks are kept. Bring it back, or look for it under another name: ${again}`, { file: image.fileName });
    });
    if (found.sha256 === image.sha256) return found;
    this.aside(image, 'changed');
    throw new SamError('image/changed', `The file of ${printableName(image.fileName)} has changed since masks could be made on it; they are kept. Bring the old file back and look again: ${again} (--adopt-changed takes it as it is)`, { file: image.fileName });
  }

  /** So that nobody else is given it to work on. */
  private aside(image: EngineImage, state: 'missing' | 'changed'): void {
    if (this.project.mode === 'write') setImageAside(this.project, image.id, state);
  }
}
