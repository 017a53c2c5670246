/** A picture that is zoomed with the wheel, buttons and keys, and moved by dragging. */

const MOST = 40;

export class Zoom {
  private scale = 1;
  private x = 0;
  private y = 0;
  /** Whether the pointer has moved since it went down: then its click is no click. */
  wasDragged = false;

  /** `stage`: what is looked through; `content`: what moves in it, as large as the stage at scale 1. */
  constructor(private readonly stage: HTMLElement, private readonly content: HTMLElement, private readonly onScale: (scale: number) => void) {
    stage.addEventListener('wheel', (event) => {
      event.preventDefault();
      this.by(Math.exp(-event.deltaY * (event.ctrlKey ? 0.01 : 0.0016)), event.clientX, event.clientY);
    }, { passive: false });
    stage.addEventListener('pointerdown', (event) => { this.grab(event); });
    stage.addEventListener('dblclick', (event) => { this.by(this.scale > 1.01 ? 1 / this.scale : 3, event.clientX, event.clientY); });
  }

  reset(): void {
    this.scale = 1;
    this.x = this.y = 0;
    this.apply();
  }

  /** Zooms so that the point of the window stays where it is; the middle where none is given. */
  by(factor: number, clientX?: number, clientY?: number): void {
    const { left, top, width, height } = this.stage.getBoundingClientRect();
    const [px, py] = [(clientX ?? left + width / 2) - left, (clientY ?? top + height / 2) - top];
    const scale = Math.min(MOST, Math.max(1, this.scale * factor)), ratio = scale / this.scale;
    this.x = px - (px - this.x) * ratio;
    this.y = py - (py - this.y) * ratio;
    this.scale = scale;
    this.apply();
  }

  private grab(down: PointerEvent): void {
    if (down.button !== 0) return;
    this.wasDragged = false;
    const [startX, startY] = [down.clientX - this.x, down.clientY - this.y];
    const move = (event: PointerEvent): void => {
      if (Math.hypot(event.clientX - down.clientX, event.clientY - down.clientY) > 3) this.wasDragged = true;
      if (!this.wasDragged) return;
      this.x = event.clientX - startX;
      this.y = event.clientY - startY;
      this.apply();
    };
    const end = (): void => {
      removeEventListener('pointermove', move);
      removeEventListener('pointerup', end);
      removeEventListener('pointercancel', end);
    };
    addEventListener('pointermove', move);
    addEventListener('pointerup', end);
    addEventListener('pointercancel', end);
  }

  /** Nothing beyond the picture's edges is shown. */
  private apply(): void {
    const { width, height } = this.stage.getBoundingClientRect();
    this.x = Math.min(0, Math.max(width * (1 - this.scale), this.x));
    this.y = Math.min(0, Math.max(height * (1 - this.scale), this.y));
    this.content.style.transform = `translate(${this.x}px, ${this.y}px) scale(${this.scale})`;
    this.onScale(this.scale);
  }
}
