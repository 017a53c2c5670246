/** What a run over a folder is asked to do and what it came to. */
import type { ErrorCode, SamError, WarningCode } from '../errors.js';
import type { ImageList } from './list.js';
import type { ProgressEvent } from './progress.js';
import type { Shard } from './shard.js';

/**
 * Something that the work on one image writes, relative to the output folder, with `/`: a file, or a flat folder that belongs to the
 * image alone. An image writes exactly what it claims.
 */
export interface Claim { kind: 'file' | 'directory'; path: string }

/** An image whose outputs are complete, for `FolderFinish`. */
export interface FinishedImage {
  fileName: string;
  width: number;
  height: number;
  masks: number;
  /** The outputs' paths, not relative, in the order of their names. */
  outputs: string[];
}

/** One more file, made of all images' outputs when the last is there. */
export interface FolderFinish {
  /** Relative to the output folder. */
  path: string;
  /** Its content, a function of `images` (bytewise by `fileName`) and their outputs only. */
  data(images: readonly FinishedImage[]): AsyncIterable<Uint8Array | string>;
}

export interface FolderSpec {
  command: string;
  /** Images, folders, globs, as the user named them. */
  inputs: readonly string[];
  /** Where the images come from, instead of from `inputs`: in bytewise order of `fileName`, each once. */
  images?: (() => Promise<ImageList>) | undefined;
  /** The output folder. */
  output: string;
  /** Options, model hash, versions: all that the outputs' bytes depend on besides the images; plain JSON data. */
  record: Readonly<Record<string, unknown>>;
  claims(fileName: string): Claim[];
  /** A module that exports `createWorker` (see worker-protocol.ts), and what it is given. */
  worker: { module: URL; setup: unknown };
  /** Worker processes, at least 1; more than there are images are never started. */
  workers: number;
  shard?: Shard | undefined;
  /** False: every image is done again. */
  resume: boolean;
  /** Overwrite what is in the way, accept changed options, remove outputs whose image is gone. */
  force: boolean;
  /** Find out what would be done, and write nothing. */
  dryRun?: boolean;
  finish?: FolderFinish | undefined;
}

export interface FolderRunOptions {
  events?: ((event: ProgressEvent) => void) | undefined;
  /** Aborted: no more images are begun; those in work are finished and written, then the run ends. */
  stop?: AbortSignal | undefined;
  /** Aborted: workers are killed, what they had in work is given up. */
  kill?: AbortSignal | undefined;
}

/** One error about one image; a fault of ours keeps its stack. */
export interface FolderIssue { code: ErrorCode; message: string; file?: string; stack?: string }

/** One remark about one image or the whole run. */
export interface FolderWarning { code: WarningCode; message: string; file?: string }

export interface FolderSummary {
  /** `images` = `done` + `skipped` + `failed` in a run that was not stopped; `masks` counts those of done and skipped images. */
  summary: { images: number; done: number; skipped: number; failed: number; masks: number };
  /** The finished outputs outside `.sam`, as paths that begin with the output folder as the user named it. */
  outputs: string[];
  /** The names of the images that a dry run found to do. */
  planned: string[];
  /** Bytewise by file, as the warnings are: not in the order in which workers came to them. */
  errors: FolderIssue[];
  warnings: FolderWarning[];
  /** Seconds by stage; those of the workers are summed over all workers. */
  seconds: Record<string, number>;
  /** Why the run ended before its end, if it did: interrupted, disk full, a model that does not load. What was finished stays. */
  stopped?: SamError;
}
