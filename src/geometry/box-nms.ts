/**
 * Greedy non-maximum suppression over boxes, decision for decision torchvision's `nms` on the reference's inclusive-edge boxes:
 * areas (x1 - x0) * (y1 - y0) of inclusive edges, all of it in float32 (areas above 2^24 are rounded), IoU > threshold suppresses,
 * stable order by falling score.
 * One deliberate difference: two boxes of no area (a mask one pixel wide or high) have IoU 1 if they are equal, else 0, where
 * torchvision divides 0 by 0 and keeps every copy.
 *
 * O(n^2) over typed arrays, sorted by score: 3,072 boxes take about 10 ms; a grid index would not pay at these counts.
 */

/** Inclusive-edge boxes, `Int32Array` n x 4 (x0, y0, x1, y1). */
export type InclusiveBoxes = Int32Array;

/** Indices kept, by falling score, ties by index. `scores`: n values. Throws nothing; NaN scores sort last. */
export function boxNms(boxes: InclusiveBoxes, scores: ArrayLike<number>, threshold: number): number[] {
  const n = scores.length;
  const order = orderByScore(scores);
  const areas = new Float32Array(n);
  for (let i = 0; i < n; i++) areas[i] = (boxes[4 * i + 2]! - boxes[4 * i]!) * (boxes[4 * i + 3]! - boxes[4 * i + 1]!);
  const suppressed = new Uint8Array(n);
  const kept: number[] = [];
  for (let a = 0; a < n; a++) {
    const i = order[a]!;
    if (suppressed[i] === 1) continue;
    kept.push(i);
    const x0 = boxes[4 * i]!, y0 = boxes[4 * i + 1]!, x1 = boxes[4 * i + 2]!, y1 = boxes[4 * i + 3]!;
    for (let b = a + 1; b < n; b++) {
      const j = order[b]!;
      if (suppressed[j] === 1) continue;
      const jx0 = boxes[4 * j]!, jy0 = boxes[4 * j + 1]!, jx1 = boxes[4 * j + 2]!, jy1 = boxes[4 * j + 3]!;
      const width = Math.min(x1, jx1) - Math.max(x0, jx0);
      const height = Math.min(y1, jy1) - Math.max(y0, jy0);
      const inter = width > 0 && height > 0 ? Math.fround(width * height) : 0;
      const union = Math.fround(Math.fround(areas[i]! + areas[j]!) - inter);
      const iou = union > 0 ? Math.fround(inter / union) : x0 === jx0 && y0 === jy0 && x1 === jx1 && y1 === jy1 ? 1 : 0;
      if (iou > threshold) suppressed[j] = 1;
    }
  }
  return kept;
}

/** Indices by falling value, stable; NaN last. */
export function orderByScore(scores: ArrayLike<number>): number[] {
  const key = (i: number): number => (Number.isNaN(scores[i]!) ? -Infinity : scores[i]!);
  return Array.from({ length: scores.length }, (_, i) => i).sort((a, b) => (key(b) > key(a) ? 1 : key(b) < key(a) ? -1 : a - b));
}
