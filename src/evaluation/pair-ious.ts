/** IoU of the detections of an image with its ground truth, only where something is shared: what all numbers of an evaluation are made of. */
import { SamError } from '../errors.js';
import { boundaryWidth, innerBoundary } from '../mask/boundary.js';
import { assertSameSize } from '../mask/mask-size.js';
import { comparable, overlap } from '../mask/overlap.js';
import type { Rle } from '../mask/rle.js';
import type { ImageObjects, Xywh } from './image-objects.js';

/** Pairs by detection, then by truth: those of detection `d` are `first[d]` up to `first[d + 1]`. `iou`: above 0, to 1. */
export interface PairIous { first: Int32Array; truth: Int32Array; iou: Float64Array }

/** `all`: also pairs of different categories, which evaluations without categories need. */
export type PairScope = 'same category' | 'all';

/** IoU of boxes, as pycocotools' `bbIou`; with a crowd, the share of the detection that lies in it. Throws `data/record` for an object without box. */
export function boxPairs(image: ImageObjects, scope: PairScope): PairIous {
  const boxOf = ({ box }: { box?: Xywh }, i: number): Xywh => box ?? missing(image, 'box', i);
  const detections = image.detections.map(boxOf), truths = image.truths.map(boxOf);
  return collect(image, scope, (d, t) => {
    const [x, y, w, h] = detections[d]!, [gx, gy, gw, gh] = truths[t]!;
    const width = Math.min(w + x, gw + gx) - Math.max(x, gx);
    if (width <= 0) return 0;
    const height = Math.min(h + y, gh + gy) - Math.max(y, gy);
    if (height <= 0) return 0;
    const shared = width * height, area = w * h;
    return shared / (image.truths[t]!.isCrowd ? area : area + gw * gh - shared);
  });
}

/** IoU of masks, as `maskIou`. Throws `data/record` for an object without mask, `data/rle` for masks of different sizes. */
export function maskPairs(image: ImageObjects, scope: PairScope): PairIous {
  const masks = masksOf(image), count = image.detections.length;
  const table = comparable(masks);
  return collect(image, scope, (d, t) => {
    const shared = overlap(table, d, count + t);
    if (shared === 0) return 0;
    return shared / (image.truths[t]!.isCrowd ? table.areas[d]! : table.areas[d]! + table.areas[count + t]! - shared);
  });
}

/** IoU of the inner boundaries, for each of the pairs of `maskPairs`; 0 where they share nothing. Boundaries are made of paired masks only. */
export function boundaryIous(image: ImageObjects, pairs: PairIous): Float64Array {
  const ious = new Float64Array(pairs.iou.length);
  if (ious.length === 0) return ious;
  const masks = masksOf(image), count = image.detections.length;
  const isPaired = new Uint8Array(masks.length);
  eachPair(pairs, (d, t) => { isPaired[d] = isPaired[count + t] = 1; });
  const distance = boundaryWidth(masks[0]!);
  const table = comparable(masks.map((mask, i) => (isPaired[i] === 1 ? innerBoundary(mask, distance) : mask)));
  eachPair(pairs, (d, t, p) => {
    const shared = overlap(table, d, count + t);
    if (shared > 0) ious[p] = shared / (table.areas[d]! + table.areas[count + t]! - shared);
  });
  return ious;
}

/** The smaller of both, as boundary AP has it; a crowd has no boundary that means anything, and counts by its mask. */
export function boundaryPairs(image: ImageObjects, pairs: PairIous, boundaries: Float64Array): PairIous {
  const iou = pairs.iou.map((value, p) => (image.truths[pairs.truth[p]!]!.isCrowd ? value : Math.min(value, boundaries[p]!)));
  return { ...pairs, iou };
}

/** Each pair as detection, truth and its place in the lists. */
export function eachPair({ first, truth }: PairIous, act: (detection: number, truth: number, pair: number) => void): void {
  for (let d = 0; d + 1 < first.length; d++) for (let p = first[d]!; p < first[d + 1]!; p++) act(d, truth[p]!, p);
}

function masksOf(image: ImageObjects): Rle[] {
  const masks = [...image.detections, ...image.truths].map(({ mask }, i) => mask ?? missing(image, 'mask', i < image.detections.length ? i : i - image.detections.length));
  masks.forEach((mask, i) => { assertSameSize(masks[0]!, mask, `mask ${i} of image ${image.imageId}`); });
  return masks;
}

/** Objects are sorted by category, so the truths of one are neighbours. */
function collect({ detections, truths }: ImageObjects, scope: PairScope, iouOf: (detection: number, truth: number) => number): PairIous {
  const first = new Int32Array(detections.length + 1);
  const truth: number[] = [], iou: number[] = [];
  let from = 0, to = scope === 'all' ? truths.length : 0;
  detections.forEach(({ category }, d) => {
    if (scope === 'same category') {
      while (from < truths.length && truths[from]!.category < category) from++;
      to = Math.max(from, to);
      while (to < truths.length && truths[to]!.category <= category) to++;
    }
    for (let t = from; t < to; t++) {
      const value = iouOf(d, t);
      if (value <= 0) continue;
      truth.push(t);
      iou.push(value);
    }
    first[d + 1] = truth.length;
  });
  return { first, truth: Int32Array.from(truth), iou: Float64Array.from(iou) };
}

function missing({ imageId }: ImageObjects, what: 'box' | 'mask', i: number): never {
  throw new SamError('data/record', `Object ${i} of image ${imageId} has no ${what}.`);
}
