/** Two annotations of one image against each other: what both have, what only the one or the other has, in three colours. */
import type { ImageSize } from '../geometry/size.js';
import { maskIou } from '../mask/iou.js';
import { rleFromBox } from '../mask/polygon-fill.js';
import type { Rle } from '../mask/rle.js';
import { rgbOfHex, type Rgb } from './colour.js';
import type { LegendEntry } from './legend.js';
import type { DrawnObject } from './objects.js';

/** Colours that colour-blind people tell apart (Okabe and Ito). */
export const AGREED: Rgb = rgbOfHex('00b17f');
export const MISSED: Rgb = rgbOfHex('ff6a13');
export const EXTRA: Rgb = rgbOfHex('4fb4f5');

/** `agreed`: objects with their partners. `missed`: only the reference has them. `extra`: the reference has them not. Each in the order of its source. */
export interface Comparison { agreed: { object: DrawnObject; reference: DrawnObject; iou: number }[]; missed: DrawnObject[]; extra: DrawnObject[] }

/**
 * Pairs objects of the same image whatever their categories: the pair with the highest IoU of masks (of boxes, where there is no mask) first, down to
 * `least`; none has two partners. Of equal pairs the earlier objects'.
 */
export function compareObjects(objects: readonly DrawnObject[], references: readonly DrawnObject[], size: ImageSize, least: number): Comparison {
  const matrix = maskIou(objects.map((object) => maskOf(object, size)), references.map((object) => maskOf(object, size)));
  const pairs = [...matrix.keys()].filter((at) => matrix[at]! >= least && matrix[at]! > 0).sort((a, b) => matrix[b]! - matrix[a]! || a - b);
  const partner = new Map<number, number>(), taken = new Set<number>();
  for (const at of pairs) {
    const i = Math.floor(at / references.length), j = at % references.length;
    if (partner.has(i) || taken.has(j)) continue;
    partner.set(i, j);
    taken.add(j);
  }
  return {
    agreed: objects.flatMap((object, i) => {
      const j = partner.get(i);
      return j === undefined ? [] : [{ object, reference: references[j]!, iou: matrix[i * references.length + j]! }];
    }),
    missed: references.filter((_, j) => !taken.has(j)),
    extra: objects.filter((_, i) => !partner.has(i)),
  };
}

/** Objects with their colours: of both, or of one side only. */
export function comparedColours({ agreed, missed, extra }: Comparison, side: 'both' | 'objects' | 'references'): Map<DrawnObject, Rgb> {
  const colours = new Map<DrawnObject, Rgb>();
  for (const { object, reference } of agreed) colours.set(side === 'references' ? reference : object, AGREED);
  if (side !== 'objects') for (const object of missed) colours.set(object, MISSED);
  if (side !== 'references') for (const object of extra) colours.set(object, EXTRA);
  return colours;
}

/** What the three colours mean, with counts; `isSplit`: the objects stand in a picture on the left, the references in one on the right. */
export function comparisonLegend({ agreed, missed, extra }: Comparison, isSplit = false): LegendEntry[] {
  const on = (side: string): string => (isSplit ? ` (${side})` : '');
  return [
    { colour: AGREED, text: `agreed ${agreed.length}` }, { colour: MISSED, text: `missed ${missed.length}${on('right')}` }, { colour: EXTRA, text: `extra ${extra.length}${on('left')}` },
  ];
}

function maskOf({ rle, box }: DrawnObject, size: ImageSize): Rle {
  return rle ?? rleFromBox(box ?? { x0: 0, y0: 0, x1: 0, y1: 0 }, size);
}
