/** VOC datasets written: `Annotations`, pictures of masks, the lists of `ImageSets`, and `labelmap.txt` with the classes in their order. */
import type { Annotation, DatasetEntry, DatasetSource, ImageRecord, Split } from '../../dataset/types.js';
import { SamError } from '../../errors.js';
import { sortedByText } from '../../files/order.js';
import { rleFromCoco } from '../../mask/coco-rle.js';
import { rleArea, type Rle } from '../../mask/rle.js';
import type { Sink, WriteOptions } from '../format.js';
import { loseAllBut, loseCategories, whereIs } from '../losses.js';
import { runningIds } from '../running-ids.js';
import { rleOfAnnotation } from '../../dataset/masks.js';
import { boxOf } from '../../dataset/shape-of.js';
import { stemPaths } from '../stem-names.js';
import { LABELMAP, labelmapLine } from './voc-layout.js';
import { CLASS_MASKS, OBJECT_MASKS, encodeVocMasks, type PlacedMask } from './voc-masks.js';
import { VOC_PALETTE } from './voc-palette.js';
import { VOID_KEY } from './voc-read.js';
import { vocXml, type WrittenObject } from './voc-write-xml.js';
import { bareText } from './voc-xml.js';

const SPLITS = ['train', 'val', 'test'] as const;

/** The number of each category from 1, and its name; categories of one name are one. */
interface Classes { numbers: ReadonlyMap<number, number>; names: readonly string[] }

export async function writeVoc(source: DatasetSource, sink: Sink, { vocBase = 'one' }: WriteOptions): Promise<void> {
  const classes = classesOf(source, sink);
  const lose = loseAllBut(['splits', 'attributes', 'extra'], source, sink), loseIds = runningIds(sink), stemOf = stemPaths();
  const images: { stem: string; split: Split | undefined; isSegmented: boolean }[] = [];
  for await (const entry of source.entries()) {
    const { image } = entry;
    lose(entry);
    loseIds(entry);
    const stem = stemOf(image.fileName);
    const objects = objectsOf(entry, classes, sink);
    const isSegmented = await putMasks(image, stem, objects, classes, sink);
    await sink.put(`Annotations/${stem}.xml`, vocXml(image, objects, isSegmented, vocBase, sink));
    images.push({ stem, split: image.split, isSegmented });
  }
  await sink.put(LABELMAP, labelmapOf(classes));
  await putSets('Main', images, sink);
  if (images.some(({ isSegmented }) => isSegmented)) await putSets('Segmentation', images.filter(({ isSegmented }) => isSegmented), sink);
}

function classesOf({ categories, extra }: DatasetSource, sink: Sink): Classes {
  const names = [...new Set(categories.map(({ name }) => name))];
  const kept = names.filter((name) => bareText(name) === name && labelmapLine(name, []) !== undefined);
  loseCategories(categories, kept.map((name, i) => ({ id: i + 1, name })), sink);
  if (extra !== undefined && Object.keys(extra).length > 0) sink.lose('extra', 'the dataset');
  for (const category of categories) if (category.extra !== undefined) sink.lose('extra', `category ${category.name}`);
  return { names, numbers: new Map(categories.map(({ id, name }) => [id, names.indexOf(name) + 1])) };
}

function objectsOf({ image, annotations }: DatasetEntry, { numbers, names }: Classes, sink: Sink): WrittenObject[] {
  return annotations.flatMap((annotation) => {
    const name = names[(numbers.get(annotation.categoryId) ?? 0) - 1];
    if (name === undefined) throw new SamError('data/record', `The category ${annotation.categoryId} is not in the dataset.`, { file: image.fileName, record: whereIs(annotation, image) });
    const box = boxOf(annotation);
    if (box === undefined) sink.lose('masks', `${whereIs(annotation, image)}, which is empty`);
    return box === undefined ? [] : [{ annotation, name, box }];
  });
}

/** The pictures, where an object has a mask or the image has void pixels; true if there are. */
async function putMasks(image: ImageRecord, stem: string, objects: readonly WrittenObject[], { numbers }: Classes, sink: Sink): Promise<boolean> {
  const masks = objects.flatMap(({ annotation }, i): PlacedMask[] => {
    const rle = rleOfAnnotation(annotation, image);
    return rle === undefined ? [] : [{ rle, place: i + 1, label: numbers.get(annotation.categoryId) ?? 0 }];
  });
  const voidMask = voidOf(image, sink);
  if (masks.length === 0 && voidMask === undefined) return false;
  const pictures = encodeVocMasks(masks, voidMask, image, image.fileName);
  for (const place of pictures.covered) loseCovered(objects[place - 1]!.annotation, image, sink);
  for (const { rle, place } of masks) if (rleArea(rle) === 0) sink.lose('masks', `${whereIs(objects[place - 1]!.annotation, image)}, which is empty`);
  await sink.put(`${OBJECT_MASKS}/${stem}.png`, pictures.objects);
  await sink.put(`${CLASS_MASKS}/${stem}.png`, pictures.classes);
  return true;
}

/** Polygons stand in the XML file whole, whatever the picture shows of them. */
function loseCovered(annotation: Annotation, image: ImageRecord, sink: Sink): void {
  if (annotation.segmentation?.kind === 'rle') sink.lose('overlap', whereIs(annotation, image));
}

function voidOf({ extra, fileName, width, height }: ImageRecord, sink: Sink): Rle | undefined {
  const value = extra?.[VOID_KEY];
  if (value === undefined) return undefined;
  try {
    const rle = rleFromCoco(value);
    if (rle.width === width && rle.height === height) return rle;
  } catch (error) {
    if (!(error instanceof SamError)) throw error;
  }
  sink.lose('extra', `${VOID_KEY} of image ${fileName}`);
  return undefined;
}

function labelmapOf({ names }: Classes): string {
  const lines = names.map((name, i) => labelmapLine(name, VOC_PALETTE.subarray(3 * ((i + 1) % 256), 3 * ((i + 1) % 256) + 3)) ?? '');
  return `# label:color_rgb:parts:actions\nbackground:0,0,0::\n${lines.join('')}`;
}

/** Sorted lists: one a split that there is, and `trainval`, which has all but the tests; images that are nowhere else have no split. */
async function putSets(set: string, images: readonly { stem: string; split: Split | undefined }[], sink: Sink): Promise<void> {
  const put = async (name: string, of: typeof images): Promise<void> => {
    if (of.length > 0) await sink.put(`ImageSets/${set}/${name}.txt`, sortedByText(of, ({ stem }) => stem).map(({ stem }) => `${stem}\n`).join(''));
  };
  for (const split of SPLITS) await put(split, images.filter((image) => image.split === split));
  await put('trainval', images.filter(({ split }) => split !== 'test'));
}
