/**
 * Label maps of a dataset's images: PNGs whose values are objects (1, 2, ... in their order) or categories (their places in the dataset), with a
 * palette of the pictures' colours up to 255 values, else of 16 bits with a coloured picture beside.
 */
import type { Category } from '../dataset/types.js';
import { SamError } from '../errors.js';
import { colourOf } from '../draw/colouring.js';
import type { Rgb } from '../draw/colour.js';
import type { DrawnObject } from '../draw/objects.js';
import type { OverlayOptions } from '../draw/options.js';
import { csvLine } from '../formats/csv/csv-line.js';
import { encodeIndexPng } from '../formats/png/index-png-write.js';
import { paintLabels } from '../formats/png/label-pixels.js';
import type { ImageSize } from '../geometry/size.js';
import { encodePngRgb } from '../image/encode.js';

/** `labels`: PNG. `colours`: PNG, only where the labels have no palette. `rows`: of labels.csv. `unseen`: objects that no pixel shows. */
export interface LabelMap { labels: Uint8Array; colours?: Uint8Array; rows: string; unseen: number }

const MOST = 65_535;

/** The smallest mask wins a pixel. Throws `data/limit` where 16 bits do not suffice. */
export async function labelMapOf(image: ImageSize & { fileName: string }, objects: readonly DrawnObject[], categories: readonly Category[], options: OverlayOptions): Promise<LabelMap> {
  const isByCategory = options.by === 'category';
  if (isByCategory && categories.length > MOST) throw new SamError('data/limit', `The dataset has ${categories.length} categories, and a label map holds ${MOST}.`);
  const masked = objects.filter(({ rle }) => rle !== undefined);
  const painted = paintLabels(masked.map(({ rle }) => rle!), image);
  const places = new Map(categories.map(({ id }, i) => [id, i + 1]));
  const names = new Map(categories.map(({ id, name }) => [id, name]));
  const values = new Map<number, { colour: Rgb; row: string }>();
  const valueOf = new Uint16Array(masked.length + 1);
  masked.forEach(({ annotation, area }, i) => {
    const label = painted.labels[i]!, { id, score, categoryId } = annotation, name = names.get(categoryId) ?? `category ${categoryId}`;
    if (label === 0) return;
    const value = isByCategory ? places.get(categoryId) ?? label : label;
    valueOf[label] = value;
    const row = isByCategory ? [image.fileName, value, name, undefined, undefined] : [image.fileName, value, name, score, id];
    values.set(value, { colour: colourOf({ ...annotation, area }, image, options), row: csvLine(row) });
  });
  const data = painted.data.map((label) => valueOf[label]!);
  const rows = [...values].sort(([a], [b]) => a - b).map(([, { row }]) => row).join('') || csvLine([image.fileName, 0, undefined, undefined, undefined]);
  const most = Math.max(0, ...values.keys()), unseen = objects.length - painted.labels.filter((label) => label > 0).length;
  if (most <= 255) return { labels: encodeIndexPng({ ...sizeOf(image), data: Uint8Array.from(data) }, paletteOf(values, most)), rows, unseen };
  return { labels: encodeIndexPng({ ...sizeOf(image), data }), colours: await colouredPng(data, values, image), rows, unseen };
}

/** A value that no object of this image has is black, as the background is. */
function paletteOf(values: ReadonlyMap<number, { colour: Rgb }>, most: number): Uint8Array {
  const palette = new Uint8Array(3 * (most + 1));
  for (const [value, { colour }] of values) palette.set(colour, 3 * value);
  return palette;
}

async function colouredPng(data: Uint16Array, values: ReadonlyMap<number, { colour: Rgb }>, size: ImageSize): Promise<Uint8Array> {
  const pixels = new Uint8Array(3 * data.length);
  data.forEach((value, i) => {
    const known = values.get(value);
    if (known !== undefined) pixels.set(known.colour, 3 * i);
  });
  return encodePngRgb({ ...sizeOf(size), data: pixels });
}

function sizeOf({ width, height }: ImageSize): ImageSize {
  return { width, height };
}
