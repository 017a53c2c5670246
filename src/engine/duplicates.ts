/**
 * Which masks of one image are the same thing, and which lie in another: duplicates by mask IoU across stages and rounds, wholes and parts by
 * containment. Decisions only; `dedupe.ts` writes them down.
 */
import { comparable, overlap, type Comparable } from '../mask/overlap.js';
import type { OptionTable, OptionsOf } from '../options.js';
import { rleOfMask, type EngineMask } from './masks.js';
import type { MaskStatus } from './schema.js';

export const DUPLICATE_OPTIONS = {
  iou: { kind: 'number', default: 0.9, min: 0, max: 1, summary: 'Two masks of an image are duplicates when their IoU is at least this.' },
  containment: { kind: 'number', default: 0.9, min: 0, max: 1, summary: 'A mask is part of a larger one when at least this much of it lies inside; it is recorded, not removed.' },
  perCategory: { kind: 'switch', default: false, summary: 'Masks of different categories are never duplicates.' },
} as const satisfies OptionTable;

export type DuplicateOptions = OptionsOf<typeof DUPLICATE_OPTIONS>;

/** `of`: the mask that stays. `iou` 0..1. */
export interface FoundDuplicate { id: number; of: number; iou: number }
/** `parent`: the smallest mask that holds the child. `containment`: the part of the child inside it, 0..1. */
export interface FoundPart { child: number; parent: number; containment: number }

export type MaskToCompare = Pick<EngineMask, 'id' | 'counts' | 'width' | 'height' | 'categoryId' | 'isCrowd' | 'stage' | 'round' | 'annotator' | 'status'>;

/** Statuses that are compared: history is not. */
export const LIVE: readonly MaskStatus[] = ['proposed', 'accepted', 'corrected'];

/**
 * What is to go, in the order of ids, and whose part is what, among those that stay. Greedy from the most preferred: a mask stays unless it duplicates one that
 * stays, so that none goes for one that is not there. Crowds are compared with crowds only.
 */
export function findDuplicates(masks: readonly MaskToCompare[], options: DuplicateOptions): { duplicates: FoundDuplicate[]; parts: FoundPart[] } {
  const table = comparable(masks.map(rleOfMask));
  const order = masks.map((_, i) => i).sort((a, b) => comparePreference(masks[b]!, masks[a]!));
  const kept: number[] = [], duplicates: FoundDuplicate[] = [];
  for (const i of order) {
    const rival = kept.find((j) => canBeSame(masks[i]!, masks[j]!, options) && iouOf(table, i, j, options.iou) >= options.iou);
    if (rival === undefined) kept.push(i);
    else duplicates.push({ id: masks[i]!.id, of: masks[rival]!.id, iou: iouOf(table, i, rival, options.iou) });
  }
  return { duplicates: duplicates.sort((a, b) => a.id - b.id), parts: findParts(masks, table, kept, options.containment) };
}

/** Above 0 if `a` is to be kept rather than `b`: a person's work, then corrected, accepted, proposed, then the later round, then the later mask. */
export function comparePreference(a: MaskToCompare, b: MaskToCompare): number {
  return isPersons(a) - isPersons(b) || LIVE.indexOf(a.status) - LIVE.indexOf(b.status) || a.round - b.round || a.id - b.id;
}

/** 1 for a mask that a person drew, accepted or corrected. */
function isPersons({ stage, annotator, status }: MaskToCompare): number {
  return status !== 'proposed' && (stage === 'assisted-manual' || annotator !== null) ? 1 : 0;
}

function canBeSame(a: MaskToCompare, b: MaskToCompare, { perCategory }: DuplicateOptions): boolean {
  return a.isCrowd === b.isCrowd && (!perCategory || a.categoryId === b.categoryId);
}

/** 0 where areas alone say that it is below `least`: no runs are walked for most pairs. */
function iouOf(table: Comparable, i: number, j: number, least: number): number {
  const a = table.areas[i]!, b = table.areas[j]!;
  if (Math.min(a, b) < least * Math.max(a, b)) return 0;
  const shared = overlap(table, i, j);
  return shared / (a + b - shared);
}

/** Of the kept masks, each one's direct container: strictly larger, so that there are no circles; of several the smallest, then the first. */
function findParts(masks: readonly MaskToCompare[], table: Comparable, kept: readonly number[], containment: number): FoundPart[] {
  const bySize = [...kept].sort((a, b) => table.areas[a]! - table.areas[b]! || masks[a]!.id - masks[b]!.id);
  const parts: FoundPart[] = [];
  bySize.forEach((child, place) => {
    for (const parent of bySize.slice(place + 1)) {
      if (table.areas[parent]! <= table.areas[child]!) continue;
      const inside = overlap(table, child, parent) / table.areas[child]!;
      if (inside < containment) continue;
      parts.push({ child: masks[child]!.id, parent: masks[parent]!.id, containment: inside });
      break;
    }
  });
  return parts.sort((a, b) => a.child - b.child);
}
