/**
 * The mask in work, sent to the server with every step, so that a page that is loaded again, a browser or a server that died costs no more than the stroke under way. One request is under way and
 * only the newest waits; what was accepted goes first, so that a mask that is not saved yet never gives its place to the next one.
 */
import type { DraftRequest } from '../api.js';
import type { Draft } from './draft.js';
import { draftView } from './memory.js';
import type { Trouble } from './saves.js';

/** Where a mask is in work. */
interface Place { image: { id: number } }

export interface KeeperDoors<Desk extends Place> {
  send: (request: Pick<DraftRequest, 'number' | 'imageId' | 'draft'>) => Promise<void>;
  /** Resolves when all that was accepted is saved, and the model's answer to a click no longer needs the processor more than this does. */
  ready: () => Promise<void>;
  /** Of an error after which the same is to be sent again; undefined for one that is a no. */
  troubleOf: (error: unknown) => Trouble | undefined;
  /** Takes the image's claim again where that is why the server said no; throws where it cannot, or it was not. */
  claimAgain: (desk: Desk, error: unknown) => Promise<void>;
  /** Resolves when the next attempt is due. */
  pause: () => Promise<void>;
  /** `undefined`: all is kept, or nothing more can be done. */
  onTrouble: (trouble: Trouble | undefined) => void;
  /** Nothing of it was kept, nor will it be. */
  onRefused: (error: unknown) => void;
}

interface Waiting<Desk> { desk: Desk; draft: Draft; categoryId: number; number: number }

export class Keeper<Desk extends Place> {
  private number = 0;
  private newest: Waiting<Desk> | undefined;
  private isRunning = false;
  private running: Promise<void> = Promise.resolve();

  constructor(private readonly doors: KeeperDoors<Desk>) {}

  /** The mask in work is another now. An empty one is forgotten by the server. */
  keep(desk: Desk, draft: Draft, categoryId: number): void {
    this.newest = { desk, draft, categoryId, number: ++this.number };
    if (!this.isRunning) this.running = this.run();
  }

  /** Resolves when the server has all of it, or has refused it: call it before the image is left with its state as it is. */
  settled(): Promise<void> {
    return this.running;
  }

  /** What is in work ends with an action: the number to tell the server with it, so that what was sent before and arrives later is known as late. */
  end(): number {
    this.newest = undefined;
    return ++this.number;
  }

  /** The page is going: what waits is sent now. Whether anything was not heard of yet. */
  flush(): boolean {
    if (this.newest !== undefined) void this.send(this.newest).catch(() => undefined);
    return this.isRunning;
  }

  private async run(): Promise<void> {
    this.isRunning = true;
    while (this.newest !== undefined) {
      await this.doors.ready();
      const { newest } = this;
      this.newest = undefined;
      if (newest !== undefined) await this.deliver(newest);
    }
    this.isRunning = false;
    this.doors.onTrouble(undefined);
  }

  private async deliver(waiting: Waiting<Desk>): Promise<void> {
    const { doors } = this;
    try {
      await this.send(waiting).catch(async (error: unknown) => {
        if (doors.troubleOf(error) !== undefined || !this.isLatest(waiting)) throw error;
        await doors.claimAgain(waiting.desk, error);
        await this.send(waiting);
      });
      doors.onTrouble(undefined);
    } catch (error) {
      const trouble = doors.troubleOf(error);
      if (trouble === undefined) {
        if (this.isLatest(waiting)) doors.onRefused(error);
        return;
      }
      if (this.isLatest(waiting)) this.newest = waiting;
      doors.onTrouble(trouble);
      await doors.pause();
    }
  }

  private send({ desk, draft, categoryId, number }: Waiting<Desk>): Promise<void> {
    return this.doors.send({ number, imageId: desk.image.id, draft: draftView(draft, categoryId) });
  }

  /** Neither changed nor ended since. */
  private isLatest({ number }: Waiting<Desk>): boolean {
    return number === this.number;
  }
}
