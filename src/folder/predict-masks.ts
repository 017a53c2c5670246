/** Many prompts on one embedded image to masks, in the prompts' order; predictions are made a group at a time, since each holds its logits. */
import type { Rle } from '../mask/rle.js';
import { predictRefined, type Prediction } from '../models/predict.js';
import type { ImageEmbedding, Predictor } from '../models/predictor.js';
import type { NumberedPrompt } from './predict-options.js';

/** One mask of one prompt. `mask`: 0, or 0 to 2 with `multimask`; `predictedIou` 0..1. */
export interface PromptMask { prompt: NumberedPrompt; mask: number; rle: Rle; predictedIou: number }

/** Prompts predicted together; at SAM's true size their logits take 16 MB, three masks each 48 MB. */
const GROUP = 64;

/** The predictions of `prompts`, in order. Throws what `predict` throws. */
export async function* predictionsOf(predictor: Predictor, embedding: ImageEmbedding, prompts: readonly NumberedPrompt[]): AsyncGenerator<{ prompt: NumberedPrompt; prediction: Prediction }> {
  for (const group of groupsOf(prompts)) {
    const { multimask, refine } = group[0]!;
    const predictions = await predictRefined(predictor, embedding, group, { multimask, rounds: refine });
    for (const [i, prompt] of group.entries()) yield { prompt, prediction: predictions[i]! };
  }
}

/** All masks of all prompts, without their logits. */
export async function masksOf(predictor: Predictor, embedding: ImageEmbedding, prompts: readonly NumberedPrompt[]): Promise<PromptMask[]> {
  const masks: PromptMask[] = [];
  for await (const { prompt, prediction } of predictionsOf(predictor, embedding, prompts)) masks.push(...masksOfPrediction(prompt, prediction));
  return masks;
}

export function masksOfPrediction(prompt: NumberedPrompt, { masks, predictedIou }: Prediction): PromptMask[] {
  return masks.map((rle, mask) => ({ prompt, mask, rle, predictedIou: predictedIou[mask]! }));
}

/** Neighbours with the same settings, at most `GROUP` of them. */
function groupsOf(prompts: readonly NumberedPrompt[]): NumberedPrompt[][] {
  const groups: NumberedPrompt[][] = [];
  for (const prompt of prompts) {
    const last = groups.at(-1);
    const fits = last !== undefined && last.length < GROUP && last[0]!.multimask === prompt.multimask && last[0]!.refine === prompt.refine;
    if (fits) last.push(prompt);
    else groups.push([prompt]);
  }
  return groups;
}
