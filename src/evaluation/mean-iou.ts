/**
 * Mean IoU of masks without regard to scores and categories. Each object is given one mask and each mask one object: the pair of highest IoU first,
 * then the next of what is left (greedy, not Hungarian: a pair above 0.5 of masks that do not overlap is in both). An object without one counts 0.
 */
import type { ImageObjects } from './image-objects.js';
import { eachPair, type PairIous } from './pair-ious.js';

/** Means over the objects that are no crowds, 0 to 1; -1 without any. */
export interface MeanIou {
  objects: number;
  /** With one mask for one object. */
  meanIou: number;
  /** With the best mask for each object, be it that of another one too. */
  meanBestIou: number;
  /** Boundary IoU of the pairs of `meanIou`. */
  meanBoundaryIou?: number;
}

export class MeanIouTally {
  private objects = 0;
  private paired = 0;
  private best = 0;
  private boundary: number | undefined;

  /** `boundaries`: parallel to the pairs. */
  add({ detections, truths }: ImageObjects, pairs: PairIous, boundaries?: Float64Array): void {
    const detectionOf = new Int32Array(pairs.iou.length), best = new Float64Array(truths.length);
    const order: number[] = [];
    eachPair(pairs, (d, t, p) => {
      if (truths[t]!.isCrowd) return;
      order.push(p);
      detectionOf[p] = d;
      best[t] = Math.max(best[t]!, pairs.iou[p]!);
    });
    const isUsed = new Uint8Array(detections.length), isGiven = new Uint8Array(truths.length);
    // the sort is stable: equal ones in the order of the detections
    for (const p of order.sort((a, b) => pairs.iou[b]! - pairs.iou[a]!)) {
      const d = detectionOf[p]!, t = pairs.truth[p]!;
      if (isUsed[d] === 1 || isGiven[t] === 1) continue;
      isUsed[d] = isGiven[t] = 1;
      this.paired += pairs.iou[p]!;
      if (boundaries !== undefined) this.boundary = (this.boundary ?? 0) + boundaries[p]!;
    }
    if (boundaries !== undefined) this.boundary ??= 0;
    this.objects += truths.filter(({ isCrowd }) => !isCrowd).length;
    this.best += best.reduce((sum, iou) => sum + iou, 0);
  }

  result(): MeanIou {
    const { objects } = this;
    const mean = (sum: number): number => (objects === 0 ? -1 : sum / objects);
    return { objects, meanIou: mean(this.paired), meanBestIou: mean(this.best), ...(this.boundary === undefined ? {} : { meanBoundaryIou: mean(this.boundary) }) };
  }
}
