/** Compares our records with the reference's as the goldens' README says: one to one by mask IoU, scores, order. */
import type { MaskRecord } from '../../src/generator/candidates.js';
import { rleFromString } from '../../src/mask/rle-string.js';
import { rleIntersection, type Rle } from '../../src/mask/rle.js';

/** A record of Meta's generator with `output_mode="coco_rle"`. */
export interface ReferenceRecord {
  segmentation: { size: [number, number]; counts: string };
  area: number;
  bbox: number[];
  predicted_iou: number;
  stability_score: number;
  crop_box: number[];
  point_coords: [number, number][];
}

/** For each reference record the index of ours, or -1. */
export function matchRecords(reference: ReferenceRecord[], ours: MaskRecord[]): number[] {
  const free = new Set(ours.keys());
  return reference.map((record) => {
    const rle = rleFromString(record.segmentation.counts, record.segmentation.size[1], record.segmentation.size[0]);
    let best = -1, bestIou = record.area < 100 ? 0.95 : 0.99;
    for (const i of free) {
      const iou = maskIou(rle, record.area, ours[i]!);
      // ties (copies of one mask) go to the first, as both lists are in order
      if (iou > bestIou || (best === -1 && iou >= bestIou)) [best, bestIou] = [i, iou];
    }
    free.delete(best);
    return best;
  });
}

function maskIou(rle: Rle, area: number, record: MaskRecord): number {
  const inter = rleIntersection(rle, record.rle);
  const union = area + record.area - inter;
  return union === 0 ? 1 : inter / union;
}

/** Pairs of reference records that ours has the other way round although their scores are further apart than `tolerance`. */
export function misordered(reference: ReferenceRecord[], matches: number[], tolerance: number): [number, number][] {
  const pairs: [number, number][] = [];
  for (let a = 0; a < matches.length; a++) {
    for (let b = a + 1; b < matches.length; b++) {
      if (matches[a]! < 0 || matches[b]! < 0 || matches[a]! < matches[b]!) continue;
      if (Math.abs(reference[a]!.predicted_iou - reference[b]!.predicted_iou) >= tolerance) pairs.push([a, b]);
    }
  }
  return pairs;
}
