/** Pictures put together: side by side, and on pages of thumbnails with captions. */
import type { ImageSize } from '../geometry/size.js';
import type { RgbImage } from '../image/rgb-image.js';
import { newSurface, rgbOf } from './canvas.js';
import { drawableText, fittedText, fontOf, textWidth } from './font.js';

const WHITE = 255;

/** Pictures in a row on white, `gap` pixels apart, their tops in line. */
export function sideBySide(pictures: readonly RgbImage[], gap: number): RgbImage {
  const width = pictures.reduce((sum, picture) => sum + picture.width, gap * (pictures.length - 1));
  const page = blankPage({ width, height: Math.max(...pictures.map((picture) => picture.height)) });
  let x = 0;
  for (const picture of pictures) {
    paste(page, picture, x, 0);
    x += picture.width + gap;
  }
  return page;
}

/** The size of a picture in a square cell of `side` pixels; a smaller one keeps its size. */
export function thumbnailSize({ width, height }: ImageSize, side: number): ImageSize {
  const scale = Math.min(1, side / Math.max(width, height));
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) };
}

/** A thumbnail and the lines below it; `picture` is no larger than the cell. */
export interface SheetCell { picture: RgbImage; caption: readonly string[] }

/** `side`: of a thumbnail's square cell, pixels. `columns`: also those of a page that is not full. */
export interface SheetLayout { columns: number; side: number; captionLines: number }

/** A page of thumbnails from left to right and top to bottom, as many rows as they need; captions are cut where they are too long. */
export function contactSheet(cells: readonly SheetCell[], { columns, side, captionLines }: SheetLayout): RgbImage {
  const textSize = Math.max(10, Math.round(side / 22)), line = Math.round(textSize * 1.35), gap = Math.max(6, Math.round(side / 24));
  const rows = Array.from({ length: Math.ceil(cells.length / columns) }, (_, row) => cells.slice(row * columns, (row + 1) * columns));
  const heights = rows.map((row) => Math.max(...row.map(({ picture }) => picture.height)));
  const captionHeight = captionLines * line + gap;
  const height = heights.reduce((sum, each) => sum + each + captionHeight + gap, gap);
  const surface = newSurface({ width: columns * (side + gap) + gap, height }, '#ffffff'), { context } = surface;
  const pastes: { picture: RgbImage; x: number; y: number }[] = [];
  let top = gap;
  rows.forEach((row, r) => {
    row.forEach(({ picture, caption }, column) => {
      const left = gap + column * (side + gap);
      pastes.push({ picture, x: left + ((side - picture.width) >> 1), y: top + heights[r]! - picture.height });
      caption.slice(0, captionLines).forEach((text, i) => {
        const fitted = fittedText(context, drawableText(text), textSize, side);
        context.fillStyle = i === 0 ? '#1c1c1c' : '#6a6a6a';
        context.font = fontOf(textSize);
        context.fillText(fitted, left + (side - textWidth(context, fitted, textSize)) / 2, top + heights[r]! + i * line + textSize * 1.2);
      });
    });
    top += heights[r]! + captionHeight + gap;
  });
  const page = rgbOf(surface);
  for (const { picture, x, y } of pastes) paste(page, picture, x, y);
  return page;
}

function blankPage({ width, height }: ImageSize): RgbImage {
  return { data: new Uint8Array(width * height * 3).fill(WHITE), width, height };
}

function paste(page: RgbImage, picture: RgbImage, x: number, y: number): void {
  for (let row = 0; row < picture.height; row++) {
    page.data.set(picture.data.subarray(row * picture.width * 3, (row + 1) * picture.width * 3), ((y + row) * page.width + x) * 3);
  }
}
