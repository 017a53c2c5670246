/** Contract F2: SAM as Hugging Face splits it (vision encoder; prompt encoder and mask decoder, batched over prompts, points only, three masks). */
import { SamError } from '../errors.js';
import type { Decoded, DecoderAdapter, HeldImage, ModelSpec, PromptBatch } from './contract.js';
import { seededTensor } from './probe.js';
import type { SessionThread } from './session.js';

export async function openF2(thread: SessionThread, path: string, embeddingShape: number[], inputSide: number | undefined, threads: number): Promise<F2Decoder> {
  await thread.open('decoder', path, threads);
  const image = { embedding: await thread.keep(seededTensor(embeddingShape)), positional: await thread.keep(seededTensor(embeddingShape)) };
  const first = await runF2(thread, image, { count: 1, points: 1, coords: Float32Array.of(1, 1), labels: Float32Array.of(1) });
  await thread.forget(image.embedding);
  await thread.forget(image.positional);
  const maskSide = Math.round(Math.sqrt(first.logits.length / first.iou.length));
  return new F2Decoder(thread, {
    contract: 'F2', encoderInput: 'nchw-normalised', inputSide: inputSide ?? 4 * maskSide, maskSide, masksPerPrompt: first.iou.length === 1 ? 1 : 3, batched: true,
    takesBoxes: false, takesMaskInput: false, pointsPerBatch: 64,
  });
}

export class F2Decoder implements DecoderAdapter {
  constructor(private readonly thread: SessionThread, readonly spec: ModelSpec) {}

  async decode(image: HeldImage, prompts: PromptBatch): Promise<Decoded> {
    if (prompts.maskInput !== undefined) throw new SamError('model/unfit', 'A decoder of contract F2 takes no earlier logits; use a model of contract F1.');
    if (prompts.labels.some((label) => label !== 0 && label !== 1)) throw new SamError('model/unfit', 'A decoder of contract F2 takes points only, no boxes; use a model of contract F1.');
    return runF2(this.thread, image, prompts);
  }
}

/** The graph adds the padding point itself; Hugging Face's labels 1 and 0 are ours. */
async function runF2(thread: SessionThread, image: HeldImage, prompts: PromptBatch): Promise<Decoded> {
  if (image.positional === undefined) throw new SamError('internal/unexpected', 'An F2 image embedding has a positional part.');
  const { count, points } = prompts;
  const answer = await thread.run('decoder', {
    input_points: { data: prompts.coords, shape: [1, count, points, 2] },
    input_labels: { data: BigInt64Array.from(prompts.labels, (label) => BigInt(label)), shape: [1, count, points] },
    image_embeddings: image.embedding,
    image_positional_embeddings: image.positional,
  }, ['iou_scores', 'pred_masks']);
  // checked to be float32 when the contract was recognised
  const iou = answer['iou_scores']!.data as Float32Array, logits = answer['pred_masks']!.data as Float32Array;
  return { iou, logits, perPrompt: iou.length / count, first: 0 };
}
