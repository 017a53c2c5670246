/** What is on its way to the disk: one action after another, each until it is there or refused; nobody at the other end costs nothing but time. */
import type { SaveAction, SaveAnswer } from '../api.js';

/** `unreachable`: sent again until somebody answers. */
export interface SaveState { waiting: number; unreachable: boolean }

export interface SaveDoors {
  send: (imageId: number, action: SaveAction) => Promise<SaveAnswer>;
  /** Whether an error means that nobody answered, so that the same is to be sent again. */
  isUnreachable: (error: unknown) => boolean;
  /** Resolves when the next attempt is due. */
  pause: () => Promise<void>;
  onState: (state: SaveState) => void;
}

export class SaveQueue {
  private last: Promise<unknown> = Promise.resolve();
  private state: SaveState = { waiting: 0, unreachable: false };

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
        this.tell({ ...this.state, unreachable: false });
        return answer;
      } catch (error) {
        if (!this.doors.isUnreachable(error)) throw error;
        this.tell({ ...this.state, unreachable: true });
        await this.doors.pause();
      }
    }
  }

  private tell(state: SaveState): void {
    this.state = state;
    this.doors.onState(state);
  }
}
