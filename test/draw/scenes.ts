/** Small images and objects drawn by code, and ways to look at pictures of them. */
import type { Annotation, Category } from '../../src/dataset/types.js';
import type { Rgb } from '../../src/draw/colour.js';
import type { RgbImage } from '../../src/image/rgb-image.js';
import { rleFromBitmask, type Rle } from '../../src/mask/rle.js';

export function grey(width: number, height: number, value = 100): RgbImage {
  return { width, height, data: new Uint8Array(width * height * 3).fill(value) };
}

export function pixelAt({ data, width }: RgbImage, x: number, y: number): number[] {
  return [...data.subarray((y * width + x) * 3, (y * width + x) * 3 + 3)];
}

/** What a pixel of grey `value` is under a colour. */
export function blended(colour: Rgb, alpha: number, value = 100): number[] {
  return colour.map((channel) => Math.floor(value * (1 - alpha) + channel * alpha + 0.5));
}

/** The mask of the pixels whose middles a condition holds for. */
export function maskWhere(width: number, height: number, isSet: (x: number, y: number) => boolean): Rle {
  return rleFromBitmask({ width, height, data: Uint8Array.from({ length: width * height }, (_, i) => (isSet((i % width) + 0.5, Math.floor(i / width) + 0.5) ? 1 : 0)) });
}

export function annotation(id: number, rest: Partial<Annotation> & { rle?: Rle } = {}): Annotation {
  const { rle, ...others } = rest;
  return { id, imageId: 1, categoryId: 1, isCrowd: false, ...(rle === undefined ? {} : { segmentation: { kind: 'rle', rle } }), ...others };
}

/** Hills under a sky, with grain: something like a photograph. */
export function landscape(width: number, height: number): RgbImage {
  const image = grey(width, height);
  let state = 1;
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++, at += 3) {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      const hill = height * (0.55 + 0.1 * Math.sin(x / 23) + 0.06 * Math.sin(x / 9 + 2)), grain = (state >>> 28) - 8;
      const colour = y < hill ? [120 + (60 * y) / height, 160 + (50 * y) / height, 215] : [70 + (40 * (y - hill)) / height, 110 - (30 * y) / height, 60];
      colour.forEach((channel, c) => { image.data[at + c] = Math.max(0, Math.min(255, Math.round(channel + grain))); });
    }
  }
  return image;
}

export const CATEGORIES: readonly Category[] = [{ id: 1, name: 'ball' }, { id: 2, name: 'ring' }, { id: 3, name: 'Ωμέγα Жук' }, { id: 4, name: '' }];

/** A large disc with a small one in it, a ring, a strip, a box without a mask and a speck, on 240 x 160. */
export function objects(): Annotation[] {
  const [w, h] = [240, 160];
  const disc = (cx: number, cy: number, r: number) => maskWhere(w, h, (x, y) => (x - cx) ** 2 + (y - cy) ** 2 < r * r);
  return [
    annotation(1, { rle: disc(70, 80, 18), categoryId: 1, score: 0.97 }),
    annotation(2, { rle: disc(80, 85, 55), categoryId: 1, score: 0.62, generator: { pointCoords: [[40, 60], [110, 110]] } }),
    annotation(3, { rle: maskWhere(w, h, (x, y) => Math.abs(Math.hypot(x - 180, y - 60) - 30) < 9), categoryId: 2, score: 0.88, generator: { pointCoords: [[180, 30]] } }),
    annotation(4, { rle: maskWhere(w, h, (x, y) => Math.abs(y - 0.2 * x - 95) < 5 && x > 130), categoryId: 3, score: 0.51 }),
    annotation(5, { box: { x0: 196.4, y0: 108.6, x1: 250, y1: 150 }, categoryId: 4 }),
    annotation(6, { rle: disc(180, 60, 2.6), categoryId: 2, score: 0.75 }),
  ];
}
