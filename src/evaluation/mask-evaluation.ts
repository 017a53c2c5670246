/** All numbers of an evaluation at once, image by image: AP and AR of masks, boxes and boundaries, and masks as such, whatever their category. */
import { CocoEvaluation, type CocoResult } from './coco-eval.js';
import { countsByThreshold, proposalSummary, summariesByCategory, summaryOf, type CategorySummary, type CocoSummary, type Counts } from './coco-summary.js';
import { byCategory, type ImageObjects } from './image-objects.js';
import { MeanIouTally, type MeanIou } from './mean-iou.js';
import { boundaryIous, boundaryPairs, boxPairs, maskPairs, type PairIous } from './pair-ious.js';

export const IOU_TYPES = ['segm', 'bbox', 'boundary'] as const;
export type IouType = (typeof IOU_TYPES)[number];

/** The detections of an image that proposals are judged by. */
export const PROPOSALS = 1000;

export interface EvaluationSettings {
  iouTypes: readonly IouType[];
  /** Ids of the ground truth's categories; undefined: everything is of one category. */
  categories?: readonly number[] | undefined;
  maxDets?: readonly number[] | undefined;
  /** Leave out what is found whatever its category (`agnostic`): it compares every mask with every object of its image. */
  skipAgnostic?: boolean | undefined;
}

/** Masks (boxes where no masks are compared) as such: precision and recall of all of them, recall as of proposals, mean IoU. */
export interface AgnosticResult extends MeanIou { iouType: IouType; proposals: CocoSummary; thresholds: Counts[] }

export interface EvaluationResult {
  types: { type: IouType; summary: CocoSummary; byCategory: CategorySummary[]; result: CocoResult }[];
  agnostic?: AgnosticResult;
}

/** Memory: 36 bytes a detection and IoU type, and one image. */
export class MaskEvaluation {
  private readonly types: ReadonlyMap<IouType, CocoEvaluation>;
  private readonly agnostic: CocoEvaluation | undefined;
  private readonly mean = new MeanIouTally();

  /** Throws `usage/option` for `maxDets` that do not rise from 1. */
  constructor(private readonly settings: EvaluationSettings) {
    this.types = new Map(settings.iouTypes.map((type) => [type, new CocoEvaluation(settings)]));
    this.agnostic = settings.skipAgnostic === true ? undefined : new CocoEvaluation({ maxDets: [PROPOSALS, Infinity] });
  }

  /** Each image once, in any order. Throws `data/record` for objects without what is compared or numbers that are not finite, `data/rle` for masks of different sizes. */
  add(objects: ImageObjects): void {
    const image = byCategory(objects);
    const scope = this.agnostic === undefined && this.settings.categories !== undefined ? 'same category' : 'all';
    const needsMasks = this.types.has('segm') || this.types.has('boundary');
    const masks = needsMasks ? maskPairs(image, scope) : undefined;
    const boxes = this.types.has('bbox') ? boxPairs(image, scope) : undefined;
    const boundaries = masks !== undefined && this.types.has('boundary') ? boundaryIous(image, masks) : undefined;
    const pairsOf = { segm: masks, bbox: boxes, boundary: boundaries && masks && boundaryPairs(image, masks, boundaries) };
    for (const [type, evaluation] of this.types) {
      const pairs: PairIous | undefined = pairsOf[type];
      if (pairs !== undefined) evaluation.add(image, pairs);
    }
    const pairs = masks ?? boxes;
    if (this.agnostic === undefined || pairs === undefined) return;
    this.agnostic.add(image, pairs);
    this.mean.add(image, pairs, boundaries);
  }

  result(): EvaluationResult {
    const types = [...this.types].map(([type, evaluation]) => {
      const result = evaluation.result();
      return { type, summary: summaryOf(result), byCategory: summariesByCategory(result), result };
    });
    if (this.agnostic === undefined) return { types };
    const agnostic = this.agnostic.result();
    return { types, agnostic: { iouType: this.types.has('segm') || this.types.has('boundary') ? 'segm' : 'bbox', ...this.mean.result(), proposals: proposalSummary(agnostic, 0), thresholds: countsByThreshold(agnostic, 1) } };
  }
}

/** The evaluation of images in memory, or coming one by one. */
export function evaluateObjects(images: Iterable<ImageObjects>, settings: EvaluationSettings): EvaluationResult {
  const evaluation = new MaskEvaluation(settings);
  for (const image of images) evaluation.add(image);
  return evaluation.result();
}
