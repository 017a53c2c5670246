/**
 * Prompted masks: what `SamPredictor.predict` of segment-anything gives for points, a box, both, and earlier logits, in the frame of the
 * image; with three masks (tokens 1 to 3) or the single one (token 0), many prompts in as few runs as the graph allows.
 */
import { SamError } from '../errors.js';
import type { Box } from '../geometry/box.js';
import { LogitsScanner } from '../mask/logits.js';
import { logitsFrame } from '../mask/logits-frame.js';
import type { Rle } from '../mask/rle.js';
import { MASK_THRESHOLD, type Decoded, type PromptBatch } from './contract.js';
import type { ImageEmbedding, Predictor } from './predictor.js';

/** Pixels of the upright image; the shift to pixel centres is the model's own. `label`: 1 foreground, 0 background. */
export interface PromptPoint { x: number; y: number; label: 0 | 1 }

export interface Prompt {
  points?: readonly PromptPoint[];
  box?: Box;
  /** Low-res logits of an earlier prediction of the same model and image, `Float32Array`, maskSide x maskSide. */
  logits?: Float32Array;
}

/** `masks`, `predictedIou` (0..1) and `logits` (maskSide x maskSide each) run in parallel: three with `multimask`, else one. */
export interface Prediction { masks: Rle[]; predictedIou: number[]; logits: Float32Array[] }

export interface PredictOptions { multimask: boolean }

/** One prediction a prompt, in order. Throws `usage/option` for a prompt that says nothing or numbers that are none, `model/unfit` for what the model does not take. */
export async function predict(predictor: Predictor, embedding: ImageEmbedding, prompts: readonly Prompt[], options: PredictOptions): Promise<Prediction[]> {
  prompts.forEach((prompt, i) => { assertPrompt(prompt, i, predictor); });
  const scanner = new LogitsScanner(logitsFrame(predictor.spec.maskSide, predictor.spec.inputSide, embedding.inputSize, embedding.originalSize));
  const predictions = new Array<Prediction>(prompts.length);
  await Promise.all(batchesOf(prompts, predictor.spec.pointsPerBatch).map(async (indices) => {
    const decoded = await predictor.decode(embedding, batchOf(indices.map((i) => prompts[i]!), embedding));
    indices.forEach((index, row) => { predictions[index] = predictionOf(decoded, row, scanner, embedding, options); });
  }));
  return predictions;
}

/** Feeds the best mask's logits back `rounds` times, single mask, as `SamPredictor` users refine; 0 rounds is `predict`. */
export async function predictRefined(predictor: Predictor, embedding: ImageEmbedding, prompts: readonly Prompt[], options: PredictOptions & { rounds: number }): Promise<Prediction[]> {
  let predictions = await predict(predictor, embedding, prompts, options);
  for (let round = 0; round < options.rounds; round++) {
    const refined = prompts.map((prompt, i) => ({ ...prompt, logits: predictions[i]!.logits[bestOf(predictions[i]!)]! }));
    predictions = await predict(predictor, embedding, refined, { multimask: false });
  }
  return predictions;
}

/** Index of the mask with the highest predicted IoU; the first on ties. */
export function bestOf(prediction: Prediction): number {
  return prediction.predictedIou.indexOf(Math.max(...prediction.predictedIou));
}

function assertPrompt(prompt: Prompt, index: number, predictor: Predictor): void {
  const { spec } = predictor;
  const points = prompt.points ?? [];
  const record = `prompts[${index}]`;
  if (points.length === 0 && prompt.box === undefined) throw new SamError('usage/option', 'A prompt has at least one point or a box.', { record });
  const numbers = [...points.flatMap(({ x, y }) => [x, y]), ...(prompt.box === undefined ? [] : Object.values(prompt.box) as number[])];
  const wrong = numbers.find((value) => !Number.isFinite(value));
  if (wrong !== undefined) throw new SamError('usage/option', `A prompt's coordinates are numbers, found ${wrong}.`, { record });
  if (prompt.box !== undefined && !spec.takesBoxes) throw new SamError('model/unfit', `The model "${predictor.name}" (contract ${spec.contract}) takes points only, no boxes.`, { record });
  if (prompt.logits !== undefined && prompt.logits.length !== spec.maskSide ** 2) {
    throw new SamError('model/unfit', `Earlier logits of this model have ${spec.maskSide} x ${spec.maskSide} values, found ${prompt.logits.length}: they are of another model.`, { record });
  }
}

/** Prompts of one shape (points, box or not, logits or not) go together, at most `size` at a time. */
function batchesOf(prompts: readonly Prompt[], size: number): number[][] {
  const shapes = new Map<string, number[]>();
  prompts.forEach((prompt, i) => {
    const shape = `${prompt.points?.length ?? 0} ${prompt.box !== undefined} ${prompt.logits !== undefined}`;
    shapes.set(shape, [...(shapes.get(shape) ?? []), i]);
  });
  return [...shapes.values()].flatMap((indices) => Array.from({ length: Math.ceil(indices.length / size) }, (_, k) => indices.slice(k * size, (k + 1) * size)));
}

/** Points first, then the box's corners (labels 2 and 3), scaled to the model's input frame as `ResizeLongestSide` does. */
function batchOf(prompts: Prompt[], { inputSize, originalSize }: ImageEmbedding): PromptBatch {
  const rows = prompts.map(({ points = [], box }) => [
    ...points.map(({ x, y, label }) => [x, y, label] as const),
    ...(box === undefined ? [] : [[box.x0, box.y0, 2], [box.x1, box.y1, 3]] as const),
  ]);
  const scaleX = inputSize.width / originalSize.width, scaleY = inputSize.height / originalSize.height;
  const withLogits = prompts[0]?.logits !== undefined;
  const cells = prompts[0]?.logits?.length ?? 0;
  const maskInput = new Float32Array(withLogits ? prompts.length * cells : 0);
  if (withLogits) prompts.forEach((prompt, i) => { maskInput.set(prompt.logits!, i * cells); });
  return {
    count: prompts.length, points: rows[0]?.length ?? 0,
    coords: Float32Array.from(rows.flat().flatMap(([x, y]) => [x * scaleX, y * scaleY])),
    labels: Float32Array.from(rows.flat().map(([, , label]) => label)),
    ...(withLogits ? { maskInput } : {}),
  };
}

function predictionOf(decoded: Decoded, row: number, scanner: LogitsScanner, { originalSize }: ImageEmbedding, { multimask }: PredictOptions): Prediction {
  const cells = scanner.frame.maskSide ** 2;
  // a decoder of three masks has no token for the single one: its best guess is the one it scores highest
  const tokens = decoded.perPrompt === 1 ? [0] : multimask ? [0, 1, 2].map((m) => m + decoded.first) : decoded.first === 1 ? [0] : [highest(decoded, row)];
  const at = tokens.map((token) => row * decoded.perPrompt + token);
  return {
    masks: at.map((i) => scanner.outline(decoded.logits, i * cells, MASK_THRESHOLD, { x: 0, y: 0, image: originalSize }).rle),
    predictedIou: at.map((i) => decoded.iou[i]!),
    logits: at.map((i) => decoded.logits.slice(i * cells, (i + 1) * cells)),
  };
}

function highest(decoded: Decoded, row: number): number {
  const scores = Array.from(decoded.iou.subarray(row * decoded.perPrompt, (row + 1) * decoded.perPrompt));
  return scores.indexOf(Math.max(...scores));
}
