/** The numbers that people know from an evaluation: COCO's twelve, those of each category, and those of proposals. -1 where nothing is to be found. */
import type { AreaResult } from './coco-accumulate.js';
import type { CategoryResult, CocoResult } from './coco-eval.js';
import { AREA_RANGES, AT_50, AT_75, IOU_THRESHOLDS, RECALL_THRESHOLDS } from './coco-params.js';

/** `AP` ... `APl`, an `AR<n>` for each number of detections, `ARs`, `ARm`, `ARl`: means over IoU 0.50:0.95 and categories, 0 to 1; -1 where nothing is to be found. */
export type CocoSummary = Readonly<Record<string, number>>;

const [ALL, SMALL, MEDIUM, LARGE] = [0, 1, 2, 3] as const;

/** AP and the recalls by size are those with the most detections; pycocotools' names, and `AR1`, `AR10`, `AR100` for the usual `maxDets`. */
export function summaryOf(result: CocoResult): CocoSummary {
  const last = result.maxDets.length - 1;
  const ap = (area: number, threshold?: number): number => mean(result, area, last, 'ap', threshold);
  const ar = (area: number, most = last): number => mean(result, area, most, 'recall');
  return {
    AP: ap(ALL), AP50: ap(ALL, AT_50), AP75: ap(ALL, AT_75), APs: ap(SMALL), APm: ap(MEDIUM), APl: ap(LARGE),
    ...Object.fromEntries(result.maxDets.map((most, m) => [`AR${most}`, ar(ALL, m)])),
    ARs: ar(SMALL), ARm: ar(MEDIUM), ARl: ar(LARGE),
  };
}

/** One category: its truths without crowds, and the means over IoU 0.50:0.95 with the most detections. */
export interface CategorySummary { id: number; truths: number; AP: number; AP50: number; AP75: number; AR: number }

export function summariesByCategory({ maxDets, categories }: CocoResult): CategorySummary[] {
  return categories.flatMap((category) => {
    if (category.id === undefined) return [];
    const one = { maxDets, categories: [category] }, last = maxDets.length - 1;
    const ap = (threshold?: number): number => mean(one, ALL, last, 'ap', threshold);
    return [{ id: category.id, truths: category.positives[ALL]!, AP: ap(), AP50: ap(AT_50), AP75: ap(AT_75), AR: mean(one, ALL, last, 'recall') }];
  });
}

/**
 * Precision at each of `RECALL_THRESHOLDS`, the mean over the categories that have something to be found; undefined without any. `threshold`: its place in
 * `IOU_THRESHOLDS`.
 */
export function precisionCurve({ categories, maxDets }: CocoResult, threshold: number): Float64Array | undefined {
  const size = RECALL_THRESHOLDS.length;
  const curves = categories.flatMap((category) => resultOf(category, ALL, maxDets.length - 1).curves?.subarray(threshold * size, (threshold + 1) * size) ?? []);
  if (curves.length === 0) return undefined;
  return Float64Array.from({ length: size }, (_, r) => curves.reduce((sum, curve) => sum + curve[r]!, 0) / curves.length);
}

/** Found and wrong detections, and objects that were missed, at one IoU threshold; -1 for a ratio of nothing. */
export interface Counts { iou: number; precision: number; recall: number; f1: number; found: number; wrong: number; missed: number }

/** Over all categories and sizes, with the `maxDets` at place `m`. */
export function countsByThreshold({ categories }: CocoResult, m: number): Counts[] {
  const positives = categories.reduce((sum, category) => sum + category.positives[ALL]!, 0);
  return IOU_THRESHOLDS.map((iou, t) => {
    const sum = (key: 'found' | 'wrong'): number => categories.reduce((total, category) => total + resultOf(category, ALL, m)[key][t]!, 0);
    const found = sum('found'), wrong = sum('wrong'), missed = positives - found;
    const ratio = (part: number, whole: number): number => (whole === 0 ? -1 : part / whole);
    // 0.6000000000000001 is 0.6 to a reader
    return { iou: Number(iou.toFixed(2)), precision: ratio(found, found + wrong), recall: ratio(found, positives), f1: ratio(2 * found, 2 * found + wrong + missed), found, wrong, missed };
  });
}

/** Proposals: recall of anything, whatever its category; `AR<n>` and `AR<n>s`, `m`, `l` by size, for the `maxDets` at place `m`. */
export function proposalSummary(result: CocoResult, m: number): CocoSummary {
  const name = `AR${result.maxDets[m]!}`;
  const suffixes = ['', 's', 'm', 'l'];
  return Object.fromEntries(AREA_RANGES.map((_, area) => [`${name}${suffixes[area]!}`, mean(result, area, m, 'recall')]));
}

/** Over the categories that have something to be found, and all IoU thresholds or one. */
function mean({ categories }: CocoResult, area: number, m: number, key: 'ap' | 'recall', threshold?: number): number {
  let sum = 0, count = 0;
  for (const category of categories) {
    if (category.positives[area] === 0) continue;
    const values = resultOf(category, area, m)[key];
    sum += threshold === undefined ? values.reduce((total, value) => total + value, 0) / values.length : values[threshold]!;
    count++;
  }
  return count === 0 ? -1 : sum / count;
}

function resultOf(category: CategoryResult, area: number, m: number): AreaResult {
  return category.areas[area]![m]!;
}
