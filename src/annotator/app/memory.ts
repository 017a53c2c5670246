/**
 * The mask in work, kept by the browser with every step, so that a page that is loaded again or a browser that died costs no more than the stroke under way. What is kept is dropped when
 * the mask is accepted or dropped.
 */
import { rleFromString, rleToString } from '../../mask/rle-string.js';
import type { Rle } from '../../mask/rle.js';
import type { ImageSize } from '../../geometry/size.js';
import { draftOf, isPrompt, NO_DRAFT, withStep, type Draft, type Prompted, type Step } from './draft.js';
import type { Settled } from './settled.js';

type KeptStep = Prompted | { kind: 'brush' | 'eraser' | 'polygon'; add?: string; remove?: string };
interface Kept { base?: { maskId: number; revision: number; counts: string }; categoryId: number; choice: number; steps: KeptStep[] }

/** `project`: its name; `image`: its id. One tab at a time has an image. */
const keyOf = (project: string, image: number): string => `draft ${project} ${image}`;

/** An empty draft is forgotten. Where the browser keeps nothing (it is full, or told not to), neither is this. */
export function keepDraft(project: string, image: number, { base, steps, choice }: Draft, categoryId: number): void {
  const kept: Kept = {
    ...(base === undefined ? {} : { base: { maskId: base.maskId, revision: base.revision, counts: rleToString(base.rle) } }), categoryId, choice,
    steps: steps.map((step) => (isPrompt(step) ? step : { kind: step.kind, ...(step.add === undefined ? {} : { add: rleToString(step.add) }), ...(step.remove === undefined ? {} : { remove: rleToString(step.remove) }) })),
  };
  try {
    if (steps.length === 0) localStorage.removeItem(keyOf(project, image));
    else localStorage.setItem(keyOf(project, image), JSON.stringify(kept));
  } catch {
    localStorage.removeItem(keyOf(project, image));
  }
}

/** What was in work on an image; as a mask of its own where the one that it corrects has changed since. Undefined where there is none, or none that fits. */
export function keptDraft(project: string, image: ImageSize & { id: number }, settled: Settled): { draft: Draft; categoryId: number; choice: number } | undefined {
  const text = localStorage.getItem(keyOf(project, image.id));
  if (text === null) return undefined;
  try {
    const { base, steps, categoryId, choice } = JSON.parse(text) as Kept; // keepDraft wrote it
    const rleOf = (counts: string): Rle => rleFromString(counts, image.width, image.height);
    const stepOf = (step: KeptStep): Step => (isPrompted(step) ? step : { kind: step.kind, ...(step.add === undefined ? {} : { add: rleOf(step.add) }), ...(step.remove === undefined ? {} : { remove: rleOf(step.remove) }) });
    const old = base === undefined ? undefined : settled.get(base.maskId);
    const first = old !== undefined && old.view.revision === base?.revision
      ? draftOf({ maskId: old.id, revision: old.view.revision, rle: old.rle, categoryId: old.view.categoryId })
      : base === undefined ? NO_DRAFT : withStep(NO_DRAFT, { kind: 'brush', add: rleOf(base.counts) });
    return { draft: steps.reduce((draft, step) => withStep(draft, stepOf(step)), first), categoryId, choice };
  } catch {
    localStorage.removeItem(keyOf(project, image.id));
    return undefined;
  }
}

const isPrompted = (step: KeptStep): step is Prompted => step.kind === 'point' || step.kind === 'box';
