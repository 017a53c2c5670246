/**
 * The main module of a worker process: loads the module it is told, sets it up, does one job at a time. It ends with its parent, and
 * leaves signals to it (Ctrl-C on a terminal reaches the whole group).
 */
import { SamError, plainError } from '../errors.js';
import type { CreateWorker, ImageWorker, WorkerAnswer, WorkerRequest } from './worker-protocol.js';

let worker: ImageWorker | undefined;

process.on('SIGINT', () => undefined);
process.on('SIGTERM', () => undefined);
// killed, not exited: an exit would wait for what native code has begun
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));
// only the parent sends, and only requests
process.on('message', (request) => void handle(request as WorkerRequest));

async function handle(request: WorkerRequest): Promise<void> {
  try {
    const answer = await perform(request);
    if (answer !== undefined) process.send?.(answer);
    else process.exit();
  } catch (error) {
    process.send?.({ kind: 'failed', error: plainError(error) } satisfies WorkerAnswer);
  }
}

async function perform(request: WorkerRequest): Promise<WorkerAnswer | undefined> {
  switch (request.kind) {
    case 'setup': {
      // worker-protocol.ts asks this export of a worker module
      const module = (await import(request.module)) as { createWorker: CreateWorker<unknown> };
      worker = await module.createWorker(request.setup);
      return { kind: 'ready' };
    }
    case 'job':
      if (worker === undefined) throw new SamError('internal/worker-protocol', 'A job came before the setup.');
      return { kind: 'done', result: await worker.run(request.job) };
    case 'close':
      await worker?.close();
      return undefined;
  }
}
