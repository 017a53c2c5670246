/** Which category of the ground truth a category of the predictions is. */
import type { Category } from '../dataset/types.js';

export interface CategoryMatch {
  /** The id in the ground truth of a category of the predictions; for one that it has not, an id that no category of it has. */
  of: (id: number) => number;
  /** Names of the predictions' categories that the ground truth has not. */
  unmatched: string[];
  /** How many the ground truth has. */
  matched: number;
}

/** `by`: results name categories by the ids of their ground truth, datasets of their own by names. Where two have one name, the one with the same id is meant, else the first. */
export function matchCategories(truth: readonly Category[], predictions: readonly Category[], by: 'id' | 'name'): CategoryMatch {
  const beyond = truth.reduce((most, { id }) => Math.max(most, id), 0) + 1;
  const ids = new Map<number, number>();
  const unmatched: string[] = [];
  // rising ids, so that those beyond keep their order
  for (const { id, name } of [...predictions].sort((a, b) => a.id - b.id)) {
    const same = truth.filter((category) => (by === 'id' ? category.id === id : category.name === name));
    const match = same.find((category) => category.id === id) ?? same[0];
    ids.set(id, match?.id ?? beyond + unmatched.length);
    if (match === undefined) unmatched.push(name);
  }
  return { of: (id) => ids.get(id) ?? beyond + unmatched.length, unmatched, matched: predictions.length - unmatched.length };
}
