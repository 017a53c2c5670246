/**
 * The mask in work: prompts, what the model made of them, and what was painted over it. A value that each step makes anew, so that undo is
 * going back to an earlier one. What is painted is kept as what it added and took away, and stays when another click changes the mask below.
 */
import type { PromptView } from '../api.js';
import { canonicalRle, mergeRle, subtractRle } from '../../mask/merge.js';
import type { Rle } from '../../mask/rle.js';
import { rleToString } from '../../mask/rle-string.js';

/** One mask of the model. Scores are 0..1. */
export interface Candidate { rle: Rle; predictedIou: number; stabilityScore: number }

export type Prompted = Extract<PromptView, { kind: 'point' | 'box' }>;
/** `add` is put on before `remove` is taken away. */
export interface Edit { kind: 'brush' | 'eraser' | 'polygon'; add?: Rle; remove?: Rle; at?: number }
export type Step = Prompted | Edit;

/** The mask that is corrected, as it was read. */
export interface Base { maskId: number; revision: number; rle: Rle; categoryId: number }

export interface Draft {
  base: Base | undefined;
  steps: readonly Step[];
  /** Steps that were undone, the last undone last. */
  undone: readonly Step[];
  /** For the prompts among `steps`; empty until the model has answered, and where there are none. */
  candidates: readonly Candidate[];
  choice: number;
}

export const NO_DRAFT: Draft = { base: undefined, steps: [], undone: [], candidates: [], choice: 0 };

export function draftOf(base: Base): Draft {
  return { ...NO_DRAFT, base };
}

/** A mask in work put in the place of one that somebody else made of the same mask meanwhile: what it adds to that and takes from it. */
export function draftOver(theirs: Base, mine: Rle): Draft {
  return withStep(draftOf(theirs), { kind: 'brush', add: subtractRle(mine, theirs.rle), remove: subtractRle(theirs.rle, mine) });
}

export function isPrompt(step: Step): step is Prompted {
  return step.kind === 'point' || step.kind === 'box';
}

export function promptsOf({ steps }: Draft): Prompted[] {
  return steps.filter(isPrompt);
}

export function isOpen({ base, steps }: Draft): boolean {
  return base !== undefined || steps.length > 0;
}

/** Whether something would be lost with it. */
export function isChanged({ steps }: Draft): boolean {
  return steps.length > 0;
}

/** A second box takes the first one's place: the model takes one. What the model said of other prompts is forgotten, but for the candidate that was taken. */
export function withStep(draft: Draft, step: Step): Draft {
  const before = isPrompt(step) ? withTaken(draft) : draft.steps, others = step.kind === 'box' ? before.filter(({ kind }) => kind !== 'box') : before;
  return { ...draft, steps: [...others, step], undone: [], ...(isPrompt(step) ? FORGOTTEN : {}) };
}

export function undone(draft: Draft): Draft {
  const step = draft.steps.at(-1);
  if (step === undefined) return draft;
  return { ...draft, steps: draft.steps.slice(0, -1), undone: [...draft.undone, step], ...(isPrompt(step) ? FORGOTTEN : {}) };
}

export function redone(draft: Draft): Draft {
  const step = draft.undone.at(-1);
  if (step === undefined) return draft;
  return { ...draft, steps: [...isPrompt(step) ? withTaken(draft) : draft.steps, step], undone: draft.undone.slice(0, -1), ...(isPrompt(step) ? FORGOTTEN : {}) };
}

/** The steps, the last prompt with the candidate that is taken now. */
export function withTaken({ steps, candidates, choice }: Draft): readonly Step[] {
  const last = steps.findLastIndex(isPrompt);
  return candidates.length === 0 ? steps : steps.map((step, i) => (i === last && isPrompt(step) ? { ...step, candidate: choice } : step));
}

/** The candidate that was taken before of the answer to the draft's prompts, where they have been asked before. */
export function takenBefore(draft: Draft): number | undefined {
  return promptsOf(draft).at(-1)?.candidate;
}

/** What the model is asked: when a prompt was given, and what was taken of the answer to all of them, is no part of it. */
export function questionOf(prompts: readonly Prompted[]): Prompted[] {
  return prompts.map(({ at: _at, candidate, ...prompt }, i) => ({ ...prompt, ...(candidate === undefined || i === prompts.length - 1 ? {} : { candidate }) }));
}

const FORGOTTEN = { candidates: [], choice: 0 } as const;

/** The model's answer to the draft's prompts; `choice`: the one to begin with. */
export function answered(draft: Draft, candidates: readonly Candidate[], choice = 0): Draft {
  return { ...draft, candidates, choice };
}

/** Another candidate, around the end; the draft itself where there is none. */
export function chosen(draft: Draft, choice: number): Draft {
  const { length } = draft.candidates;
  return length === 0 ? draft : { ...draft, choice: ((choice % length) + length) % length };
}

/** The mask as it stands; `undefined` while there is none. Prompts redraw a mask that is corrected, edits change it. */
export function maskOf(draft: Draft): Rle | undefined {
  const hasPrompts = draft.steps.some(isPrompt);
  let mask = hasPrompts ? draft.candidates[draft.choice]?.rle : draft.base?.rle;
  if (mask === undefined && hasPrompts) return undefined;
  for (const step of draft.steps) if (!isPrompt(step)) mask = edited(mask, step);
  return mask;
}

function edited(mask: Rle | undefined, { add, remove }: Edit): Rle | undefined {
  const more = add === undefined ? mask : mask === undefined ? add : mergeRle([mask, add], 'union');
  return remove === undefined || more === undefined ? more : subtractRle(more, remove);
}

/** What made the mask, as it is saved: of the last prompt the draft's own choice says which candidate was taken. */
export function promptViews({ steps }: Draft): PromptView[] {
  const last = steps.findLastIndex(isPrompt);
  return stepViews(steps).map((view, i) => {
    if (i !== last || !('candidate' in view)) return view;
    const { candidate: _candidate, ...prompt } = view;
    return prompt;
  });
}

/** Steps as they are sent. */
export function stepViews(steps: readonly Step[]): PromptView[] {
  return steps.map((step) => {
    if (isPrompt(step)) return step;
    const { add, remove, ...rest } = step;
    return { ...rest, ...(add === undefined ? {} : { add: textOf(add) }), ...(remove === undefined ? {} : { remove: textOf(remove) }) };
  });
}

const texts = new WeakMap<Rle, string>();

/** A mask as it is sent, written once however often it is. */
export function textOf(rle: Rle): string {
  const text = texts.get(rle) ?? rleToString(canonicalRle(rle));
  texts.set(rle, text);
  return text;
}

/** The candidate that was taken, and its scores: none where no model had a part in it. */
export function scoresOf({ candidates, choice }: Draft): { predictedIou: number | null; stabilityScore: number | null; candidate?: number } {
  const candidate = candidates[choice];
  return { ...(candidate === undefined ? {} : { candidate: choice }), predictedIou: candidate?.predictedIou ?? null, stabilityScore: candidate?.stabilityScore ?? null };
}
