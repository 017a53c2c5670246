/** Masks in work, kept in the project with every step and given back to their annotator with the image. What arrives late is not taken for new. */
import { categoriesOf } from '../engine/categories.js';
import { assertClaim } from '../engine/claims.js';
import { dropDraft, keepDraft, keptDraft, type DraftPlace } from '../engine/drafts.js';
import { maskById } from '../engine/masks.js';
import type { Project } from '../engine/project.js';
import { isSamError, SamError } from '../errors.js';
import type { DraftRequest, DraftView, SaveRequest } from './api.js';
import { assertPainted, rleOf } from './save.js';
import type { Tabs } from './tabs.js';
import { annotatorOf } from './views.js';

export class Drafts {
  constructor(private readonly project: Project, private readonly tabs: Tabs) {}

  /**
   * On the disk when it returns. Throws `engine/conflict` for a tab that has not claimed the image, `engine/record` and `data/rle` for what does not fit it, `storage/...`: then what was there
   * before is as it was.
   */
  keep({ tab, visit, number, imageId, draft }: DraftRequest, now: number): void {
    const { project, tabs } = this;
    if (tabs.isLate(tab, visit, number)) return;
    project.database.write(() => {
      assertClaim(project, imageId, tab, now);
      const place = { imageId, annotator: annotatorOf(project, tab, now)! }; // who claimed it
      if (draft === null) dropDraft(project, place);
      else {
        assertFits(project, imageId, draft);
        keepDraft(project, place, draft, now);
      }
    });
    tabs.reached(tab, visit, number);
  }

  /** What is in work there, unless the image has become another since. */
  of(place: DraftPlace): DraftView | undefined {
    const { project } = this, draft = keptDraft(project, place) as DraftView | undefined; // what `keep` wrote
    try {
      if (draft !== undefined) assertFits(project, place.imageId, draft);
      return draft;
    } catch (error) {
      if (!isSamError(error)) throw error;
      dropDraft(project, place);
      return undefined;
    }
  }

  /** Does a save; `end` ends the draft that the action is about, where there is one that no later one has taken the place of: call it in the save's transaction. */
  ending<T>({ tab, visit, imageId, action: { draft: number } }: SaveRequest, now: number, save: (end: () => void) => T): T {
    const { project, tabs } = this;
    if (visit === undefined || number === undefined || tabs.isLate(tab, visit, number)) return save(() => undefined);
    const answer = save(() => { dropDraft(project, { imageId, annotator: annotatorOf(project, tab, now)! }); }); // the save has held it against the claim
    tabs.reached(tab, visit, number);
    return answer;
  }
}

function assertFits(project: Project, imageId: number, { base, categoryId, steps, undone }: DraftView): void {
  const refuse = (what: string, record: string): SamError => new SamError('engine/record', what, { record });
  if (base !== undefined && maskById(project, base.maskId).imageId !== imageId) throw refuse(`Mask ${base.maskId} is none of image ${imageId}.`, `mask ${base.maskId}`);
  if (!categoriesOf(project).some(({ id }) => id === categoryId)) throw refuse(`The project has no category ${categoryId}.`, `category ${categoryId}`);
  if (base !== undefined) rleOf(project, imageId, base.counts);
  assertPainted(project, imageId, [...steps, ...undone]);
}
