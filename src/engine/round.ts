/** The end of a round: closed, its masks handed to a trainer, the old and the new model compared on images that are held out, the better one kept. */
import { rename, rm, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { JsonValue } from '../dataset/types.js';
import { SamError } from '../errors.js';
import { ensureDirectory } from '../files/atomic.js';
import { evaluatePrompts } from '../folder/evaluate-prompts.js';
import type { FolderRunOptions } from '../folder/spec.js';
import { defaultsOf, resolveOptions, type OptionTable, type SomeOf } from '../options.js';
import { OUTPUT_OPTIONS } from '../formats/jobs/convert-options.js';
import type { Environment } from '../models/cache-dir.js';
import { locateModel } from '../models/locate.js';
import { modelSha256 } from '../models/located-model.js';
import { backUp } from './backup.js';
import { exportProject } from './exchange.js';
import { addModel, setModelMetrics, useModel } from './models.js';
import { openProject, type Project } from './project.js';
import { locateProjectModel, type ProjectModel } from './project-model.js';
import { closeRound, latestRound, openRound, setRoundMetrics } from './rounds.js';
import type { Stage } from './schema.js';
import { runTrainer, trainerArgv } from './trainer.js';

export const ROUND_OPTIONS = {
  minutes: { kind: 'number', default: 10, min: 0, summary: 'What the trainer is told of {minutes}.' },
  clicks: { kind: 'integer', default: 3, min: 1, max: 20, summary: 'Clicks on each held-out region when models are compared.' },
} as const satisfies OptionTable;

export interface RoundRequest extends SomeOf<typeof ROUND_OPTIONS> {
  folder: string;
  /** What trains: a command that names {dataset} (COCO) and {out} (a folder to make), and {images}, {model}, {minutes} if it wants them. */
  trainer?: string | undefined;
  env: Environment;
}

/** Mean IoU on the held-out regions: with boxes (missing for models that take none), after the first click, after the last; `mean` of them decides. */
export interface Quality { regions: number; box?: number; firstClick: number; lastClick: number; mean: number }

/** `dataset`, `heldOut`: COCO files, the latter missing where nothing is held out. `command`: what a person may run where there was no trainer. */
export interface RoundReport { round: number; dataset: string; heldOut?: string; command?: string[]; before?: Quality; after?: Quality; isPromoted: boolean; model: string; next?: number }

/** Masks that a model made alone are no measure of models. */
const BY_PEOPLE: readonly Stage[] = ['assisted-manual', 'semi-automatic'];

/**
 * Closes the open round, or goes on with one whose training was interrupted. Without a trainer it ends after the exports. Throws `engine/conflict` where no mask has been made in the split to
 * train on or the last round is over, `usage/option`, `model/...` for what the trainer made, `locked/project`, `interrupted/signal`.
 */
export async function endRound(request: RoundRequest, now: number, run: FolderRunOptions = {}): Promise<RoundReport> {
  const { folder, env, trainer, ...given } = request, options = resolveOptions(ROUND_OPTIONS, given);
  const project = await openProject(folder, 'write');
  try {
    const old = await locateProjectModel(project, undefined, env, now);
    const round = latestRound(project), place = resolve(folder, 'rounds', String(round.number)), out = join(place, 'model');
    const [dataset, heldOutPath] = [join(place, 'train.json'), join(place, 'held-out.json')];
    const places = { dataset, images: project.imageRoot, model: resolve(old.located.folder), out: `${out}.partial`, minutes: String(options.minutes) };
    const argv = trainer === undefined ? undefined : trainerArgv(trainer, places);
    if (project.database.count(TRUTH_TO_TRAIN_ON) === 0) throw new SamError('engine/conflict', 'No image of the split "train" has an accepted mask: there is nothing to train on.');
    const isMeasured = project.database.count(TRUTH_HELD_OUT) > 0;
    if (argv !== undefined && !isMeasured) throw new SamError('engine/conflict', 'No held-out image has a mask by people: nobody could say whether a new model is better. Annotate some of the split "val" first.');
    if (round.closedAt === null) {
      await backUp(project.database, `round-${round.number}`);
      closeRound(project, now);
    }
    await ensureDirectory(place);
    await exportTo(folder, dataset, { split: 'train' }, run.stop);
    if (isMeasured) await exportTo(folder, heldOutPath, { split: 'val', stages: BY_PEOPLE }, run.stop);
    const report: RoundReport = { round: round.number, dataset, ...(isMeasured ? { heldOut: heldOutPath } : {}), isPromoted: false, model: old.located.name };
    if (argv === undefined) return { ...report, command: trainerArgv(DEFAULT_TRAINER, { ...places, out }) };
    await train(argv, out, run.stop);
    return await compare({ project, old, out, round: round.number, heldOut: heldOutPath, clicks: options.clicks, env, now, run, report });
  } finally {
    await project.close();
  }
}

/** The toolkit's own trainer, from its repository's folder. */
const DEFAULT_TRAINER = 'python -m training.finetune {model} {dataset} {images} {out} --minutes {minutes}';
const TRUTH_TO_TRAIN_ON = "SELECT count(*) FROM masks m JOIN images i ON i.id = m.image_id WHERE i.split = 'train' AND i.state IN ('todo', 'done', 'skipped') AND m.status IN ('accepted', 'corrected')";
const TRUTH_HELD_OUT = `SELECT count(*) FROM masks m JOIN images i ON i.id = m.image_id WHERE i.split = 'val' AND i.state IN ('todo', 'done', 'skipped') AND m.status IN ('accepted', 'corrected')
  AND m.stage IN ('assisted-manual', 'semi-automatic')`;

async function exportTo(folder: string, output: string, filter: { split: 'train' | 'val'; stages?: readonly Stage[] }, stop: AbortSignal | undefined): Promise<void> {
  await exportProject({ ...defaultsOf(OUTPUT_OPTIONS), ...filter, folder, to: 'coco', output, force: true, stop });
}

/** A model that is there is whole: it was put in place when the trainer had ended well. */
async function train(argv: readonly string[], out: string, stop: AbortSignal | undefined): Promise<void> {
  if (await stat(out).then(() => true, () => false)) return;
  await rm(`${out}.partial`, { recursive: true, force: true });
  const code = await runTrainer(argv, stop);
  if (code !== 0) throw new SamError('model/missing', `The trainer ended with status ${code}; the round is closed, and its dataset is there. The same command tries again.`);
  await rename(`${out}.partial`, out).catch((error: unknown) => {
    throw new SamError('model/missing', 'The trainer ended well, but there is no folder {out}.', { file: `${out}.partial`, cause: error });
  });
}

interface Comparing { project: Project; old: ProjectModel; out: string; round: number; heldOut: string; clicks: number; env: Environment; now: number; run: FolderRunOptions; report: RoundReport }

async function compare({ project, old, out, round, heldOut, clicks, env, now, run, report }: Comparing): Promise<RoundReport> {
  const fresh = await locateModel(out, { env });
  const before = await qualityOf(project, heldOut, old.located.folder, clicks, env, run);
  const after = await qualityOf(project, heldOut, out, clicks, env, run);
  const isPromoted = after.mean > before.mean;
  const next = project.database.write(() => {
    // the qualities are numbers only
    const added = addModel(project, { name: `round-${round}`, folder: out, sha256: modelSha256(fresh.files), parentId: old.id ?? undefined, round }, now);
    setModelMetrics(project, old.id!, { ...before } satisfies JsonValue);
    setModelMetrics(project, added.id, { ...after } satisfies JsonValue);
    if (isPromoted) useModel(project, added.id);
    setRoundMetrics(project, round, { before: { ...before }, after: { ...after }, isPromoted });
    return openRound(project, { stage: latestRound(project).stage, modelId: isPromoted ? added.id : old.id! }, now).number;
  });
  return { ...report, before, after, isPromoted, model: isPromoted ? `round-${round}` : old.located.name, next };
}

async function qualityOf(project: Project, annotations: string, model: string, clicks: number, env: Environment, run: FolderRunOptions): Promise<Quality> {
  const { scores } = await evaluatePrompts({ annotations, images: project.imageRoot, model, env, options: { clicks }, thresholds: {}, image: {} }, run);
  const all = scores?.all;
  if (all === undefined || all === null) throw new SamError('engine/conflict', 'None of the held-out regions could be evaluated.');
  const firstClick = all.top.iou[0]!, lastClick = all.top.iou[clicks - 1]!, values = [firstClick, lastClick, ...(all.box === undefined ? [] : [all.box])];
  return { regions: all.regions, ...(all.box === undefined ? {} : { box: all.box }), firstClick, lastClick, mean: values.reduce((sum, value) => sum + value, 0) / values.length };
}
