/**
 * Graphs running off the caller's thread: one `SessionThread` owns the runtime in a worker thread and answers requests in order, so
 * that a caller works on one result while the next is computed. Close it to end the thread. The runtime's telemetry (an identifier in
 * the home folder, and reports to its maker) is off unless the environment variable `ORT_DISABLE_TELEMETRY` says otherwise.
 */
import { Worker } from 'node:worker_threads';
import { SamError, errorFromPlain, messageOf } from '../errors.js';
import type { Feed, PlainTensor, SessionAnswer, SessionRequest } from './session-protocol.js';

type Pending = { resolve: (answer: SessionAnswer) => void; reject: (error: unknown) => void };
type Unsent<R> = R extends SessionRequest ? Omit<R, 'id'> : never;

export class SessionThread {
  private readonly worker: Worker;
  private readonly pending = new Map<number, Pending>();
  private nextId = 1;
  private nextKept = 1;
  private ended: Error | undefined;
  private onIdle: (() => void) | undefined;

  constructor() {
    // read by native code when it starts: only the main thread's environment reaches it
    process.env['ORT_DISABLE_TELEMETRY'] ??= '1';
    this.worker = new Worker(new URL('./session-thread.js', import.meta.url));
    this.worker.unref();
    this.worker.on('message', (answer: SessionAnswer) => {
      const waiting = this.pending.get(answer.id);
      this.pending.delete(answer.id);
      if (this.pending.size === 0) this.worker.unref();
      if ('error' in answer) waiting?.reject(errorFromPlain(answer.error));
      else waiting?.resolve(answer);
      if (this.pending.size === 0) this.onIdle?.();
    });
    this.worker.on('error', (error) => this.end(new SamError('model/run', `The inference thread failed: ${messageOf(error)}`, { cause: error })));
    this.worker.on('exit', () => this.end(new SamError('model/run', 'The inference thread ended.')));
  }

  /** Opens a graph from a file or from memory under a name. Throws `model/run` where the runtime refuses it. */
  async open(session: string, model: string | Uint8Array, threads: number): Promise<void> {
    await this.request({ kind: 'open', session, model, threads });
  }

  /** Runs a graph; the named outputs come back as plain tensors. */
  async run(session: string, feeds: Record<string, Feed>, outputs: string[]): Promise<Record<string, PlainTensor>> {
    const answer = await this.request({ kind: 'run', session, feeds, outputs });
    if (!('outputs' in answer)) throw new SamError('internal/unexpected', 'The inference thread answered another question.');
    return answer.outputs;
  }

  /** Closes one graph; nothing happens where none has the name. */
  async release(session: string): Promise<void> {
    await this.request({ kind: 'release', session });
  }

  /** Keeps a tensor in the thread for many runs; returns its feed. `forget` it when done. */
  async keep(tensor: PlainTensor): Promise<{ kept: number }> {
    const number = this.nextKept++;
    await this.request({ kind: 'keep', number, tensor });
    return { kept: number };
  }

  async forget(feed: { kept: number }): Promise<void> {
    await this.request({ kind: 'forget', number: feed.kept });
  }

  /** Waits for the run in work; what comes later is refused. */
  async close(): Promise<void> {
    this.ended ??= new SamError('model/run', 'The inference thread was closed.');
    // ended amid a run, the runtime's exception would have nobody to catch it and would take the process with it
    if (this.pending.size > 0) await new Promise<void>((resolve) => { this.onIdle = resolve; });
    await this.worker.terminate();
  }

  private request(request: Unsent<SessionRequest>): Promise<SessionAnswer> {
    if (this.ended !== undefined) return Promise.reject(this.ended);
    const id = this.nextId++;
    return new Promise((resolve, reject) => {
      this.pending.set(id, { resolve, reject });
      this.worker.ref();
      this.worker.postMessage({ ...request, id });
    });
  }

  private end(error: Error): void {
    this.ended ??= error;
    for (const waiting of this.pending.values()) waiting.reject(this.ended);
    this.pending.clear();
    this.onIdle?.();
  }
}
