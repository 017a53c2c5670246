/** How far a run is: typed events with counts, rate and time left. Nothing is printed here; the clock is given. */
import type { SamError } from '../errors.js';

export interface Progress {
  /** All images of the run, or of its shard. */
  images: number;
  done: number;
  skipped: number;
  failed: number;
  /** Of the done and skipped images. */
  masks: number;
  /** Images worked on (not skipped) per second; missing until there is one. */
  imagesPerSecond?: number;
  /** An estimate; missing until there is a rate. */
  secondsLeft?: number;
}

export type ProgressEvent =
  | { kind: 'started'; progress: Progress }
  | { kind: 'imageDone' | 'imageSkipped'; fileName: string; masks: number; progress: Progress }
  | { kind: 'imageFailed'; fileName: string; error: SamError; progress: Progress }
  | { kind: 'finished'; progress: Progress };

/** Counts images and estimates the time left. */
export class ProgressMeter {
  readonly #counts = { done: 0, skipped: 0, failed: 0, masks: 0 };
  #since: number;

  /** `clock` gives milliseconds from any fixed moment. */
  constructor(private readonly images: number, private readonly clock: () => number) {
    this.#since = clock();
  }

  count(end: 'done' | 'skipped' | 'failed', masks: number): void {
    this.#counts[end]++;
    this.#counts.masks += masks;
    // skipping is quick, and mostly comes first: it must not make the work look quick
    if (end === 'skipped' && this.#worked === 0) this.#since = this.clock();
  }

  get #worked(): number {
    return this.#counts.done + this.#counts.failed;
  }

  get progress(): Progress {
    const seconds = (this.clock() - this.#since) / 1000;
    const counts = { images: this.images, ...this.#counts };
    if (this.#worked === 0 || seconds <= 0) return counts;
    const imagesPerSecond = this.#worked / seconds;
    const left = this.images - this.#worked - this.#counts.skipped;
    return { ...counts, imagesPerSecond, secondsLeft: left / imagesPerSecond };
  }
}
