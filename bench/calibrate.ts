/** Thresholds of automatic masks for a model: how many masks each pair keeps, how many of those agree with people's outlines, and how many outlines are found. */
import type { Box } from '../src/geometry/box.js';
import { boxNms } from '../src/geometry/box-nms.js';

/** One mask of a picture before any threshold. `agrees`: numbers of the outlines with which its IoU is at least 0.5. */
export interface Candidate { predictedIou: number; stabilityScore: number; box: Box; agrees: number[] }
/** One picture: its candidates, and how many outlines people drew in it. */
export interface Calibrated { candidates: Candidate[]; outlines: number }
/** What a pair of thresholds comes to. `masks`: the mean of a picture; `precision`, `recall`, `f1`: 0 to 1. */
export interface ThresholdsRow { predIouThresh: number; stabilityScoreThresh: number; masks: number; precision: number; recall: number; f1: number }

const BOX_NMS = 0.7;
const STABILITIES = [0, 0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.95];

/** Every pair worth a look, by threshold: predicted IoU in steps of 0.02 from 0 to the best there is. */
export function thresholdsTable(pictures: readonly Calibrated[]): ThresholdsRow[] {
  const best = Math.max(0, ...pictures.flatMap(({ candidates }) => candidates.map(({ predictedIou }) => predictedIou)));
  const steps = Array.from({ length: Math.floor(Math.min(best, 0.98) / 0.02) + 1 }, (_, i) => i / 50);
  return steps.flatMap((predIouThresh) => STABILITIES.map((stabilityScoreThresh) => rowOf(pictures, predIouThresh, stabilityScoreThresh)));
}

/**
 * The pair with the best F1; of equal ones the first. People's outlines leave things out, so true precision is higher than what is counted here, the
 * same for every pair, and what is recommended keeps rather too little than too much. Undefined where nothing agrees with anything.
 */
export function recommendedThresholds(rows: readonly ThresholdsRow[]): ThresholdsRow | undefined {
  const best = rows.reduce<ThresholdsRow | undefined>((kept, row) => (kept === undefined || row.f1 > kept.f1 ? row : kept), undefined);
  return best !== undefined && best.f1 > 0 ? best : undefined;
}

function rowOf(pictures: readonly Calibrated[], predIouThresh: number, stabilityScoreThresh: number): ThresholdsRow {
  let masks = 0, right = 0, found = 0, outlines = 0;
  for (const picture of pictures) {
    const passing = picture.candidates.filter((one) => one.predictedIou > predIouThresh && one.stabilityScore >= stabilityScoreThresh);
    const boxes = Int32Array.from(passing.flatMap(({ box }) => [box.x0, box.y0, box.x1 - 1, box.y1 - 1]));
    const kept = boxNms(boxes, passing.map(({ predictedIou }) => predictedIou), BOX_NMS).map((i) => passing[i]!);
    masks += kept.length;
    right += kept.filter(({ agrees }) => agrees.length > 0).length;
    found += new Set(kept.flatMap(({ agrees }) => agrees)).size;
    outlines += picture.outlines;
  }
  const precision = masks === 0 ? 0 : right / masks, recall = outlines === 0 ? 0 : found / outlines;
  return { predIouThresh, stabilityScoreThresh, masks: masks / pictures.length, precision, recall, f1: precision + recall === 0 ? 0 : (2 * precision * recall) / (precision + recall) };
}
