/** The numbers of an evaluation as JSON: what `--output` holds and `--json` shows. */
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
