/** What a worker process of a folder run is: a module that sets itself up once and then does jobs, one at a time. */
import type { PlainError } from '../errors.js';

/** One image to work on: where it is and what the outputs call it (relative to its INPUT, always `/`). */
export interface ImageJob {
  path: string;
  fileName: string;
  /** What else the worker needs for this image: plain data. */
  data?: unknown;
}

/** One file that a job made, relative to the output folder; the main process writes it, complete or not at all. */
export interface OutputFile { path: string; bytes: Uint8Array }

/** What a job came to. `sha256` is that of the input's bytes as they were decoded. */
export interface ImageResult {
  sha256: string;
  width: number;
  height: number;
  masks: number;
  files: OutputFile[];
  /** What else the job found, for the caller of the pool: plain data. */
  data?: unknown;
  /** Readable remarks: an extension that belies the content, a damaged file decoded with `--lenient`. */
  warnings: string[];
  /** Seconds by stage, summed over the run by `--profile`. */
  seconds: Record<string, number>;
}

/** A worker module's export `createWorker`: opens the model once, then runs jobs; `setup` is plain data. */
export type CreateWorker<Setup> = (setup: Setup) => Promise<ImageWorker>;
export interface ImageWorker {
  run(job: ImageJob): Promise<ImageResult>;
  close(): Promise<void>;
}

/** Main to worker. */
export type WorkerRequest = { kind: 'setup'; module: string; setup: unknown } | { kind: 'job'; job: ImageJob } | { kind: 'close' };
/** Worker to main. */
export type WorkerAnswer = { kind: 'ready' } | { kind: 'done'; result: ImageResult } | { kind: 'failed'; error: PlainError };
