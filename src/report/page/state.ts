/** What the reader has chosen, what passes it, and who wants to know when that changes. */
import { PAGE } from './dom.js';
import { asksOfMasks, countOf, EVERYTHING, namePasses, passing, sortedImages, type Filter } from './filter.js';
import type { Colouring } from './masks.js';

export interface State {
  filter: Filter;
  order: string;
  colouring: Colouring;
  /** One list an image: 1 for each mask that passes. */
  passes: Uint8Array[];
  counts: number[];
  /** The images to show, in order. */
  shown: number[];
}

export const state: State = { filter: EVERYTHING, order: 'file', colouring: 'object', passes: [], counts: [], shown: [] };

const listeners: (() => void)[] = [];

export function onChange(listener: () => void): void {
  listeners.push(listener);
}

/** Takes what changed and tells everyone. */
export function change(now: Partial<Pick<State, 'filter' | 'order' | 'colouring'>>): void {
  Object.assign(state, now);
  const { filter } = state;
  state.passes = PAGE.images.map((image) => passing(image, filter));
  state.counts = state.passes.map(countOf);
  const asks = asksOfMasks(filter);
  state.shown = sortedImages(PAGE.images, state.counts, state.order).filter((i) => namePasses(PAGE.images[i]!, filter) && (!asks || state.counts[i]! > 0));
  for (const listener of listeners) listener();
}
