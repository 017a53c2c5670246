/** One worker process, from its start to its end: a request goes in, and its answer comes out, or how the process died of it. */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { messageOf } from '../errors.js';
import type { WorkerAnswer, WorkerRequest } from './worker-protocol.js';

/** `how` ends the sentence "The worker process ...". */
export type Death = { kind: 'died'; how: string };

const CLOSE_MILLISECONDS = 5000;

export class WorkerProcess {
  readonly #child: ChildProcess;
  readonly #ended: Promise<Death>;

  constructor() {
    const script = fileURLToPath(new URL('worker-main.js', import.meta.url));
    // stdout carries results; whatever a native library prints belongs to stderr
    const env = {
      // images are nobody else's business: not even when the run was started from a thread, whose environment native code does not see
      ORT_DISABLE_TELEMETRY: '1',
      // glibc's pools for each thread tear to pieces over many images of many sizes; two stay whole, and are as fast
      MALLOC_ARENA_MAX: '2',
      ...process.env,
    };
    this.#child = fork(script, [], { env, serialization: 'advanced', stdio: ['ignore', 2, 2, 'ipc'] });
    this.#ended = new Promise((resolve) => {
      this.#child.once('exit', (code, signal) => resolve({ kind: 'died', how: signal === null ? `ended with exit code ${code ?? '?'}` : `was killed by ${signal}` }));
      // also what a failed send comes to
      this.#child.on('error', (error) => resolve({ kind: 'died', how: `could not be reached: ${messageOf(error)}` }));
    });
  }

  /** One at a time. Never rejects. */
  async ask(request: WorkerRequest): Promise<WorkerAnswer | Death> {
    const noMore = new AbortController();
    // only worker-main.ts answers, and only answers
    const answer = once(this.#child, 'message', { signal: noMore.signal }).then(([message]) => message as WorkerAnswer, () => this.#ended);
    this.#child.send(request, (error) => {
      if (error !== null) this.kill();
    });
    const end = await Promise.race([answer, this.#ended]);
    noMore.abort();
    return end;
  }

  kill(): void {
    this.#child.kill('SIGKILL');
  }

  /** Lets the worker close what it has open; kills it if that takes too long. */
  async close(): Promise<void> {
    const timer = setTimeout(() => this.kill(), CLOSE_MILLISECONDS);
    await this.ask({ kind: 'close' });
    clearTimeout(timer);
  }
}
