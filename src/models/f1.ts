/**
 * Contract F1: SAM's decoder as Meta exports it (`SamOnnxModel`), and our own batched form of it. Opens the decoder cut to its
 * low-resolution outputs and with a dynamic prompt batch where that gives the same answers, else as it is.
 */
import { readFileSync } from 'node:fs';
import { isSamError } from '../errors.js';
import type { Decoded, DecoderAdapter, HeldImage, ModelSpec, PromptBatch } from './contract.js';
import { cutOnnx } from './onnx-cut.js';
import { absorbF1 } from './f1-absorb.js';
import { rearrangeF1 } from './f1-rearrange.js';
import type { OnnxGraph } from './onnx-graph.js';
import { seededTensor } from './probe.js';
import type { SessionThread } from './session.js';
import type { Feed, PlainTensor } from './session-protocol.js';

const OUTPUTS = ['iou_predictions', 'low_res_masks'];

/** How far a batch's logits may be from single runs (float32 re-association is about 1e-5). */
const BATCH_TOLERANCE = 1e-3;

/** How the opened graph wants its feeds. `masksTogether`: it takes a mask input a prompt, though one flag for all of them. */
interface Form { batched: boolean; maskPerPrompt: boolean; masksTogether: boolean; hasOrigSize: boolean }

/**
 * From this side of the mask logits on the other forms are tried: in batches half the work at SAM's true size (256), of which rearranging alone saves a quarter; nothing at a small model's (64), where
 * it is all overhead (`docs/measurements.md`).
 */
const REARRANGE_FROM_SIDE = 256;

/** Of a model: its image embedding, the side of its logits as far as it is known, the threads of a run, and the side from which on other forms are tried. */
interface Opening { embeddingShape: number[]; maskSide: number; threads: number; rearrangeFrom: number }

/** Opens an F1 decoder in the form that does least work for the same answers. `rearrangeFrom`: the side of mask logits from which on other forms are tried. Throws `model/run`. */
export async function openF1(
  thread: SessionThread, path: string, graph: OnnxGraph, embeddingShape: number[], maskSide: number, threads: number, rearrangeFrom = REARRANGE_FROM_SIDE,
): Promise<F1Decoder> {
  const shapeOf = (name: string): (number | string)[] => graph.inputs.find((input) => input.name === name)?.shape ?? [];
  const nativeBatch = typeof shapeOf('point_coords')[0] === 'string';
  const maskPerPrompt = typeof shapeOf('mask_input')[0] === 'string';
  if (graph.externalFiles.length === 0) {
    // what is multiplied by one flag and added to the image may as well be many; at true size it would undo what is rearranged
    const masks = maskPerPrompt || maskSide >= rearrangeFrom ? {} : { mask_input: ['masks', 1, maskSide, maskSide] };
    const shapes: Record<string, (number | string)[]> = { ...(nativeBatch ? {} : { point_coords: ['prompts', 'points', 2], point_labels: ['prompts', 'points'] }), ...masks };
    try {
      return await openCut(thread, readFileSync(path), shapes, maskPerPrompt, { embeddingShape, maskSide, threads, rearrangeFrom });
    } catch (error) {
      // a graph that cannot be cut is run as it is; if that fails too, that error is the one to tell
      if (!isSamError(error, 'model/run', 'model/format')) throw error;
    }
  }
  await thread.open('decoder', path, threads);
  const form: Form = { batched: nativeBatch, maskPerPrompt, masksTogether: false, hasOrigSize: graph.inputs.some((input) => input.name === 'orig_im_size') };
  const decoder = new F1Decoder(thread, 'decoder', form, maskSide);
  await decoder.probe(embeddingShape);
  return decoder;
}

async function openCut(thread: SessionThread, model: Uint8Array, shapes: Record<string, (number | string)[]>, maskPerPrompt: boolean, opening: Opening): Promise<F1Decoder> {
  const { embeddingShape, maskSide, threads, rearrangeFrom } = opening;
  const cut = (bytes: Uint8Array): Uint8Array => cutOnnx(bytes, { outputs: OUTPUTS, shapes });
  await thread.open('decoder', cut(model), threads);
  const decoder = new F1Decoder(thread, 'decoder', { batched: true, maskPerPrompt, masksTogether: false, hasOrigSize: false }, maskSide);
  const singles = await decoder.probe(embeddingShape);
  if (!await decoder.batchEquals(singles, embeddingShape)) {
    return new F1Decoder(thread, 'decoder', { batched: false, maskPerPrompt, masksTogether: false, hasOrigSize: false }, decoder.spec.maskSide, decoder.spec.masksPerPrompt);
  }
  if (shapes['mask_input'] !== undefined) return await decoder.withMasksTogether(embeddingShape) ?? decoder;
  return decoder.spec.maskSide < rearrangeFrom ? decoder : await rearranged(thread, model, cut, decoder, singles, opening) ?? decoder;
}

