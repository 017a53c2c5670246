/** Stage 2's masks that are there before people look: what the model is sure of, from a grid of points or from a detector's boxes, as proposals. */
import { SamError } from '../errors.js';
import { masksModelOf } from '../folder/model-for-masks.js';
import type { FolderRunOptions } from '../folder/spec.js';
import type { FormatName } from '../formats/format.js';
import { GENERATOR_OPTIONS, type GeneratorOptions } from '../generator/options.js';
import { maskIou } from '../mask/iou.js';
import { rleArea } from '../mask/rle.js';
import { rleFromString } from '../mask/rle-string.js';
import { SESSION_OPTIONS } from '../models/session-options.js';
import { resolveOptions, type OptionTable, type OptionsOf, type SomeOf } from '../options.js';
import { freeImages } from './claims.js';
import { confidentThreshold, fewestVerdicts, judgedScores, type Confidence } from './confidence.js';
import { readDetections, type Detection, type Detections, type DetectionsLeft } from './detections.js';
import { setNeeds, type EngineImage } from './images.js';
import { addMasks, masksOf, rleOfMask, type NewMask } from './masks.js';
import { machineCategory, retireMachineMasks, runMachine, type MachineReport } from './machine-run.js';
import type { MachineMask } from './machine-worker.js';
import type { Project } from './project.js';
import { enterWith, withModel, type StageRequest } from './stage-run.js';

/** The generator's options, strict: what people see first should be right. */
export const PROPOSE_GENERATOR = {
  ...GENERATOR_OPTIONS,
  predIouThresh: { ...GENERATOR_OPTIONS.predIouThresh, default: undefined, summary: 'Keep masks whose predicted IoU is above this. [default: what --target-precision finds, else a third of the way from the model\'s own threshold to 1]' },
  stabilityScoreThresh: { ...GENERATOR_OPTIONS.stabilityScoreThresh, default: undefined, summary: 'Keep masks whose stability score is at least this. [default: a third of the way from the model\'s own threshold to 1]' },
  minMaskRegionArea: { ...GENERATOR_OPTIONS.minMaskRegionArea, default: 100 },
  maxArea: { ...GENERATOR_OPTIONS.maxArea, default: 0.95 },
} as const satisfies OptionTable;

export const PROPOSE_OPTIONS = {
  targetPrecision: { kind: 'number', default: undefined, min: 0, max: 0.999, summary: 'Propose only what people would accept at least this often, by their verdicts on this model\'s proposals so far.' },
  minScore: { kind: 'number', default: 0, min: 0, max: 1, summary: 'With --detections: leave out boxes of a lower score.' },
  overlapIou: { kind: 'number', default: 0.7, min: 0.01, max: 1, summary: 'Nothing is proposed whose mask IoU with a mask that is there, or was rejected, is at least this.' },
  category: { kind: 'text', default: undefined, value: 'NAME', summary: 'Category of the proposals; detections have their own. [default: the project\'s first]' },
  limit: { kind: 'integer', default: undefined, min: 1, summary: 'At most so many images. [default: all that are to do]' },
  ...SESSION_OPTIONS,
} as const satisfies OptionTable;

export interface ProposeRequest extends StageRequest {
  options?: SomeOf<typeof PROPOSE_OPTIONS> | undefined;
  /** What the user asked for. */
  generator?: SomeOf<typeof PROPOSE_GENERATOR> | undefined;
  /** Annotations with boxes, in any format that is read, instead of a grid. */
  detections?: string | undefined;
  from?: FormatName | undefined;
  /** The instances file of COCO results. */
  instances?: string | undefined;
}

/** `threshold`: of predicted IoU, or of the detector's scores; `confidence`: where it came from people's verdicts. `verdicts`: how many there are. `needed`: how many would do at the least. `detections`: where boxes were given, what of them is of no use. */
export interface ProposeReport extends MachineReport { round: number; model: string; threshold: number; confidence?: Confidence; verdicts: number; needed?: number; detections?: DetectionsLeft; onTop: number; retired: number }

/**
 * Proposes for the images that are to do and that nobody works on. Done again with the same options it does nothing; with others, proposals that nobody has judged give way. Throws
 * `usage/...`, `data/...`, `model/...`, `engine/record` for no such category, `locked/project`, `interrupted/signal`.
 */
