/** Stage 3: the model alone, with the recipe that SA-1B was made with. */
import { SamError } from '../errors.js';
import { masksModelOf } from '../folder/model-for-masks.js';
import type { FolderRunOptions } from '../folder/spec.js';
import { GENERATOR_OPTIONS, type GeneratorOptions } from '../generator/options.js';
import { rleArea } from '../mask/rle.js';
import { rleFromString } from '../mask/rle-string.js';
import { SESSION_OPTIONS } from '../models/session-options.js';
import { resolveOptions, type OptionTable, type SomeOf } from '../options.js';
import { claimsOn } from './claims.js';
import { dedupeImage } from './dedupe.js';
import { DUPLICATE_OPTIONS } from './duplicates.js';
import { imagesOf, visitImage, type EngineImage } from './images.js';
import { machineCategory, retireMachineMasks, runMachine, type MachineReport } from './machine-run.js';
import type { MachineMask } from './machine-worker.js';
import { addMasks, type NewMask } from './masks.js';
import type { Project } from './project.js';
import { enterWith, withModel, type StageRequest } from './stage-run.js';

/** The paper's: 32 x 32 points on the image, 16 x 16 on 2 x 2 crops, 8 x 8 on 4 x 4, masks over 95 % of the image dropped, holes and islands under 100 pixels cleaned. */
export const AUTO_GENERATOR = {
  ...GENERATOR_OPTIONS,
  cropNLayers: { ...GENERATOR_OPTIONS.cropNLayers, default: 2 },
  cropNPointsDownscaleFactor: { ...GENERATOR_OPTIONS.cropNPointsDownscaleFactor, default: 2 },
  minMaskRegionArea: { ...GENERATOR_OPTIONS.minMaskRegionArea, default: 100 },
  maxArea: { ...GENERATOR_OPTIONS.maxArea, default: 0.95 },
} as const satisfies OptionTable;

export const AUTO_OPTIONS = {
  which: { kind: 'choice', default: 'todo', choices: ['todo', 'all'], summary: 'Images that are to do, or all, also those that people have done.' },
  split: { kind: 'choice', default: 'all', choices: ['all', 'train', 'val', 'test'], summary: 'Only images of one split.' },
  duplicateIou: { ...DUPLICATE_OPTIONS.iou, summary: 'A mask is a duplicate of one that is there when their IoU is at least this; a person\'s stays.' },
  category: { kind: 'text', default: undefined, value: 'NAME', summary: 'Category of the masks. [default: the project\'s first]' },
  limit: { kind: 'integer', default: undefined, min: 1, summary: 'At most so many images. [default: all]' },
  ...SESSION_OPTIONS,
} as const satisfies OptionTable;

export interface AutoRequest extends StageRequest {
  options?: SomeOf<typeof AUTO_OPTIONS> | undefined;
  /** What the user asked for; the rest is the model's recommendation, else the recipe. */
  generator?: SomeOf<typeof AUTO_GENERATOR> | undefined;
}

/** `masks`: without those that turned out to be duplicates. `retired`: of an earlier run with other options. */
export interface AutoReport extends MachineReport { round: number; model: string; generator: GeneratorOptions; duplicates: number; retired: number }

/**
 * Masks every image; each is done when its masks are stored. Done again with the same options it does nothing; with others, its own masks of before give way. Images that somebody works on are left.
 * Throws `usage/...`, `model/...`, `engine/record` for no such category, `locked/project`, `interrupted/signal`.
 */
export async function autoMasks(request: AutoRequest, now: number, run: FolderRunOptions = {}): Promise<AutoReport> {
  const options = resolveOptions(AUTO_OPTIONS, request.options ?? {});
  return await withModel(request, now, async (project, model) => {
    const modelId = model.id;
    const generator: GeneratorOptions = resolveOptions(AUTO_GENERATOR, { ...masksModelOf(model.located).recommended, ...request.generator });
    if (generator.minArea > generator.maxArea) throw new SamError('usage/option', `--min-area ${generator.minArea} is above --max-area ${generator.maxArea}: no mask could pass.`);
    const categoryId = machineCategory(project, options.category);
    const held = new Set(claimsOn(project, now).map(({ imageId }) => imageId));
    const images = [...imagesOf(project, { states: options.which === 'all' ? ['todo', 'done', 'skipped'] : ['todo'], ...(options.split === 'all' ? {} : { split: options.split }) })].map(({ id }) => id).filter((id) => !held.has(id));
    if (images.length === 0) throw new SamError('usage/no-images', 'No image is to do; --which all takes those that are done, too.');
    const { stage, round, setup, workers } = enterWith(project, model, 'fully-automatic', options, now);
    const tally = { duplicates: 0, retired: 0 };
    const report = await runMachine({
      project, stage, images: images.slice(0, options.limit), setup: { ...setup, generator }, workers,
      key: { model: model.sha256, generator, categoryId, duplicateIou: options.duplicateIou }, now,
      save: (image, masks) => saveMasks({ project, modelId, categoryId, duplicateIou: options.duplicateIou, now, tally }, image, masks),
    }, run);
    return { ...report, ...tally, round, model: model.located.name, generator };
  });
}

interface Saving { project: Project; modelId: number; categoryId: number; duplicateIou: number; now: number; tally: { duplicates: number; retired: number } }

function saveMasks({ project, modelId, categoryId, duplicateIou, now, tally }: Saving, image: EngineImage, found: readonly MachineMask[]): number {
  tally.retired += retireMachineMasks(project, image.id, 'fully-automatic', 'accepted', now);
  const masks = found.map(({ counts, predictedIou, stabilityScore, pointCoords, cropBox }): NewMask => ({
    imageId: image.id, categoryId, rle: rleFromString(counts, image.width, image.height), stage: 'fully-automatic', status: 'accepted', modelId,
    predictedIou: Math.min(1, Math.max(0, predictedIou)), stabilityScore, details: { ...(pointCoords === undefined ? {} : { pointCoords }), ...(cropBox === undefined ? {} : { cropBox }) },
  })).filter(({ rle }) => rleArea(rle) > 0);
  const added = new Set(addMasks(project, masks, now).map(({ id }) => id));
  const { duplicates } = dedupeImage(project, image.id, { iou: duplicateIou, containment: DUPLICATE_OPTIONS.containment.default, perCategory: false }, now);
  const gone = duplicates.filter(({ id }) => added.has(id)).length;
  tally.duplicates += duplicates.length;
  if (image.state === 'todo') visitImage(project, { imageId: image.id, outcome: 'done' }, now);
  return masks.length - gone;
}