/** The decoder in the form that does least work of those with its answers (`singles`: to the prompts of `probe`), which takes its place in the thread; undefined where none has. */
async function rearranged(
  thread: SessionThread, model: Uint8Array, cut: (bytes: Uint8Array) => Uint8Array, decoder: F1Decoder, singles: Decoded, { embeddingShape, threads }: Opening,
): Promise<F1Decoder | undefined> {
  const plainer = rearrangeF1(model, embeddingShape[2]!), absorbed = plainer === undefined ? undefined : absorbF1(plainer, embeddingShape[2]! * embeddingShape[3]!);
  for (const [name, form] of [['absorbed', absorbed], ['rearranged', plainer]] as const) {
    if (form === undefined) continue;
    const other = decoder.inSession(name);
    const agrees = await thread.open(name, cut(form), threads).then(() => other.batchEquals(singles, embeddingShape), () => false);
    await thread.release(agrees ? 'decoder' : name);
    if (agrees) return other;
  }
  return undefined;
}

export class F1Decoder implements DecoderAdapter {
  spec: ModelSpec;
  private noMask: Promise<{ kept: number }> | undefined;

  constructor(private readonly thread: SessionThread, private readonly session: string, private readonly form: Form, maskSide: number, masksPerPrompt = 3) {
    this.spec = {
      contract: 'F1', encoderInput: 'nchw-normalised', inputSide: 4 * maskSide, maskSide, masksPerPrompt,
      batched: form.batched, takesBoxes: true, takesMaskInput: true, pointsPerBatch: 64,
    };
  }

  async decode(image: HeldImage, prompts: PromptBatch): Promise<Decoded> {
    const padded = withPadding(prompts);
    // one mask input for all prompts is what a graph without a per-prompt one broadcasts; others go one by one
    const together = this.form.batched && (prompts.maskInput === undefined || this.form.maskPerPrompt || this.form.masksTogether);
    if (together || prompts.count === 1) return this.run(image, padded);
    const single = await Promise.all(Array.from({ length: prompts.count }, (_, i) => this.run(image, promptAt(padded, i, this.spec.maskSide))));
    return joined(single);
  }

  /** Two single runs on seeded input: how many masks a prompt has, on what side, and the answers to hold a batch against. */
  async probe(embeddingShape: number[]): Promise<Decoded> {
    const image = { embedding: await this.thread.keep(seededTensor(embeddingShape)) };
    const prompts = withPadding(probePrompts(2, this.spec.inputSide));
    const first = await this.run(image, promptAt(prompts, 0, this.spec.maskSide));
    const masks = first.iou.length;
    this.spec = { ...this.spec, masksPerPrompt: masks === 1 ? 1 : 3, maskSide: Math.round(Math.sqrt(first.logits.length / masks)) };
    const second = await this.run(image, promptAt(prompts, 1, this.spec.maskSide));
    await this.thread.forget(image.embedding);
    return joined([first, second]);
  }

  /** The same decoder, run in another session. */
  inSession(session: string): F1Decoder {
    return new F1Decoder(this.thread, session, this.form, this.spec.maskSide, this.spec.masksPerPrompt);
  }

  /** True where one run of both prompts of `probe` gives the same answers. */
  async batchEquals(singles: Decoded, embeddingShape: number[]): Promise<boolean> {
    const image = { embedding: await this.thread.keep(seededTensor(embeddingShape)) };
    try {
      const both = await this.run(image, withPadding(probePrompts(2, this.spec.inputSide)));
      return isClose(both.logits, singles.logits) && isClose(both.iou, singles.iou);
    } catch (error) {
      if (isSamError(error, 'model/run')) return false;
      throw error;
    } finally {
      await this.thread.forget(image.embedding);
    }
  }

  /** The same decoder for mask inputs in batches, where two of them give the answers of single runs. */
  async withMasksTogether(embeddingShape: number[]): Promise<F1Decoder | undefined> {
    const other = new F1Decoder(this.thread, this.session, { ...this.form, masksTogether: true }, this.spec.maskSide, this.spec.masksPerPrompt);
    const image = { embedding: await this.thread.keep(seededTensor(embeddingShape)) };
    const masks = seededTensor([2, 1, this.spec.maskSide, this.spec.maskSide]).data;
    const prompts = { ...probePrompts(2, this.spec.inputSide), maskInput: Float32Array.from(masks, Number) };
    try {
      const [singles, both] = [await this.decode(image, prompts), await other.decode(image, prompts)];
      return isClose(both.logits, singles.logits) && isClose(both.iou, singles.iou) ? other : undefined;
    } catch (error) {
      if (isSamError(error, 'model/run')) return undefined;
      throw error;
    } finally {
      await this.thread.forget(image.embedding);
    }
  }

