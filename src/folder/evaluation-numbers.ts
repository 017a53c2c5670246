/** The numbers of an evaluation as JSON, which is what `--output` holds and `--json` shows, and as a picture. */
import { drawLineChart } from '../draw/chart.js';
import { numberText } from '../draw/chart-scale.js';
import { AT_50, AT_75, AT_90, IOU_THRESHOLDS, RECALL_THRESHOLDS } from '../evaluation/coco-params.js';
import { precisionCurve } from '../evaluation/coco-summary.js';
import type { RgbImage } from '../image/rgb-image.js';
import type { EvaluationResult } from '../evaluation/mask-evaluation.js';

/** `segm`, `bbox`, `boundary`: those that were asked for. -1: nothing was to be found. */
export type EvaluationNumbers = Record<string, unknown>;

/** pycocotools' twelve numbers of each type, `agnostic` (masks whatever their category), and `categories` where they are wanted. */
export function evaluationNumbers({ types, agnostic }: EvaluationResult, categoryNames: ReadonlyMap<number, string>, perCategory: boolean): EvaluationNumbers {
  const categories = [...categoryNames].sort(([a], [b]) => a - b).map(([id, name]) => ({
    id, name, ...Object.fromEntries(types.flatMap(({ type, byCategory }) => byCategory.filter((category) => category.id === id).map(({ truths, AP, AP50, AP75, AR }) => [type, { truths, AP, AP50, AP75, AR }]))),
  }));
  return {
    ...Object.fromEntries(types.map(({ type, summary }) => [type, summary])),
    ...(agnostic === undefined ? {} : { agnostic: agnosticNumbers(agnostic) }),
    ...(perCategory ? { categories } : {}),
  };
}

function agnosticNumbers({ iouType, objects, proposals, thresholds, meanIou, meanBestIou, meanBoundaryIou }: NonNullable<EvaluationResult['agnostic']>): Record<string, unknown> {
  return { iouType, objects, ...proposals, meanIou, meanBestIou, ...(meanBoundaryIou === undefined ? {} : { meanBoundaryIou }), thresholds };
}

/** The file of `--output`: ends with a newline. */
export function evaluationJson(numbers: EvaluationNumbers): string {
  return `${JSON.stringify({ schema: 1, command: 'evaluate masks', ...numbers }, undefined, 2)}\n`;
}

/** A mark every so many recall thresholds. */
const MARK_EVERY = 5;

/** Precision by recall at three IoU thresholds, of the first type; undefined where nothing is to be found. */
export function evaluationChart({ types }: EvaluationResult): RgbImage | undefined {
  const first = types[0];
  if (first === undefined) return undefined;
  const series = [AT_50, AT_75, AT_90].flatMap((t) => {
    const curve = precisionCurve(first.result, t);
    if (curve === undefined) return [];
    const points = [...curve].map((value, r) => [RECALL_THRESHOLDS[r]!, value] as const).filter((_, r) => r % MARK_EVERY === 0);
    const ap = curve.reduce((sum, value) => sum + value, 0) / curve.length;
    return [{ name: `IoU ${IOU_THRESHOLDS[t]!.toFixed(2)}: AP ${ap.toFixed(3)}`, points }];
  });
  if (series.length === 0) return undefined;
  const [category] = first.result.categories;
  const objects = first.result.categories.reduce((sum, { positives }) => sum + positives[0]!, 0);
  const ticks = [0, 0.2, 0.4, 0.6, 0.8, 1];
  return drawLineChart({ title: `Precision by recall: ${first.type}, ${numberText(objects, 0)} objects`, xLabel: 'recall', yLabel: category?.id === undefined ? 'precision' : 'precision, mean of the categories', xTicks: ticks, yTicks: ticks, series });
}
