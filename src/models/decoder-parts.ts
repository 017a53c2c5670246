/**
 * A decoder of contract F1 in three parts, for a caller that asks it one question at a time and about one image many times: what follows from the image alone is run once an image; what follows
 * from the mask input too once an image without a mask, and for each question with one; the rest for each question. They are used where they give the answers of the whole graph.
 */
import { isSamError } from '../errors.js';
import { isClose } from './f1.js';
import { absorbF1 } from './f1-absorb.js';
import { maskApart } from './f1-mask-apart.js';
import { rearrangeF1 } from './f1-rearrange.js';
import { cutOnnx } from './onnx-cut.js';
import { describeOnnx } from './onnx-graph.js';
import { restOnnx, splitOnnx } from './onnx-split.js';
import { MemorySource } from './protobuf.js';
import { seededTensor } from './probe.js';
import { SessionThread } from './session.js';
import type { PlainTensor } from './session-protocol.js';

/** ONNX graphs. Each takes, by name, inputs of the decoder and outputs of the parts before it; the last gives the decoder's outputs. For one prompt a run. */
export interface DecoderParts { image: Uint8Array; mask: Uint8Array; prompts: Uint8Array }

const OUTPUTS = ['iou_predictions', 'low_res_masks'];
type Tensors = Record<string, PlainTensor>;

/** Of a decoder cut to its low-resolution outputs; undefined where it is of another form. `maskSide`: of its logits. `threads`: of the runs that compare. */
export async function decoderParts(plain: Uint8Array, maskSide: number, threads: number): Promise<DecoderParts | undefined> {
  return await unlessRefused(() => agreeingParts(plain, maskSide, threads));
}

/** What the runtime refuses, or cannot be read, has no parts. */
async function unlessRefused(make: () => Promise<DecoderParts | undefined>): Promise<DecoderParts | undefined> {
  try {
    return await make();
  } catch (error) {
    if (isSamError(error, 'model/run', 'model/format')) return undefined;
    throw error;
  }
}

async function agreeingParts(plain: Uint8Array, maskSide: number, threads: number): Promise<DecoderParts | undefined> {
  const { inputs } = describeOnnx(new MemorySource(plain));
  const embedding = embeddingShape(inputs.find(({ name }) => name === 'image_embeddings')?.shape ?? []);
  if (embedding === undefined) return undefined;
  const thread = new SessionThread();
  try {
    const questions = probes(embedding, maskSide, inputs.some(({ name }) => name === 'orig_im_size')), expected: Tensors[] = [];
    await thread.open('plain', plain, threads);
    for (const question of questions) expected.push(await thread.run('plain', fedTo(plain, question), OUTPUTS));
    await thread.release('plain');
    const rearranged = rearrangeF1(plain, embedding[2]!) ?? plain, absorbed = absorbF1(rearranged, embedding[2]! * embedding[3]!) ?? rearranged, apart = maskApart(absorbed) ?? absorbed;
    // the one that leaves least to do first; each is used only where it agrees
    for (const form of new Set([apart, absorbed, rearranged, plain])) {
      const parts = await unlessRefused(() => partsThatAgree(thread, singlePrompt(form, embedding, maskSide), questions, expected, threads));
      if (parts !== undefined) return parts;
    }
    return undefined;
  } finally {
    await thread.close();
  }
}

function embeddingShape(declared: (number | string)[]): number[] | undefined {
  const [, ...sides] = declared, known = sides.filter((side) => typeof side === 'number');
  return declared.length === 4 && known.length === 3 ? [1, ...known] : undefined;
}

/** All shapes but the number of points are said, so that what is computed of shapes is constant. */
function singlePrompt(model: Uint8Array, embedding: number[], maskSide: number): Uint8Array {
  const shapes = { image_embeddings: embedding, point_coords: [1, 'points', 2], point_labels: [1, 'points'], mask_input: [1, 1, maskSide, maskSide], has_mask_input: [1] };
  return cutOnnx(model, { outputs: OUTPUTS, shapes });
}

/** `expected`: what the whole graph answers to the questions. */
async function partsThatAgree(thread: SessionThread, model: Uint8Array, questions: Tensors[], expected: Tensors[], threads: number): Promise<DecoderParts | undefined> {
  const image = splitOnnx(model, ['image_embeddings'], OUTPUTS);
  if (image === undefined) return undefined;
  await thread.open('image', image.first, threads);
  const known = await thread.run('image', fedTo(image.first, questions[0]!), image.boundary);
  const afterImage = restOnnx(model, image.boundary.map((name) => ({ name, shape: known[name]!.shape })), OUTPUTS);
  const mask = splitOnnx(afterImage, [...image.boundary, 'image_embeddings', 'mask_input', 'has_mask_input'], OUTPUTS);
  if (mask === undefined) return undefined;
  await thread.open('mask', mask.first, threads);
  const masks: Tensors[] = [];
  for (const question of questions) masks.push(await thread.run('mask', fedTo(mask.first, { ...question, ...known }), mask.boundary));
  const prompts = restOnnx(afterImage, mask.boundary.map((name) => ({ name, shape: masks[0]![name]!.shape })), OUTPUTS);
  await thread.open('prompts', prompts, threads);
  for (const [i, question] of questions.entries()) {
    const answer = await thread.run('prompts', fedTo(prompts, { ...question, ...known, ...masks[i]! }), OUTPUTS);
    // the runtime's answers are float32 here, or the decoder would not have been recognised
    if (OUTPUTS.some((name) => !isClose(answer[name]!.data as Float32Array, expected[i]![name]!.data as Float32Array))) return undefined;
  }
  return { image: image.first, mask: mask.first, prompts };
}

function fedTo(model: Uint8Array, tensors: Tensors): Tensors {
  const names = describeOnnx(new MemorySource(model)).inputs.map(({ name }) => name);
  return Object.fromEntries(Object.entries(tensors).filter(([name]) => names.includes(name)));
}

/** A click without a mask, and a box with two clicks and a mask, on one seeded image. */
function probes(embedding: number[], maskSide: number, hasOrigSize: boolean): Tensors[] {
  const image = seededTensor(embedding), mask = seededTensor([1, 1, maskSide, maskSide]), side = 4 * maskSide;
  const question = (labels: number[], mask_input: PlainTensor, flag: number): Tensors => ({
    image_embeddings: image, mask_input, has_mask_input: { data: Float32Array.of(flag), shape: [1] },
    point_coords: { data: Float32Array.from(labels.flatMap((label, i) => (label < 0 ? [0, 0] : [side * (0.2 + 0.15 * i), side * (0.3 + 0.1 * i)]))), shape: [1, labels.length, 2] },
    point_labels: { data: Float32Array.from(labels), shape: [1, labels.length] },
    ...(hasOrigSize ? { orig_im_size: { data: Float32Array.of(1, 1), shape: [2] } } : {}),
  });
  const none = { data: new Float32Array(maskSide ** 2), shape: [1, 1, maskSide, maskSide] };
  return [question([1, -1], none, 0), question([1, 0, 2, 3], mask, 1)];
}
