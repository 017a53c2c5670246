/**
 * The thread that makes embeddings: resizing a large photograph and looking whether halves do take some tenths of a second of arithmetic, during which the server has to answer. The runtime
 * works in a thread of its own below this one.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { SamError, plainError, printableName, type PlainError } from '../errors.js';
import type { RgbImage } from '../image/rgb-image.js';
import { decoderParts } from '../models/decoder-parts.js';
import { portableDecoder, type DecoderGraph } from '../models/decoder-graph.js';
import { Predictor, type ImageEmbedding, type ModelFiles } from '../models/predictor.js';
import type { StoredEmbedding } from './embedding-file.js';
import { halvesFromFloats } from './float16.js';
import { halvesAgree } from './half-precision.js';

/** `threads`: of one inference. */
export interface EmbeddingSetup { files: ModelFiles; threads: number }
/** The first answer, without being asked: what was opened, and the decoder for the page. */
export type EmbeddingOpened = Pick<Predictor, 'name' | 'sha256' | 'spec'> & { decoder: DecoderGraph };
export type EmbeddingAnswer = { opened: EmbeddingOpened } | { stored: StoredEmbedding } | { error: PlainError };

const port = parentPort;
if (port === null) throw new SamError('internal/unexpected', 'embedding-thread.js is a thread, not a program.');

const answer = (message: EmbeddingAnswer, transfer: ArrayBuffer[] = []): void => { port.postMessage(message, transfer); };

try {
  const { files, threads } = workerData as EmbeddingSetup; // embedder.ts gives it
  const predictor = await Predictor.open(files, threads);
  // one at a time: embedder.ts sends the next image when this one is answered
  port.on('message', (image: RgbImage) => {
    predictor.embed(image).then((embedding) => storedForm(predictor, embedding)).then(
      (stored) => { answer({ stored }, [stored.data.buffer as ArrayBuffer]); }, // made here, in memory of its own
      (error: unknown) => { answer({ error: plainError(error) }); },
    );
  });
  const { name, sha256, spec } = predictor;
  if (spec.contract !== 'F1') throw new SamError('model/unfit', `The page cannot ask the model ${printableName(name)}, whose graphs follow contract ${spec.contract}; one of contract F1 (as Meta exports SAM) is needed.`);
  const decoder = portableDecoder(files.decoder), parts = await decoderParts(decoder.bytes, spec.maskSide, threads);
  answer({ opened: { name, sha256, spec, decoder: { ...decoder, ...(parts === undefined ? {} : { parts }) } } });
} catch (error) {
  answer({ error: plainError(error) });
}

async function storedForm(predictor: Predictor, embedding: ImageEmbedding): Promise<StoredEmbedding> {
  const { data, shape } = embedding.tensors.embedding, { width, height } = embedding.inputSize;
  const floats = data as Float32Array; // contract F1 has float32 embeddings
  const halves = halvesFromFloats(floats);
  const isHalf = await halvesAgree(predictor, embedding, halves);
  return { type: isHalf ? 'float16' : 'float32', shape, input: [width, height], data: bytesOf(isHalf ? halves : floats) };
}

/** A copy of the numbers as they lie in memory: little-endian on every machine that the runtime knows. */
function bytesOf({ buffer, byteOffset, byteLength }: Float32Array | Uint16Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength).slice();
}
