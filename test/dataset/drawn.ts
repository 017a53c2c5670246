/** Small annotations drawn as text for tests: `#` is mask. */
import { rleFromBitmask } from '../../src/mask/rle.js';
import type { Annotation, DatasetEntry } from '../../src/dataset/types.js';

/** One annotation from rows of `#` and `.`. */
export function drawn(id: number, rows: string[], more: Partial<Annotation> = {}): Annotation {
  const width = rows[0]!.length, height = rows.length;
  const data = Uint8Array.from(rows.join(''), (c) => (c === '#' ? 1 : 0));
  return { id, imageId: 1, categoryId: 1, isCrowd: false, segmentation: { kind: 'rle', rle: rleFromBitmask({ data, width, height }) }, ...more };
}

export function entryOf(annotations: Annotation[], width: number, height: number): DatasetEntry {
  return { image: { id: 1, fileName: 'a.png', width, height }, annotations };
}
