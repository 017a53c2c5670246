/**
 * Duplicate masks of an image: by mask IoU, and by containment where it is asked for; found on runs. Wholes and their parts are no
 * duplicates by IoU; containment is for those who want one mask a place. A crowd is no duplicate of one of its own.
 */
import { comparable, overlap } from '../mask/overlap.js';
import type { OptionTable, OptionsOf } from '../options.js';
import { rleOfAnnotation } from './masks.js';
import type { Annotation, DatasetEntry } from './types.js';

export const PREFERENCES = ['order', 'score', 'area', 'stage'] as const;

export const DEDUPE_OPTIONS = {
  iou: { kind: 'number', default: 0.9, min: 0, max: 1, summary: 'Two masks of an image are duplicates when their IoU is at least this.' },
  containment: { kind: 'number', default: undefined, min: 0, max: 1, summary: 'Also when at least this part of the smaller one lies in the other; off where it is not given.' },
  prefer: { kind: 'choice', default: 'order', choices: PREFERENCES, summary: 'Which of two stays: the earlier, the better scored, the larger, or the one of the stage nearer to a person.' },
  perCategory: { kind: 'switch', default: false, summary: 'Masks of different categories are never duplicates.' },
} as const satisfies OptionTable;

export type DedupeOptions = OptionsOf<typeof DEDUPE_OPTIONS>;

/**
 * What was removed, and what it duplicated: ids, and places in the image's list from 0 (not every format has ids of its own). `iou` 0..1;
 * `containment`: the part of the smaller mask inside the larger, 0..1.
 */
export interface Duplicate { id: number; index: number; duplicateOf: number; duplicateOfIndex: number; iou: number; containment: number }

/** Stages of the data engine, nearest to a person first; an annotation without one counts as a person's. */
const STAGES = ['assisted-manual', 'semi-automatic', 'fully-automatic'];

/**
 * The entry without its duplicates (the rest in its order), and what was removed. Greedy from the most preferred: a mask stays unless it
 * duplicates one that stays; ties keep the earlier record. Annotations without a mask stay.
 */
export function dedupeEntry(entry: DatasetEntry, options: DedupeOptions): { entry: DatasetEntry; removed: Duplicate[] } {
  const masks = entry.annotations.map((annotation) => rleOfAnnotation(annotation, entry.image));
  const indices = masks.flatMap((mask, i) => (mask === undefined ? [] : [i]));
  const table = comparable(indices.map((i) => masks[i]!));
  const order = preferred(entry.annotations, indices, table.areas, options.prefer);
  const kept: number[] = [];
  const removed = new Map<number, Duplicate>();
  for (const place of order) {
    const annotation = entry.annotations[indices[place]!]!;
    const index = indices[place]!;
    for (const other of kept) {
      const duplicateOfIndex = indices[other]!;
      const rival = entry.annotations[duplicateOfIndex]!;
      if ((options.perCategory && rival.categoryId !== annotation.categoryId) || rival.isCrowd !== annotation.isCrowd) continue;
      const found = likeness(table.areas[place]!, table.areas[other]!, () => overlap(table, place, other), options);
      if (found === undefined) continue;
      removed.set(index, { id: annotation.id, index, duplicateOf: rival.id, duplicateOfIndex, ...found });
      break;
    }
    if (!removed.has(index)) kept.push(place);
  }
  return {
    entry: { image: entry.image, annotations: entry.annotations.filter((_, i) => !removed.has(i)) },
    removed: [...removed].sort(([a], [b]) => a - b).map(([, duplicate]) => duplicate),
  };
}

/** How alike two masks are; undefined where they are no duplicates. */
function likeness(area: number, other: number, shared: () => number, options: DedupeOptions): Pick<Duplicate, 'iou' | 'containment'> | undefined {
  const smaller = Math.min(area, other);
  // the most that IoU can be is one inside the other: no runs are walked where that is too little
  if (options.containment === undefined && smaller / Math.max(area, other, 1) < options.iou) return undefined;
  const inter = shared();
  const union = area + other - inter;
  const iou = union === 0 ? 1 : inter / union, containment = smaller === 0 ? (union === 0 ? 1 : 0) : inter / smaller;
  const isDuplicate = iou >= options.iou || (options.containment !== undefined && containment >= options.containment);
  return isDuplicate ? { iou, containment } : undefined;
}

/** Places in `indices`, most preferred first, stable. */
function preferred(annotations: readonly Annotation[], indices: number[], areas: Float64Array, prefer: DedupeOptions['prefer']): number[] {
  const value = (place: number): number => {
    const annotation = annotations[indices[place]!]!;
    switch (prefer) {
      case 'order': return 0;
      case 'score': return annotation.score ?? annotation.generator?.predictedIou ?? -Infinity;
      case 'area': return areas[place]!;
      case 'stage': return -STAGES.indexOf(String(annotation.attributes?.['stage'] ?? STAGES[0]));
    }
  };
  return indices.map((_, place) => place).sort((a, b) => {
    const [first, second] = [value(a), value(b)];
    return first === second ? a - b : second > first ? 1 : -1;
  });
}
