/** Keys and buttons: each command of `keys.ts` done. */
import { commandOf, type Command } from './keys.js';
import { isOpen } from './draft.js';
import { byId, type Panel } from './panel.js';
import type { Pointer } from './pointer.js';
import type { Stage } from './stage.js';
import { isJudging, type PageState, type Tool } from './state.js';
import { clickSpot, showing, toImage, type Spot } from './view.js';
import type { Turning } from './turning.js';
import type { Work } from './work.js';

export class Commands {
  constructor(private readonly state: PageState, private readonly stage: Stage, private readonly panel: Panel, private readonly work: Work, private readonly turning: Turning, private readonly pointer: Pointer) {
    addEventListener('keydown', (event) => { this.key(event); });
    addEventListener('keyup', (event) => { if (event.key === ' ') pointer.isSpaceDown = false; });
    addEventListener('blur', () => { pointer.isSpaceDown = false; });
    for (const button of document.querySelectorAll<HTMLElement>('[data-do]')) {
      // page.ts writes names of commands
      button.addEventListener('click', () => { this.run({ do: button.dataset['do'] } as Command); });
    }
    // page.ts writes names of tools
    for (const button of document.querySelectorAll<HTMLElement>('[data-tool]')) button.addEventListener('click', () => { this.tool(button.dataset['tool'] as Tool); });
    // a button or slider that a mouse pressed does not keep the keys: Enter accepts right after a class was clicked
    addEventListener('click', ({ target, detail }) => { if (detail > 0 && target instanceof Element && target.closest('button, input[type=range]') !== null) stage.element.focus({ preventScroll: true }); }, true);
    byId('opacity').addEventListener('input', (event) => { this.opacity(Number((event.target as HTMLInputElement).value) / 100); });
    byId('brush').addEventListener('input', (event) => { this.radius(Number((event.target as HTMLInputElement).value)); });
  }

  private key(event: KeyboardEvent): void {
    const target = event.target, isOnStage = target === this.stage.element || target === document.body;
    // a name is being typed
    if (target instanceof HTMLInputElement && target.type === 'text') return;
    // a button or slider that has the focus keeps the keys that are its own
    if (!isOnStage && [' ', 'Enter', 'Tab', 'Escape'].includes(event.key)) return;
    if (target instanceof HTMLInputElement && event.key.startsWith('Arrow')) return;
    if (event.key === ' ') {
      event.preventDefault();
      this.pointer.isSpaceDown = true;
      return;
    }
    if (byId<HTMLDialogElement>('help').open && event.key !== '?') return;
    const command = commandOf(event, this.state.draft.candidates.length > 1 && isOnStage);
    if (command === undefined || (event.repeat && !['move', 'larger', 'smaller', 'zoom-in', 'zoom-out', 'fainter', 'stronger', 'undo', 'redo'].includes(command.do))) return;
    event.preventDefault();
    this.run(command);
  }

  run(command: Command): void {
    const { state, work } = this;
    switch (command.do) {
      case 'next': void this.turning.turnTo('done'); break;
      case 'skip': void this.turning.turnTo('skipped'); break;
      case 'previous': void this.turning.turnTo('previous'); break;
      case 'accept': this.accept(); break;
      case 'cancel': if (!this.pointer.forgetRing()) work.cancel(); this.pointer.showRings(); break;
      case 'undo': if (!this.pointer.undoCorner()) void work.undo().then(() => { this.pointer.showRings(); }); break;
      case 'redo': void work.redo().then(() => { this.pointer.showRings(); }); break;
      case 'reject': void work.reject(); break;
      case 'correct': work.correct(); this.pointer.showRings(); break;
      case 'foreground': this.mark(1); break;
      case 'background': this.mark(0); break;
      case 'hide': state.isHidden = !state.isHidden; this.panel.say(state.isHidden ? 'Masks are hidden.' : 'Masks are shown.'); work.refresh(); break;
      case 'help': this.help(); break;
      case 'find': byId('find').focus(); break;
      case 'fit': this.stage.fit(); break;
      case 'zoom-in': this.pointer.zoom(1.25); break;
      case 'zoom-out': this.pointer.zoom(0.8); break;
      case 'larger': this.radius(state.radius * 1.15 + 1); break;
      case 'smaller': this.radius(state.radius / 1.15 - 1); break;
      case 'fainter': this.opacity(state.opacity - 0.1); break;
      case 'stronger': this.opacity(state.opacity + 0.1); break;
      case 'other': work.choose(state.draft.choice + 1); break;
      case 'other-back': work.choose(state.draft.choice - 1); break;
      case 'candidate': if (command.n <= state.draft.candidates.length) work.choose(command.n - 1); break;
      case 'class': this.setClass(command.n, false); break;
      case 'relabel': this.setClass(command.n, true); break;
      case 'move': this.moveCross(command.dx, command.dy); break;
      // the rest are tools
      default: this.tool(command.do.slice('tool-'.length) as Tool);
    }
  }

