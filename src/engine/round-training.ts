/** The new model of a round: trained beside its place, looked at, and put there whole. What an earlier try made in the same way is taken. */
import { readdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { SamError } from '../errors.js';
import { removeDirectoryAtomic, syncDirectory, syncFile } from '../files/atomic.js';
import { temporaryName } from '../files/temporary.js';
import { finetuneModel } from '../folder/finetune.js';
import type { Tuned } from '../folder/finetune-options.js';
import type { ChildStops } from '../folder/child-group.js';
import type { Environment } from '../models/cache-dir.js';
import { locateModel } from '../models/locate.js';
import { isMadeBy, readRecipe, writeRecipe, type Recipe } from './round-recipe.js';
import type { Trainer } from './round-trainer.js';
import { runTrainer, trainerArgv, type TrainerPlaces } from './trainer.js';

export interface Training {
  trainer: Exclude<Trainer, { kind: 'none' }>;
  recipe: Recipe;
  /** What a command is told, but for the place of the model. `dataset` is in the form that was asked for first. */
  places: Omit<TrainerPlaces, 'out'>;
  /** The same masks as COCO. */
  coco: string;
  out: string;
  /** The round's, which is the seed, too. */
  round: number;
  threads: number | undefined;
  env: Environment;
  tell: ((line: string) => void) | undefined;
}

/** `tuned`: what the toolkit's own trainer measured on what it held back itself. */
export interface Trained { isBetter: boolean; tuned?: Tuned }

/** A trainer's word for a model that is not better than the old: training.finetune's own status, and that of `sam models finetune`. */
const NOT_BETTER: readonly (number | undefined)[] = [3, 7];

/** Makes `out`, unless the trainer says that what it made is not better. Throws `model/...` for a trainer that fails or makes no model, `usage/option`, `interrupted/signal`. */
export async function trainModel(training: Training, stops: ChildStops): Promise<Trained> {
  const { trainer, recipe, out, env } = training, folder = dirname(out);
  if (trainer.kind === 'by-hand') return { isBetter: true };
  const found = await readRecipe(out);
  if (found !== undefined && isMadeBy(found, recipe)) return { isBetter: true };
  if (found !== undefined) await removeDirectoryAtomic(out);
  for (const name of await readdir(folder)) if (/^\.{1,2}model\./.test(name)) await rm(join(folder, name), { recursive: true, force: true });
  // a name of its own: a trainer of an earlier try may have survived it
  const partial = join(folder, temporaryName('model'));
  try {
    const trained = trainer.kind === 'own' ? await trainOwn(training, partial, stops) : await trainByCommand(training, trainer.template, partial, stops);
    if (!trained.isBetter) return trained;
    await refuseUnfit(partial, env);
    await writeRecipe(partial, recipe);
    await syncFolder(partial);
    await rename(partial, out);
    await syncDirectory(folder);
    return trained;
  } finally {
    await rm(partial, { recursive: true, force: true });
  }
}

async function trainOwn({ places, coco, recipe, round, threads, env, tell, trainer }: Training, output: string, stops: ChildStops): Promise<Trained> {
  const { minutes, steps, incomplete, part } = recipe;
  const options = { minutes, seed: round, part: part === 'decoder' ? part : 'all', incomplete: incomplete === true, steps: steps ?? undefined, threads } as const;
  const python = trainer.kind === 'own' ? trainer.python.command : undefined;
  const { tuned } = await finetuneModel({ dataset: coco, from: 'coco', images: places.images, model: places.model, output, name: `round-${round}`, python, env, options }, { ...stops, tell });
  return { isBetter: tuned?.isBetter === true, ...(tuned === undefined ? {} : { tuned }) };
}

async function trainByCommand({ places }: Training, template: string, out: string, stops: ChildStops): Promise<Trained> {
  const code = await runTrainer(trainerArgv(template, { ...places, out }), stops), isThere = await stat(out).then((made) => made.isDirectory(), () => false);
  if (NOT_BETTER.includes(code) && !isThere) return { isBetter: false };
  const again = 'The round is closed, and its dataset is there: the same command tries again.';
  if (code !== 0) throw new SamError('model/training', `The trainer ended with ${code === undefined ? 'a signal' : `status ${code}`}. ${again}`);
  if (!isThere) throw new SamError('model/training', `The trainer ended well, but there is no folder {out}. ${again}`, { file: out });
  return { isBetter: true };
}

async function refuseUnfit(folder: string, env: Environment): Promise<void> {
  try {
    await locateModel(folder, { env });
  } catch (error) {
    if (!(error instanceof SamError)) throw error;
    throw new SamError(error.code, `What the trainer made is no model. ${error.message}`, { file: error.file, cause: error });
  }
}

async function syncFolder(folder: string): Promise<void> {
  for (const entry of await readdir(folder, { withFileTypes: true })) if (entry.isFile()) await syncFile(join(folder, entry.name));
  await syncDirectory(folder);
}
