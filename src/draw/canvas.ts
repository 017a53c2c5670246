/**
 * The one place that imports @napi-rs/canvas: surfaces to draw on, from pixels and back to pixels. Anti-aliased lines and text are
 * drawn here; masks are painted on the pixels themselves (paint.ts).
 */
import { createRequire } from 'node:module';
import type { SKRSContext2D, default as CanvasLibrary } from '@napi-rs/canvas';
import { SamError, messageOf } from '../errors.js';
import type { ImageSize } from '../geometry/size.js';
import type { RgbImage } from '../image/rgb-image.js';

/** The 2D context of a browser, over pixels of this process. */
export type Context = SKRSContext2D;

/** Something to draw on. `context` starts at one unit a pixel, x right and y down, with no language of its own. */
export interface Surface extends ImageSize { readonly context: Context }

let loaded: typeof CanvasLibrary | undefined;

/** The library, loaded when it is first needed. Throws `internal/install` where it cannot be loaded. */
export function canvasLibrary(): typeof CanvasLibrary {
  loaded ??= load();
  return loaded;
}

function load(): typeof CanvasLibrary {
  try {
    // what `require` gives is not typed; it is what an import would give
    return createRequire(import.meta.url)('@napi-rs/canvas') as typeof CanvasLibrary;
  } catch (error) {
    const reason = messageOf(error).split('\n')[0] ?? '';
    const advice = 'Install the package again on this machine, with its optional dependencies; what was copied from another system does not work.';
    throw new SamError('internal/install', `The drawing library @napi-rs/canvas cannot be loaded: ${reason}. ${advice}`, { cause: error });
  }
}

/** An empty surface, transparent or of one colour (any CSS colour). */
export function newSurface({ width, height }: ImageSize, background?: string): Surface {
  const context = canvasLibrary().createCanvas(width, height).getContext('2d');
  // else text would follow the host's language
  context.lang = 'en';
  if (background !== undefined) {
    context.fillStyle = background;
    context.fillRect(0, 0, width, height);
  }
  return { width, height, context };
}

/** What is painted, as the text of an SVG file: shapes only, letters too, so that it needs no font. */
export function svgOf({ width, height }: ImageSize, paint: (surface: Surface) => void): string {
  const library = canvasLibrary(), canvas = library.createCanvas(width, height, library.SvgExportFlag.ConvertTextToPaths), context = canvas.getContext('2d');
  context.lang = 'en';
  paint({ width, height, context });
  // a hundredth of a pixel is enough, and halves the file
  return canvas.getContent().toString('utf8').replace(/\d+\.\d{3,}/g, (number) => String(Math.round(100 * Number(number)) / 100));
}

/** A surface with the pixels of an image; it takes four bytes a pixel, and as many again while it is made. */
export function surfaceOf({ data, width, height }: RgbImage): Surface {
  const surface = newSurface({ width, height });
  const rgba = new Uint8ClampedArray(width * height * 4);
  for (let from = 0, to = 0; to < rgba.length; from += 3, to += 4) {
    rgba[to] = data[from]!;
    rgba[to + 1] = data[from + 1]!;
    rgba[to + 2] = data[from + 2]!;
    rgba[to + 3] = 255;
  }
  surface.context.putImageData(new (canvasLibrary().ImageData)(rgba, width, height), 0, 0);
  return surface;
}

/** The pixels of a surface that was filled: what is transparent in it is black. `image/encode.ts` makes files of them. */
export function rgbOf({ width, height, context }: Surface): RgbImage {
  const rgba = context.getImageData(0, 0, width, height).data;
  const data = new Uint8Array(width * height * 3);
  for (let from = 0, to = 0; to < data.length; from += 4, to += 3) {
    data[to] = rgba[from]!;
    data[to + 1] = rgba[from + 1]!;
    data[to + 2] = rgba[from + 2]!;
  }
  return { data, width, height };
}
