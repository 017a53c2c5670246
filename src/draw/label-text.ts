/** What the label of an object says. */
import type { Category } from '../dataset/types.js';
import { SamError } from '../errors.js';
import { scoreOf } from './colouring.js';
import { canDraw, drawableText } from './font.js';
import type { DrawnObject } from './objects.js';

export const LABEL_PARTS = ['category', 'score', 'id', 'area'] as const;
export type LabelPart = (typeof LABEL_PARTS)[number];

/** The parts of `--labels`, or undefined where it is not given. Throws `usage/option`. */
export function labelPartsOf(text: string | undefined): readonly LabelPart[] | undefined {
  return text?.split(',').map((part) => {
    const known = LABEL_PARTS.find((name) => name === part.trim());
    if (known === undefined) throw new SamError('usage/option', `--labels expects ${LABEL_PARTS.join(', ')} with commas between, got "${text}".`);
    return known;
  });
}

/** A category as it can be written: by its name, or by its id where it has none or the font lacks a character of it. */
export function categoryText(id: number, categories: ReadonlyMap<number, Category>): string {
  const name = categories.get(id)?.name ?? '';
  const text = drawableText(name);
  return text === '' || !canDraw(name) ? `category ${id}` : text;
}

/** The label, empty where there is nothing to say. Without `parts`: the score, behind the category unless all have one. */
export function labelText(object: DrawnObject, parts: readonly LabelPart[] | undefined, categories: ReadonlyMap<number, Category>): string {
  const { annotation, area } = object;
  const wanted = parts ?? (categories.size > 1 ? ['category', 'score'] : ['score']);
  return wanted.map((part) => {
    switch (part) {
      case 'category': return categoryText(annotation.categoryId, categories);
      case 'score': return scoreText(scoreOf(annotation));
      case 'id': return `#${annotation.id}`;
      case 'area': return `${Math.round(area)} px`;
    }
  }).filter((text) => text !== '').join(' ');
}

/** Two digits; those that would round to 1 without being it are cut. */
function scoreText(score: number | undefined): string {
  if (score === undefined) return '';
  return score < 1 && score > 0.99 ? '0.99' : score.toFixed(2);
}
