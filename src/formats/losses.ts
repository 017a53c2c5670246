/** Counts what a dataset says and a format has no place for, so that each writer only names what it holds. */
import type { Category, DatasetEntry, DatasetSource } from '../dataset/types.js';
import type { Loss, Sink } from './format.js';

/** What lies beside the geometry of an object. */
export type Aside = Extract<Loss, 'crowds' | 'scores' | 'attributes' | 'generator' | 'extra' | 'splits'>;

/** Returns what to call with each entry: it counts all that is there and not in `held`. */
export function loseAllBut(held: readonly Aside[], source: Pick<DatasetSource, 'extra' | 'categories'>, sink: Sink): (entry: DatasetEntry) => void {
  const lose = (loss: Aside, isThere: boolean, where: string): void => {
    if (isThere && !held.includes(loss)) sink.lose(loss, where);
  };
  lose('extra', hasKeys(source.extra), 'the dataset');
  for (const { name, extra } of source.categories) lose('extra', hasKeys(extra), `category ${name}`);
  return ({ image, annotations }) => {
    lose('splits', image.split !== undefined, `image ${image.fileName}`);
    lose('extra', hasKeys(image.extra), `image ${image.fileName}`);
    for (const annotation of annotations) {
      const where = whereIs(annotation, image);
      lose('crowds', annotation.isCrowd, where);
      lose('scores', annotation.score !== undefined, where);
      lose('attributes', hasKeys(annotation.attributes), where);
      lose('generator', annotation.generator !== undefined, where);
      lose('extra', hasKeys(annotation.extra), where);
    }
  };
}

/** The position of an annotation as a loss names it. */
export function whereIs(annotation: { id: number }, image: { fileName: string }): string {
  return `annotation ${annotation.id} of ${image.fileName}`;
}

/** Counts each category that would come back another or not at all; `kept` are those that come back, in that order. */
export function loseCategories(categories: readonly Category[], kept: readonly Category[], sink: Sink): void {
  const count = Math.max(categories.length, kept.length);
  for (let i = 0; i < count; i++) {
    const before = categories[i], after = kept[i];
    if (before?.id === after?.id && before?.name === after?.name && (before?.supercategory ?? '') === (after?.supercategory ?? '')) continue;
    sink.lose('categories', `category ${(before ?? after)?.name ?? ''}`);
  }
}

function hasKeys(record: object | undefined): boolean {
  return record !== undefined && Object.keys(record).length > 0;
}
