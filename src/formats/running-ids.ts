/** For formats that keep no ids of their own: readers count from 1 in the order of the files, so ids that differ from that are lost. */
import type { DatasetEntry } from '../dataset/types.js';
import type { Sink } from './format.js';

/** Call with each entry in the source's order; counts a loss of `ids` for every image and annotation that would come back with another id. */
export function runningIds(sink: Sink): (entry: DatasetEntry) => void {
  let images = 0, annotations = 0;
  let before: Buffer | undefined;
  let isSorted = true;
  return ({ image, annotations: own }) => {
    // a reader sees files in bytewise order of their names
    const name = Buffer.from(image.fileName);
    isSorted &&= before === undefined || Buffer.compare(before, name) < 0;
    before = name;
    if (!isSorted || image.id !== ++images) sink.lose('ids', `image ${image.fileName}`);
    for (const { id } of own) if (!isSorted || id !== ++annotations) sink.lose('ids', `annotation ${id} of ${image.fileName}`);
  };
}
