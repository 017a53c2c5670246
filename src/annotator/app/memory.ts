/** The mask in work as the server keeps it, and back: what was in work when the page was left, or died, is there again. */
import type { DraftView, PromptView } from '../api.js';
import type { ImageSize } from '../../geometry/size.js';
import { rleFromString } from '../../mask/rle-string.js';
import type { Rle } from '../../mask/rle.js';
import { draftOf, isPrompt, NO_DRAFT, stepViews, textOf, withStep, withTaken, type Draft, type Step } from './draft.js';
import type { Settled } from './settled.js';

/** Null where nothing would be lost with it. */
export function draftView(draft: Draft, categoryId: number): DraftView | null {
  const { base, undone } = draft;
  if (draft.steps.length === 0) return null;
  return {
    ...(base === undefined ? {} : { base: { maskId: base.maskId, revision: base.revision, counts: textOf(base.rle) } }), categoryId, steps: stepViews(withTaken(draft)), undone: stepViews(undone),
  };
}

/** As a mask of its own where the one that it corrects has changed since; then it begins as that was, unless the model draws it anew. */
export function draftFrom({ base, steps, undone }: DraftView, image: ImageSize, settled: Settled): Draft {
  const rleOf = (counts: string): Rle => rleFromString(counts, image.width, image.height);
  const stepOf = (view: PromptView): Step => {
    if (view.kind === 'point' || view.kind === 'box') return view;
    const { add, remove, ...rest } = view;
    return { ...rest, ...(add === undefined ? {} : { add: rleOf(add) }), ...(remove === undefined ? {} : { remove: rleOf(remove) }) };
  };
  const again = steps.map(stepOf), old = base === undefined ? undefined : settled.get(base.maskId);
  const first = old !== undefined && old.view.revision === base?.revision
    ? draftOf({ maskId: old.id, revision: old.view.revision, rle: old.rle, categoryId: old.view.categoryId })
    : base === undefined || again.some(isPrompt) ? NO_DRAFT : withStep(NO_DRAFT, { kind: 'brush', add: rleOf(base.counts) });
  return { ...again.reduce(withStep, first), undone: undone.map(stepOf) };
}
