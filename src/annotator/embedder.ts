/** The server's side of the thread that makes embeddings. Pixels reach it through shared memory, copied a piece at a time, so that requests are answered in between. */
import { setImmediate as turn } from 'node:timers/promises';
import { SHARE_ENV, Worker } from 'node:worker_threads';
import { SamError, errorFromPlain, messageOf } from '../errors.js';
import type { RgbImage } from '../image/rgb-image.js';
import type { StoredEmbedding } from './embedding-file.js';
import type { EmbeddingAnswer, EmbeddingOpened, EmbeddingSetup } from './embedding-thread.js';

/** Bytes copied at once: about a millisecond. */
const PIECE = 1 << 20;
/** Shared memory up to this is kept for the next image, since memory that is new costs more than copying into it. Bytes. */
const KEPT = 128 << 20;

export class Embedder {
  private memory = new SharedArrayBuffer(0);

  private constructor(private readonly worker: Worker, readonly model: EmbeddingOpened) {}

  /** Throws what opening the model throws, and `model/unfit` for one that a browser cannot run. */
  static async open(setup: EmbeddingSetup): Promise<Embedder> {
    // the runtime's telemetry is switched off in the environment, which a thread would have a copy of
    const worker = new Worker(new URL('./embedding-thread.js', import.meta.url), { workerData: setup, env: SHARE_ENV });
    try {
      const answer = await answerOf(worker);
      if (!('opened' in answer)) throw new SamError('internal/worker-protocol', 'The embedding thread answered before it was asked.');
      worker.unref();
      return new Embedder(worker, answer.opened);
    } catch (error) {
      await worker.terminate();
      throw error;
    }
  }

  /** One image at a time: the next is given when this one is answered. `image`: 8-bit RGB, upright. Throws `model/run`. */
  async embed(image: RgbImage): Promise<StoredEmbedding> {
    const shared = await this.sharedCopy(image);
    const coming = answerOf(this.worker);
    this.worker.postMessage(shared);
    const answer = await coming;
    if (!('stored' in answer)) throw new SamError('internal/worker-protocol', 'The embedding thread answered another question.');
    return answer.stored;
  }

  async close(): Promise<void> {
    await this.worker.terminate();
  }

  private async sharedCopy({ data, width, height }: RgbImage): Promise<RgbImage> {
    const memory = this.memory.byteLength >= data.length ? this.memory : new SharedArrayBuffer(data.length);
    if (data.length <= KEPT) this.memory = memory;
    const copy = new Uint8Array(memory, 0, data.length);
    for (let at = 0; at < data.length; at += PIECE) {
      copy.set(data.subarray(at, at + PIECE), at);
      await turn();
    }
    return { data: copy, width, height };
  }
}

/** The thread's next answer. Throws the error that it answers with, and `model/run` where it ends. */
function answerOf(worker: Worker): Promise<EmbeddingAnswer> {
  return new Promise((resolve, reject) => {
    const settle = (act: () => void): void => {
      worker.off('message', onMessage).off('error', onError).off('exit', onExit).unref();
      act();
    };
    // the thread sends nothing else
    const onMessage = (answer: EmbeddingAnswer): void => { settle(() => { if ('error' in answer) reject(errorFromPlain(answer.error)); else resolve(answer); }); };
    const onError = (error: unknown): void => { settle(() => { reject(new SamError('model/run', `The embedding thread failed: ${messageOf(error)}`, { cause: error })); }); };
    const onExit = (): void => { settle(() => { reject(new SamError('model/run', 'The embedding thread ended.')); }); };
    worker.on('message', onMessage).on('error', onError).on('exit', onExit).ref();
  });
}