  private async run(image: HeldImage, prompts: PromptBatch): Promise<Decoded> {
    const { count, points, maskInput } = prompts;
    const side = this.spec.maskSide;
    const rows = this.form.maskPerPrompt ? count : 1, masks = this.form.masksTogether ? count : rows;
    const feeds: Record<string, Feed> = {
      image_embeddings: image.embedding,
      point_coords: { data: prompts.coords, shape: [count, points, 2] },
      point_labels: { data: prompts.labels, shape: [count, points] },
      mask_input: maskInput !== undefined ? { data: maskInput, shape: [masks, 1, side, side] } : rows === 1 ? await this.zeros() : zeroMasks(rows, side),
      has_mask_input: { data: new Float32Array(rows).fill(maskInput === undefined ? 0 : 1), shape: [rows] },
    };
    // the smallest size there is: its upsampled masks are thrown away
    if (this.form.hasOrigSize) feeds['orig_im_size'] = { data: Float32Array.of(1, 1), shape: [2] };
    const answer = await this.thread.run(this.session, feeds, OUTPUTS);
    return decodedOf(answer['iou_predictions']!, answer['low_res_masks']!, count);
  }

  private zeros(): Promise<{ kept: number }> {
    this.noMask ??= this.thread.keep(zeroMasks(1, this.spec.maskSide));
    return this.noMask;
  }
}

function zeroMasks(rows: number, side: number): PlainTensor {
  return { data: new Float32Array(rows * side * side), shape: [rows, 1, side, side] };
}

function decodedOf(iou: PlainTensor, logits: PlainTensor, count: number): Decoded {
  const perPrompt = iou.data.length / count;
  // checked to be float32 when the contract was recognised; tokens 1..3 are the three masks, token 0 the single one
  return { iou: iou.data as Float32Array, logits: logits.data as Float32Array, perPrompt, first: perPrompt === 4 ? 1 : 0 };
}

/** One padding point (label -1 at the origin) where there is no box, as `SamPredictor` and the export's notes have it. */
function withPadding(prompts: PromptBatch): PromptBatch {
  if (prompts.labels.some((label) => label === 2)) return prompts;
  const { count, points } = prompts;
  const coords = new Float32Array(count * (points + 1) * 2);
  const labels = new Float32Array(count * (points + 1)).fill(-1);
  for (let i = 0; i < count; i++) {
    coords.set(prompts.coords.subarray(i * points * 2, (i + 1) * points * 2), i * (points + 1) * 2);
    labels.set(prompts.labels.subarray(i * points, (i + 1) * points), i * (points + 1));
  }
  return { ...prompts, points: points + 1, coords, labels };
}

function promptAt(prompts: PromptBatch, i: number, side: number): PromptBatch {
  const { points } = prompts;
  return {
    count: 1, points,
    coords: prompts.coords.slice(i * points * 2, (i + 1) * points * 2),
    labels: prompts.labels.slice(i * points, (i + 1) * points),
    ...(prompts.maskInput === undefined ? {} : { maskInput: prompts.maskInput.slice(i * side * side, (i + 1) * side * side) }),
  };
}

function joined(parts: Decoded[]): Decoded {
  const { perPrompt, first } = parts[0]!;
  const join = (pick: (part: Decoded) => Float32Array): Float32Array => {
    const whole = new Float32Array(parts.reduce((sum, part) => sum + pick(part).length, 0));
    let at = 0;
    for (const part of parts) {
      whole.set(pick(part), at);
      at += pick(part).length;
    }
    return whole;
  };
  return { iou: join((part) => part.iou), logits: join((part) => part.logits), perPrompt, first };
}

function probePrompts(count: number, side: number): PromptBatch {
  const coords = Float32Array.from({ length: count * 2 }, (_, i) => side * (0.3 + 0.4 * ((i * 7) % 5) / 5));
  return { count, points: 1, coords, labels: new Float32Array(count).fill(1) };
}

/** Whether two forms of a decoder give the same answer, but for the order in which float32 is added up. */
export function isClose(a: Float32Array, b: Float32Array): boolean {
  return a.length === b.length && a.every((value, i) => Math.abs(value - b[i]!) <= BATCH_TOLERANCE * (1 + Math.abs(b[i]!)));
}
