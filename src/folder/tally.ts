/** What a run came to so far: counts, issues, finished entries, seconds; every count is also an event. */
import { join } from 'node:path';
import { SamError, isSamError, messageOf } from '../errors.js';
import { sortedByText } from '../files/order.js';
import { HOUSE } from './house.js';
import type { FinishEntry, ImageEntry } from './ledger-lines.js';
import { ProgressMeter, type ProgressEvent } from './progress.js';
import type { FolderIssue, FolderSummary, FolderWarning } from './spec.js';
import type { ImageResult } from './worker-protocol.js';

export class Tally {
  /** The entries of the images that were done or skipped. */
  readonly finished: ImageEntry[] = [];
  readonly planned: string[] = [];
  readonly errors: FolderIssue[] = [];
  readonly warnings: FolderWarning[] = [];
  readonly #seconds: Record<string, number> = {};
  readonly #meter: ProgressMeter;

  constructor(images: number, private readonly emit: (event: ProgressEvent) => void, clock: () => number) {
    this.#meter = new ProgressMeter(images, clock);
  }

  started(): void {
    this.emit({ kind: 'started', progress: this.#meter.progress });
  }

  done(entry: ImageEntry, result: ImageResult): void {
    this.finished.push(entry);
    for (const message of result.warnings) this.warnings.push({ code: 'image/remark', message, file: entry.file_name });
    this.addSeconds(result.seconds);
    this.#meter.count('done', entry.masks);
    this.emit({ kind: 'imageDone', fileName: entry.file_name, masks: entry.masks, progress: this.#meter.progress });
  }

  skipped(entry: ImageEntry): void {
    this.finished.push(entry);
    this.#meter.count('skipped', entry.masks);
    this.emit({ kind: 'imageSkipped', fileName: entry.file_name, masks: entry.masks, progress: this.#meter.progress });
  }

  failed(fileName: string, error: SamError): void {
    const { code, message, file = fileName } = error;
    this.errors.push({ code, message, file, ...(error.kind === 'internal' && error.stack !== undefined ? { stack: error.stack } : {}) });
    this.#meter.count('failed', 0);
    this.emit({ kind: 'imageFailed', fileName, error, progress: this.#meter.progress });
  }

  addSeconds(seconds: Record<string, number>): void {
    for (const [stage, value] of Object.entries(seconds)) this.#seconds[stage] = (this.#seconds[stage] ?? 0) + value;
  }

  /** Awaits a stage of the run and counts its time. */
  async time<T>(stage: string, clock: () => number, work: () => Promise<T>): Promise<T> {
    const start = clock();
    try {
      return await work();
    } finally {
      this.addSeconds({ [stage]: (clock() - start) / 1000 });
    }
  }

  summary(output: string, finish: FinishEntry | undefined, stopped: SamError | undefined): FolderSummary {
    this.emit({ kind: 'finished', progress: this.#meter.progress });
    const { images, done, skipped, failed, masks } = this.#meter.progress;
    const paths = [...this.finished.flatMap((entry) => entry.outputs), ...(finish === undefined ? [] : [finish.finish])].map(({ path }) => path);
    return {
      summary: { images, done, skipped, failed, masks },
      outputs: sortedByText(paths.filter((path) => !path.startsWith(`${HOUSE}/`)), (path) => path).map((path) => join(output, path)),
      planned: this.planned, seconds: this.#seconds,
      errors: sortedByText(this.errors, ({ file = '' }) => file), warnings: sortedByText(this.warnings, ({ file = '' }) => file),
      ...(stopped === undefined ? {} : { stopped }),
    };
  }
}

/** The reason why a run stops early, with how to go on. What is no SamError is a fault of ours and is thrown on. */
export function stopReason(error: unknown, images: number, finished: number): SamError {
  if (!isSamError(error)) throw error instanceof Error ? error : new SamError('internal/unexpected', messageOf(error));
  if (error.kind !== 'storage') return error;
  const message = `${error.message} ${finished} of ${images} images are finished and stay; put it right and run the same command again to go on.`;
  return new SamError(error.code, message, { file: error.file, cause: error });
}
