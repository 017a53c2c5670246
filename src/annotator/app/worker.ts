/** The worker: fetches the decoder and embeddings, and answers prompts with masks, one after another, off the page's thread. */
import { env, InferenceSession, Tensor } from '/ort/ort.wasm.bundle.min.mjs';
import { DECODER, EMBEDDING_HEADERS, EMBEDDINGS, type ProjectView, type Refusal } from '../api.js';
import { messageOf, SamError } from '../../errors.js';
import { floatsOf } from './half.js';
import { isAmbiguous, MaskReader, promptFeed } from './prompt-feed.js';
import type { WireCandidate, WorkerAnswer, WorkerRequest } from './protocol.js';

/** Embeddings that are held: the image in work and those probably next (SAM's own take 4 MB each). */
const HELD = 4;
/** More threads than this gain nothing with decoders of this size. */
const MOST_THREADS = 4;
/** Milliseconds before an embedding that is being computed is asked for again. */
const AGAIN = 400;

interface Opened { session: InferenceSession; model: ProjectView['model'] }

let opened: Opened | undefined;
const embeddings = new Map<number, Promise<Tensor>>();
const readers = new Map<string, MaskReader>();
let busy: Promise<void> = Promise.resolve();

// the loader is in the bundle; a folder's name would have it looked for there
env.wasm.wasmPaths = { wasm: '/ort/ort-wasm-simd-threaded.wasm' };
env.wasm.numThreads = self.crossOriginIsolated ? Math.max(1, Math.min(MOST_THREADS, navigator.hardwareConcurrency >> 1)) : 1;
env.logLevel = 'error';

const answer = (message: WorkerAnswer, transfer: Transferable[] = []): void => { postMessage(message, { transfer }); };

// the page sends nothing else
addEventListener('message', (event: MessageEvent<WorkerRequest>) => {
  const request = event.data;
  const work = request.kind === 'embed' ? embeddingOf(request.image, request.id).then(() => { answer({ id: request.id, kind: 'done' }); }) : queued(request);
  work.catch((error: unknown) => { answer({ id: request.id, kind: 'failed', message: messageOf(error) }); });
});

/** One run at a time: the runtime takes no second one meanwhile. */
function queued(request: Exclude<WorkerRequest, { kind: 'embed' }>): Promise<void> {
  const work = busy.then(() => (request.kind === 'model' ? open(request.id, request.model) : decode(request)));
  busy = work.catch(() => undefined);
  return work;
}

async function open(id: number, model: ProjectView['model']): Promise<void> {
  const bytes = new Uint8Array(await (await fetched(DECODER)).arrayBuffer());
  opened = { session: await InferenceSession.create(bytes, { executionProviders: ['wasm'], graphOptimizationLevel: 'all' }), model };
  answer({ id, kind: 'done' });
}

async function decode({ id, image, width, height, prompts }: Extract<WorkerRequest, { kind: 'decode' }>): Promise<void> {
  if (opened === undefined) throw new SamError('model/run', 'The model is not open.');
  const { session, model } = opened;
  const feed = promptFeed(prompts, { width, height }, model.inputSide);
  const answered = await session.run({
    image_embeddings: await embeddingOf(image, id),
    point_coords: new Tensor('float32', feed.coords, [1, feed.points, 2]), point_labels: new Tensor('float32', feed.labels, [1, feed.points]),
    mask_input: new Tensor('float32', new Float32Array(model.maskSide ** 2), [1, 1, model.maskSide, model.maskSide]), has_mask_input: new Tensor('float32', Float32Array.of(0), [1]),
    ...(model.graph.hasOrigSize ? { orig_im_size: new Tensor('float32', Float32Array.of(1, 1), [2]) } : {}),
  });
  // the server gives a graph with these outputs, both float32
  const iou = answered['iou_predictions']!.data as Float32Array, logits = answered['low_res_masks']!.data as Float32Array;
  const { candidates, choice } = readerOf(model, width, height).candidates(iou, logits, isAmbiguous(prompts));
  // run lengths may be cut from a larger buffer, which cannot be given away
  const wire: WireCandidate[] = candidates.map(({ rle, predictedIou, stabilityScore }) => ({ counts: rle.counts.slice(), predictedIou, stabilityScore }));
  answer({ id, kind: 'masks', candidates: wire, choice }, wire.map(({ counts }) => counts.buffer));
}

/** Tables for images of one size; kept for the last few sizes. */
function readerOf(model: ProjectView['model'], width: number, height: number): MaskReader {
  const key = `${width} ${height}`, known = readers.get(key);
  if (known !== undefined) return known;
  if (readers.size >= HELD) readers.clear();
  const reader = new MaskReader(model, { width, height });
  readers.set(key, reader);
  return reader;
}

/** Asks until it is there, telling the page how many are before it. */
function embeddingOf(image: number, id: number): Promise<Tensor> {
  const known = embeddings.get(image);
  if (known !== undefined) {
    // used last, gone last
    embeddings.delete(image);
    embeddings.set(image, known);
    return known;
  }
  for (const oldest of embeddings.keys()) if (embeddings.size >= HELD) embeddings.delete(oldest);
  const coming = download(image, id);
  embeddings.set(image, coming);
  coming.catch(() => { embeddings.delete(image); });
  return coming;
}

async function download(image: number, id: number): Promise<Tensor> {
  for (;;) {
    const response = await fetched(`${EMBEDDINGS}${image}`);
    if (response.status === 200) {
      const shape = (response.headers.get(EMBEDDING_HEADERS.shape) ?? '').split(',').map(Number);
      return new Tensor('float32', floatsOf(await response.arrayBuffer(), response.headers.get(EMBEDDING_HEADERS.type) ?? '', shape), shape);
    }
    // api.ts says so of any other success
    const { waiting } = await response.json() as { waiting: number };
    answer({ id, kind: 'waiting', waiting });
    await new Promise((resolve) => { setTimeout(resolve, AGAIN); });
  }
}

/** Asks again while nobody answers: the server may be started anew. */
async function fetched(path: string): Promise<Response> {
  const response = await fetch(path).catch(() => undefined);
  if (response?.ok === true) return response;
  if (response === undefined || response.status === 401 || response.status === 503) {
    await new Promise((resolve) => { setTimeout(resolve, 4 * AGAIN); });
    return fetched(path);
  }
  // api.ts says so of every refusal; anything else has no message to show
  const refusal = await response.json().catch(() => ({})) as Partial<Refusal>;
  throw new SamError('model/run', refusal.message ?? `The server answered ${response.status}.`);
}
