/**
 * A run over many images: list, claim, lock, see what stands, hand the rest to workers, write each result whole, finish. After a kill at
 * any point the same run again reaches the same tree; what is finished is not done again.
 */
import { stat } from 'node:fs/promises';
import { SamError, messageOf, printableName, systemCode } from '../errors.js';
import { sha256File } from '../files/hash.js';
import { kindOf } from '../files/walk.js';
import { claimOutputs, refuseOverwrittenInputs, type ClaimingImage } from './claims.js';
import { closeKeeping, closeRemovingStale } from './closing.js';
import { writeFinish } from './finish.js';
import { Ledger } from './ledger.js';
import type { FinishEntry } from './ledger-lines.js';
import { listImages } from './list.js';
import { enterOutputFolder, othersAtWork, sweepOutputFolder } from './output-folder.js';
import { runPool, type JobOutcome } from './pool.js';
import { writeResult, type ResultPlace } from './results.js';
import { checkRunRecord, runRecord, writeRunRecord, type RunRecord } from './run-record.js';
import { belongsTo, shardTag } from './shard.js';
import type { FolderRunOptions, FolderSpec, FolderSummary } from './spec.js';
import { findStanding } from './standing.js';
import { Tally, stopReason } from './tally.js';
import type { ImageJob } from './worker-protocol.js';

/** One run, after its images are known. */
interface Run {
  spec: FolderSpec;
  options: FolderRunOptions;
  /** The images of all shards, in order. */
  all: readonly ClaimingImage[];
  /** Those of this shard. */
  images: readonly ClaimingImage[];
  record: RunRecord;
  tag: string | undefined;
  tally: Tally;
}

/** A job for the pool, with what the main process keeps of the image. */
interface Job extends ImageJob { image: ClaimingImage; bytes: number }

const clock = (): number => performance.now();

/**
 * Runs `spec`. Errors of single images are in the summary; what ends a run early is its `stopped`, with all that was finished in place.
 * Throws what refuses a run before it begins: `usage/...`, `locked/output`, `storage/...`.
 */
export async function runFolder(spec: FolderSpec, options: FolderRunOptions = {}): Promise<FolderSummary> {
  const start = clock();
  const list = spec.images === undefined ? await listImages(spec.inputs, spec.output) : await spec.images();
  const all = claimOutputs(list.images, spec);
  await refuseOverwrittenInputs(all, spec.output);
  const images = all.filter((image) => belongsTo(spec.shard, image.fileName));
  const tally = new Tally(images.length, options.events ?? (() => undefined), clock);
  tally.warnings.push(...list.warnings);
  tally.addSeconds({ list: (clock() - start) / 1000 });
  const run: Run = { spec, options, all, images, record: runRecord(spec), tag: shardTag(spec.shard), tally };
  if (spec.dryRun === true) return await rehearse(run);
  const lock = await enterOutputFolder(spec.output, run.tag);
  try {
    const ledger = await Ledger.read(spec.output, run.tag);
    try {
      await sweepOutputFolder(spec.output, images, ledger, run.tag);
      return await work(run, ledger, await establish(run, ledger));
    } finally {
      await ledger.close();
    }
  } finally {
    await lock.release();
  }
}

/** A dry run: the same refusals, and the names of the images that would be worked on. */
async function rehearse(run: Run): Promise<FolderSummary> {
  const { spec, record, tally } = run;
  const ledger = await Ledger.read(spec.output, run.tag);
  await checkRunRecord(spec.output, record, spec.force || ledger.isEmpty);
  const complete = await standingOf(run, ledger);
  for await (const { fileName } of jobsOf(run, ledger, complete)) tally.planned.push(fileName);
  return tally.summary(spec.output, undefined, undefined);
}

/** Makes sure that the folder is for this run, then says so in it. Returns the names of the images whose outputs stand. */
async function establish(run: Run, ledger: Ledger): Promise<Set<string>> {
  const { spec, record, tag } = run;
  for (;;) {
    // a record under which nothing was finished binds nobody, unless a shard that just began goes by it
    const mayReplace = spec.force || (ledger.isEmpty && !(await othersAtWork(spec.output, tag)));
    const found = await checkRunRecord(spec.output, record, mayReplace);
    const complete = await standingOf(run, ledger);
    if (await writeRunRecord(spec.output, record, found, tag)) return complete;
  }
}

