/** VOC's pictures of masks: palette indices, the number of an object (or class) in each pixel, 255 for what nobody is scored on. */
import { join } from 'node:path';
import { finding } from '../../dataset/rules.js';
import type { Report } from '../../dataset/types.js';
import { SamError } from '../../errors.js';
import { insideRoot } from '../../files/safe-path.js';
import type { ImageSize } from '../../geometry/size.js';
import type { Rle } from '../../mask/rle.js';
import { isThere, readWhole } from '../file-bytes.js';
import type { ReadOptions } from '../format.js';
import { encodeIndexPng } from '../png/index-png-write.js';
import { readIndexPng, type IndexImage } from '../png/index-png.js';
import { masksOfLabels, paintLabels } from '../png/label-pixels.js';
import { VOC_PALETTE, VOID } from './voc-palette.js';

export const OBJECT_MASKS = 'SegmentationObject', CLASS_MASKS = 'SegmentationClass';
const MAX_PNG_BYTES = 2 ** 30;

/** The mask of each object by its place from 1, and the void; nothing where there is no picture. What is wrong is reported. */
export async function readVocMasks(root: string, stem: string, size: ImageSize, objects: number, { maxPixels, report }: Pick<ReadOptions, 'maxPixels' | 'report'>): Promise<ReadonlyMap<number, Rle>> {
  const file = `${OBJECT_MASKS}/${stem}.png`;
  if (!await isThere(join(root, file))) {
    if (await isThere(join(root, CLASS_MASKS, `${stem}.png`))) report(finding('mask/no-instances', 'There are masks of classes, but none of objects.', { file: `${CLASS_MASKS}/${stem}.png` }));
    return new Map();
  }
  const picture = await readPicture(await insideRoot(root, file), file, size, maxPixels, report);
  if (picture === undefined) return new Map();
  const masks = masksOfLabels(picture.data, size);
  for (const label of masks.keys()) {
    if (label <= objects || label === VOID) continue;
    report(finding('mask/no-object', `Label ${label} has pixels, and the XML file has ${objects} objects.`, { file, record: `label ${label}` }));
    masks.delete(label);
  }
  return masks;
}

async function readPicture(path: string, file: string, size: ImageSize, maxPixels: number, report: Report): Promise<IndexImage | undefined> {
  const picture = await readWhole(path, MAX_PNG_BYTES, file).then((bytes) => readIndexPng(bytes, file, maxPixels)).catch((error: unknown) => {
    if (error instanceof SamError && error.kind === 'data') return error;
    throw error;
  });
  if (picture instanceof SamError) report(finding('file/malformed', picture.message, { file }));
  else if (picture.width !== size.width || picture.height !== size.height) report(finding('size/mismatch', `The masks are ${picture.width} x ${picture.height}, the image ${size.width} x ${size.height}.`, { file }));
  else return picture;
  return undefined;
}

/** A mask on its way into pictures. `place`: the object's, from 1; `label`: its class's, from 1. */
export interface PlacedMask { rle: Rle; place: number; label: number }

/** Both pictures, the largest masks painted first; `covered`: places of masks that lost pixels to others. Throws `data/limit`. */
export function encodeVocMasks(masks: readonly PlacedMask[], voidMask: Rle | undefined, size: ImageSize, file: string): { objects: Uint8Array; classes: Uint8Array; covered: number[] } {
  for (const { place, label } of masks) {
    if (place >= VOID) throw new SamError('data/limit', `The image has more than ${VOID - 1} objects, and object ${place} has a mask: a VOC picture counts to ${VOID - 1}.`, { file });
    if (label >= VOID) throw new SamError('data/limit', `The dataset has more than ${VOID - 1} categories: a VOC picture counts to ${VOID - 1}.`, { file });
  }
  const { data, labels, covered } = paintLabels(masks.map(({ rle }) => rle), size);
  const places = repainted(data, labels, masks.map(({ place }) => place)), classes = repainted(data, labels, masks.map(({ label }) => label));
  if (voidMask !== undefined) paintVoid(voidMask, [places, classes]);
  const picture = (pixels: Uint8Array): Uint8Array => encodeIndexPng({ width: size.width, height: size.height, data: pixels }, VOC_PALETTE);
  return { objects: picture(places), classes: picture(classes), covered: covered.map((i) => masks[i]!.place) };
}

/** The picture with the value of mask i where its label is. */
function repainted(data: Uint16Array, labels: readonly number[], values: readonly number[]): Uint8Array {
  const table = new Uint8Array(labels.length + 1);
  labels.forEach((label, i) => { if (label > 0) table[label] = values[i]!; });
  const pixels = new Uint8Array(data.length);
  for (let p = 0; p < data.length; p++) pixels[p] = table[data[p]!]!;
  return pixels;
}

/** Only where nothing else is. */
function paintVoid({ counts, width, height }: Rle, pictures: readonly Uint8Array[]): void {
  let at = 0;
  for (const [i, count] of counts.entries()) {
    for (let p = at; i % 2 === 1 && p < at + count; p++) {
      const pixel = (p % height) * width + Math.floor(p / height);
      for (const picture of pictures) if (picture[pixel] === 0) picture[pixel] = VOID;
    }
    at += count;
  }
}
