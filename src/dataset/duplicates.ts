/** Annotations of one image that say the very same thing: everything but the id is equal. */
import type { Annotation } from './types.js';

/** By the place of each repetition, the place of the first annotation that says the same. */
export function repeatedAnnotations(annotations: readonly Annotation[]): Map<number, number> {
  const groups = new Map<string, number[]>();
  annotations.forEach((annotation, i) => {
    const key = roughKey(annotation), group = groups.get(key);
    if (group === undefined) groups.set(key, [i]);
    else group.push(i);
  });
  const repeated = new Map<number, number>();
  for (const group of groups.values()) {
    if (group.length === 1) continue;
    const first = new Map<string, number>();
    for (const i of group) {
      const key = wholeKey(annotations[i]!), known = first.get(key);
      if (known === undefined) first.set(key, i);
      else repeated.set(i, known);
    }
  }
  return repeated;
}

/** Equal for equal annotations, and cheap: few others share it. */
function roughKey({ categoryId, box, area, score, segmentation }: Annotation): string {
  const shape = segmentation === undefined ? '' : segmentation.kind === 'rle'
    ? `r${segmentation.rle.counts.length},${segmentation.rle.counts[0]},${segmentation.rle.counts[1]}`
    : `p${segmentation.rings.length},${segmentation.rings[0]?.length},${segmentation.rings[0]?.[0]},${segmentation.rings[0]?.[1]}`;
  return `${categoryId} ${box === undefined ? '' : `${box.x0},${box.y0},${box.x1},${box.y1}`} ${area} ${score} ${shape}`;
}

function wholeKey({ id: _, segmentation, ...rest }: Annotation): string {
  return JSON.stringify([rest, segmentation?.kind === 'rle' ? Array.from(segmentation.rle.counts) : segmentation]);
}
