/**
 * Fetches one file that is known by its checksum: from several sources in turn, resumable, and never under its final name before
 * every byte is verified. What an interrupted run leaves (`*.part`) is taken up by the next, whatever source it came from.
 */
import { unlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { SamError } from '../errors.js';
import { attempt, type Failure } from './download-attempt.js';
import { interrupted, requireSpace, type DownloadJob, type DownloadOptions } from './download-job.js';
import { printableUrl } from './http-get.js';
import { openPart, type PartFile } from './part-file.js';

/**
 * Leaves the complete, verified, synced file at `job.partPath`; the caller, who holds its lock, gives it its name. Throws
 * `model/checksum` or `model/download` when no source serves it (naming what each did), `storage/*`, `interrupted/signal`.
 */
export async function download(job: DownloadJob, options: DownloadOptions): Promise<void> {
  const part = await openPart(job.partPath);
  try {
    if (part.sha256() !== job.sha256) await fromAnySource(part, job, options);
    await part.sync();
  } finally {
    await part.close();
    if (part.bytes === 0) await unlink(part.path).catch(() => undefined);
  }
}

async function fromAnySource(part: PartFile, job: DownloadJob, options: DownloadOptions): Promise<void> {
  if (job.bytes !== undefined) {
    if (part.bytes >= job.bytes) await part.restart();
    await requireSpace(dirname(job.partPath), job.bytes - part.bytes, job.name);
  }
  const failures: string[] = [];
  let wrongBytes = false;
  for (const source of job.sources) {
    const failure = await fromSource(part, source, job, options);
    if (failure === undefined) return;
    wrongBytes ||= failure.kind === 'wrong-bytes';
    failures.push(`${printableUrl(source)}: ${failure.why}`);
  }
  throw new SamError(wrongBytes ? 'model/checksum' : 'model/download', `${job.name} could not be fetched. ${failures.join('; ')}.`);
}

/** Undefined when the part is complete and verified; else why this source is given up. */
async function fromSource(part: PartFile, source: URL, job: DownloadJob, options: DownloadOptions): Promise<Failure | undefined> {
  let repeated = 0;
  for (let restarted = false; ;) {
    const resumed = part.bytes > 0;
    const failure = await attempt(part, source, job, options);
    if (failure === undefined) return undefined;
    if (failure.kind === 'unusable') return failure;
    if (failure.kind === 'broken') {
      const wait = options.backoffMs[repeated++];
      if (wait === undefined) return failure;
      await pause(wait, options.signal);
      continue;
    }
    await part.restart();
    // bytes of an earlier run or of another source may be the ones at fault: this source gets one chance of its own
    if (!resumed || restarted) return failure;
    restarted = true;
  }
}

async function pause(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  try {
    await delay(milliseconds, undefined, signal === undefined ? {} : { signal });
  } catch {
    throw interrupted();
  }
}
