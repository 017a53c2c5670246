/** The pointer on the canvas: clicks, boxes, strokes, corners of outlines, moving and zooming. */
import { isOpen, maskOf } from './draft.js';
import { isJudging, type PageState } from './state.js';
import type { Stage } from './stage.js';
import { alongCorner, drawnEdit, editableRings, ringEdit, strokeEdit, turning } from './strokes.js';
import { clickSpot, isInside, moved, toImage, toWindow, zoomed, type Spot } from './view.js';
import type { Work } from './work.js';

/** CSS pixels that a press may move and still be a click, and within which a corner is caught. */
const STILL = 4, CATCH = 9;
const MAIN = 0, MIDDLE = 1, SECOND = 2;

export class Pointer {
  isSpaceDown = false;
  /** Corners of an outline that is being drawn. */
  private corners: Spot[] = [];

  constructor(private readonly state: PageState, private readonly stage: Stage, private readonly work: Work) {
    const { element } = stage;
    element.addEventListener('pointerdown', (event) => { this.down(event); });
    element.addEventListener('pointermove', (event) => { this.move(event); });
    element.addEventListener('pointerleave', () => {
      stage.pointer = undefined;
      void work.preview(undefined);
      stage.draw();
    });
    element.addEventListener('contextmenu', (event) => { event.preventDefault(); });
    element.addEventListener('wheel', (event) => {
      event.preventDefault();
      this.zoom(Math.exp(-event.deltaY * (event.ctrlKey ? 0.01 : 0.0016)), this.spot(event));
    }, { passive: false });
  }

  /** `at`: in CSS pixels of the stage; its middle where none is given. */
  zoom(factor: number, at?: Spot): void {
    const { room, view } = this.stage, image = this.state.desk?.image;
    if (image === undefined) return;
    this.stage.look(zoomed(view, factor, at ?? { x: room.width / 2, y: room.height / 2 }, image, room));
    this.showRings();
  }

  /** How far a mask's edge may lie beside the line of its handles, in pixels of the image. */
  private get slack(): number {
    return 1.5 / this.stage.view.scale;
  }

  /** The corners of the mask in work, while they are edited. */
  showRings(): void {
    const mask = this.state.tool === 'polygon' && this.corners.length === 0 ? maskOf(this.state.draft) : undefined;
    this.stage.rings = mask === undefined ? [] : editableRings(mask, this.slack);
    this.stage.draw();
  }

  /** Ends an outline that is being drawn: what is there becomes a mask, from three corners on. */
  closeRing(): boolean {
    const { corners } = this, size = this.state.desk?.image;
    if (corners.length === 0) return false;
    this.forgetRing();
    if (corners.length >= 3 && size !== undefined) void this.work.step(drawnEdit(corners, size)).then(() => { this.showRings(); });
    return true;
  }

  /** Takes back the last corner of an outline that is being drawn. False where none is. */
  undoCorner(): boolean {
    if (this.corners.pop() === undefined) return false;
    this.stage.gesture = this.corners.length === 0 ? undefined : { kind: 'ring', path: [...this.corners] };
    this.showRings();
    return true;
  }

  /** False where none was being drawn. */
  forgetRing(): boolean {
    const had = this.corners.length > 0;
    this.corners = [];
    if (had) this.stage.gesture = undefined;
    this.stage.draw();
    return had;
  }

  private spot(event: MouseEvent): Spot {
    const { left, top } = this.stage.element.getBoundingClientRect();
    return { x: event.clientX - left, y: event.clientY - top };
  }

  private down(event: PointerEvent): void {
    this.stage.element.focus({ preventScroll: true });
    this.state.cross = this.state.corner = undefined;
    const image = this.state.desk?.image, { tool } = this.state, start = this.spot(event), at = toImage(this.stage.view, start);
    if (image === undefined) return;
    if (event.button === MIDDLE || this.isSpaceDown) this.pan(event);
    else if (isJudging(this.state)) this.work.report('A verdict first.');
    else if ((tool === 'brush' || tool === 'eraser') && event.button === MAIN) this.stroke(event, at, tool);
    else if (tool === 'polygon' && event.button === MAIN) this.ring(event, start, at);
    else if (tool === 'box' && event.button === MAIN) this.box(event, at);
    else if (isInside(at, image)) this.press(event, start, at);
  }

  private move(event: PointerEvent): void {
    const spot = this.spot(event), at = toImage(this.stage.view, spot);
    this.stage.pointer = spot;
    this.state.cross = undefined;
    if (this.corners.length > 0) this.stage.gesture = { kind: 'ring', path: [...this.corners, at] };
    if (event.buttons === 0) {
      this.work.hover(at);
      void this.work.preview(at);
    }
    if (this.corners.length > 0 || this.state.tool === 'brush' || this.state.tool === 'eraser') this.stage.draw();
  }

