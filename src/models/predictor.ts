/**
 * A loaded model: `embed` an image once, then `decode` prompts against the embedding. An embedding carries its sizes and the model
 * that made it, so there is no hidden state between the two. Inference runs off the caller's thread; close the predictor to end it.
 */
import { dirname } from 'node:path';
import { SamError } from '../errors.js';
import { inputSizeOf, type ImageSize } from '../geometry/size.js';
import { resizeBilinear } from '../image/resize.js';
import type { RgbImage } from '../image/rgb-image.js';
import { defaultPointsPerBatch, type Decoded, type DecoderAdapter, type EncodedImage, type EncoderInput, type HeldImage, type ModelSpec, type PromptBatch } from './contract.js';
import { encoderTensor } from './encoder-input.js';
import { openF1 } from './f1.js';
import { openF2 } from './f2.js';
import { readOnnxGraph, type OnnxGraph } from './onnx-graph.js';
import { recognise, type Recognised } from './recognise.js';
import { SessionThread } from './session.js';
import { assertSafeSideFiles } from './side-files.js';

/** What to open: paths of the two graphs, and what a `model.json` says over what the graphs say. */
export interface ModelFiles {
  name: string;
  encoder: string;
  decoder: string;
  /** Identifies the weights: SHA-256 over the files' hashes. */
  sha256: string;
  encoderInput?: EncoderInput | undefined;
  inputSide?: number | undefined;
  maskSide?: number | undefined;
}

/** Seconds spent inside a predictor, by stage. */
export interface PredictorSeconds { resize: number; encode: number }

/** `tensors`: embedding 1 x C x h x w, float32. Sizes in pixels: the image's own, and inside the model before padding. */
export interface ImageEmbedding {
  readonly model: string;
  readonly originalSize: ImageSize;
  readonly inputSize: ImageSize;
  readonly tensors: EncodedImage;
}

/** Embeddings held inside the inference thread at once: the crop in work and the one before it. */
const HELD = 2;

export class Predictor {
  private readonly held = new Map<ImageEmbedding, Promise<HeldImage>>();

  private constructor(
    readonly name: string, readonly sha256: string, readonly spec: ModelSpec,
    private readonly thread: SessionThread, private readonly decoder: DecoderAdapter, private readonly graph: Recognised,
  ) {}

  /** Opens both graphs. `threads`: of one inference. Throws `model/missing`, `model/format`, `model/contract`, `model/unsafe`, `model/run`. */
  static async open(files: ModelFiles, threads = 1): Promise<Predictor> {
    const encoder = readOnnxGraph(files.encoder);
    const decoder = readOnnxGraph(files.decoder);
    assertSafeSideFiles(dirname(files.encoder), encoder);
    assertSafeSideFiles(dirname(files.decoder), decoder);
    const graph = recognise(encoder, decoder, files.encoderInput);
    const thread = new SessionThread();
    try {
      await thread.open('encoder', files.encoder, threads);
      const adapter = await openDecoder(thread, files, graph, decoder, threads);
      const maskSide = adapter.spec.maskSide;
      const spec: ModelSpec = {
        ...adapter.spec, encoderInput: graph.encoderInput, maskSide,
        inputSide: files.inputSide ?? graph.inputSide ?? 4 * maskSide,
        pointsPerBatch: defaultPointsPerBatch(maskSide),
      };
      if (files.maskSide !== undefined && files.maskSide !== maskSide) throw new SamError('model/contract', `model.json says maskSide ${files.maskSide}, but the decoder's logits have side ${maskSide}.`);
      return new Predictor(files.name, files.sha256, spec, thread, adapter, graph);
    } catch (error) {
      await thread.close();
      throw error;
    }
  }

  /** `image`: 8-bit RGB, upright. The embedding may be stored and used later by a predictor of the same model. */
  async embed(image: RgbImage): Promise<ImageEmbedding> {
    const inputSize = inputSizeOf(image, this.spec.inputSide);
    const tensor = encoderTensor(resizeBilinear(image, inputSize), this.spec.inputSide, this.spec.encoderInput);
    const { embedding, positional } = this.graph;
    const answer = await this.thread.run('encoder', { [this.graph.pixels]: tensor }, positional === undefined ? [embedding] : [embedding, positional]);
    return {
      model: this.sha256, originalSize: { width: image.width, height: image.height }, inputSize,
      tensors: { embedding: answer[embedding]!, ...(positional === undefined ? {} : { positional: answer[positional]! }) },
    };
  }

  /**
   * Decodes one foreground point a prompt. `points`: n x 2, pixel positions in the image's frame, from which `inputSize` scales them
   * as `ResizeLongestSide.apply_coords` does.
   */
  async decodePoints(embedding: ImageEmbedding, points: Float64Array): Promise<Decoded> {
    const { originalSize, inputSize } = embedding;
    const coords = Float32Array.from(points, (value, i) => (i % 2 === 0 ? value * (inputSize.width / originalSize.width) : value * (inputSize.height / originalSize.height)));
    const count = points.length / 2;
    return this.decode(embedding, { count, points: 1, coords, labels: new Float32Array(count).fill(1) });
  }

  /** Decodes prompts given in the model's input frame. */
  async decode(embedding: ImageEmbedding, prompts: PromptBatch): Promise<Decoded> {
    if (embedding.model !== this.sha256) throw new SamError('model/unfit', 'The embedding was made by another model.');
    return this.decoder.decode(await this.hold(embedding), prompts);
  }

  async close(): Promise<void> {
    await this.thread.close();
  }

  private hold(embedding: ImageEmbedding): Promise<HeldImage> {
    const known = this.held.get(embedding);
    if (known !== undefined) return known;
    const oldest = this.held.keys().next();
    if (this.held.size >= HELD && oldest.done === false) {
      const gone = this.held.get(oldest.value)!;
      this.held.delete(oldest.value);
      // requests are done in order: runs already asked for still find it
      void gone.then(async (image) => {
        await this.thread.forget(image.embedding);
        if (image.positional !== undefined) await this.thread.forget(image.positional);
      });
    }
    const holding = this.keep(embedding.tensors);
    this.held.set(embedding, holding);
    return holding;
  }

  private async keep(tensors: EncodedImage): Promise<HeldImage> {
    const embedding = await this.thread.keep(tensors.embedding);
    return tensors.positional === undefined ? { embedding } : { embedding, positional: await this.thread.keep(tensors.positional) };
  }
}

async function openDecoder(thread: SessionThread, files: ModelFiles, graph: Recognised, decoder: OnnxGraph, threads: number): Promise<DecoderAdapter> {
  const declared = decoder.inputs.find((input) => input.name === 'image_embeddings')?.shape ?? [];
  const side = (files.inputSide ?? graph.inputSide ?? 1024) / 16;
  const fallback = [1, 256, side, side];
  const embeddingShape = fallback.map((length, i) => (typeof declared[i] === 'number' && i > 0 ? declared[i] : length));
  if (graph.contract === 'F2') return openF2(thread, files.decoder, embeddingShape, graph.inputSide, threads);
  return openF1(thread, files.decoder, decoder, embeddingShape, files.maskSide ?? graph.maskSide ?? side * 4, threads);
}
