/** What is on its way to the disk: one action after another, each until it is there or refused; what stands in the way for a while (no answer, a full disk) costs nothing but time. */
import type { SaveAction, SaveAnswer } from '../api.js';

/** Why nothing can be saved just now. `short`: a few words; `message`: all of it. */
export interface Trouble { short: string; message: string }

/** `trouble`: the same is sent again until it is over. */
export interface SaveState { waiting: number; trouble: Trouble | undefined }

export interface SaveDoors {
  send: (imageId: number, action: SaveAction) => Promise<SaveAnswer>;
  /** Of an error after which the same is to be sent again; undefined for one that is a no. */
  troubleOf: (error: unknown) => Trouble | undefined;
  /** Resolves when the next attempt is due. */
  pause: () => Promise<void>;
  onState: (state: SaveState) => void;
}

export class SaveQueue {
  private last: Promise<unknown> = Promise.resolve();
  private state: SaveState = { waiting: 0, trouble: undefined };

  constructor(private readonly doors: SaveDoors) {}

  get waiting(): number {
    return this.state.waiting;
  }

  /** `make` is called when it is the action's turn, since revisions are known only then. Rejects with what the server refused it with. */
  save(imageId: number, make: () => SaveAction): Promise<SaveAnswer> {
    this.tell({ ...this.state, waiting: this.state.waiting + 1 });
    const saving = this.last.then(() => this.deliver(imageId, make())).finally(() => { this.tell({ ...this.state, waiting: this.state.waiting - 1 }); });
    this.last = saving.catch(() => undefined);
    return saving;
  }

  /** Resolves when all that was asked for so far is saved or refused. */
  async settled(): Promise<void> {
    await this.last;
  }

  private async deliver(imageId: number, action: SaveAction): Promise<SaveAnswer> {
    for (;;) {
      try {
        const answer = await this.doors.send(imageId, action);
        this.tell({ ...this.state, trouble: undefined });
        return answer;
      } catch (error) {
        const trouble = this.doors.troubleOf(error);
        this.tell({ ...this.state, trouble });
        if (trouble === undefined) throw error;
        await this.doors.pause();
      }
    }
  }

  private tell(state: SaveState): void {
    this.state = state;
    this.doors.onState(state);
  }
}
