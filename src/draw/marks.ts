/**
 * Smooth things on top of an image: lines, points, text. They are drawn on a surface a band of rows at a time, so that memory beyond
 * the image stays within the band (24 MB), and rows that nothing touches are not copied.
 */
import type { Box } from '../geometry/box.js';
import type { RgbImage } from '../image/rgb-image.js';
import { rgbOf, surfaceOf, type Context } from './canvas.js';

/** `bounds`: what `draw` may touch, in pixels of the image. `draw` finds the context in the image's frame and leaves no settings it relies on. */
export interface Mark { bounds: Box; draw(context: Context): void }

const BAND_PIXELS = 3 * 2 ** 20;

/** Draws the marks, the later over the earlier, on the image itself. */
export function drawMarks(image: RgbImage, marks: readonly Mark[]): void {
  const rows = Math.max(1, Math.floor(BAND_PIXELS / image.width));
  for (let top = 0; top < image.height; top += rows) {
    const bottom = Math.min(image.height, top + rows);
    const here = marks.filter(({ bounds }) => bounds.y0 < bottom && bounds.y1 > top);
    if (here.length > 0) drawBand(image, here, rowsTouched(here, top, bottom));
  }
}

function rowsTouched(marks: readonly Mark[], top: number, bottom: number): { top: number; bottom: number } {
  const first = marks.reduce((least, { bounds }) => Math.min(least, bounds.y0), bottom);
  const last = marks.reduce((most, { bounds }) => Math.max(most, bounds.y1), top);
  return { top: Math.max(top, Math.floor(first)), bottom: Math.min(bottom, Math.ceil(last)) };
}

function drawBand({ data, width }: RgbImage, marks: readonly Mark[], { top, bottom }: { top: number; bottom: number }): void {
  const rows = data.subarray(top * width * 3, bottom * width * 3);
  const surface = surfaceOf({ data: rows, width, height: bottom - top });
  const { context } = surface;
  context.translate(0, -top);
  for (const mark of marks) {
    context.save();
    mark.draw(context);
    context.restore();
  }
  rows.set(rgbOf(surface).data);
}
