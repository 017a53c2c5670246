/** The end of a round: closed, its masks handed to a trainer, the old and the new model compared on images that are held out, the better one kept. */
import { join, resolve } from 'node:path';
import { SamError } from '../errors.js';
import { ensureDirectory } from '../files/atomic.js';
import { sha256File } from '../files/hash.js';
import { TRAINING_OPTIONS } from '../folder/finetune-options.js';
import type { FolderIssue, FolderRunOptions } from '../folder/spec.js';
import type { Environment } from '../models/cache-dir.js';
import { resolveOptions, type OptionTable, type OptionsOf, type SomeOf } from '../options.js';
import { backUp } from './backup.js';
import { holdsOut, isMeasurable, notMeasurable } from './held-out.js';
import { compareModels, type Quality } from './round-compare.js';
import { exportForms, exportRound, type ExportForm } from './round-exports.js';
import { endedWithNothingSince } from './round-idle.js';
import type { Recipe } from './round-recipe.js';
import { chooseTrainer, refusePassingOver, type Trainer } from './round-trainer.js';
import { trainModel } from './round-training.js';
import { closeRound, latestRound } from './rounds.js';
import { withModel } from './stage-run.js';
import { trainerArgv, type TrainerPlaces } from './trainer.js';

const { minutes, part, steps, threads } = TRAINING_OPTIONS;

/** Its number is the seed of a round's training. */
export const ROUND_OPTIONS = {
  minutes: { ...minutes, default: 10, summary: 'How long the new model learns; what a trainer is told of {minutes}.' },
  part, steps, threads,
  clicks: { kind: 'integer', default: 3, min: 1, max: 20, summary: 'Clicks on each held-out region when models are compared.' },
  export: { kind: 'text', default: 'coco', value: 'FORMS', summary: 'What is written of the masks to train on, a list of coco, sa1b and hq-sam (pairs as its train.py reads them). The first is the {dataset} of a trainer.' },
  again: { kind: 'switch', default: false, summary: 'Close the round even where nothing was added, judged or changed in it: to train once more on the same masks.' },
  train: { kind: 'switch', default: true, summary: 'Train. --no-train only closes and exports, unless a model has been put into rounds/N/model meanwhile.' },
} as const satisfies OptionTable;

export interface RoundRequest extends SomeOf<typeof ROUND_OPTIONS> {
  folder: string;
  /** What trains instead of `finetuneModel`: a command that names {dataset} and {out} (a folder to make), and {images}, {model}, {minutes} if it wants them. */
  trainer?: string | undefined;
  /** For `finetuneModel`. */
  python?: string | undefined;
  env: Environment;
  /** Told what the toolkit's own trainer says, line by line. */
  tell?: ((line: string) => void) | undefined;
}

/**
 * `dataset`, `heldOut`: COCO files, the latter missing where nothing is held out. `untrained`: why nothing was trained, and what a person may run instead. `before` without `after`: the trainer said itself that its model
 * is not better. `nothingNew`: the open round, `next`, was left open, because nothing has been done in it; all else is what is remembered of the round before.
 */
export interface RoundReport {
  round: number; dataset: string; heldOut?: string; exports: { form: ExportForm; path: string }[]; problems: FolderIssue[];
  trainer: Trainer['kind']; untrained?: { reason: string; command: string[] };
  before?: Quality; after?: Quality; isPromoted: boolean; model: string; next?: number; nothingNew?: true;
}

/**
 * Closes the open round, or goes on with one whose training was interrupted. A round in which nothing was done since the one before was trained on stays open, unless `again`: so a call that was killed
 * at its end may be made again. Where nobody can train it ends after the exports, and takes what has been put into `rounds/N/model` the next time. Throws `engine/conflict` where no mask has been made in
 * the split to train on, or none by people on what is held out, and where a model for the round before would be passed over; `usage/option`, `model/...` for what the trainer made, `locked/project`, `interrupted/signal`.
 */
