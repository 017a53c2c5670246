/** Sends what a person decided, keeps the masks on the page as the disk has them, and takes deeds back. */
import type { SaveAction } from '../api.js';
import { messageOf, SamError } from '../../errors.js';
import { deedOf, Deeds, type Deed, type Intent } from './deeds.js';
import { SaveQueue, type SaveState } from './saves.js';
import { Refused, Unreachable, type Server } from './server.js';
import type { EffortMeter } from './effort.js';
import type { Desk } from './state.js';

/** Milliseconds between attempts while nobody answers. */
const AGAIN = 1500;

export class Saver {
  readonly queue: SaveQueue;
  private deeds = new Deeds();

  constructor(
    server: Server, private readonly effort: EffortMeter, onState: (state: SaveState) => void, private readonly onChange: () => void, private readonly onRefused: (message: string, isConflict: boolean) => void,
  ) {
    this.queue = new SaveQueue({
      send: (imageId, action) => server.save(imageId, action),
      isUnreachable: (error) => error instanceof Unreachable,
      pause: () => new Promise((resolve) => { setTimeout(resolve, AGAIN); }),
      onState,
    });
  }

  /** Another image: what was done to the one before is not taken back from here. */
  begin(): void {
    this.deeds = new Deeds();
  }

  /** Saves a new deed. False where it was refused, which has been told by then. */
  async perform(desk: Desk, intent: Intent): Promise<boolean> {
    const deeds = this.deeds, deed = await this.carryOut(desk, intent);
    if (deed === undefined) return false;
    if (deed !== 'final') deeds.add(deed);
    return true;
  }

  /** Takes the last deed back; false where there is none. */
  async undo(desk: Desk): Promise<boolean> {
    const { deeds } = this, deed = deeds.takeLast();
    if (deed === undefined) return false;
    for (const intent of deed.undo) if (await this.carryOut(desk, intent) === undefined) return false;
    deeds.takenBack(deed);
    return true;
  }

  /** Does again what was taken back last. */
  async redo(desk: Desk): Promise<boolean> {
    const { deeds } = this, deed = deeds.takeUndone();
    if (deed === undefined) return false;
    const again = await this.carryOut(desk, deed.intent);
    if (again !== undefined && again !== 'final') deeds.redone(again);
    return again !== undefined;
  }

  /** `final`: done, and not to be taken back. */
  private async carryOut(desk: Desk, intent: Intent): Promise<Deed | 'final' | undefined> {
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
      return deedOf(intent, answer, before) ?? 'final';
    } catch (error) {
      this.effort.giveBack(cost);
      this.onRefused(messageOf(error), error instanceof Refused && error.status === 409);
      return undefined;
    }
  }

  private revisionOf(desk: Desk, intent: Exclude<Intent, { kind: 'add' }>): number {
    const revision = intent.revision ?? desk.settled.get(intent.maskId)?.view.revision;
    if (revision === undefined) throw new SamError('engine/conflict', 'That mask is not there any more.');
    return revision;
  }
}
