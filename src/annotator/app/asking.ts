/** The decoder in the browser's runtime: one graph, or three of which the first two need not be run for each question (`models/decoder-parts.ts`). */
import { InferenceSession, Tensor } from '/ort/ort.wasm.bundle.min.mjs';
import { DECODER, DECODER_PARTS, type ProjectView } from '../api.js';
import type { PromptFeed } from './prompt-feed.js';

export type Tensors = Record<string, Tensor>;

/** What questions about one image begin with. SAM's own take 21 MB in parts (4 MB whole), the embedded model's 9 MB. */
export type AskedImage = Readonly<Tensors>;

const NO_MASK = 0, MASK = 1;

export class Asking {
  /** `early`: the parts that are run once an image, the one for the mask last; none for a whole graph. */
  private constructor(private readonly model: ProjectView['model'], private readonly early: readonly InferenceSession[], private readonly prompts: InferenceSession) {}

  /** `fetched`: the bytes at an address. */
  static async open(model: ProjectView['model'], fetched: (path: string) => Promise<Uint8Array>): Promise<Asking> {
    const opened = async (path: string): Promise<InferenceSession> => InferenceSession.create(await fetched(path), { executionProviders: ['wasm'], graphOptimizationLevel: 'all' });
    if (!model.graph.inParts) return new Asking(model, [], await opened(DECODER));
    return new Asking(model, [await opened(DECODER_PARTS.image), await opened(DECODER_PARTS.mask)], await opened(DECODER_PARTS.prompts));
  }

  /** Once an image. */
  async image(embedding: Tensor): Promise<AskedImage> {
    const side = this.model.maskSide, one = this.model.graph.hasOrigSize ? { orig_im_size: new Tensor('float32', Float32Array.of(1, 1), [2]) } : {};
    const known: Tensors = { image_embeddings: embedding, ...one, ...this.masked(new Float32Array(side ** 2), NO_MASK) };
    for (const part of this.early) Object.assign(known, await run(part, known));
    const wanted = new Set([...this.early.slice(1), this.prompts].flatMap(({ inputNames }) => inputNames));
    return Object.fromEntries(Object.entries(known).filter(([name]) => wanted.has(name)));
  }

  /** `mask`: logits, maskSide x maskSide. The answer: `iou`, a score a mask; `logits`, as many masks. */
  async ask(image: AskedImage, { points, coords, labels }: PromptFeed, mask?: Float32Array): Promise<{ iou: Float32Array; logits: Float32Array }> {
    const known: Tensors = { ...image, ...(mask === undefined ? {} : this.masked(mask, MASK)), point_coords: new Tensor('float32', coords, [1, points, 2]), point_labels: new Tensor('float32', labels, [1, points]) };
    const masks = this.early.at(-1);
    if (mask !== undefined && masks !== undefined) Object.assign(known, await run(masks, known));
    const answered = await run(this.prompts, known);
    // the server gives graphs with these outputs, both float32
    return { iou: answered['iou_predictions']!.data as Float32Array, logits: answered['low_res_masks']!.data as Float32Array };
  }

  private masked(mask: Float32Array, flag: number): Tensors {
    const side = this.model.maskSide;
    return { mask_input: new Tensor('float32', mask, [1, 1, side, side]), has_mask_input: new Tensor('float32', Float32Array.of(flag), [1]) };
  }
}

/** A session takes what it asks for, and nothing else. */
function run(session: InferenceSession, known: Tensors): Promise<Tensors> {
  return session.run(Object.fromEntries(session.inputNames.flatMap((name) => (known[name] === undefined ? [] : [[name, known[name]]]))));
}
