/** What a download is asked to do and how patient it is, with the checks and errors that all its parts share. */
import { statfs } from 'node:fs/promises';
import { SamError, isSamError } from '../errors.js';

/** Patience of a download. Tests shorten it; users have no reason to. */
export interface DownloadSettings {
  /** Milliseconds of silence after which a connection counts as stalled. */
  idleTimeoutMs: number;
  /** Milliseconds to wait before each repetition; their number is the number of repetitions. */
  backoffMs: readonly number[];
  /** Where nobody published a file's size: the most bytes that are taken. */
  maxBytes: number;
}

export const DOWNLOAD_DEFAULTS: DownloadSettings = { idleTimeoutMs: 30_000, backoffMs: [1000, 2000], maxBytes: 8 * 1024 ** 3 };

/** How far a download is: `total` is absent until someone says it; the rate is that of this run. */
export interface DownloadProgress { name: string; bytes: number; total?: number; bytesPerSecond: number }

export interface DownloadJob {
  /** What messages call the file. */
  name: string;
  /** Where to ask, in this order. */
  sources: readonly URL[];
  bytes?: number | undefined;
  sha256: string;
  partPath: string;
}

export interface DownloadOptions extends DownloadSettings {
  onProgress?: ((progress: DownloadProgress) => void) | undefined;
  signal?: AbortSignal | undefined;
}

/** The error of a download that its caller stopped; what has arrived stays for the next run. */
export function interrupted(): SamError {
  return new SamError('interrupted/signal', 'Interrupted; what has arrived is kept and the next run goes on from there.');
}

/** Throws `storage/full` where the file system of `folder` has less room than `bytes`. A file system that does not say is believed. */
export async function requireSpace(folder: string, bytes: number, what: string): Promise<void> {
  const room = await statfs(folder).catch(() => undefined);
  if (room === undefined) return;
  const free = room.bavail * room.bsize;
  if (free < bytes) throw new SamError('storage/full', `${what} needs ${megabytes(bytes)} more; ${folder} has ${megabytes(free)} left.`, { file: folder });
}

const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;

/** True for errors that no other source can mend. */
export function isFinal(error: unknown): boolean {
  return isSamError(error) && (error.kind === 'storage' || error.kind === 'interrupted');
}
