/** Sends what a person decided, keeps the masks on the page as the disk has them, and takes deeds back. */
import type { SaveAction } from '../api.js';
import { SamError } from '../../errors.js';
import { deedOf, Deeds, type Deed, type Intent } from './deeds.js';
import { SaveQueue, type SaveState } from './saves.js';
import { NotNow, type Server } from './server.js';
import type { EffortMeter } from './effort.js';
import type { Desk } from './state.js';

/** Milliseconds between attempts while nothing can be saved. */
const AGAIN = 1500;

export const nextAttempt = (): Promise<void> => new Promise((resolve) => { setTimeout(resolve, AGAIN); });

export class Saver {
  readonly queue: SaveQueue;
  private deeds = new Deeds();

  constructor(server: Server, private readonly effort: EffortMeter, onState: (state: SaveState) => void, private readonly onChange: () => void) {
    this.queue = new SaveQueue({
      send: (imageId, action) => server.save(imageId, action),
      troubleOf: (error) => (error instanceof NotNow ? error : undefined),
      pause: nextAttempt,
      onState,
    });
  }

  /** Another image: what was done to the one before is not taken back from here. */
  begin(): void {
    this.deeds = new Deeds();
  }

  /** Saves a new deed; returns how many other masks came back with it. Throws what it was refused with: then nothing was done. */
  async perform(desk: Desk, intent: Intent): Promise<number> {
    const { deeds } = this, { deed, back } = await this.carryOut(desk, intent);
    if (deed !== undefined) deeds.add(deed);
    return back;
  }

  /** Takes the last deed back; false where there is none. Throws as `perform`. */
  async undo(desk: Desk): Promise<boolean> {
    const { deeds } = this, deed = deeds.takeLast();
    if (deed === undefined) return false;
    for (const intent of deed.undo) await this.carryOut(desk, intent);
    deeds.takenBack(deed);
    return true;
  }

  /** Does again what was taken back last. Throws as `perform`. */
  async redo(desk: Desk): Promise<boolean> {
    const { deeds } = this, deed = deeds.takeUndone();
    if (deed === undefined) return false;
    const { deed: again } = await this.carryOut(desk, deed.intent);
    if (again !== undefined) deeds.redone(again);
    return true;
  }

  /** No `deed`: done, and not to be taken back. `back`: other masks that came back. */
  private async carryOut(desk: Desk, intent: Intent): Promise<{ deed: Deed | undefined; back: number }> {
    const cost = this.effort.take();
    const key = crypto.getRandomValues(new Uint32Array(4)).join('-');
    const before = intent.kind === 'add' ? undefined : desk.settled.get(intent.maskId);
    // the branches of Intent are those of SaveAction, less what is added here
    const make = (): SaveAction => ({ ...intent, ...cost, key, ...(intent.kind === 'add' ? {} : { revision: this.revisionOf(desk, intent) }) }) as SaveAction;
    try {
      const action = { current: undefined as SaveAction | undefined };
      const answer = await this.queue.save(desk.image.id, () => (action.current = make()));
      desk.image.revision = answer.revision;
      if (action.current !== undefined) desk.settled.apply(action.current, answer);
      this.onChange();
      return { deed: deedOf(intent, answer, before), back: answer.others?.length ?? 0 };
    } catch (error) {
      this.effort.giveBack(cost);
      throw error;
    }
  }

  private revisionOf(desk: Desk, intent: Exclude<Intent, { kind: 'add' }>): number {
    const revision = intent.revision ?? desk.settled.get(intent.maskId)?.view.revision;
    if (revision === undefined) throw new SamError('engine/conflict', 'That mask is not there any more.');
    return revision;
  }
}
