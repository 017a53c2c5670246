/**
 * `evaluate prompts`: how well a model finds the regions of a dataset from boxes and clicks. Workers take an image each; the numbers are the
 * same whatever their number. Memory: an entry of the dataset, two images' regions a worker, and a few sums an image.
 */
import { stat } from 'node:fs/promises';
import type { DatasetSource } from '../dataset/types.js';
import { SamError, isSamError, plainError } from '../errors.js';
import { BOX_NOISE } from '../evaluation/box-noise.js';
import { PROMPT_EVALUATION_OPTIONS } from '../evaluation/prompt-options.js';
import { regionKey, type RegionChoice } from '../evaluation/prompt-regions.js';
import { meansOf, sumsOf, type SumsBySize } from '../evaluation/prompt-scores.js';
import { unmetThresholds } from '../evaluation/prompt-thresholds.js';
import { sortedByText } from '../files/order.js';
import { insideRoot } from '../files/safe-path.js';
import type { RuleCount } from '../formats/jobs/findings-kept.js';
import { openDataset } from '../formats/jobs/open-dataset.js';
import { IMAGE_OPTIONS, type ImageOptions } from '../image/options.js';
import { locateModel } from '../models/locate.js';
import { modelFilesOf } from '../models/located-model.js';
import { resolveOptions, type OptionsOf } from '../options.js';
import { planSessions } from './defaults.js';
import { runPool, type JobOutcome } from './pool.js';
import { ProgressMeter } from './progress.js';
import { PromptsOutputs } from './prompts-outputs.js';
import { plannedImages, planPrompts, readRegionIds, type PlannedImage, type PromptsPlan } from './prompts-plan.js';
import type { PromptsIssue, PromptsReport, PromptsRequest } from './prompts-report.js';
import type { PromptsSetup, RegionsOfImage, ScoredImage } from './prompts-worker.js';
import type { FolderRunOptions, FolderWarning } from './spec.js';
import type { ImageJob } from './worker-protocol.js';

interface Settings extends OptionsOf<typeof PROMPT_EVALUATION_OPTIONS> { image: ImageOptions }

/** One evaluation, after its images are known. */
interface Run {
  request: PromptsRequest;
  settings: Settings;
  source: DatasetSource;
  choice: RegionChoice;
  plan: PromptsPlan;
  options: FolderRunOptions;
  meter: ProgressMeter;
  /** By place of the image in the dataset; missing for those that failed. */
  sums: (SumsBySize | undefined)[];
  errors: PromptsIssue[];
  warnings: FolderWarning[];
  failed: number;
  /** What the model takes, once a worker has said. */
  takes: Pick<ScoredImage, 'takesBoxes' | 'takesMaskInput'> | undefined;
}

interface Job extends ImageJob { index: number; planned: PlannedImage }

/**
 * Evaluates. What costs an image or a region is in the report; throws what refuses the whole: `usage/...`, unreadable annotations (`data/...`), no
 * model (`model/...`), `interrupted/signal`.
 */
export async function evaluatePrompts(request: PromptsRequest, options: FolderRunOptions = {}): Promise<PromptsReport> {
  const settings: Settings = { ...resolveOptions(PROMPT_EVALUATION_OPTIONS, request.options), image: resolveOptions(IMAGE_OPTIONS, request.image) };
  const { clicks, seed, maxRegionsPerImage, limit, dryRun } = settings;
  const { annotations: input, from, images, instances } = request;
  const dataset = await openDataset({ input, from, images, instances, lenient: true, maxPixels: settings.image.maxPixels, stop: options.stop });
  try {
    const choice = { ids: request.regions === undefined ? undefined : await readRegionIds(request.regions), most: maxRegionsPerImage, seed };
    const plan = await planPrompts(dataset.source, choice, limit, request.regions);
    if (plan.images === 0) throw nothingToEvaluate(dataset.findings.byRule);
    const model = await locateModel(request.model, { env: request.env });
    const files = modelFilesOf(model);
    const { threads, workers: most } = planSessions(model, settings);
    const setup: PromptsSetup = { model: files, threads, clicks, maxPixels: settings.image.maxPixels, lenient: settings.image.lenient };
    const workers = Math.min(plan.images, most);
    const run: Run = {
      request, settings, source: dataset.source, choice, plan, options, meter: new ProgressMeter(plan.images, () => performance.now()),
      sums: [], errors: [...plan.refused], warnings: [], failed: 0, takes: undefined,
    };
    const outputs = await PromptsOutputs.open(request, settings);
    try {
      await (dryRun ? lookForImages(run) : work(run, setup, workers));
      const report = reportOf(run, { name: model.name, sha256: files.sha256 }, dataset.findings.byRule);
      return dryRun ? report : { ...report, ...await outputs.write(report) };
    } finally {
      await outputs.discard();
    }
  } finally {
    await dataset.source.close?.();
  }
}

