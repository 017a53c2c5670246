/** Two datasets compared by what a format promised to keep: what it declared as lost is left out on both sides. */
import { sortedByText } from '../../src/files/order.js';
import type { Annotation, DatasetEntry, DatasetSource } from '../../src/dataset/types.js';
import type { Loss } from '../../src/formats/format.js';
import type { DatasetCase } from './cases.js';

/** A source read to its end. */
export async function collected(source: DatasetSource): Promise<DatasetCase> {
  const entries: DatasetEntry[] = [];
  for await (const entry of source.entries()) entries.push(entry);
  return { categories: [...source.categories], entries };
}

/** A folder's files have no order but that of their names. */
export function sortedEntries({ categories, entries }: DatasetCase): DatasetCase {
  return { categories, entries: sortedByText(entries, ({ image }) => image.fileName) };
}

/** What must be the same in both after a round trip that lost `losses`. Plain data, for `deepEqual`. */
export function kept(dataset: DatasetCase, losses: ReadonlySet<Loss>): unknown {
  const names = new Map(dataset.categories.map(({ id, name }) => [id, name]));
  const entries = losses.has('empty') ? dataset.entries.filter(({ annotations }) => annotations.length > 0) : dataset.entries;
  const noObjects = losses.has('parts') || losses.has('overlap');
  return {
    categories: losses.has('categories') ? 'lost' : dataset.categories.map(({ id, ...rest }) => ({ ...rest, ...(losses.has('ids') ? {} : { id }) })),
    entries: entries.map(({ image: { id, split, extra, ...image }, annotations }) => ({
      image: { ...image, ...(losses.has('ids') ? {} : { id }), ...(losses.has('splits') || split === undefined ? {} : { split }), ...(losses.has('extra') || extra === undefined ? {} : { extra }) },
      annotations: noObjects ? 'joined or divided' : annotations.filter((a) => !losses.has('boxes') || a.segmentation !== undefined).map((a) => keptOf(a, names, losses)),
    })),
  };
}

function keptOf(annotation: Annotation, names: ReadonlyMap<number, string>, losses: ReadonlySet<Loss>): unknown {
  const { id, imageId, categoryId, segmentation, box, isCrowd, score, generator, attributes, extra } = annotation;
  const noShape = (['masks', 'polygons', 'holes', 'precision'] as const).some((loss) => losses.has(loss));
  return {
    ...(losses.has('ids') ? {} : { id, imageId }),
    ...(losses.has('ids') || losses.has('categories') ? {} : { categoryId }),
    ...(losses.has('categories') ? {} : { category: names.get(categoryId) }),
    ...(losses.has('crowds') ? {} : { isCrowd }),
    ...(losses.has('scores') || score === undefined ? {} : { score }),
    ...(losses.has('generator') || generator === undefined ? {} : { generator }),
    ...(losses.has('attributes') || attributes === undefined ? {} : { attributes }),
    ...(losses.has('extra') || extra === undefined ? {} : { extra }),
    ...(noShape || segmentation === undefined ? {} : { segmentation }),
    // a mask has its box in it: a format that has the mask may leave the box to be found again
    ...(losses.has('precision') || losses.has('masks') || segmentation !== undefined || box === undefined ? {} : { box }),
  };
}
