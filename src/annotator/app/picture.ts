/** The image in the window: first as a whole, then, where it is zoomed in beyond that, its full-size tiles as they come. */
import { blobOf } from './server.js';
import { IMAGES, type ImageView, type ProjectView } from '../api.js';
import type { ImageSize } from '../../geometry/size.js';
import { tilesIn, visibleBox, type View } from './view.js';

/** Tiles that are held: about 4 MB each. */
const HELD = 24;
/** Tiles that are fetched at once. */
const AT_ONCE = 3;

/** Decoded off the page's thread. Throws what the server says where it does not give the image. */
async function bitmap(path: string): Promise<ImageBitmap> {
  return createImageBitmap(await blobOf(path));
}

/** An image as a whole, fetched before it is wanted. */
export function wholeImage(id: number): Promise<ImageBitmap> {
  return bitmap(`${IMAGES}${id}`);
}

export class Picture {
  private readonly tiles = new Map<string, ImageBitmap | undefined>();
  private fetching = 0;

  constructor(private readonly image: ImageView, private readonly whole: ImageBitmap, private readonly side: ProjectView['tileSide'], private readonly onTile: () => void) {}

  paint(context: CanvasRenderingContext2D, view: View, room: ImageSize, ratio: number): void {
    const { width, height } = this.image;
    context.imageSmoothingEnabled = view.scale * ratio < 3;
    context.drawImage(this.whole, view.left, view.top, width * view.scale, height * view.scale);
    // the whole has as many pixels as the window shows
    if (view.scale * ratio <= 1.1 * this.whole.width / width || this.whole.width >= width) return;
    for (const { column, row, x, y } of tilesIn(visibleBox(view, this.image, room), this.side)) {
      const key = `${column}/${row}`, tile = this.tiles.get(key);
      if (tile !== undefined) context.drawImage(tile, x * view.scale + view.left, y * view.scale + view.top, tile.width * view.scale, tile.height * view.scale);
      else if (!this.tiles.has(key) && this.fetching < AT_ONCE) void this.fetch(key);
    }
  }

  close(): void {
    this.whole.close();
    for (const tile of this.tiles.values()) tile?.close();
    this.tiles.clear();
  }

  private async fetch(key: string): Promise<void> {
    this.fetching++;
    for (const [oldest, tile] of this.tiles) {
      if (this.tiles.size < HELD) break;
      tile?.close();
      this.tiles.delete(oldest);
    }
    this.tiles.set(key, undefined);
    try {
      this.tiles.set(key, await bitmap(`${IMAGES}${this.image.id}/${key}`));
    } catch {
      // the whole stays in sight below it; asked for again when it is next looked at
      this.tiles.delete(key);
    } finally {
      this.fetching--;
      this.onTile();
    }
  }
}