/** Where all that was wrong is what is missing, the first of it is the reason. */
function nothingToEvaluate(findings: readonly RuleCount[]): SamError {
  const first = findings.find(({ severity }) => severity === 'error')?.shown[0];
  if (first === undefined) return new SamError('usage/no-images', 'No annotation has a mask that could be evaluated.');
  return new SamError('data/record', `No annotation that could be read has a mask to evaluate. First of what is wrong: ${first.message}`, { file: first.file, record: first.record, path: first.path });
}

async function work(run: Run, setup: PromptsSetup, workers: number): Promise<void> {
  const { options, meter, plan } = run;
  options.events?.({ kind: 'started', progress: meter.progress });
  await runPool<Job>({ workers, module: new URL('./prompts-worker.js', import.meta.url), setup, kill: options.kill }, jobsOf(run), async (job, outcome) => { settle(run, job, outcome); });
  options.events?.({ kind: 'finished', progress: meter.progress });
  if (options.stop?.aborted !== true && options.kill?.aborted !== true) return;
  throw new SamError('interrupted/signal', `Interrupted: ${meter.progress.done} of ${plan.images} images were evaluated; nothing was written.`);
}

/** What a dry run does with the images. */
async function lookForImages(run: Run): Promise<void> {
  for await (const { path, planned } of jobsOf(run)) {
    if (await stat(path).then((found) => found.isFile(), () => false)) continue;
    fail(run, planned, new SamError('image/missing', 'The image does not exist.'));
  }
}

/** The images in order, each when a worker is free for it. */
async function* jobsOf(run: Run): AsyncGenerator<Job, void> {
  const { request, settings: { seed, limit }, source, choice, options } = run;
  let index = 0;
  for await (const planned of plannedImages(source, choice, limit)) {
    if (options.stop?.aborted === true) return;
    const { image: { fileName, width, height }, chosen } = planned;
    try {
      const path = await insideRoot(request.images, fileName);
      const regions = chosen.regions.map(({ id, imageId, categoryId, isCrowd, segmentation, box }) => ({
        key: regionKey(seed, fileName, id),
        annotation: { id, imageId, categoryId, isCrowd, ...(segmentation === undefined ? {} : { segmentation }), ...(box === undefined ? {} : { box }) },
      }));
      yield { path, fileName, index, planned, data: { width, height, regions } satisfies RegionsOfImage };
    } catch (error) {
      if (!isSamError(error)) throw error;
      fail(run, planned, error);
    }
    index++;
  }
}

function settle(run: Run, { index, planned }: Job, outcome: JobOutcome): void {
  const { meter, options, settings: { clicks } } = run;
  const { fileName } = planned.image;
  if ('error' in outcome) {
    fail(run, planned, outcome.error);
    return;
  }
  // prompts-worker.ts of this version answered
  const { scores, refused, ...takes } = outcome.result.data as ScoredImage;
  run.takes = takes;
  run.sums[index] = sumsOf(scores, clicks);
  for (const { id, code, reason } of refused) run.errors.push({ code, message: reason, file: fileName, record: `annotation ${id}` });
  for (const message of outcome.result.warnings) run.warnings.push({ code: 'image/remark', message, file: fileName });
  meter.count('done', scores.length);
  options.events?.({ kind: 'imageDone', fileName, masks: scores.length, progress: meter.progress });
}

/** An image costs its own regions and nothing else. */
function fail(run: Run, { image: { id, fileName }, chosen }: PlannedImage, error: SamError): void {
  const { code, message, stack } = plainError(error);
  run.failed++;
  const lost = chosen.regions.length === 1 ? 'Its region is' : `Its ${chosen.regions.length} regions are`;
  run.errors.push({ code, message: `${message} ${lost} not evaluated.`, file: fileName, record: `image ${id}`, ...(stack === undefined ? {} : { stack }) });
  run.meter.count('failed', 0);
  run.options.events?.({ kind: 'imageFailed', fileName, error, progress: run.meter.progress });
}

function reportOf(run: Run, model: PromptsReport['model'], findings: PromptsReport['findings']): PromptsReport {
  const { settings: { clicks, seed, maxRegionsPerImage, limit, dryRun }, request: { thresholds }, plan } = run;
  const scores = dryRun ? undefined : meansOf(run.sums.filter((sums) => sums !== undefined), clicks);
  if (run.takes?.takesBoxes === false) run.warnings.push({ code: 'folder/remark', message: `The model "${model.name}" takes no boxes: it is evaluated with clicks only.` });
  if (run.takes?.takesMaskInput === false) run.warnings.push({ code: 'folder/remark', message: `The model "${model.name}" takes no earlier logits: its clicks build on points alone.` });
  return {
    model, protocol: { clicks, seed, maxRegionsPerImage: maxRegionsPerImage ?? null, limit: limit ?? null, noise: BOX_NOISE },
    images: plan.images, failed: run.failed,
    leftOut: { crowds: plan.crowds, refused: run.errors.filter(({ record }) => record?.startsWith('annotation ') === true).length },
    ...(scores === undefined ? {} : { scores }), unmet: scores === undefined ? [] : unmetThresholds(thresholds, scores.all),
    errors: sortedByText(run.errors, ({ file = '' }) => file), warnings: sortedByText(run.warnings, ({ file = '' }) => file), findings, outputs: [],
  };
}
