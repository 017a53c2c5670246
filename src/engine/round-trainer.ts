/** Who trains at the end of a round: a command of the user's, a person who has put a model in place, the toolkit's own fine-tuning, or nobody. */
import { stat } from 'node:fs/promises';
import { SamError, isSamError, messageOf } from '../errors.js';
import { trainableOf } from '../folder/trainable-model.js';
import { findTrainingPython, type TrainingPython } from '../folder/training-python.js';
import type { ChildStops } from '../folder/child-group.js';
import type { Environment } from '../models/cache-dir.js';
import type { LocatedModel } from '../models/located-model.js';
import { readRecipe } from './round-recipe.js';

export type Trainer =
  | { kind: 'command'; template: string }
  | { kind: 'own'; python: TrainingPython }
  | { kind: 'by-hand' }
  | { kind: 'none'; reason: string };

/** `out`: where the model of the round goes. */
export interface TrainerRequest { trainer?: string | undefined; isWanted: boolean; python?: string | undefined; env: Environment; out: string; model: LocatedModel; isMeasured: boolean }

/** Throws `usage/output-exists` where a person's model is in the place of the command's; `usage/no-python` where the one that was named does not fit. */
export async function chooseTrainer({ trainer, isWanted, python, env, out, model, isMeasured }: TrainerRequest, stops: ChildStops): Promise<Trainer> {
  const isByHand = await stat(out).then(() => true, () => false) && await readRecipe(out) === undefined;
  if (trainer !== undefined) {
    if (!isByHand) return { kind: 'command', template: trainer };
    throw new SamError('usage/output-exists', 'There is a model that this command did not make. Without --trainer it is taken; move it away to have another trained.', { file: out });
  }
  if (isByHand) return { kind: 'by-hand' };
  if (!isWanted) return { kind: 'none', reason: 'no training was wanted (--no-train)' };
  if (!isMeasured) return { kind: 'none', reason: 'the project holds out no images, so that nobody could say whether a new model is better' };
  try {
    trainableOf(model);
    return { kind: 'own', python: await findTrainingPython(python, env, stops) };
  } catch (error) {
    const isNoneHere = isSamError(error, 'model/unfit', 'model/contract') || (isSamError(error, 'usage/no-python') && python === undefined);
    if (!isNoneHere) throw error;
    return { kind: 'none', reason: messageOf(error).replace(/\.$/, '') };
  }
}
