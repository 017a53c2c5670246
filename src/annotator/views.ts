/** Images and masks of a project as the page gets them. */
import { claimOf } from '../engine/claims.js';
import type { EngineImage } from '../engine/images.js';
import { maskById, revisionsOf, seenMasksOf, type SeenMask } from '../engine/masks.js';
import type { Project } from '../engine/project.js';
import type { ImageView, MaskView } from './api.js';

export const SHOWN = ['proposed', 'accepted', 'corrected'] as const;

/** With all of its masks that are shown. `expiresIn`: milliseconds that it is held for. */
export function imageView(project: Project, { id, fileName, width, height, revision, state }: EngineImage, expiresIn: number): ImageView {
  return { id, fileName, width, height, revision, state, expiresIn, masks: seenMasksOf(project, id, SHOWN).flatMap((mask) => maskView(mask) ?? []) };
}

/** Undefined for a mask that is history. */
export function maskView({ id, revision, categoryId, counts, box, area, status, stage, annotator, predictedIou, score, supersedes }: SeenMask): MaskView | undefined {
  const shown = SHOWN.find((known) => known === status);
  return shown === undefined ? undefined : { id, revision, categoryId, counts, box, area, status: shown, stage, annotator, predictedIou, score, supersedes };
}

/** What became of an image's other masks since `before`: shown again or otherwise than they were, and those that are shown no more. Duplicates come and go with the mask that stands for them. */
export function changesSince(project: Project, imageId: number, before: ReadonlyMap<number, number>): { shown: MaskView[]; gone: number[] } {
  const now = revisionsOf(project, imageId, SHOWN);
  const shown = [...now].filter(([id, revision]) => before.get(id) !== revision).flatMap(([id]) => maskView(maskById(project, id)) ?? []);
  return { shown, gone: [...before.keys()].filter((id) => !now.has(id)) };
}

/** Who works in a tab: the one for whom it claimed its image. */
export function annotatorOf(project: Project, tab: string, now: number): string | null {
  return claimOf(project, tab, now)?.annotator ?? null;
}
