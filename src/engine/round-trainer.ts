/** Who trains at the end of a round: a command of the user's, a person who has put a model in place, the toolkit's own fine-tuning, or nobody. */
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { SamError, isSamError, messageOf, printableName } from '../errors.js';
import { trainableOf } from '../folder/trainable-model.js';
import { findTrainingPython, type TrainingPython } from '../folder/training-python.js';
import type { ChildStops } from '../folder/child-group.js';
import type { Environment } from '../models/cache-dir.js';
import type { LocatedModel } from '../models/located-model.js';
import type { Project } from './project.js';
import { readRecipe } from './round-recipe.js';
import { roundsOf, type Round } from './rounds.js';

export type Trainer =
  | { kind: 'command'; template: string }
  | { kind: 'own'; python: TrainingPython }
  | { kind: 'by-hand' }
  | { kind: 'none'; reason: string };

/** `out`: where the model of the round goes. */
export interface TrainerRequest { trainer?: string | undefined; isWanted: boolean; python?: string | undefined; env: Environment; out: string; model: LocatedModel; isMeasured: boolean }

/** Whether a person has put a model in the place of a round's. */
async function isByHand(out: string): Promise<boolean> {
  return await stat(out).then(() => true, () => false) && await readRecipe(out) === undefined;
}

/** A model that was made for the round before, which had ended without one, is not passed over because work has gone on meanwhile. Throws `engine/conflict`. */
export async function refusePassingOver(project: Project, round: Round): Promise<void> {
  const before = roundsOf(project).find(({ number }) => number === round.number - 1), [there, here] = [round.number - 1, round.number].map((number) => join(project.folder, 'rounds', String(number), 'model'));
  if (before?.metrics !== null || there === undefined || here === undefined || !(await isByHand(there)) || await isByHand(here)) return;
  throw new SamError('engine/conflict', `A model was put into ${printableName(there)}, but round ${round.number} has begun since. Move it to ${printableName(here)} to have it compared when this round ends, or away.`, { file: there });
}

/** Throws `usage/output-exists` where a person's model is in the place of the command's; `usage/no-python` where the one that was named does not fit. */
export async function chooseTrainer({ trainer, isWanted, python, env, out, model, isMeasured }: TrainerRequest, stops: ChildStops): Promise<Trainer> {
  if (trainer !== undefined) {
    if (!(await isByHand(out))) return { kind: 'command', template: trainer };
    throw new SamError('usage/output-exists', 'There is a model that this command did not make. Without --trainer it is taken; move it away to have another trained.', { file: out });
  }
  if (await isByHand(out)) return { kind: 'by-hand' };
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
