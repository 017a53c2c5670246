/** The small datasets that every format must be able to take: what is special about each is in its name. */
import type { Annotation, Category, DatasetEntry, Extra } from '../../src/dataset/types.js';
import { rleFromBitmask, type Rle } from '../../src/mask/rle.js';

export interface DatasetCase { categories: Category[]; entries: DatasetEntry[] }

/** A mask drawn in rows: `#` is set. */
export function drawn(...rows: string[]): Rle {
  const width = rows[0]?.length ?? 0;
  return rleFromBitmask({ width, height: rows.length, data: Uint8Array.from(rows.join(''), (c) => (c === '#' ? 1 : 0)) });
}

const HOLE = drawn(
  '............',
  '.#######....',
  '.#######....',
  '.##...##....',
  '.##...##....',
  '.#######....',
  '............',
  '............',
  '............',
  '............');
const PARTS = drawn(
  '###.........',
  '###.........',
  '###....####.',
  '.......####.',
  '.......####.',
  '............',
  '............',
  '.####.......',
  '.####.......',
  '.####.......');
const FULL = drawn(...Array.from({ length: 10 }, () => '############'));

const CATEGORIES: Category[] = [{ id: 1, name: 'cat' }, { id: 2, name: 'dog' }];
const image = (id: number, fileName: string) => ({ id, fileName, width: 12, height: 10 });
const annotation = (id: number, imageId: number, rest: Partial<Annotation>): Annotation => ({ id, imageId, categoryId: 1, isCrowd: false, ...rest });
const one = (rest: Partial<Annotation>): DatasetCase => ({ categories: CATEGORIES, entries: [{ image: image(1, 'a.png'), annotations: [annotation(1, 1, rest)] }] });
const extra: Extra = { licence: 'CC0', nested: { deep: [1, null, 'x'] }, constructor: 'of nothing' };

/** Every image is 12 x 10; ids count from 1 except in `sparseIds`. */
export const CASES = {
  empty: { categories: [], entries: [] },
  imageWithoutAnnotations: { categories: CATEGORIES, entries: [{ image: image(1, 'a.png'), annotations: [] }] },
  box: one({ box: { x0: 1, y0: 2, x1: 7, y1: 9 } }),
  fractionalBox: one({ box: { x0: 0.5, y0: 1.25, x1: 6.75, y1: 8.125 } }),
  polygon: one({ segmentation: { kind: 'polygons', rings: [[1, 1, 9, 1, 9, 7, 1, 7]] } }),
  polygonParts: one({ segmentation: { kind: 'polygons', rings: [[1, 1, 4, 1, 4, 4], [6, 5, 11, 5, 11, 9, 6, 9]] } }),
  mask: one({ segmentation: { kind: 'rle', rle: drawn('............', '..####......', '.######.....', '..####......', ...Array.from({ length: 6 }, () => '............')) } }),
  maskWithHole: one({ segmentation: { kind: 'rle', rle: HOLE } }),
  maskParts: one({ segmentation: { kind: 'rle', rle: PARTS } }),
  fullMask: one({ segmentation: { kind: 'rle', rle: FULL } }),
  maskAndBox: one({ segmentation: { kind: 'rle', rle: HOLE }, box: { x0: 1, y0: 1, x1: 8, y1: 6 }, area: 29 }),
  overlap: {
    categories: CATEGORIES,
    entries: [{ image: image(1, 'a.png'), annotations: [annotation(1, 1, { segmentation: { kind: 'rle', rle: HOLE } }), annotation(2, 1, { categoryId: 2, segmentation: { kind: 'rle', rle: FULL } })] }],
  },
  crowd: one({ segmentation: { kind: 'rle', rle: PARTS }, isCrowd: true }),
  scores: one({ box: { x0: 1, y0: 2, x1: 7, y1: 9 }, score: 0.8125 }),
  generator: one({
    segmentation: { kind: 'rle', rle: HOLE }, generator: { predictedIou: 0.9375, stabilityScore: 0.96875, pointCoords: [[4.5, 2.25]], cropBox: { x0: 0, y0: 0, x1: 12, y1: 10 } },
  }),
  attributes: one({ box: { x0: 1, y0: 2, x1: 7, y1: 9 }, attributes: { truncated: true, colour: 'red', weight: 2.5 } }),
  extra: one({ box: { x0: 1, y0: 2, x1: 7, y1: 9 }, extra }),
  names: {
    categories: [{ id: 1, name: 'Zürich, "quoted" <b>&amp;' }, { id: 2, name: '猫 \u{1f408}' }, { id: 3, name: '__proto__' }],
    entries: [
      { image: image(1, 'constructor.png'), annotations: [annotation(1, 1, { categoryId: 3, box: { x0: 1, y0: 2, x1: 7, y1: 9 } })] },
      { image: image(2, 'images/a.b/\u{1f408} #1.png'), annotations: [annotation(2, 2, { categoryId: 2, box: { x0: 0, y0: 0, x1: 12, y1: 10 } })] },
      { image: image(3, 'été/été 100%.png'), annotations: [annotation(3, 3, { box: { x0: 1, y0: 2, x1: 7, y1: 9 } })] },
    ],
  },
  sparseIds: {
    categories: [{ id: 7, name: 'cat' }, { id: 90, name: 'dog', supercategory: 'animal' }],
    entries: [
      { image: image(139, 'b.png'), annotations: [annotation(12, 139, { categoryId: 90, box: { x0: 1, y0: 2, x1: 7, y1: 9 } }), annotation(9007199254740991, 139, { categoryId: 7, box: { x0: 2, y0: 2, x1: 3, y1: 3 } })] },
      { image: image(4, 'a.png'), annotations: [] },
      { image: image(0, 'c.png'), annotations: [annotation(3, 0, { categoryId: 7, box: { x0: 0, y0: 0, x1: 12, y1: 10 } })] },
    ],
  },
  split: {
    categories: CATEGORIES,
    entries: [
      { image: { ...image(1, 'a.png'), split: 'train' }, annotations: [annotation(1, 1, { box: { x0: 1, y0: 2, x1: 7, y1: 9 } })] },
      { image: { ...image(2, 'b.png'), split: 'val' }, annotations: [annotation(2, 2, { box: { x0: 1, y0: 2, x1: 7, y1: 9 } })] },
    ],
  },
} satisfies Record<string, DatasetCase>;

export type CaseName = keyof typeof CASES;
