/**
 * A few worker processes and many jobs. A job is fetched only when a worker is free for it, so memory holds at most two images' results
 * a worker: one being made, one being written.
 */
import { SamError, errorFromPlain, messageOf, printableName } from '../errors.js';
import type { ImageJob, ImageResult } from './worker-protocol.js';
import { WorkerProcess } from './worker-process.js';

export interface PoolOptions {
  workers: number;
  module: URL;
  setup: unknown;
  /** Aborted: workers are killed and what they had in work is given up, without a word. */
  kill?: AbortSignal | undefined;
}

export type JobOutcome = { result: ImageResult } | { error: SamError };

const SETUP_DEATHS = 3;

/**
 * Runs all jobs; `settle` is called once for each, never twice at once for one worker. A worker's death costs the job a second try on a
 * fresh worker, then `worker/died`. Throws what the setup, `jobs` or `settle` throws, with all workers ended.
 */
export async function runPool<J extends ImageJob>(
  options: PoolOptions, jobs: AsyncIterator<J, void>, settle: (job: J, outcome: JobOutcome) => Promise<void>,
): Promise<void> {
  const pool = new Pool(options);
  const onKill = (): void => pool.killAll();
  options.kill?.addEventListener('abort', onKill);
  try {
    const lanes = Array.from({ length: options.workers }, () => runLane(pool, jobs, settle));
    await Promise.all(lanes.map((lane) => lane.catch((error: unknown) => {
      pool.fail(error);
    })));
    pool.throwIfFailed();
  } finally {
    options.kill?.removeEventListener('abort', onKill);
    pool.killAll();
  }
}

/** One worker's life: a job, its settling while the next is in work, until there is none. */
async function runLane<J extends ImageJob>(pool: Pool, jobs: AsyncIterator<J, void>, settle: (job: J, outcome: JobOutcome) => Promise<void>): Promise<void> {
  const lane: Lane = { worker: undefined };
  let settling = Promise.resolve();
  while (!pool.isOver) {
    const next = await jobs.next();
    if (next.done === true) break;
    const outcome = await attempt(pool, lane, { path: next.value.path, fileName: next.value.fileName, data: next.value.data });
    await settling;
    if (outcome === undefined) break;
    settling = settle(next.value, outcome);
    // told when awaited above or below, not as an unhandled rejection
    settling.catch((error: unknown) => {
      pool.fail(error);
    });
  }
  await settling;
  await pool.retire(lane);
}

/** A place for a worker. */
interface Lane { worker: WorkerProcess | undefined }

/** Undefined if the pool ended under the job. */
async function attempt(pool: Pool, lane: Lane, job: ImageJob): Promise<JobOutcome | undefined> {
  let how = '';
  for (let tries = 0; tries < 2; tries++) {
    const worker = await pool.ready(lane);
    const answer = await worker?.ask({ kind: 'job', job });
    if (pool.isOver || answer === undefined) return undefined;
    if (answer.kind === 'done') return { result: answer.result };
    if (answer.kind === 'failed') return { error: errorFromPlain(answer.error) };
    if (answer.kind !== 'died') throw new SamError('internal/worker-protocol', `A worker answered a job with "${answer.kind}".`, { file: job.fileName });
    how = answer.how;
    pool.discard(lane);
  }
  const message = `The worker process ${how} while it worked on ${printableName(job.fileName)}, twice.`;
  return { error: new SamError('worker/died', message, { file: job.fileName }) };
}

/** The workers there are, and whether it is over for all of them. */
class Pool {
  readonly #workers = new Set<WorkerProcess>();
  #setupDeaths = 0;
  #failure: { error: unknown } | undefined;
  #isKilled = false;

  constructor(private readonly options: PoolOptions) {
    this.#isKilled = options.kill?.aborted === true;
  }

  get isOver(): boolean {
    return this.#isKilled || this.#failure !== undefined;
  }

  /** The lane's worker, set up; undefined when it is over. */
  async ready(lane: Lane): Promise<WorkerProcess | undefined> {
    while (lane.worker === undefined && !this.isOver) {
      const worker = new WorkerProcess();
      this.#workers.add(worker);
      const answer = await worker.ask({ kind: 'setup', module: this.options.module.href, setup: this.options.setup });
      if (answer.kind === 'ready') {
        this.#setupDeaths = 0;
        lane.worker = worker;
        break;
      }
      this.#workers.delete(worker);
      worker.kill();
      if (this.isOver) break;
      if (answer.kind === 'failed') throw errorFromPlain(answer.error);
      if (answer.kind === 'done') throw new SamError('internal/worker-protocol', 'A worker answered its setup with "done".');
      if (++this.#setupDeaths >= SETUP_DEATHS) throw new SamError('internal/worker-setup', `The worker process ${answer.how} while it was set up, again and again.`);
    }
    return lane.worker;
  }

  discard(lane: Lane): void {
    if (lane.worker !== undefined) this.#workers.delete(lane.worker);
    lane.worker = undefined;
  }

  async retire(lane: Lane): Promise<void> {
    const { worker } = lane;
    if (!this.isOver) await worker?.close();
    this.discard(lane);
    worker?.kill();
  }

  /** The first failure is the one to tell; the others' work is given up. */
  fail(error: unknown): void {
    this.#failure ??= { error };
    this.#killWorkers();
  }

  killAll(): void {
    this.#isKilled = true;
    this.#killWorkers();
  }

  throwIfFailed(): void {
    if (this.#failure === undefined) return;
    const { error } = this.#failure;
    throw error instanceof Error ? error : new SamError('internal/unexpected', messageOf(error));
  }

  #killWorkers(): void {
    for (const worker of this.#workers) worker.kill();
  }
}
