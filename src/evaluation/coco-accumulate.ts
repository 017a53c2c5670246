/** Average precision and recall of one category from its matches, as pycocotools' `accumulate` counts them. */
import { IGNORED } from './coco-match.js';
import { IOU_THRESHOLDS, RECALL_THRESHOLDS } from './coco-params.js';
import type { MatchTable } from './match-table.js';

/** One category and area range, with the best `maxDets` of each image: `Float64Array`s, a value an IoU threshold; `ap` and `recall` are -1 where nothing is to be found. */
export interface AreaResult {
  ap: Float64Array;
  recall: Float64Array;
  found: Float64Array;
  wrong: Float64Array;
  /** Best precision at each of `RECALL_THRESHOLDS` or a higher recall, IoU thresholds x recalls; where it was asked for and something is to be found. */
  curves?: Float64Array;
}

/** `order`: `table.bestFirst()`. */
export function accumulate(table: MatchTable, order: Uint32Array, area: number, maxDets: number, keepsCurves = false): AreaResult {
  const count = IOU_THRESHOLDS.length;
  const result: AreaResult = { ap: new Float64Array(count).fill(-1), recall: new Float64Array(count).fill(-1), found: new Float64Array(count), wrong: new Float64Array(count) };
  const positives = table.positives[area]!;
  const flags = flagsOf(table, order, area, maxDets);
  const precision = new Float64Array(flags.length), curves = new Float64Array(count * RECALL_THRESHOLDS.length);
  if (keepsCurves && positives > 0) result.curves = curves;
  for (let t = 0; t < count; t++) {
    let found = 0, wrong = 0;
    for (let i = 0; i < flags.length; i++) {
      const flag = flags[i]! >>> t;
      if (((flag >>> IGNORED) & 1) === 1) continue;
      if ((flag & 1) === 0) wrong++;
      else {
        found++;
        // numpy.spacing(1) keeps pycocotools from 0 / 0
        precision[found - 1] = found / (wrong + found + Number.EPSILON);
      }
    }
    result.found[t] = found;
    result.wrong[t] = wrong;
    if (positives === 0) continue;
    result.recall[t] = found / positives;
    const curve = curves.subarray(t * RECALL_THRESHOLDS.length, (t + 1) * RECALL_THRESHOLDS.length);
    readCurve(precision, found, positives, curve);
    result.ap[t] = curve.reduce((sum, value) => sum + value, 0) / curve.length;
  }
  return result;
}

/** The flag words of the rows that count, best first; once for all thresholds. */
function flagsOf(table: MatchTable, order: Uint32Array, area: number, maxDets: number): Uint32Array {
  const flags = new Uint32Array(order.length);
  let length = 0;
  for (let i = 0; i < order.length; i++) if (table.rank(order[i]!) < maxDets) flags[length++] = table.flag(order[i]!, area);
  return flags.subarray(0, length);
}

/**
 * Writes the best precision at each recall threshold or a higher one. `precision[k]`: that at which the (k + 1)-th object was found; where nothing is found
 * in between, precision only falls, so that no other values are needed.
 */
function readCurve(precision: Float64Array, found: number, positives: number, curve: Float64Array): void {
  for (let k = found - 1; k > 0; k--) if (precision[k]! > precision[k - 1]!) precision[k - 1] = precision[k]!;
  let k = 0;
  RECALL_THRESHOLDS.forEach((threshold, r) => {
    while (k < found && (k + 1) / positives < threshold) k++;
    curve[r] = k < found ? precision[k]! : 0;
  });
}