export async function endRound(request: RoundRequest, now: number, run: FolderRunOptions = {}): Promise<RoundReport> {
  const { folder, env, trainer: template, python, tell, ...given } = request, options = resolveOptions(ROUND_OPTIONS, given), forms = exportForms(options.export);
  return await withModel({ folder, env }, now, async (project, old) => {
    const round = latestRound(project), place = resolve(folder, 'rounds', String(round.number)), out = join(place, 'model');
    const places = { images: project.imageRoot, model: resolve(old.located.folder), minutes: String(options.minutes) };
    // a command that cannot be is told before anything is done
    if (template !== undefined) trainerArgv(template, { ...places, dataset: place, out });
    if (project.database.count(TRUTH_TO_TRAIN_ON) === 0) throw new SamError('engine/conflict', 'No image of the split "train" has an accepted mask: there is nothing to train on.');
    await refusePassingOver(project, round);
    const isMeasured = isMeasurable(project);
    const trainer = await chooseTrainer({ trainer: template, isWanted: options.train, python, env, out, model: old.located, isMeasured }, run);
    if (!isMeasured && (trainer.kind !== 'none' || (options.train && holdsOut(project)))) throw notMeasurable(project);
    const ended = options.again || trainer.kind === 'by-hand' ? undefined : endedWithNothingSince(project, round);
    if (ended !== undefined) return { ...ended, exports: [], problems: [], trainer: 'none', model: old.located.name, nothingNew: true };
    if (round.closedAt === null) {
      await backUp(project.database, `round-${round.number}`);
      closeRound(project, now);
    }
    await ensureDirectory(place);
    const { dataset, heldOut, exports, problems } = await exportRound(project, { place, forms, isMeasured }, run);
    const report = { round: round.number, dataset, ...(heldOut === undefined ? {} : { heldOut }), exports, problems, trainer: trainer.kind };
    if (trainer.kind === 'none') return { ...report, untrained: { reason: trainer.reason, command: trainerArgv(BY_HAND, { ...places, dataset, out }) }, isPromoted: false, model: old.located.name };
    const recipe = recipeOf(trainer, options, { form: forms[0]!, model: old.sha256, dataset: (await sha256File(dataset)).sha256, isIncomplete: project.database.count(UNFINISHED) > 0 });
    const trained = await trainModel({ trainer, recipe, places: { ...places, dataset: exports[0]!.path } satisfies Omit<TrainerPlaces, 'out'>, coco: dataset, out, round: round.number, threads: options.threads, env, tell }, run);
    return { ...report, ...await compareModels({ project, old, out, trained, round: round.number, heldOut: heldOut!, clicks: options.clicks, env, now, run }) };
  });
}

/** What a person may run elsewhere. */
const BY_HAND = 'sam models finetune {dataset} --images {images} --model {model} --output {out} --minutes {minutes}';
const TRUTH = "FROM masks m JOIN images i ON i.id = m.image_id WHERE i.state IN ('todo', 'done', 'skipped') AND m.status IN ('accepted', 'corrected')";
const TRUTH_TO_TRAIN_ON = `SELECT count(*) ${TRUTH} AND i.split = 'train'`;
/** Masks on images of which nobody has said that all is there. */
const UNFINISHED = `${TRUTH_TO_TRAIN_ON} AND i.state <> 'done'`;

function recipeOf(trainer: Trainer, options: OptionsOf<typeof ROUND_OPTIONS>, { form, model, dataset, isIncomplete }: { form: ExportForm; model: string; dataset: string; isIncomplete: boolean }): Recipe {
  const common = { minutes: options.minutes, model, dataset };
  if (trainer.kind === 'command') return { ...common, trainer: trainer.template, form, part: null, steps: null, incomplete: null };
  return { ...common, trainer: 'sam models finetune', form: 'coco', part: options.part, steps: options.steps ?? null, incomplete: isIncomplete };
}