export async function proposeMasks(request: ProposeRequest, now: number, run: FolderRunOptions = {}): Promise<ProposeReport> {
  const options = resolveOptions(PROPOSE_OPTIONS, request.options ?? {});
  return await withModel(request, now, async (project, model) => {
    const modelId = model.id;
    const detections = request.detections === undefined ? undefined : await readDetections(project, { ...request, input: request.detections, stop: run.stop });
    const categoryId = machineCategory(project, options.category);
    const verdicts = judgedScores(project, modelId, detections !== undefined);
    const confidence = options.targetPrecision === undefined ? undefined : confidentThreshold(verdicts, options.targetPrecision);
    const generator = detections === undefined ? strictGenerator(masksModelOf(model.located).recommended, request.generator ?? {}, confidence?.threshold) : undefined;
    const threshold = generator?.predIouThresh ?? confidence?.threshold ?? options.minScore;
    const free = freeImages(project, { limit: Number.MAX_SAFE_INTEGER }, now).filter((id) => detections === undefined || detections.byImage.has(id));
    if (free.length === 0) throw new SamError('usage/no-images', detections === undefined ? 'No image is to do.' : 'No image that is to do is among the detections.');
    const { stage, round, setup, workers } = enterWith(project, model, 'semi-automatic', options, now);
    const tally = { onTop: 0, retired: 0 };
    const saving: Saving = { project, modelId, categoryId, overlapIou: options.overlapIou, detections, threshold, now, tally };
    const report = await runMachine({
      project, stage, images: free.slice(0, options.limit), boxesOf: detections === undefined ? undefined : (image) => wantedOf(saving, image).map(({ box }) => box),
      setup: { ...setup, generator }, workers, key: { model: model.sha256, generator, categoryId, overlapIou: options.overlapIou, ...(detections === undefined ? {} : { threshold }) }, now,
      save: (image, masks) => saveProposals(saving, image, masks),
    }, run);
    const needed = options.targetPrecision === undefined || confidence !== undefined ? {} : { needed: fewestVerdicts(options.targetPrecision) };
    return { ...report, ...tally, round, model: model.located.name, threshold, verdicts: verdicts.length, ...(confidence === undefined ? {} : { confidence }), ...needed, ...(detections === undefined ? {} : { detections: leftOf(detections) }) };
  });
}

const leftOf = ({ unknownCount, unknown, unusable, newCategories }: Detections): DetectionsLeft => ({ unknownCount, unknown, unusable, newCategories });

/** What was typed, else what the verdicts say, else a third of the way from the model's own thresholds to 1. */
function strictGenerator(recommended: Partial<GeneratorOptions>, typed: SomeOf<typeof PROPOSE_GENERATOR>, confident: number | undefined): GeneratorOptions {
  const resolved: OptionsOf<typeof PROPOSE_GENERATOR> = resolveOptions(PROPOSE_GENERATOR, { ...recommended, predIouThresh: undefined, stabilityScoreThresh: undefined, ...typed });
  const strict = (key: 'predIouThresh' | 'stabilityScoreThresh'): number => {
    const own = recommended[key] ?? GENERATOR_OPTIONS[key].default;
    return own + (1 - own) / 3;
  };
  // the generator keeps what is above its threshold, and the score itself was good enough
  const fromVerdicts = confident === undefined ? undefined : Math.max(0, confident - 1e-9);
  return { ...resolved, predIouThresh: resolved.predIouThresh ?? fromVerdicts ?? strict('predIouThresh'), stabilityScoreThresh: resolved.stabilityScoreThresh ?? strict('stabilityScoreThresh') };
}

interface Saving { project: Project; modelId: number; categoryId: number; overlapIou: number; detections: Detections | undefined; threshold: number; now: number; tally: { onTop: number; retired: number } }

/** Boxes with a score that is high enough, the surest first; a box without a score counts as sure. */
function wantedOf({ detections, threshold }: Saving, image: EngineImage): Detection[] {
  return (detections?.byImage.get(image.id) ?? []).filter(({ score }) => (score ?? 1) >= threshold);
}

function saveProposals(saving: Saving, image: EngineImage, found: readonly MachineMask[]): number {
  const { project, modelId, categoryId, detections, now, tally } = saving;
  tally.retired += retireMachineMasks(project, image.id, 'semi-automatic', 'proposed', now);
  const wanted = detections === undefined ? undefined : wantedOf(saving, image);
  const masks = found.map(({ counts, predictedIou, stabilityScore, pointCoords, cropBox }, i): NewMask => {
    const detection = wanted?.[i];
    return {
      imageId: image.id, categoryId: detection?.categoryId ?? categoryId, rle: rleFromString(counts, image.width, image.height), stage: 'semi-automatic', status: 'proposed', modelId,
      predictedIou: unit(predictedIou), stabilityScore, score: detection?.score ?? null, prompts: detection === undefined ? null : [{ kind: 'box', ...detection.box }],
      details: { ...(pointCoords === undefined ? {} : { pointCoords }), ...(cropBox === undefined ? {} : { cropBox }) },
    };
  }).filter(({ rle }) => rleArea(rle) > 0).sort((a, b) => scoreOf(b) - scoreOf(a));
  const kept = withoutOverlaps(saving, image, masks);
  tally.onTop += masks.length - kept.length;
  addMasks(project, kept, now);
  // the more there is to judge, the sooner people see it
  setNeeds(project, new Map([[image.id, kept.length]]));
  return kept.length;
}

const unit = (score: number): number => Math.min(1, Math.max(0, score));
const scoreOf = ({ score, predictedIou }: NewMask): number => score ?? predictedIou ?? 0;

/** Neither on what is there or was rejected, nor on a surer one of the same. */
function withoutOverlaps({ project, overlapIou }: Saving, image: EngineImage, masks: readonly NewMask[]): NewMask[] {
  const there = masksOf(project, image.id, ['accepted', 'corrected', 'rejected', 'proposed']).map(rleOfMask), rles = masks.map(({ rle }) => rle);
  const all = [...there, ...rles], ious = maskIou(rles, all), standing = new Set(there.keys());
  return masks.filter((_, i) => {
    const isFree = [...standing].every((j) => ious[i * all.length + j]! < overlapIou);
    if (isFree) standing.add(there.length + i);
    return isFree;
  });
}
