/** The ids that a COCO file is written with: those of the source, but for what is 0 (an annotation's), no whole number, or there twice. */
import type { DatasetSource, ImageRecord } from '../../dataset/types.js';
import type { Sink } from '../format.js';
import { NumberList, repeatedValues } from '../number-list.js';

export interface IdPlan {
  images: Iterable<ImageRecord> | AsyncIterable<ImageRecord>;
  /** By place in the source's order; undefined where every id of the source stays. */
  imageIds?: Float64Array;
  annotationIds?: Float64Array;
}

/** Reads the source once, unless it answers for its ids. A changed id is a loss of `ids`. */
export async function planIds(source: DatasetSource, sink: Sink): Promise<IdPlan> {
  if (source.hasUniqueIds === true && source.images !== undefined) return { images: source.images() };
  const images: ImageRecord[] = [];
  const annotationIds = new NumberList();
  for await (const { image, annotations } of source.entries()) {
    images.push(image);
    for (const { id } of annotations) annotationIds.push(id);
  }
  return {
    images,
    imageIds: settled(Float64Array.from(images, ({ id }) => id), 0, 'image', sink),
    annotationIds: settled(annotationIds.view(), 1, 'annotation', sink),
  };
}

/** The same numbers, but for what is below `least` or there before: that gets the smallest numbers from 1 that nothing else has. */
function settled(ids: Float64Array, least: number, what: string, sink: Sink): Float64Array {
  const isId = (id: number): boolean => Number.isSafeInteger(id) && id >= least;
  if (ids.every(isId) && repeatedValues(ids).length === 0) return ids;
  const taken = new Set(ids), seen = new Set<number>();
  let free = 1;
  return ids.map((id) => {
    if (isId(id) && !seen.has(id)) {
      seen.add(id);
      return id;
    }
    while (taken.has(free)) free++;
    sink.lose('ids', `${what} ${id}, which becomes ${free}`);
    return free++;
  });
}
