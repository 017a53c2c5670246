/** Masks on their way to being records: parallel columns that filters and suppressions index. */
import type { GeneratedMask } from '../formats/generated.js';
import type { Rle } from '../mask/rle.js';
import type { Box } from '../geometry/box.js';

/** One mask that passed the filters of its batch; it has at least one pixel. */
export interface Candidate {
  rle: Rle;
  area: number;
  /** Inclusive edges x0, y0, x1, y1, in the original frame. */
  edges: [number, number, number, number];
  predictedIou: number;
  stabilityScore: number;
  /** The prompt, in the original frame. */
  point: [number, number];
  crop: Box;
}

/** Inclusive edges of all candidates, n x 4, as suppression wants them. */
export function edgesOf(candidates: Candidate[]): Int32Array {
  const edges = new Int32Array(candidates.length * 4);
  candidates.forEach((candidate, i) => { edges.set(candidate.edges, i * 4); });
  return edges;
}

/** What the generator gives: `SamAutomaticMaskGenerator`'s record with our types, the form that formats write. */
export type MaskRecord = GeneratedMask;
