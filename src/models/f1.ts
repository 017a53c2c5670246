/**
 * Contract F1: SAM's decoder as Meta exports it (`SamOnnxModel`), and our own batched form of it. Opens the decoder cut to its
 * low-resolution outputs and with a dynamic prompt batch where that gives the same answers, else as it is.
 */
import { readFileSync } from 'node:fs';
import { isSamError } from '../errors.js';
import type { Decoded, DecoderAdapter, HeldImage, ModelSpec, PromptBatch } from './contract.js';
import { cutOnnx } from './onnx-cut.js';
import type { OnnxGraph } from './onnx-graph.js';
import { seededTensor } from './probe.js';
import type { SessionThread } from './session.js';
import type { Feed, PlainTensor } from './session-protocol.js';

const OUTPUTS = ['iou_predictions', 'low_res_masks'];

/** How far a batch's logits may be from single runs (float32 re-association is about 1e-5). */
const BATCH_TOLERANCE = 1e-3;

/** How the opened graph wants its feeds. */
interface Form { batched: boolean; maskPerPrompt: boolean; hasOrigSize: boolean }

/** Opens an F1 decoder; `spec` lacks only what a first run tells. */
export async function openF1(thread: SessionThread, path: string, graph: OnnxGraph, embeddingShape: number[], maskSide: number, threads: number): Promise<F1Decoder> {
  const shapeOf = (name: string): (number | string)[] => graph.inputs.find((input) => input.name === name)?.shape ?? [];
  const nativeBatch = typeof shapeOf('point_coords')[0] === 'string';
  const maskPerPrompt = typeof shapeOf('mask_input')[0] === 'string';
  const asIs: Form = { batched: nativeBatch, maskPerPrompt, hasOrigSize: graph.inputs.some((input) => input.name === 'orig_im_size') };
  const cut = graph.externalFiles.length === 0;
  if (cut) {
    const batch = nativeBatch ? {} : { point_coords: ['prompts', 'points', 2], point_labels: ['prompts', 'points'] };
    try {
      await thread.open('decoder', cutOnnx(readFileSync(path), { outputs: OUTPUTS, shapes: batch }), threads);
      const decoder = new F1Decoder(thread, { batched: true, maskPerPrompt, hasOrigSize: false }, maskSide);
      await decoder.probe(embeddingShape);
      if (await decoder.batchAgrees(embeddingShape)) return decoder;
      return new F1Decoder(thread, { batched: false, maskPerPrompt, hasOrigSize: false }, maskSide, decoder.spec);
    } catch (error) {
      // a graph that cannot be cut is run as it is; if that fails too, that error is the one to tell
      if (!isSamError(error, 'model/run', 'model/format')) throw error;
    }
  }
  await thread.open('decoder', path, threads);
  const decoder = new F1Decoder(thread, asIs, maskSide);
  await decoder.probe(embeddingShape);
  return decoder;
}

export class F1Decoder implements DecoderAdapter {
  spec: Pick<ModelSpec, 'maskSide' | 'masksPerPrompt' | 'batched'> & ModelSpec;
  private noMask: Promise<{ kept: number }> | undefined;

  constructor(private readonly thread: SessionThread, private readonly form: Form, maskSide: number, known?: ModelSpec) {
    this.spec = {
      contract: 'F1', encoderInput: 'nchw-normalised', inputSide: 4 * maskSide, maskSide, masksPerPrompt: known?.masksPerPrompt ?? 3,
      batched: form.batched, takesBoxes: true, takesMaskInput: true, pointsPerBatch: 64,
    };
  }

  async decode(image: HeldImage, prompts: PromptBatch): Promise<Decoded> {
    const padded = withPadding(prompts);
    // one mask input for all prompts is what a graph without a per-prompt one broadcasts; others go one by one
    const together = this.form.batched && (prompts.maskInput === undefined || this.form.maskPerPrompt);
    if (together || prompts.count === 1) return this.run(image, padded);
    const single = await Promise.all(Array.from({ length: prompts.count }, (_, i) => this.run(image, promptAt(padded, i, this.spec.maskSide))));
    return joined(single);
  }

  /** One run on seeded input: how many masks it gives, and on what side. */
  async probe(embeddingShape: number[]): Promise<void> {
    const image = { embedding: await this.thread.keep(seededTensor(embeddingShape)) };
    const answer = await this.run(image, withPadding(probePrompts(1, this.spec.inputSide)));
    const masks = answer.iou.length;
    this.spec = { ...this.spec, masksPerPrompt: masks === 1 ? 1 : 3, maskSide: Math.round(Math.sqrt(answer.logits.length / masks)) };
    await this.thread.forget(image.embedding);
  }

  /** True where a batch of two gives what two runs of one give. */
  async batchAgrees(embeddingShape: number[]): Promise<boolean> {
    const image = { embedding: await this.thread.keep(seededTensor(embeddingShape)) };
    try {
      const prompts = withPadding(probePrompts(2, this.spec.inputSide));
      const both = await this.run(image, prompts);
      const singles = joined([await this.run(image, promptAt(prompts, 0, this.spec.maskSide)), await this.run(image, promptAt(prompts, 1, this.spec.maskSide))]);
      return close(both.logits, singles.logits) && close(both.iou, singles.iou);
    } catch (error) {
      if (isSamError(error, 'model/run')) return false;
      throw error;
    } finally {
      await this.thread.forget(image.embedding);
    }
  }

  private async run(image: HeldImage, prompts: PromptBatch): Promise<Decoded> {
    const { count, points, maskInput } = prompts;
    const side = this.spec.maskSide;
    const rows = this.form.maskPerPrompt ? count : 1;
    const feeds: Record<string, Feed> = {
      image_embeddings: image.embedding,
      point_coords: { data: prompts.coords, shape: [count, points, 2] },
      point_labels: { data: prompts.labels, shape: [count, points] },
      mask_input: maskInput !== undefined ? { data: maskInput, shape: [rows, 1, side, side] } : rows === 1 ? await this.zeros() : zeroMasks(rows, side),
      has_mask_input: { data: new Float32Array(rows).fill(maskInput === undefined ? 0 : 1), shape: [rows] },
    };
    // the smallest size there is: its upsampled masks are thrown away
    if (this.form.hasOrigSize) feeds['orig_im_size'] = { data: Float32Array.of(1, 1), shape: [2] };
    const answer = await this.thread.run('decoder', feeds, OUTPUTS);
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

function close(a: Float32Array, b: Float32Array): boolean {
  return a.length === b.length && a.every((value, i) => Math.abs(value - b[i]!) <= BATCH_TOLERANCE * (1 + Math.abs(b[i]!)));
}
