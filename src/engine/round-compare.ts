/** The old and the new model of a round on what is held out: the better one is put in use, and what it came from is on record. */
import type { JsonValue } from '../dataset/types.js';
import { SamError } from '../errors.js';
import { evaluatePrompts } from '../folder/evaluate-prompts.js';
import type { Tuned } from '../folder/finetune-options.js';
import type { FolderRunOptions } from '../folder/spec.js';
import type { Environment } from '../models/cache-dir.js';
import { locateModel } from '../models/locate.js';
import { modelSha256 } from '../models/located-model.js';
import { addModel, setModelMetrics, useModel } from './models.js';
import type { Project } from './project.js';
import type { Trained } from './round-training.js';
import { latestRound, openRound, setRoundMetrics } from './rounds.js';
import type { RecordedModel } from './stage-run.js';

/** Mean IoU on the held-out regions: with boxes (missing for models that take none), after the first click (its top-scored mask), after the last; `mean` of them decides. `bestOfThree`: the truly best mask of the first click. */
export interface Quality { regions: number; box?: number; firstClick: number; bestOfThree: number; lastClick: number; mean: number }

/** `after`: missing where the trainer itself said that its model is not better. */
export interface Comparison { before: Quality; after?: Quality; isPromoted: boolean; model: string; next: number }

export interface Comparing { project: Project; old: RecordedModel; out: string; trained: Trained; round: number; heldOut: string; clicks: number; env: Environment; now: number; run: FolderRunOptions }

/** Ends the round for good: one transaction says what came of it and opens the next. Throws as `evaluatePrompts` and `locateModel` do; `engine/conflict` where nothing could be evaluated. */
export async function compareModels(comparing: Comparing): Promise<Comparison> {
  const { project, old, out, trained, round, env, now } = comparing;
  const before = await qualityOf(comparing, old.located.folder);
  const sha256 = trained.isBetter ? modelSha256((await locateModel(out, { env })).files) : old.sha256;
  // a trainer may hand back what it was given
  const isNew = sha256 !== old.sha256, after = isNew ? await qualityOf(comparing, out) : undefined, isPromoted = after !== undefined && after.mean > before.mean;
  const next = project.database.write(() => {
    setModelMetrics(project, old.id, { ...before });
    let helps = old.id;
    if (after !== undefined) {
      const added = addModel(project, { name: `round-${round}`, folder: out, sha256, parentId: old.id, round }, now);
      setModelMetrics(project, added.id, { ...after });
      if (isPromoted) useModel(project, helps = added.id);
    }
    setRoundMetrics(project, round, { before: { ...before }, ...(after === undefined ? {} : { after: { ...after } }), isPromoted, ...(trained.tuned === undefined ? {} : { trainer: trainerMetrics(trained.tuned) }) });
    return openRound(project, { stage: latestRound(project).stage, modelId: helps }, now).number;
  });
  return { before, ...(after === undefined ? {} : { after }), isPromoted, model: isPromoted ? `round-${round}` : old.located.name, next };
}

function trainerMetrics({ before, after, ...counts }: Tuned): JsonValue {
  return { ...counts, before: { ...before }, after: { ...after } };
}

async function qualityOf({ project, heldOut, clicks, env, run }: Comparing, model: string): Promise<Quality> {
  const { scores } = await evaluatePrompts({ annotations: heldOut, images: project.imageRoot, model, env, options: { clicks }, thresholds: {}, image: {} }, run);
  const all = scores?.all;
  if (all === undefined || all === null) throw new SamError('engine/conflict', 'None of the held-out regions could be evaluated.');
  const firstClick = all.top.iou[0]!, lastClick = all.top.iou[clicks - 1]!, values = [firstClick, lastClick, ...(all.box === undefined ? [] : [all.box])];
  return { regions: all.regions, ...(all.box === undefined ? {} : { box: all.box }), firstClick, bestOfThree: all.best.iou[0]!, lastClick, mean: values.reduce((sum, value) => sum + value, 0) / values.length };
}
