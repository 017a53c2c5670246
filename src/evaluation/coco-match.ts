/**
 * Which detection finds which object, as pycocotools' `evaluateImg` decides it: best detection first, each takes the truth of highest IoU that is
 * free (a later one among equals); objects that do not count (crowds, other sizes) only where nothing else is left. One pass for all thresholds and sizes.
 */
import { AREA_RANGES, IOU_THRESHOLDS } from './coco-params.js';
import type { DetectedObject, ImageObjects } from './image-objects.js';
import type { PairIous } from './pair-ious.js';

/** Objects of one image that are compared with each other: of one category, or all. Half-open ranges of the image's lists. */
export interface Group { detections: readonly [from: number, to: number]; truths: readonly [from: number, to: number] }

/**
 * What became of a group's detections. `best`: `Uint32Array`, the detections that count, best first. `flags`: `Uint32Array`, best x area ranges: bit t is set
 * where the detection found something at IoU threshold t, bit 16 + t where it does not count there. `positives`: truths to be found, an area range.
 */
export interface GroupMatches { best: Uint32Array; flags: Uint32Array; positives: number[] }

/** Where the bits of what does not count begin in `flags`. */
export const IGNORED = 16;

/** A threshold of 1 is met by an IoU that rounding left just below. */
const LEAST_IOUS = IOU_THRESHOLDS.map((threshold) => Math.min(threshold, 1 - 1e-10));

/** `most`: detections beyond the best `most` do not count. */
export function matchGroup(image: ImageObjects, pairs: PairIous, group: Group, most: number): GroupMatches {
  const best = bestFirst(image.detections, group.detections, most);
  const flags = new Uint32Array(best.length * AREA_RANGES.length);
  const positives = AREA_RANGES.map((range, a) => {
    const truths = new Truths(image, group, range);
    best.forEach((d, rank) => {
      const { area } = image.detections[d]!;
      const found = truths.find(pairs, d);
      const unmatched = area < range.from || area > range.to ? ~found & ((1 << IOU_THRESHOLDS.length) - 1) : 0;
      flags[rank * AREA_RANGES.length + a] = found | (unmatched << IGNORED);
    });
    return truths.positives;
  });
  return { best, flags, positives };
}

/** Indices by falling score, equal ones in their order. */
function bestFirst(detections: readonly DetectedObject[], [from, to]: Group['detections'], most: number): Uint32Array {
  const order = Uint32Array.from({ length: to - from }, (_, i) => from + i);
  return order.sort((a, b) => detections[b]!.score - detections[a]!.score).subarray(0, Math.min(most, order.length));
}

/** The truths of a group at one area range, and which of them are taken at which threshold. */
class Truths {
  private readonly from: number;
  private readonly to: number;
  private readonly isIgnored: Uint8Array;
  private readonly isCrowd: Uint8Array;
  private readonly taken: Uint16Array;
  readonly positives: number;

  constructor({ truths }: ImageObjects, { truths: [from, to] }: Group, range: { from: number; to: number }) {
    [this.from, this.to] = [from, to];
    const own = truths.slice(from, to);
    this.isCrowd = Uint8Array.from(own, (truth) => Number(truth.isCrowd));
    this.isIgnored = Uint8Array.from(own, ({ isCrowd, area }) => Number(isCrowd || area < range.from || area > range.to));
    this.taken = new Uint16Array(own.length);
    this.positives = this.isIgnored.reduce((sum, ignored) => sum + 1 - ignored, 0);
  }

  /** What a detection finds, as `flags`; it takes that. */
  find({ first, truth, iou }: PairIous, detection: number): number {
    let flags = 0;
    const start = first[detection]!, end = first[detection + 1]!;
    if (start === end) return 0;
    for (let t = 0; t < LEAST_IOUS.length; t++) {
      let found = -1;
      // what does not count is looked at only where nothing that counts was found
      for (let ignored = 0; ignored <= 1 && found < 0; ignored++) {
        let least = LEAST_IOUS[t]!;
        for (let p = start; p < end; p++) {
          const i = truth[p]! - this.from;
          if (iou[p]! < least || truth[p]! < this.from || truth[p]! >= this.to || this.isIgnored[i] !== ignored) continue;
          if (((this.taken[i]! >> t) & 1) === 1 && this.isCrowd[i] === 0) continue;
          least = iou[p]!;
          found = i;
        }
      }
      if (found < 0) continue;
      this.taken[found]! |= 1 << t;
      flags |= (1 << t) | (this.isIgnored[found]! << (IGNORED + t));
    }
    return flags;
  }
}
