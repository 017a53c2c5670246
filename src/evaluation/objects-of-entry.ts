/** The annotations of an image as objects to be compared: masks as runs, boxes in COCO's numbers, and areas where pycocotools takes them from. */
import { finding, type RuleCode } from '../dataset/rules.js';
import { rleOfAnnotation } from '../dataset/masks.js';
import type { Annotation, DatasetEntry, ImageRecord, Report } from '../dataset/types.js';
import { isSamError } from '../errors.js';
import { boxToShortXywh } from '../formats/coco/coco-box.js';
import { whereIs } from '../formats/losses.js';
import { boxOf } from '../dataset/shape-of.js';
import { rleArea, type Rle } from '../mask/rle.js';
import type { DetectedObject, TrueObject, Xywh } from './image-objects.js';

/** What the objects are compared by; `file` and `report`: for annotations that have not what that needs, which are left out. */
export interface ObjectContext { masks: boolean; boxes: boolean; file: string; report: Report }

export interface DetectionContext extends ObjectContext {
  /** Id of the category in the ground truth. */
  categoryOf: (id: number) => number;
  /** The score of an annotation without one; without it, that is an error. */
  missingScore: number | undefined;
}

/** Area: as annotated, else that of the mask, else of the box. */
export function trueObjects({ image, annotations }: DatasetEntry, context: ObjectContext): TrueObject[] {
  return annotations.flatMap((annotation) => {
    const shape = shapeOf(annotation, image, context);
    if (shape === undefined) return [];
    const area = annotation.area ?? (shape.mask === undefined ? areaOfBox(shape.box) : rleArea(shape.mask));
    return [{ ...shape, category: annotation.categoryId, area, isCrowd: annotation.isCrowd }];
  });
}

/**
 * Score: its own, else the generator's predicted IoU. Area as pycocotools' `loadRes` takes it: that of the box where one is stated, else of the mask. A
 * crowd mark means nothing here.
 */
export function detectedObjects({ image, annotations }: DatasetEntry, context: DetectionContext): DetectedObject[] {
  return annotations.flatMap((annotation) => {
    const score = annotation.score ?? annotation.generator?.predictedIou ?? context.missingScore;
    if (score === undefined) return refuse(context, 'score/invalid', 'A detection without a score has no rank; --missing-score N gives one to all that have none.', annotation, image) ?? [];
    const shape = shapeOf(annotation, image, context);
    if (shape === undefined) return [];
    const area = annotation.box === undefined && shape.mask !== undefined ? rleArea(shape.mask) : areaOfBox(shape.box);
    return [{ ...shape, category: context.categoryOf(annotation.categoryId), area, score }];
  });
}

/** Mask and box, both where they are there; undefined where one that is needed is not, which is reported. */
function shapeOf(annotation: Annotation, image: ImageRecord, context: ObjectContext): { mask?: Rle; box?: Xywh } | undefined {
  try {
    // without a stated box the area is that of the mask
    const mask = context.masks || annotation.box === undefined ? rleOfAnnotation(annotation, image) : undefined;
    if (context.masks && mask === undefined) return refuse(context, 'mask/missing', 'The annotation has no mask to compare; --iou-type bbox compares boxes.', annotation, image);
    const box = boxOf(annotation);
    if (context.boxes && box === undefined && annotation.segmentation === undefined) return refuse(context, 'box/missing', 'The annotation has neither a box nor a mask.', annotation, image);
    // a mask without pixels has the box that pycocotools gives it
    return { ...(mask === undefined ? {} : { mask }), box: box === undefined ? [0, 0, 0, 0] : boxToShortXywh(box) };
  } catch (error) {
    if (!isSamError(error, 'data/polygon', 'data/rle')) throw error;
    return refuse(context, error.code === 'data/rle' ? 'rle/invalid' : 'polygon/invalid', error.message, annotation, image);
  }
}

function areaOfBox(box: Xywh | undefined): number {
  return box === undefined ? 0 : box[2] * box[3];
}

function refuse({ file, report }: ObjectContext, code: RuleCode, message: string, annotation: Annotation, image: ImageRecord): undefined {
  report(finding(code, message, { file, record: whereIs(annotation, image) }));
}
