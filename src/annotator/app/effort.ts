/** What a mask costs a person: seconds of attention and clicks. The clock is an argument, so that tests hold it. */
import type { Effort } from '../api.js';

/** Longer than this without anything being done is a pause, not work (seconds). */
const PAUSE = 60;

export class EffortMeter {
  private seconds = 0;
  private clicks = 0;
  private last: number | undefined;

  /** `now`: milliseconds that never go back. */
  constructor(private readonly now: () => number) {}

  /** Something was done: the time since the last thing counts, at most a pause's length. */
  touch(isClick: boolean): void {
    this.seconds = this.sofar();
    this.last = this.now();
    if (isClick) this.clicks++;
  }

  /** The window is left, or the person is told to wait: time stands still until the next touch. */
  pause(): void {
    this.seconds = this.sofar();
    this.last = undefined;
  }

  /** Seconds of the mask in work. */
  sofar(): number {
    return this.seconds + (this.last === undefined ? 0 : Math.min(PAUSE, (this.now() - this.last) / 1000));
  }

  /** What it came to, to a tenth of a second; the next mask begins at nothing. */
  take(): Effort {
    const effort = { seconds: Math.round(10 * this.sofar()) / 10, clicks: this.clicks };
    this.seconds = this.clicks = 0;
    if (this.last !== undefined) this.last = this.now();
    return effort;
  }

  /** Puts back what a save that failed had taken. */
  giveBack({ seconds, clicks }: Effort): void {
    this.seconds += seconds;
    this.clicks += clicks;
  }
}
