/** The masks of a project as a dataset that every format can write: what people accepted, or another choice, an image at a time. */
import type { Annotation, DatasetEntry, DatasetSource, GeneratorFacts, ImageRecord, Split } from '../dataset/types.js';
import { categoriesOf } from './categories.js';
import { countImages, imagesOf, type EngineImage } from './images.js';
import { masksOf, rleOfMask, type EngineMask } from './masks.js';
import type { Project } from './project.js';
import type { MaskStatus, Stage } from './schema.js';

/** What is taken. `listed`: which images: done or with a mask, done only, or all; those whose file is missing or changed never are. */
export interface ExportFilter {
  statuses?: readonly MaskStatus[] | undefined;
  stages?: readonly Stage[] | undefined;
  rounds?: readonly number[] | undefined;
  split?: Split | undefined;
  listed?: 'annotated' | 'done' | 'all' | undefined;
  /** Stage, round and annotator become attributes of each mask (the default). */
  provenance?: boolean | undefined;
}

/** The truth of a project. */
export const TRUTH: readonly MaskStatus[] = ['accepted', 'corrected'];

/**
 * Ids are those of the project, so that two exports can be compared. Images in bytewise order of their names, masks in the order in which they came; the
 * masks of one image are in memory at a time. Without a split asked for, each image has its own.
 */
export function exportSource(project: Project, filter: ExportFilter = {}): DatasetSource {
  const entries = function* (): Generator<DatasetEntry> {
    for (const image of imagesOf(project, { states: ['todo', 'done', 'skipped'], split: filter.split })) {
      const masks = masksOf(project, image.id, filter.statuses ?? TRUTH).filter((mask) => isWanted(mask, filter));
      if (isListed(image, masks, filter)) yield { image: recordOf(image, filter), annotations: masks.map((mask) => annotationOf(mask, filter)) };
    }
  };
  return {
    categories: categoriesOf(project),
    hasUniqueIds: true,
    async *entries() { yield* entries(); },
    ...(filter.listed === 'all' ? { imageCount: countImages(project, { states: ['todo', 'done', 'skipped'], split: filter.split }) } : {}),
  };
}

function isWanted({ stage, round }: EngineMask, { stages, rounds }: ExportFilter): boolean {
  return (stages?.includes(stage) ?? true) && (rounds?.includes(round) ?? true);
}

function isListed({ state }: EngineImage, masks: readonly EngineMask[], { listed = 'annotated' }: ExportFilter): boolean {
  return listed === 'all' || state === 'done' || (listed === 'annotated' && masks.length > 0);
}

function recordOf({ id, fileName, width, height, split }: EngineImage, filter: ExportFilter): ImageRecord {
  return { id, fileName, width, height, ...(split === null || filter.split !== undefined ? {} : { split }) };
}

/** A mask of the project as formats know it. */
export function annotationOf(mask: EngineMask, { provenance = true }: Pick<ExportFilter, 'provenance'> = {}): Annotation {
  const { id, imageId, categoryId, isCrowd, score, stage, round, annotator, details: { attributes, extra } } = mask;
  const made = provenance ? { stage, round, ...(annotator === null ? {} : { annotator }) } : {};
  const named = { ...attributes, ...made }, generator = generatorOf(mask);
  return {
    id, imageId, categoryId, isCrowd, segmentation: { kind: 'rle', rle: rleOfMask(mask) }, ...(score === null ? {} : { score }),
    ...(Object.keys(generator).length === 0 ? {} : { generator }), ...(Object.keys(named).length === 0 ? {} : { attributes: named }), ...(extra === undefined ? {} : { extra }),
  };
}

function generatorOf({ predictedIou, stabilityScore, details: { pointCoords, cropBox } }: EngineMask): GeneratorFacts {
  return {
    ...(predictedIou === null ? {} : { predictedIou }), ...(stabilityScore === null ? {} : { stabilityScore }),
    ...(pointCoords === undefined ? {} : { pointCoords }), ...(cropBox === undefined ? {} : { cropBox }),
  };
}