async function standingOf(run: Run, ledger: Ledger): Promise<Set<string>> {
  const { spec, images, record, options } = run;
  const complete = await run.tally.time('check', clock, () => findStanding(images, ledger, record.id, spec, () => {
    if (options.stop?.aborted === true) throw interrupted(run);
  }));
  return spec.resume ? complete : new Set();
}

async function work(run: Run, ledger: Ledger, complete: ReadonlySet<string>): Promise<FolderSummary> {
  const { spec, options, tally } = run;
  const place = { output: spec.output, ledger, run: run.record.id, tag: run.tag };
  let finish: FinishEntry | undefined;
  let stopped: SamError | undefined;
  tally.started();
  try {
    const pool = { workers: spec.workers, module: spec.worker.module, setup: spec.worker.setup, kill: options.kill };
    await runPool<Job>(pool, jobsOf(run, ledger, complete), (job, outcome) => settle(run, place, job, outcome));
    if (options.stop?.aborted === true || options.kill?.aborted === true) throw interrupted(run);
    const last = spec.finish;
    if (last !== undefined) finish = await tally.time('finish', clock, () => writeFinish(last, tally.finished, place, options.kill));
    const closing = { output: spec.output, ledger, run: run.record.id, shard: spec.shard, images: run.all, finishPath: last?.path };
    const remarks = await (spec.force ? closeRemovingStale(closing) : closeKeeping(closing));
    tally.warnings.push(...remarks.map((message) => ({ code: 'folder/remark' as const, message })));
  } catch (error) {
    stopped = stopReason(error, run.images.length, tally.finished.length);
  }
  return tally.summary(spec.output, finish, stopped);
}

/** What is left to do, found out image by image as workers come free. */
async function* jobsOf({ images, options, tally }: Run, ledger: Ledger, complete: ReadonlySet<string>): AsyncGenerator<Job, void> {
  for (const image of images) {
    if (options.stop?.aborted === true) return;
    const { path, fileName, refusal } = image;
    try {
      if (refusal !== undefined) throw refusal;
      const bytes = await sizeOf(image);
      const entry = complete.has(fileName) ? ledger.images.get(fileName) : undefined;
      if (entry?.bytes === bytes && entry.sha256 === (await hashOf(image))) tally.skipped(entry);
      else yield { path, fileName, data: image.data, image, bytes };
    } catch (error) {
      if (!(error instanceof SamError)) throw error;
      tally.failed(fileName, error);
    }
  }
}

async function settle({ tally }: Run, place: ResultPlace, { image, bytes }: Job, outcome: JobOutcome): Promise<void> {
  if ('error' in outcome) {
    tally.failed(image.fileName, outcome.error);
    return;
  }
  const { result } = outcome;
  tally.done(await tally.time('write', clock, () => writeResult(image, bytes, result, place)), result);
}

/** Looked at before it is opened: to open a named pipe would wait for ever. */
async function sizeOf({ path, fileName }: ClaimingImage): Promise<number> {
  const found = await reading(fileName, stat(path));
  if (found.isFile()) return found.size;
  throw new SamError('image/unreadable', `Cannot read ${printableName(fileName)}: it is ${kindOf(found)}.`, { file: fileName });
}

async function hashOf({ path, fileName }: ClaimingImage): Promise<string> {
  return (await reading(fileName, sha256File(path))).sha256;
}

async function reading<T>(fileName: string, operation: Promise<T>): Promise<T> {
  try {
    return await operation;
  } catch (error) {
    const isGone = systemCode(error) === 'ENOENT';
    const reason = isGone ? 'it is no longer there' : messageOf(error);
    throw new SamError(isGone ? 'image/missing' : 'image/unreadable', `Cannot read ${printableName(fileName)}: ${reason}.`, { file: fileName, cause: error });
  }
}

function interrupted({ images, tally }: Run): SamError {
  return new SamError('interrupted/signal', `Interrupted: ${tally.finished.length} of ${images.length} images are finished. Run the same command again to go on.`);
}
