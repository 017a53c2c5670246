/**
 * An annotator made from ground truth, who works in a project as a person would: `sam engine assist --simulate`. With it the whole loop runs in tests and
 * benchmarks, and people can see what effort to plan for.
 */
import { SamError, type PlainError } from '../errors.js';
import { runPool, type JobOutcome } from '../folder/pool.js';
import { ProgressMeter } from '../folder/progress.js';
import type { FolderRunOptions } from '../folder/spec.js';
import type { ImageJob } from '../folder/worker-protocol.js';
import type { FormatName } from '../formats/format.js';
import { openDataset, recogniseDataset } from '../formats/jobs/open-dataset.js';
import { DEFAULT_MAX_PIXELS } from '../mask/mask-size.js';
import { resolveOptions, type SomeOf } from '../options.js';
import { freeImages } from './claims.js';
import { imageFailed } from './failed-image.js';
import { imageById, pathOfImage } from './images.js';
import { InTurn } from './in-turn.js';
import type { Project } from './project.js';
import { openRoundOf } from './rounds.js';
import { STAGE_OF, type Stage } from './schema.js';
import { SIMULATE_OPTIONS, type SimulateOptions } from './simulate-options.js';
import { planImage, worksOf, type PlannedImage } from './simulate-plan.js';
import { NO_TALLY, saveImage, type Tally } from './simulate-save.js';
import { readTruth, type Truth } from './simulate-truth.js';
import { enterWith, withModel, type StageRequest } from './stage-run.js';
import type { ClickedObject, SimulateSetup, WorkOfImage } from './simulate-worker.js';

export interface SimulateRequest extends StageRequest, SomeOf<typeof SIMULATE_OPTIONS> {
  /** Annotations with the true masks, in any format that is read. */
  truth: string;
  from?: FormatName | undefined;
  /** assisted: every object is clicked; semi: proposals are judged first, then what is missing is added. Without it that of the open round. */
  stage?: SimulateOptions['stage'] | undefined;
}

/** `images`: done now. `unknown`: to do, but not in the truth. `waiting`: to do, and left by --limit or --minutes. */
export interface SimulateReport extends Tally { stage: Stage; verdictsOnly: boolean; round: number; model: string; images: number; failed: number; unknown: number; waiting: number; crowds: number; problems: PlainError[] }

interface Job extends ImageJob { index: number; plan: PlannedImage }

interface Run { project: Project; options: SimulateOptions; truth: Truth; todo: number[]; modelId: number; now: number; report: SimulateReport; meter: ProgressMeter; events: FolderRunOptions['events']; isOver: boolean }

/**
 * Works on the images that are to do and that the truth lists, in the order in which people get them, whatever the number of workers. What costs an image is in the report; every
 * image that was done stays when it is interrupted, and the same call goes on. Memory: the truth's strings, two images a
 * worker, and the masks of images that were quicker than one before them. Throws `usage/...`, `data/...`, `model/...`, `locked/project`, `interrupted/signal`.
 */
