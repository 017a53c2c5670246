/** How many workers and threads a run uses when nobody says: from the model's size, the cores and the memory. */
import { availableParallelism, totalmem } from 'node:os';
import type { LocatedModel } from '../models/located-model.js';
import { cpuQuota } from './cpu-quota.js';

export interface Machine { cores: number; memoryBytes: number }

/** This machine as this process may use it (container limits included). */
export function thisMachine(): Machine {
  const constrained = process.constrainedMemory();
  const memory = constrained > 0 && constrained < totalmem() ? constrained : totalmem();
  const quota = cpuQuota();
  const cores = quota === undefined ? availableParallelism() : Math.min(availableParallelism(), Math.max(1, Math.round(quota)));
  return { cores, memoryBytes: memory };
}

/** Models up to this size gain more from workers than from threads (one thread a session needs no barrier). */
const SMALL_MODEL_BYTES = 256 * 2 ** 20;

/** Threads of one inference session: 1 for small models; never from the number of workers, so that results do not depend on it. */
export function defaultThreads(modelBytes: number, machine: Machine): number {
  return modelBytes <= SMALL_MODEL_BYTES ? 1 : Math.max(1, Math.min(machine.cores, 8));
}

/**
 * Worker processes: cores over threads, as far as half the memory holds them. A worker is taken as 300 MB (runtime, one large image)
 * and three times the model (weights, the runtime's packed copies, activations).
 */
export function defaultWorkers(modelBytes: number, threads: number, machine: Machine): number {
  const each = 300 * 2 ** 20 + 3 * modelBytes;
  return Math.max(1, Math.min(Math.floor(machine.cores / threads), Math.floor(machine.memoryBytes / 2 / each)));
}

/** How many threads an inference session has and how many workers there are: what the user gave, else what the model and this machine make of it. */
export function planSessions(model: Pick<LocatedModel, 'files'>, given: { threads?: number | undefined; workers?: number | undefined } = {}): { threads: number; workers: number } {
  const bytes = model.files.reduce((sum, file) => sum + file.bytes, 0), machine = thisMachine();
  const threads = given.threads ?? defaultThreads(bytes, machine);
  return { threads, workers: given.workers ?? defaultWorkers(bytes, threads, machine) };
}
