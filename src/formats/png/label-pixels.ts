/** Label images and masks: one value a pixel, 0 for background, each other value an object. */
import { SamError } from '../../errors.js';
import type { ImageSize } from '../../geometry/size.js';
import { rleArea, type Rle } from '../../mask/rle.js';

const MOST_LABELS = 65_535;

/** `data`: row-major labels. `labels[i]`: the label of mask i, 0 where none of its pixels is seen. `covered`: masks that lost pixels to others. */
export interface PaintedLabels { data: Uint16Array; labels: number[]; covered: number[] }

/**
 * Paints masks over each other, the largest first, so that small ones stay visible; labels count from 1 in the order of `masks`, of
 * those that are seen. Throws `data/limit` for more masks than 65,535.
 */
export function paintLabels(masks: readonly Rle[], { width, height }: ImageSize): PaintedLabels {
  if (masks.length > MOST_LABELS) throw new SamError('data/limit', `The image has ${masks.length} masks, and a label image holds ${MOST_LABELS}.`);
  const data = new Uint16Array(width * height);
  const areas = masks.map(rleArea);
  const seen = new Uint32Array(masks.length + 1);
  const order = masks.map((_, i) => i).sort((a, b) => areas[b]! - areas[a]! || a - b);
  for (const i of order) paint(masks[i]!, i + 1, data, seen);
  let next = 0;
  const labels = masks.map((_, i) => (seen[i + 1]! > 0 ? ++next : 0));
  if (next < masks.length) for (let p = 0; p < data.length; p++) data[p] = data[p] === 0 ? 0 : labels[data[p]! - 1]!;
  return { data, labels, covered: masks.flatMap((_, i) => (seen[i + 1]! < areas[i]! ? [i] : [])) };
}

/** Sets the pixels of a mask to `label`, and keeps count in `seen` of how many pixels each label has. */
function paint({ counts, width, height }: Rle, label: number, data: Uint16Array, seen: Uint32Array): void {
  let at = 0;
  for (const [i, count] of counts.entries()) {
    for (let p = at; i % 2 === 1 && p < at + count; p++) {
      const pixel = (p % height) * width + Math.floor(p / height);
      seen[data[pixel]!]! -= 1;
      data[pixel] = label;
    }
    if (i % 2 === 1) seen[label]! += count;
    at += count;
  }
}

/** The mask of each label of a label image but 0, in the order of the labels. `data`: row-major. */
export function masksOfLabels(data: Uint8Array | Uint16Array, size: ImageSize): Map<number, Rle> {
  const bounds = labelBounds(data, size);
  const masks = new Map<number, Rle>();
  for (const label of [...bounds.keys()].sort((a, b) => a - b)) {
    const counts: number[] = [];
    let at = 0;
    for (const bound of bounds.get(label) ?? []) {
      counts.push(bound - at);
      at = bound;
    }
    if (at < data.length) counts.push(data.length - at);
    masks.set(label, { width: size.width, height: size.height, counts: Uint32Array.from(counts) });
  }
  return masks;
}

/** For each label the column-major positions at which its runs begin and end, ascending. */
function labelBounds(data: Uint8Array | Uint16Array, { width }: ImageSize): Map<number, number[]> {
  const bounds = new Map<number, number[]>();
  const mark = (label: number, position: number): void => {
    if (label === 0) return;
    const known = bounds.get(label);
    if (known === undefined) bounds.set(label, [position]);
    else known.push(position);
  };
  let current = 0, position = 0;
  for (let x = 0; x < width; x++) {
    for (let at = x; at < data.length; at += width, position++) {
      const label = data[at]!;
      if (label === current) continue;
      mark(current, position);
      mark(label, position);
      current = label;
    }
  }
  mark(current, data.length);
  return bounds;
}
