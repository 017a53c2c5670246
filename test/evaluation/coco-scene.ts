/** What fixtures/generate/evaluate_goldens.py prints: a drawn dataset, detections, and what pycocotools makes of them. */
import type { CocoResult } from '../../src/evaluation/coco-eval.js';
import type { DetectedObject, ImageObjects, TrueObject, Xywh } from '../../src/evaluation/image-objects.js';
import type { Rle } from '../../src/mask/rle.js';
import { rleArea } from '../../src/mask/rle.js';
import { rleFromString, type CocoRleString } from '../../src/mask/rle-string.js';

/** `ap`: thresholds x categories x areas, with the most detections; `recall`: that x maxDets. */
export interface Expected { stats: number[]; ap: number[][][]; recall: number[][][][] }
interface Mask { segmentation: CocoRleString; bbox: [number, number, number, number]; image_id: number; category_id: number }

export interface Scene {
  iouThrs: number[];
  recThrs: number[];
  areaRng: [number, number][];
  instances: { images: { id: number; width: number; height: number; file_name: string }[]; categories: { id: number; name: string }[]; annotations: (Mask & { area: number; iscrowd: 0 | 1 })[] };
  results: (Mask & { score: number })[];
  /** Of masks, whatever their category. */
  means: { objects: number; meanIou: number; meanBestIou: number; meanBoundaryIou: number };
  boundaries: { mask: CocoRleString; boundary: CocoRleString }[];
  expected: Record<'segm' | 'segmWithBoxes' | 'bbox' | 'agnostic' | 'proposals' | 'few' | 'boundary', Expected>;
}

export const rleOf = ({ size: [height, width], counts }: CocoRleString): Rle => rleFromString(counts, width, height);

/** `areaOf`: pycocotools takes the area of a result from its box where it has one, else from its mask. */
export function imagesOf({ instances, results }: Scene, areaOf: 'mask' | 'box'): ImageObjects[] {
  return instances.images.map(({ id }) => ({
    imageId: id,
    detections: results.filter((result) => result.image_id === id).map(({ segmentation, bbox, category_id: category, score }): DetectedObject => {
      const mask = rleOf(segmentation);
      return { category, score, mask, box: bbox, area: areaOf === 'mask' ? rleArea(mask) : areaOfBox(bbox) };
    }),
    truths: instances.annotations.filter((truth) => truth.image_id === id).map(({ segmentation, bbox, category_id: category, area, iscrowd }): TrueObject => (
      { category, area, mask: rleOf(segmentation), box: bbox, isCrowd: iscrowd === 1 })),
  }));
}

function areaOfBox([, , width, height]: Xywh): number {
  return width * height;
}

export const categoryIdsOf = ({ instances }: Scene): number[] => instances.categories.map(({ id }) => id);

/** The largest difference of any AP or recall, over thresholds, categories, areas and numbers of detections. */
export function largestDifference({ categories, maxDets }: CocoResult, { ap, recall }: Expected): number {
  let largest = 0;
  const compare = (ours: number, theirs: number | undefined): void => { largest = Math.max(largest, Math.abs(ours - (theirs ?? NaN))); };
  categories.forEach(({ areas }, k) => {
    areas.forEach((area, a) => {
      maxDets.forEach((_, m) => {
        area[m]!.recall.forEach((value, t) => { compare(value, recall[t]?.[k]?.[a]?.[m]); });
      });
      area.at(-1)!.ap.forEach((value, t) => { compare(value, ap[t]?.[k]?.[a]); });
    });
  });
  return largest;
}
