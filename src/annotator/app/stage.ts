/** The canvas: image, settled masks, the mask in work, its prompts and the pointer, all through one transform and only when something changed. */
import type { ImageSize } from '../../geometry/size.js';
import type { Rle } from '../../mask/rle.js';
import { classColour } from './colours.js';
import { maskOf, promptsOf } from './draft.js';
import { colourPlace, pathOf, SettledLayer } from './layers.js';
import type { PageState } from './state.js';
import { fitted, toWindow, type Spot, type View } from './view.js';

/** Milliseconds without a move after which the settled masks are drawn sharply again. */
const REST = 90;

/** What the pointer is doing, in pixels of the image: a box, the path of a brush, a ring. */
export interface Gesture { kind: 'box' | 'brush' | 'eraser' | 'ring'; path: readonly Spot[] }

export class Stage {
  view: View = { scale: 1, left: 0, top: 0 };
  gesture: Gesture | undefined;
  rings: readonly (readonly number[])[] = [];
  /** The pointer in CSS pixels of the stage. */
  pointer: Spot | undefined;
  private readonly settled = new SettledLayer();
  private readonly paths = new WeakMap<Rle, { scale: number; path: Path2D }>();
  private frame = 0;
  private rest: ReturnType<typeof setTimeout> | undefined;
  private isMoving = false;
  /** Whether the whole image was asked for, and is to be kept in sight when the window changes. */
  private isFitted = false;

  constructor(readonly element: HTMLElement, private readonly canvas: HTMLCanvasElement, private readonly state: PageState) {
    new ResizeObserver(() => { this.resize(); }).observe(element);
    this.resize();
  }

  get room(): ImageSize {
    return { width: this.element.clientWidth, height: this.element.clientHeight };
  }

  /** The whole image. */
  fit(): void {
    if (this.state.desk !== undefined) this.look(fitted(this.state.desk.image, this.room));
    this.isFitted = true;
  }

  /** Shows another part. What is expensive is drawn when the movement rests. */
  look(view: View): void {
    this.view = view;
    this.isFitted = false;
    this.isMoving = true;
    clearTimeout(this.rest);
    this.rest = setTimeout(() => {
      this.isMoving = false;
      this.draw();
    }, REST);
    this.draw();
  }

  /** Draws with the next frame. */
  draw(): void {
    if (this.frame === 0) {
      this.frame = requestAnimationFrame(() => {
        this.frame = 0;
        this.paint();
      });
    }
  }

  private resize(): void {
    this.canvas.width = Math.max(1, Math.round(this.room.width * devicePixelRatio));
    this.canvas.height = Math.max(1, Math.round(this.room.height * devicePixelRatio));
    if (this.isFitted) this.fit();
    this.draw();
  }

