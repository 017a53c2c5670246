/**
 * The settled masks as a picture of their own: drawn once for a place and zoom, a little larger than the window, then only moved while the image is
 * moved. A thousand outlines take some tens of milliseconds to draw and nothing to move.
 */
import { simplifyRing } from '../../geometry/simplify-ring.js';
import type { ImageSize } from '../../geometry/size.js';
import { outlinesFromRle } from '../../mask/outlines.js';
import type { Rle } from '../../mask/rle.js';
import { classColour } from './colours.js';
import type { Shown } from './settled.js';
import type { View } from './view.js';

/** Beyond the window on each side, as a share of it. */
const MARGIN = 0.35;

/** The outlines of a mask in pixels of the image, with corners left out that nobody sees at `scale`. */
export function pathOf(rle: Rle, scale: number): Path2D {
  const path = new Path2D();
  for (const { outer, holes } of outlinesFromRle(rle, 4)) {
    for (const full of [outer, ...holes]) {
      const ring = simplifyRing(full, 0.4 / scale);
      path.moveTo(ring[0]!, ring[1]!);
      for (let i = 2; i < ring.length; i += 2) path.lineTo(ring[i]!, ring[i + 1]!);
      path.closePath();
    }
  }
  return path;
}

/** How masks look. `places`: of classes in the list; `except`: drawn by another layer. */
export interface Look { opacity: number; places: ReadonlyMap<number, number>; except: number | undefined }

export class SettledLayer {
  private readonly canvas = document.createElement('canvas');
  private readonly paths = new WeakMap<Shown, { step: number; path: Path2D }>();
  private drawn: View | undefined;
  private key = '';

  /** Puts the layer on a canvas that shows `view`; draws it anew where the place or the masks are others, unless `moving`: then it is only scaled. */
  paint(context: CanvasRenderingContext2D, view: View, room: ImageSize, ratio: number, masks: readonly Shown[], key: string, look: Look, moving: boolean): void {
    if (this.drawn === undefined || key !== this.key || (!moving && !this.covers(view, room))) this.draw(view, room, ratio, masks, key, look);
    const drawn = this.drawn ?? view, zoom = view.scale / drawn.scale;
    const x = view.left - (drawn.left + MARGIN * room.width) * zoom, y = view.top - (drawn.top + MARGIN * room.height) * zoom;
    context.drawImage(this.canvas, x, y, this.canvas.width / ratio * zoom, this.canvas.height / ratio * zoom);
  }

  /** Whether the window shows nothing but what was drawn, at the zoom at which it was. */
  covers(view: View, room: ImageSize): boolean {
    if (this.drawn?.scale !== view.scale) return false;
    return Math.abs(view.left - this.drawn.left) <= MARGIN * room.width && Math.abs(view.top - this.drawn.top) <= MARGIN * room.height;
  }

  private draw(view: View, room: ImageSize, ratio: number, masks: readonly Shown[], key: string, look: Look): void {
    this.canvas.width = Math.ceil(room.width * (1 + 2 * MARGIN) * ratio);
    this.canvas.height = Math.ceil(room.height * (1 + 2 * MARGIN) * ratio);
    const context = this.canvas.getContext('2d');
    if (context === null) return;
    const scale = view.scale * ratio;
    context.setTransform(scale, 0, 0, scale, (view.left + MARGIN * room.width) * ratio, (view.top + MARGIN * room.height) * ratio);
    context.lineJoin = 'round';
    // parts lie on wholes
    for (const mask of [...masks].sort((a, b) => b.area - a.area)) if (mask.id !== look.except) this.drawMask(context, mask, view.scale, look);
    this.drawn = view;
    this.key = key;
  }

  private drawMask(context: CanvasRenderingContext2D, mask: Shown, scale: number, { opacity, places }: Look): void {
    const path = this.pathAt(mask, scale), place = places.get(mask.view.categoryId) ?? 0, isProposal = mask.view.status === 'proposed';
    context.fillStyle = classColour(place, isProposal ? opacity * 0.45 : opacity);
    context.strokeStyle = classColour(place, Math.min(1, opacity + 0.45));
    context.lineWidth = 1.25 / scale;
    context.setLineDash(isProposal ? [5 / scale, 4 / scale] : []);
    context.fill(path, 'evenodd');
    context.stroke(path);
  }

  /** Paths are kept for every doubling of the zoom. */
  private pathAt(mask: Shown, scale: number): Path2D {
    const step = Math.ceil(Math.log2(scale)), known = this.paths.get(mask);
    if (known?.step === step) return known.path;
    const path = pathOf(mask.rle, 2 ** step);
    this.paths.set(mask, { step, path });
    return path;
  }
}
