/** The worker: fetches the decoder and embeddings, and answers prompts with masks, one after another, off the page's thread. */
import { env, Tensor } from '/ort/ort.wasm.bundle.min.mjs';
import { EMBEDDING_HEADERS, EMBEDDINGS, type ProjectView, type Refusal } from '../api.js';
import { messageOf, SamError } from '../../errors.js';
import { correctionStart, type CorrectionStart } from '../../models/correction-start.js';
import { Asking, type AskedImage } from './asking.js';
import { questionOf, type Prompted } from './draft.js';
import { floatsOf } from './half.js';
import { isAmbiguous, MaskReader, offerOf, promptFeed, type Offer } from './prompt-feed.js';
import type { WireCandidate, WorkerAnswer, WorkerRequest } from './protocol.js';

/** Embeddings that are held, and what the decoder makes of them: the image in work and those probably next (SAM's own take 21 MB each). */
const HELD = 4;
/** More threads than this gain nothing with decoders of this size. */
const MOST_THREADS = 4;
/** Milliseconds before an embedding that is being computed is asked for again. */
const AGAIN = 400;

/** Answers that are held, so that the next click needs but one run (SAM's own take 1 MB each). */
const ANSWERS = 12;

/** `iou`, `logits`: of all tokens. */
interface Answered { iou: Float32Array; logits: Float32Array; offer: Offer }
type DecodeRequest = Extract<WorkerRequest, { kind: 'decode' }>;
/** The embedding until the runs that an image needs once are done, then what they made. */
interface Held { now: { embedding: Tensor } | { asked: AskedImage } }
interface Opened { asking: Asking; model: ProjectView['model'] }

let opened: Opened | undefined;
const embeddings = new Map<number, Promise<Held>>();
const answers = new Map<string, Answered>();
const readers = new Map<string, MaskReader>();
/** Of the mask that is in work. */
let started: { key: string; start: CorrectionStart | undefined } = { key: '', start: undefined };
let busy: Promise<void> = Promise.resolve();

// the loader is in the bundle; a folder's name would have it looked for there
env.wasm.wasmPaths = { wasm: '/ort/ort-wasm-simd-threaded.wasm' };
env.wasm.numThreads = self.crossOriginIsolated ? Math.max(1, Math.min(MOST_THREADS, navigator.hardwareConcurrency >> 1)) : 1;
env.logLevel = 'error';

const answer = (message: WorkerAnswer, transfer: Transferable[] = []): void => { postMessage(message, { transfer }); };

// the page sends nothing else
addEventListener('message', (event: MessageEvent<WorkerRequest>) => {
  const request = event.data;
  const work = request.kind === 'embed' ? embed(request) : queued(() => (request.kind === 'model' ? open(request.id, request.model) : decode(request)));
  work.catch((error: unknown) => { answer({ id: request.id, kind: 'failed', message: messageOf(error) }); });
});

/** One run at a time: the runtime takes no second one meanwhile. */
function queued(run: () => Promise<void>): Promise<void> {
  const work = busy.then(run);
  busy = work.catch(() => undefined);
  return work;
}

/** The download is waited for beside the runs. */
async function embed({ id, image }: Extract<WorkerRequest, { kind: 'embed' }>): Promise<void> {
  const held = await embeddingOf(image, id);
  await queued(async () => { await askedOf(held); });
  answer({ id, kind: 'done' });
}

/** The runs that an image needs once. */
async function askedOf(held: Held): Promise<AskedImage> {
  const asked = 'asked' in held.now ? held.now.asked : await theModel().asking.image(held.now.embedding);
  held.now = { asked };
  return asked;
}

async function open(id: number, model: ProjectView['model']): Promise<void> {
  opened = { asking: await Asking.open(model, async (path) => new Uint8Array(await (await fetched(path)).arrayBuffer())), model };
  answer({ id, kind: 'done' });
}

async function decode(request: DecodeRequest): Promise<void> {
  const { id, width, height, prompts } = request, { iou, logits, offer } = await answerTo(request, questionOf(prompts));
  // run lengths may be cut from a larger buffer, which cannot be given away
  const wire: WireCandidate[] = readerOf(theModel().model, width, height).candidates(iou, logits, offer.tokens)
    .map(({ rle, predictedIou, stabilityScore }) => ({ counts: rle.counts.slice(), predictedIou, stabilityScore }));
  answer({ id, kind: 'masks', candidates: wire, choice: offer.choice }, wire.map(({ counts }) => counts.buffer));
}

/**
 * What the decoder says of prompts that were given one after another: the last is asked together with those before it and the logits of the mask that was taken of their answer, as the model was
 * trained to be asked and as `sam evaluate prompts` does. Answers before are at hand, or asked for again: it follows from the prompts alone.
 */
async function answerTo(request: DecodeRequest, question: readonly Prompted[]): Promise<Answered> {
  const { id, image } = request, key = JSON.stringify([image, question, request.base?.key]), known = answers.get(key), previous = question.at(-2);
  if (known !== undefined) {
    answers.delete(key);
    answers.set(key, known);
    return known;
  }
  const { asking, model } = theModel(), start = startOf(request, model);
  const before = previous === undefined ? start?.logits : logitsTaken(await answerTo(request, questionOf(question.slice(0, -1))), previous.candidate);
  const { iou, logits } = await asking.ask(await askedOf(await embeddingOf(image, id)), promptFeed(question, request, model.inputSide, start?.point), before);
  const whole = { iou, logits, offer: offerOf(iou, start === undefined && isAmbiguous(question)) };
  for (const oldest of answers.keys()) if (answers.size >= ANSWERS) answers.delete(oldest);
  answers.set(key, whole);
  return whole;
}

function logitsTaken({ iou, logits, offer: { tokens, choice } }: Answered, candidate = choice): Float32Array {
  const side = logits.length / iou.length, token = tokens[candidate] ?? tokens[choice]!;
  return logits.slice(token * side, (token + 1) * side);
}

/** What the correction of a mask starts from. */
function startOf({ image, base, width, height }: DecodeRequest, model: ProjectView['model']): CorrectionStart | undefined {
  const key = `${image} ${base?.key}`;
  if (base !== undefined && started.key !== key) started = { key, start: correctionStart({ width, height, counts: base.counts }, model) };
  return base === undefined ? undefined : started.start;
}

function theModel(): Opened {
  if (opened === undefined) throw new SamError('model/run', 'The model is not open.');
  return opened;
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
function embeddingOf(image: number, id: number): Promise<Held> {
  const known = embeddings.get(image);
  if (known !== undefined) {
    // used last, gone last
    embeddings.delete(image);
    embeddings.set(image, known);
    return known;
  }
  for (const oldest of embeddings.keys()) if (embeddings.size >= HELD) embeddings.delete(oldest);
  const coming = download(image, id).then((embedding): Held => ({ now: { embedding } }));
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