  private paint(): void {
    const context = this.canvas.getContext('2d'), { desk, draft } = this.state;
    if (context === null) return;
    const ratio = devicePixelRatio;
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, this.room.width, this.room.height);
    if (desk === undefined) return;
    desk.picture.paint(context, this.view, this.room, ratio);
    const { isHidden, opacity, project } = this.state;
    const except = draft.base?.maskId, places = new Map(project.categories.map(({ id }, i) => [id, i]));
    if (!isHidden) {
      const key = `${desk.settled.version} ${except ?? ''} ${opacity} ${this.room.width} ${this.room.height}`;
      const look = { opacity, places, except }, scene = { of: desk.settled, key, masks: desk.settled.all(), image: desk.image, view: this.view, room: this.room, ratio, look };
      if (this.settled.paint(context, scene, this.isMoving)) this.draw();
    }
    for (const { rle, categoryId } of desk.coming) this.paintMask(context, rle, places.get(categoryId) ?? 0, 0.4, 1);
    this.paintFocus(context, places);
    this.paintDraft(context, places.get(this.state.categoryId) ?? 0);
    this.paintGesture(context);
    this.paintPrompts(context);
    this.paintPointer(context);
  }

  private paintFocus(context: CanvasRenderingContext2D, places: ReadonlyMap<number, number>): void {
    const { focus, draft } = this.state;
    if (focus !== undefined && focus.id !== draft.base?.maskId) this.paintMask(context, focus.rle, colourPlace(places, focus), 0.55, 2);
  }

  private paintDraft(context: CanvasRenderingContext2D, place: number): void {
    const mask = maskOf(this.state.draft), { preview } = this.state;
    if (preview !== undefined) this.paintMask(context, preview.rle, place, mask === undefined ? 0.35 : 0.18, 1);
    if (mask !== undefined) this.paintMask(context, mask, place, 0.5, 2);
  }

  /** A white line on a dark one, so that it shows on any photograph. */
  private paintMask(context: CanvasRenderingContext2D, rle: Rle, place: number, alpha: number, width: number): void {
    const path = this.pathOf(rle), { scale, left, top } = this.view;
    context.save();
    context.translate(left, top);
    context.scale(scale, scale);
    context.lineJoin = 'round';
    context.fillStyle = classColour(place, alpha);
    context.fill(path, 'evenodd');
    for (const [colour, extra] of [['rgb(0 0 0 / .6)', 2], ['#fff', 0]] as const) {
      context.strokeStyle = colour;
      context.lineWidth = (width + extra) / scale;
      context.stroke(path);
    }
    context.restore();
  }

  private pathOf(rle: Rle): Path2D {
    const { scale } = this.view, known = this.paths.get(rle);
    if (known !== undefined && (this.isMoving || scale <= 2 * known.scale)) return known.path;
    const path = pathOf(rle, scale);
    this.paths.set(rle, { scale, path });
    return path;
  }

  private paintGesture(context: CanvasRenderingContext2D): void {
    const path = this.gesture?.path.map((spot) => toWindow(this.view, spot)) ?? [];
    const [first, last] = [path[0], path.at(-1)];
    if (this.gesture === undefined || first === undefined || last === undefined) return;
    const line = new Path2D();
    if (this.gesture.kind === 'box') line.rect(first.x, first.y, last.x - first.x, last.y - first.y);
    else for (const { x, y } of [first, ...path]) line.lineTo(x, y);
    const isBrush = this.gesture.kind === 'brush' || this.gesture.kind === 'eraser';
    context.lineCap = context.lineJoin = 'round';
    context.lineWidth = isBrush ? 2 * this.state.radius : 1.5;
    context.strokeStyle = this.gesture.kind === 'eraser' ? 'rgb(20 20 20 / .55)' : isBrush ? 'rgb(255 255 255 / .45)' : '#fff';
    context.stroke(line);
  }

  private paintPrompts(context: CanvasRenderingContext2D): void {
    context.lineWidth = 2;
    for (const prompt of promptsOf(this.state.draft)) {
      if (prompt.kind === 'box') {
        const a = toWindow(this.view, { x: prompt.x0, y: prompt.y0 }), b = toWindow(this.view, { x: prompt.x1, y: prompt.y1 });
        context.strokeStyle = '#fff';
        context.setLineDash([6, 4]);
        context.strokeRect(a.x, a.y, b.x - a.x, b.y - a.y);
        context.setLineDash([]);
      } else this.paintPoint(context, toWindow(this.view, prompt), prompt.label === 1);
    }
    for (const ring of this.rings) {
      for (let i = 0; i < ring.length; i += 2) {
        const { x, y } = toWindow(this.view, { x: ring[i]!, y: ring[i + 1]! });
        context.fillStyle = '#fff';
        context.strokeStyle = '#000';
        context.lineWidth = 1;
        context.fillRect(x - 3, y - 3, 6, 6);
        context.strokeRect(x - 3, y - 3, 6, 6);
      }
    }
  }

  /** Told apart by shape, not by colour alone: plus and minus. */
  private paintPoint(context: CanvasRenderingContext2D, { x, y }: Spot, isObject: boolean): void {
    context.beginPath();
    context.arc(x, y, 7, 0, 2 * Math.PI);
    context.fillStyle = isObject ? '#1f9d57' : '#d33a2f';
    context.fill();
    context.strokeStyle = '#fff';
    context.lineWidth = 2;
    context.stroke();
    context.beginPath();
    context.moveTo(x - 3.5, y);
    context.lineTo(x + 3.5, y);
    if (isObject) {
      context.moveTo(x, y - 3.5);
      context.lineTo(x, y + 3.5);
    }
    context.stroke();
  }

  private paintPointer(context: CanvasRenderingContext2D): void {
    const { cross, tool, radius, corner } = this.state;
    if (cross !== undefined) {
      const { x, y } = toWindow(this.view, cross);
      for (const [colour, width] of [['rgb(0 0 0 / .7)', 3], ['#fff', 1]] as const) {
        context.strokeStyle = colour;
        context.lineWidth = width;
        context.beginPath();
        for (const [dx, dy] of [[1, 0], [-1, 0], [0, 1], [0, -1]] as const) {
          context.moveTo(x + 4 * dx, y + 4 * dy);
          context.lineTo(x + 16 * dx, y + 16 * dy);
        }
        context.stroke();
      }
      if (corner !== undefined) {
        const from = toWindow(this.view, corner);
        context.strokeRect(from.x, from.y, x - from.x, y - from.y);
      }
    } else if (this.pointer !== undefined && (tool === 'brush' || tool === 'eraser')) {
      context.strokeStyle = '#fff';
      context.lineWidth = 1;
      context.beginPath();
      context.arc(this.pointer.x, this.pointer.y, radius, 0, 2 * Math.PI);
      context.stroke();
    }
  }
}
