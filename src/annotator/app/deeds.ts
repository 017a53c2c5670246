/** What was saved, so that it can be taken back and done again: each deed with the actions that undo it. */
import type { SaveAction, SaveAnswer } from '../api.js';
import type { Shown } from './settled.js';

/** An action without what is new each time that it is sent. */
export type Intent = SaveAction extends infer A ? (A extends SaveAction ? Omit<A, 'key' | 'seconds' | 'clicks' | 'revision'> & { revision?: number } : never) : never;

/** `undo`: in their order. */
export interface Deed { intent: Intent; undo: Intent[] }

/** `before`: the mask that the action was about, as it was. */
export function deedOf(intent: Intent, answer: SaveAnswer, before: Shown | undefined): Deed | undefined {
  switch (intent.kind) {
    case 'add': return answer.mask === null ? undefined : { intent, undo: [{ kind: 'reject', maskId: answer.mask.id }] };
    case 'correct': return answer.mask === null ? undefined : { intent: withoutRevision(intent), undo: [{ kind: 'undo-correction', maskId: answer.mask.id }] };
    case 'accept': return { intent: withoutRevision(intent), undo: [{ kind: 'reopen', maskId: intent.maskId }] };
    case 'reject': {
      if (before === undefined) return undefined;
      // a mask that is not shown tells its revision no more: a verdict raises it by one
      const reopen: Intent = { kind: 'reopen', maskId: intent.maskId, revision: before.view.revision + 1 };
      return { intent: withoutRevision(intent), undo: before.view.status === 'proposed' ? [reopen] : [reopen, { kind: 'accept', maskId: intent.maskId }] };
    }
    default: return undefined;
  }
}

function withoutRevision<T extends Intent>(intent: T): T {
  const { revision: _, ...rest } = intent;
  // what is left out may be left out
  return rest as T;
}

/** Deeds done and undone of one image, the last at the end. */
export class Deeds {
  private done: Deed[] = [];
  private undone: Deed[] = [];

  /** Something new: what was undone is gone. */
  add(deed: Deed): void {
    this.done.push(deed);
    this.undone = [];
  }

  /** The deed to undo, taken off the list; `takenBack` once it is. */
  takeLast(): Deed | undefined {
    return this.done.pop();
  }

  takenBack(deed: Deed): void {
    this.undone.push(deed);
  }

  takeUndone(): Deed | undefined {
    return this.undone.pop();
  }

  /** Done again: it may be about another mask now. */
  redone(deed: Deed): void {
    this.done.push(deed);
  }
}
