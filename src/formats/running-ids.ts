/** For formats that keep no ids of their own: readers count from 1 in the order of the files, so ids that differ from that are lost. */
import type { DatasetEntry } from '../dataset/types.js';
import type { Sink } from './format.js';

/**
 * Call with each entry in the source's order; counts a loss of `ids` for every image and annotation that would come back with another id.
 * `order`: a reader sees images in bytewise order of their names, or, where the format has a list of them, in the source's.
 */
export function runningIds(sink: Sink, order: 'names' | 'source' = 'names'): (entry: DatasetEntry) => void {
  let images = 0, annotations = 0;
  let before: Buffer | undefined;
  let isSorted = true;
  return ({ image, annotations: own }) => {
    const name = Buffer.from(image.fileName);
    isSorted &&= order === 'source' || before === undefined || Buffer.compare(before, name) < 0;
    before = name;
    if (!isSorted || image.id !== ++images) sink.lose('ids', `image ${image.fileName}`);
    for (const { id } of own) if (!isSorted || id !== ++annotations) sink.lose('ids', `annotation ${id} of ${image.fileName}`);
  };
}
