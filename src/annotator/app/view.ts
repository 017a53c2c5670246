/** The one transform between the image and the window: everything that is drawn or pointed at goes through it. */
import type { Box } from '../../geometry/box.js';
import type { ImageSize } from '../../geometry/size.js';

/** A pixel (x, y) of the image stands at (x * scale + left, y * scale + top) of the window, in CSS pixels. */
export interface View { scale: number; left: number; top: number }
export interface Spot { x: number; y: number }

/** The largest size at which a pixel is shown, in CSS pixels. */
const MOST = 32;
/** So much of the image, in CSS pixels, always stays in the window. */
const KEPT = 64;

/** The whole image in the middle of the window. */
export function fitted(image: ImageSize, room: ImageSize, margin = 24): View {
  const scale = Math.min(MOST, Math.max(1e-3, Math.min((room.width - 2 * margin) / image.width, (room.height - 2 * margin) / image.height)));
  return { scale, left: (room.width - image.width * scale) / 2, top: (room.height - image.height * scale) / 2 };
}

/** Zooms by a factor so that what is under `at` stays there. */
export function zoomed(view: View, factor: number, at: Spot, image: ImageSize, room: ImageSize): View {
  const least = Math.min(1, fitted(image, room).scale / 2);
  const scale = Math.min(MOST, Math.max(least, view.scale * factor)), ratio = scale / view.scale;
  return kept({ scale, left: at.x - (at.x - view.left) * ratio, top: at.y - (at.y - view.top) * ratio }, image, room);
}

export function moved(view: View, dx: number, dy: number, image: ImageSize, room: ImageSize): View {
  return kept({ ...view, left: view.left + dx, top: view.top + dy }, image, room);
}

/** The least move that brings a spot of the image `margin` CSS pixels inside the window. */
export function showing(view: View, spot: Spot, room: ImageSize, margin = 40): View {
  const { x, y } = toWindow(view, spot);
  const into = (at: number, side: number): number => (at < margin ? margin - at : at > side - margin ? side - margin - at : 0);
  return { ...view, left: view.left + into(x, room.width), top: view.top + into(y, room.height) };
}

export function toWindow({ scale, left, top }: View, { x, y }: Spot): Spot {
  return { x: x * scale + left, y: y * scale + top };
}

/** In pixels of the image, with fractions; may lie outside of it. */
export function toImage({ scale, left, top }: View, { x, y }: Spot): Spot {
  return { x: (x - left) / scale, y: (y - top) / scale };
}

/** The spot as a click's: in the image, to a tenth of a pixel, so that what is saved is short and what is shown is what is saved. */
export function clickSpot(spot: Spot, { width, height }: ImageSize): Spot {
  const within = (value: number, side: number): number => Math.round(10 * Math.min(side - 0.1, Math.max(0, value))) / 10;
  return { x: within(spot.x, width), y: within(spot.y, height) };
}

export function isInside({ x, y }: Spot, { width, height }: ImageSize): boolean {
  return x >= 0 && y >= 0 && x < width && y < height;
}

/** What the window shows of the image: half-open, in the image, empty (x0 = x1) where it shows none of it. */
export function visibleBox(view: View, image: ImageSize, room: ImageSize): Box {
  const first = toImage(view, { x: 0, y: 0 }), last = toImage(view, { x: room.width, y: room.height });
  const within = (value: number, side: number): number => Math.min(side, Math.max(0, value));
  return { x0: within(Math.floor(first.x), image.width), y0: within(Math.floor(first.y), image.height), x1: within(Math.ceil(last.x), image.width), y1: within(Math.ceil(last.y), image.height) };
}

/** A full-size tile: column and row of the grid, and its corner in pixels of the image. */
export interface Tile { column: number; row: number; x: number; y: number }

/** The tiles that the window shows, row by row. */
export function tilesIn(box: Box, side: number): Tile[] {
  const tiles: Tile[] = [];
  if (box.x0 >= box.x1 || box.y0 >= box.y1) return tiles;
  for (let row = Math.floor(box.y0 / side); row * side < box.y1; row++) {
    for (let column = Math.floor(box.x0 / side); column * side < box.x1; column++) tiles.push({ column, row, x: column * side, y: row * side });
  }
  return tiles;
}

function kept(view: View, image: ImageSize, room: ImageSize): View {
  const within = (at: number, length: number, side: number): number => Math.min(side - Math.min(KEPT, length), Math.max(Math.min(KEPT, length) - length, at));
  return { ...view, left: within(view.left, image.width * view.scale, room.width), top: within(view.top, image.height * view.scale, room.height) };
}
