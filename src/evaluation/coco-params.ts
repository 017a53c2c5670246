/** What COCO's evaluation is asked at: thresholds, sizes of objects, numbers of detections; the very doubles of pycocotools' `Params`. */

/** As `numpy.linspace`: the last value is `stop` itself, the others are multiples of the rounded step. */
function linspace(start: number, stop: number, count: number): readonly number[] {
  const step = (stop - start) / (count - 1);
  return Array.from({ length: count }, (_, i) => (i === count - 1 ? stop : i * step + start));
}

/** 0.50, 0.55, ... 0.95. */
export const IOU_THRESHOLDS = linspace(0.5, 0.95, 10);
/** Places of 0.5, 0.75 and 0.9 among them. */
export const AT_50 = 0, AT_75 = 5, AT_90 = 8;
/** 0, 0.01, ... 1. */
export const RECALL_THRESHOLDS = linspace(0, 1, 101);

/** In pixels, both ends included: an object of 32 x 32 pixels is small and medium. */
export const AREA_RANGES = [
  { name: 'all', from: 0, to: 1e10 },
  { name: 'small', from: 0, to: 32 ** 2 },
  { name: 'medium', from: 32 ** 2, to: 96 ** 2 },
  { name: 'large', from: 96 ** 2, to: 1e10 },
] as const;

/** The best detections of an image and category that count, in three cases. */
export const COCO_MAX_DETS = [1, 10, 100] as const;