  /** Enter: an outline is closed, a mask accepted; with neither, the crosshair marks the object. */
  private accept(): void {
    if (this.pointer.closeRing()) return;
    if (this.state.cross !== undefined && !isOpen(this.state.draft) && !isJudging(this.state)) this.mark(1);
    else void this.work.accept().then(() => { this.pointer.showRings(); });
  }

  private setClass(n: number, isMeant: boolean): void {
    const category = this.state.project.categories[n - 1];
    if (category !== undefined) this.work.setClass(category.id, isMeant);
  }

  private tool(tool: Tool): void {
    this.state.tool = tool;
    this.state.corner = undefined;
    this.pointer.forgetRing();
    this.pointer.showRings();
    void this.work.preview(undefined);
    this.panel.say({ click: 'Click what belongs to the object; Shift for what does not.', box: 'Draw a box around the object.', brush: 'Paint what belongs to it.', eraser: 'Wipe off what does not.', polygon: 'Click corners, Enter closes; or drag corners of the mask in work.' }[tool]);
    this.work.refresh();
  }

  private moveCross(dx: number, dy: number): void {
    const { desk, cross } = this.state, { view, room } = this.stage;
    if (desk === undefined) return;
    const from: Spot = cross ?? clickSpot(toImage(view, { x: room.width / 2, y: room.height / 2 }), desk.image);
    const spot = cross === undefined ? from : clickSpot({ x: from.x + dx / view.scale, y: from.y + dy / view.scale }, desk.image);
    this.state.cross = spot;
    this.stage.look(showing(view, spot, room));
    this.work.hover(spot);
    void this.work.preview(spot);
  }

  /** A click where the crosshair is; with the box, one corner after the other. */
  private mark(label: 0 | 1): void {
    const { cross, tool, corner, desk } = this.state;
    if (cross === undefined || desk === undefined) {
      this.moveCross(0, 0);
      return;
    }
    if (tool !== 'box' || label === 0) {
      void this.work.step({ kind: 'point', ...clickSpot(cross, desk.image), label });
      return;
    }
    this.state.corner = corner === undefined ? cross : undefined;
    if (corner === undefined) this.panel.say('First corner set; move to the other one and press F.');
    else if (corner.x !== cross.x && corner.y !== cross.y) {
      void this.work.step({ kind: 'box', x0: Math.min(corner.x, cross.x), y0: Math.min(corner.y, cross.y), x1: Math.max(corner.x, cross.x), y1: Math.max(corner.y, cross.y) });
    }
    this.stage.draw();
  }

  private opacity(opacity: number): void {
    this.state.opacity = Math.min(1, Math.max(0, opacity));
    byId<HTMLInputElement>('opacity').value = String(Math.round(100 * this.state.opacity));
    this.stage.draw();
  }

  private radius(radius: number): void {
    this.state.radius = Math.min(120, Math.max(1, radius));
    byId<HTMLInputElement>('brush').value = String(Math.round(this.state.radius));
    this.stage.draw();
  }

  private help(): void {
    const dialog = byId<HTMLDialogElement>('help');
    if (dialog.open) dialog.close();
    else dialog.showModal();
  }
}
