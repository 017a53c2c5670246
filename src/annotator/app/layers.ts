/**
 * The settled masks as a picture of their own: drawn once for a place and zoom, a little larger than the window, then only moved while the image is moved. A thousand outlines on a large
 * photograph take some tenths of a second to draw, so they are drawn a frame's share at a time on a second canvas, while the first one stays in sight.
 */
import { simplifyRing } from '../../geometry/simplify-ring.js';
import type { ImageSize } from '../../geometry/size.js';
import { outlinesFromRle, type Ring } from '../../mask/outlines.js';
import type { Rle } from '../../mask/rle.js';
import { classColour } from './colours.js';
import type { Shown } from './settled.js';
import { visibleBox, type View } from './view.js';

/** Beyond the window on each side, as a share of it. */
const MARGIN = 0.35;
/** Milliseconds of a frame that drawing may take. */
const SHARE = 8;
/** Masks that are newer than the picture are drawn over it one by one, up to so many. */
const FRESH = 50;

const rings = new WeakMap<Rle, Ring[]>();

/** The outlines of a mask in pixels of the image, with corners left out that nobody sees at `scale`. */
export function pathOf(rle: Rle, scale: number): Path2D {
  const full = rings.get(rle) ?? outlinesFromRle(rle, 4).flatMap(({ outer, holes }) => [outer, ...holes]);
  rings.set(rle, full);
  const path = new Path2D();
  for (const all of full) {
    const ring = simplifyRing(all, 0.4 / scale);
    path.moveTo(ring[0]!, ring[1]!);
    for (let i = 2; i < ring.length; i += 2) path.lineTo(ring[i]!, ring[i + 1]!);
    path.closePath();
  }
  return path;
}

/** What colours masks: their class or, where there is but one class, each its own. `places`: of classes in the list. */
export function colourPlace(places: ReadonlyMap<number, number>, { id, view }: Shown): number {
  return places.size === 1 ? id : places.get(view.categoryId) ?? 0;
}

/** How masks look. `places`: of classes in the list; `except`: drawn by another layer. */
export interface Look { opacity: number; places: ReadonlyMap<number, number>; except: number | undefined }

/** What to draw and where. `of`: the image's masks; `key`: another one where the same masks have to be drawn anew; `ratio`: of a canvas' pixels to CSS pixels. */
export interface Scene { of: object; key: string; masks: readonly Shown[]; image: ImageSize; view: View; room: ImageSize; ratio: number; look: Look }

/** `left`: still to be drawn, the last first. */
interface Sheet { canvas: HTMLCanvasElement; view: View; key: string; masks: ReadonlySet<Shown>; left: Shown[] }

export class SettledLayer {
  private readonly paths = new WeakMap<Shown, { step: number; path: Path2D }>();
  private of: object | undefined;
  /** Whole, and in sight. */
  private front: Sheet | undefined;
  /** In work; in sight only while there is no other. */
  private next: Sheet | undefined;

  /** Puts the layer on a canvas that shows the scene. While it is `moving`, what is there is only scaled. True: there is more to draw, with the next frame. */
  paint(context: CanvasRenderingContext2D, scene: Scene, moving: boolean): boolean {
    if (scene.of !== this.of) this.front = this.next = undefined;
    this.of = scene.of;
    const { front } = this, isStale = front === undefined || (!moving && (front.key !== scene.key || !covers(front, scene)));
    if (!isStale) this.next = undefined;
    else if (this.next?.key !== scene.key || (front !== undefined && !covers(this.next, scene))) this.next = sheetFor(scene);
    if (this.next !== undefined) this.drawSome(this.next, scene);
    const shown = this.front ?? this.next;
    if (shown !== undefined) this.show(context, shown, scene);
    return this.next !== undefined;
  }

  private drawSome(sheet: Sheet, { view, room, ratio, look }: Scene): void {
    const context = sheet.canvas.getContext('2d'), until = performance.now() + SHARE;
    if (context === null) return;
    const { scale, left, top } = sheet.view;
    context.setTransform(scale * ratio, 0, 0, scale * ratio, (left + MARGIN * room.width) * ratio, (top + MARGIN * room.height) * ratio);
    for (let mask = sheet.left.pop(); mask !== undefined; mask = sheet.left.pop()) {
      this.drawMask(context, mask, view.scale, look);
      if (performance.now() > until) break;
    }
    if (sheet.left.length > 0) return;
    this.front = sheet;
    this.next = undefined;
  }

  private show(context: CanvasRenderingContext2D, { canvas, view: drawn, masks }: Sheet, { view, room, ratio, look, masks: now }: Scene): void {
    const zoom = view.scale / drawn.scale;
    const x = view.left - (drawn.left + MARGIN * room.width) * zoom, y = view.top - (drawn.top + MARGIN * room.height) * zoom;
    context.drawImage(canvas, x, y, canvas.width / ratio * zoom, canvas.height / ratio * zoom);
    if (this.front === undefined) return;
    const fresh = now.filter((mask) => !masks.has(mask) && mask.id !== look.except);
    context.save();
    context.translate(view.left, view.top);
    context.scale(view.scale, view.scale);
    for (const mask of fresh.slice(-FRESH)) this.drawMask(context, mask, view.scale, look);
    context.restore();
  }

  private drawMask(context: CanvasRenderingContext2D, mask: Shown, scale: number, { opacity, places }: Look): void {
    const path = this.pathAt(mask, scale), place = colourPlace(places, mask), isProposal = mask.view.status === 'proposed';
    context.lineJoin = 'round';
    context.fillStyle = classColour(place, opacity);
    context.strokeStyle = classColour(place, Math.min(1, opacity + 0.45));
    context.lineWidth = 1.25 / scale;
    context.setLineDash(isProposal ? [5 / scale, 4 / scale] : []);
    // proposals are outlines: a photograph under a hundred of them is still seen
    if (!isProposal) context.fill(path, 'evenodd');
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

/** Whether the window shows nothing but what the sheet has, at the zoom at which it is. */
function covers(sheet: Sheet, { view, room }: Scene): boolean {
  return sheet.view.scale === view.scale && Math.abs(view.left - sheet.view.left) <= MARGIN * room.width && Math.abs(view.top - sheet.view.top) <= MARGIN * room.height;
}

function sheetFor({ view, room, ratio, masks, image, key, look }: Scene): Sheet {
  const canvas = document.createElement('canvas'), [x, y] = [MARGIN * room.width, MARGIN * room.height];
  canvas.width = Math.ceil((room.width + 2 * x) * ratio);
  canvas.height = Math.ceil((room.height + 2 * y) * ratio);
  const sight = visibleBox({ ...view, left: view.left + x, top: view.top + y }, image, { width: room.width + 2 * x, height: room.height + 2 * y });
  const isInSight = ({ id, box }: Shown): boolean => id !== look.except && box.x0 < sight.x1 && box.x1 > sight.x0 && box.y0 < sight.y1 && box.y1 > sight.y0;
  // parts lie on wholes: the largest are drawn first, from the end of the list
  return { canvas, view, key, masks: new Set(masks), left: masks.filter(isInSight).sort((a, b) => a.area - b.area) };
}