  /** A click, or with a drag of the main button a box. A click on a settled mask takes it in work. */
  private press(event: PointerEvent, start: Spot, at: Spot): void {
    const label = event.button === SECOND || event.shiftKey ? 0 : 1, image = this.state.desk!.image;
    this.follow(event, (now) => {
      if (event.button === MAIN && distance(start, toWindow(this.stage.view, now)) > STILL) this.stage.gesture = { kind: 'box', path: [at, now] };
    }, (now) => {
      const isBox = this.stage.gesture?.kind === 'box';
      if (isBox) this.finishBox(at, now);
      else if (this.state.focus !== undefined && !isOpen(this.state.draft) && label === 1) this.work.correct();
      else void this.work.step({ kind: 'point', ...clickSpot(at, image), label });
    });
  }

  private box(event: PointerEvent, at: Spot): void {
    this.follow(event, (now) => { this.stage.gesture = { kind: 'box', path: [at, now] }; }, (now) => { this.finishBox(at, now); });
  }

  private finishBox(from: Spot, to: Spot): void {
    const image = this.state.desk!.image, a = clickSpot(from, image), b = clickSpot(to, image);
    if (Math.abs(a.x - b.x) >= 1 && Math.abs(a.y - b.y) >= 1) void this.work.step({ kind: 'box', x0: Math.min(a.x, b.x), y0: Math.min(a.y, b.y), x1: Math.max(a.x, b.x), y1: Math.max(a.y, b.y) });
  }

  private stroke(event: PointerEvent, at: Spot, tool: 'brush' | 'eraser'): void {
    const path = [at], size = this.state.desk!.image, radius = this.state.radius / this.stage.view.scale;
    this.stage.gesture = { kind: tool, path };
    this.follow(event, (now) => {
      if (distance(toWindow(this.stage.view, path.at(-1)!), toWindow(this.stage.view, now)) > 2) path.push(now);
    }, () => {
      const edit = strokeEdit(tool, path, radius, size);
      if (edit !== undefined) void this.work.step(edit);
    });
  }

  /** Drags a corner of the mask in work, or sets the next corner of a new outline; a corner on the first one closes it. */
  private ring(event: PointerEvent, start: Spot, at: Spot): void {
    for (const [i, ring] of this.stage.rings.entries()) {
      for (let c = 0; c < ring.length; c += 2) {
        if (distance(toWindow(this.stage.view, { x: ring[c]!, y: ring[c + 1]! }), start) <= CATCH) return this.dragCorner(event, i, c);
      }
    }
    if (this.corners.length >= 3 && distance(toWindow(this.stage.view, this.corners[0]!), start) <= CATCH) this.closeRing();
    else this.corners.push(clickSpot(at, this.state.desk!.image));
    this.stage.rings = [];
    this.stage.draw();
  }

  private dragCorner(event: PointerEvent, i: number, corner: number): void {
    const before = this.stage.rings[i]!, after = [...before], image = this.state.desk!.image;
    this.follow(event, (now) => {
      [after[corner], after[corner + 1]] = [now.x, now.y];
      this.stage.rings = this.stage.rings.map((ring, k) => (k === i ? after : ring));
      this.stage.gesture = { kind: 'ring', path: corners(after) };
    }, () => {
      const fringe = alongCorner(before, corner, this.slack + 1, image);
      void this.work.step(ringEdit(before, after, turning(before) < 0, image, fringe)).then(() => { this.showRings(); });
    });
  }

  private pan(down: PointerEvent): void {
    let last = this.spot(down);
    this.stage.element.classList.add('grab');
    const move = (event: PointerEvent): void => {
      const now = this.spot(event), image = this.state.desk?.image;
      if (image !== undefined) this.stage.look(moved(this.stage.view, now.x - last.x, now.y - last.y, image, this.stage.room));
      last = now;
    };
    this.until(down, move, () => { this.stage.element.classList.remove('grab'); });
  }

  /** Calls with places in the image until the button is released; then the gesture is over. */
  private follow(down: PointerEvent, onMove: (now: Spot) => void, onEnd: (now: Spot) => void): void {
    void this.work.preview(undefined);
    this.until(down, (event) => {
      onMove(toImage(this.stage.view, this.spot(event)));
      this.stage.draw();
    }, (event) => {
      if (event.type === 'pointerup') onEnd(toImage(this.stage.view, this.spot(event)));
      this.stage.gesture = undefined;
      this.stage.draw();
    });
  }

  private until(down: PointerEvent, onMove: (event: PointerEvent) => void, onEnd: (event: PointerEvent) => void): void {
    const { element } = this.stage;
    element.setPointerCapture(down.pointerId);
    const end = (event: PointerEvent): void => {
      element.removeEventListener('pointermove', onMove);
      element.removeEventListener('pointerup', end);
      element.removeEventListener('pointercancel', end);
      onEnd(event);
    };
    element.addEventListener('pointermove', onMove);
    element.addEventListener('pointerup', end);
    element.addEventListener('pointercancel', end);
  }
}

function distance(a: Spot, b: Spot): number {
  return Math.hypot(a.x - b.x, a.y - b.y);
}

function corners(ring: readonly number[]): Spot[] {
  return Array.from({ length: ring.length / 2 + 1 }, (_, i) => ({ x: ring[2 * i % ring.length]!, y: ring[(2 * i + 1) % ring.length]! }));
}
