/** What prompts ask of a model, and whether it can: told before an image is embedded. */
import { SamError } from '../errors.js';
import type { Predictor } from '../models/predictor.js';
import type { NumberedPrompt } from './predict-options.js';

/** `logits`: a prompt is refined; `three`: one wants three masks. */
export interface PromptNeeds { boxes: boolean; logits: boolean; three: boolean }

export function needsOf(prompts: readonly NumberedPrompt[]): PromptNeeds {
  return { boxes: prompts.some(({ box }) => box !== undefined), logits: prompts.some(({ refine }) => refine > 0), three: prompts.some(({ multimask }) => multimask) };
}

/** Throws `model/unfit`. */
export function refuseUnfit({ boxes, logits, three }: PromptNeeds, { name, spec }: Pick<Predictor, 'name' | 'spec'>): void {
  const unfit = (what: string): never => { throw new SamError('model/unfit', `The model "${name}" (contract ${spec.contract}) ${what}.`); };
  if (boxes && !spec.takesBoxes) unfit('takes points only, no boxes');
  if (logits && !spec.takesMaskInput) unfit('takes no earlier logits, so it cannot refine');
  if (three && spec.masksPerPrompt === 1) unfit('returns one mask a prompt, so there are no three to choose from');
}