export async function simulateAnnotator(request: SimulateRequest, now: number, run: FolderRunOptions = {}): Promise<SimulateReport> {
  const { folder, truth: input, from, stage: asked, model: wanted, env, ...given } = request;
  const resolved = resolveOptions(SIMULATE_OPTIONS, given);
  if (resolved.correctIou > resolved.acceptIou) throw new SamError('usage/option', `--correct-iou ${resolved.correctIou} is above --accept-iou ${resolved.acceptIou}: what is worth correcting would be good enough.`);
  const source = { input, from, lenient: true, maxPixels: DEFAULT_MAX_PIXELS, stop: run.stop };
  const recognised = await recogniseDataset(source);
  return await withModel({ folder, model: wanted, env }, now, async (project, model) => {
    const options: SimulateOptions = { ...resolved, stage: asked ?? (openRoundOf(project)?.stage === 'semi-automatic' ? 'semi' : 'assisted') };
    if (options.verdictsOnly && options.stage !== 'semi') throw new SamError('usage/option', '--verdicts-only needs --stage semi: only proposals are judged.');
    const free = freeImages(project, { split: options.split === 'all' ? undefined : options.split, withProposals: options.verdictsOnly, limit: Number.MAX_SAFE_INTEGER }, now);
    const dataset = await openDataset({ ...source, images: project.imageRoot }, recognised);
    const truth = await readTruth(project, dataset.source, new Set(free), run.stop).finally(() => dataset.source.close?.());
    const known = free.filter((id) => truth.objects.has(id)), todo = known.slice(0, options.limit);
    if (todo.length === 0) throw nothingToDo(free.length, options.verdictsOnly, dataset.findings.byRule.find(({ severity }) => severity === 'error')?.shown[0]?.message);
    const { stage, round, setup: shared, workers } = enterWith(project, model, STAGE_OF[options.stage], options, now);
    const report: SimulateReport = {
      ...NO_TALLY, stage, verdictsOnly: options.verdictsOnly, round, model: model.located.name, images: 0, failed: 0, unknown: free.length - known.length, waiting: known.length - todo.length, crowds: truth.crowds, problems: truth.problems,
    };
    const setup: SimulateSetup = { ...shared, acceptIou: options.acceptIou, maxClicks: options.maxClicks };
    await work({ project, options, truth, todo, modelId: model.id, now, report, meter: new ProgressMeter(todo.length, () => performance.now()), events: run.events, isOver: false }, setup, Math.min(workers, todo.length), run);
    return report;
  });
}

function nothingToDo(free: number, isVerdictsOnly: boolean, reason: string | undefined): SamError {
  if (free === 0 && isVerdictsOnly) return new SamError('usage/no-images', 'No image that is to do has a proposal to judge.');
  if (free === 0) return new SamError('usage/no-images', 'No image is to do: all are done or skipped, or belong to another split.');
  return new SamError('usage/no-images', `None of the ${free} images that are to do is in the truth.${reason === undefined ? '' : ` First of what is wrong there: ${reason}`}`);
}

async function work(run: Run, setup: SimulateSetup, workers: number, { stop, kill }: FolderRunOptions): Promise<void> {
  const { meter, report, todo, events } = run;
  // images are saved in their order, so that what is left by --minutes does not hang on who was faster
  const turns = new InTurn();
  events?.({ kind: 'started', progress: meter.progress });
  await runPool<Job>({ workers, module: new URL('./simulate-worker.js', import.meta.url), setup, kill }, jobsOf(run, stop), async (job, outcome) => {
    turns.arrive(job.index, () => { if (!run.isOver) settle(run, job, outcome); });
  });
  events?.({ kind: 'finished', progress: meter.progress });
  const rest = todo.length - report.images - report.failed;
  if (stop?.aborted === true || kill?.aborted === true) throw new SamError('interrupted/signal', `Interrupted: ${report.images} of ${todo.length} images are done and saved; the same command goes on.`);
  report.waiting += rest;
}

async function* jobsOf(run: Run, stop: AbortSignal | undefined): AsyncGenerator<Job, void> {
  for (const [index, id] of run.todo.entries()) {
    if (stop?.aborted === true || run.isOver) return;
    const image = imageById(run.project, id);
    const plan = planImage(run.project, image, run.truth.objects.get(id)!, run.options);
    const data: WorkOfImage = { width: image.width, height: image.height, sha256: image.sha256, objects: worksOf(plan) };
    yield { path: pathOfImage(run.project, image), fileName: image.fileName, index, plan, data };
  }
}

function settle(run: Run, { plan, fileName }: Job, outcome: JobOutcome): void {
  const { project, options, modelId, now, report, meter, events } = run;
  if ('error' in outcome) {
    imageFailed(fileName, outcome.error, report, meter, events);
    return;
  }
  // simulate-worker.ts of this version answered
  const tally = saveImage(project, plan, outcome.result.data as ClickedObject[], options, modelId, now);
  for (const [key, value] of Object.entries(tally)) report[key as keyof Tally] += value; // the keys are the tally's own
  report.images++;
  meter.count('done', tally.drawn + tally.accepted + tally.corrected);
  events?.({ kind: 'imageDone', fileName, masks: tally.drawn + tally.accepted + tally.corrected, progress: meter.progress });
  run.isOver = options.minutes !== undefined && report.seconds >= 60 * options.minutes;
}
