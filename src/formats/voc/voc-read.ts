/** VOC datasets as a stream of images, in bytewise order of their names: a first pass finds names and categories, the second gives entries. */
import { finding } from '../../dataset/rules.js';
import type { Annotation, Category, DatasetEntry, DatasetSource, Extra } from '../../dataset/types.js';
import { printableName } from '../../errors.js';
import { sortedByText } from '../../files/order.js';
import { rleToCoco } from '../../mask/rle-string.js';
import type { ReadOptions } from '../format.js';
import { once } from '../once.js';
import { readVocFile, type VocFile } from './voc-annotation.js';
import { vocLayout, vocStem, type VocLayout } from './voc-layout.js';
import { readVocMasks } from './voc-masks.js';
import { VOID } from './voc-palette.js';

/** The key under which an image keeps its void pixels, as COCO writes a mask. */
export const VOID_KEY = 'void';

export async function readVoc(path: string, options: ReadOptions): Promise<DatasetSource> {
  const toldOnce = { ...options, report: once(options.report) };
  const layout = await vocLayout(path, toldOnce.report);
  const names = new Map<string, number>();
  for (const name of layout.labelmap) if (!names.has(name)) names.set(name, names.size + 1);
  const files = new Map<string, string>();
  for (const file of layout.files) {
    const found = await readVocFile(layout, file, toldOnce);
    if (found === undefined) continue;
    const { fileName } = found.image, other = files.get(fileName);
    if (other !== undefined) {
      toldOnce.report(finding('id/duplicate', `The image ${printableName(fileName)} has another file, ${printableName(other)}.`, { file, path: 'filename' }));
      continue;
    }
    files.set(fileName, file);
    for (const object of found.objects) if (object !== undefined && !names.has(object.name)) names.set(object.name, names.size + 1);
  }
  const order = sortedByText([...files], ([fileName]) => fileName).map(([, file]) => file);
  const categories: Category[] = [...names].map(([name, id]) => ({ id, name }));
  return { categories, entries: () => entriesOf(layout, order, names, toldOnce) };
}

async function* entriesOf(layout: VocLayout, files: readonly string[], categories: ReadonlyMap<string, number>, options: ReadOptions): AsyncGenerator<DatasetEntry> {
  let imageId = 0, annotationId = 0;
  for (const file of files) {
    const found = await readVocFile(layout, file, options);
    if (found === undefined) continue;
    imageId++;
    const entry = await entryOf(found, imageId, layout, file, categories, options);
    for (const annotation of entry.annotations) annotation.id = ++annotationId;
    yield entry;
  }
}

async function entryOf({ image, objects, lines }: VocFile, imageId: number, { root, splits }: VocLayout, file: string, categories: ReadonlyMap<string, number>, options: ReadOptions): Promise<DatasetEntry> {
  const stem = vocStem(file), split = splits.get(stem);
  const masks = await readVocMasks(root, stem, image, objects.length, options);
  const annotations = objects.flatMap((object, i): Annotation[] => {
    if (object === undefined) return [];
    const { name, ...rest } = object;
    const rle = i + 1 === VOID ? undefined : masks.get(i + 1);
    // a polygon in the file is what the picture was drawn from
    const annotation: Annotation = { id: 0, imageId, categoryId: categories.get(name) ?? 0, isCrowd: false, ...(rle === undefined ? {} : { segmentation: { kind: 'rle', rle } }), ...rest };
    options.placed?.(annotation, () => ({ file, record: `object[${i}]`, ...(lines[i] === undefined ? {} : { line: lines[i] }) }));
    return [annotation];
  });
  const voidMask = masks.get(VOID);
  const extra: Extra | undefined = voidMask === undefined ? image.extra : { ...image.extra, [VOID_KEY]: { ...rleToCoco(voidMask) } };
  const record = { id: imageId, ...image, ...(split === undefined ? {} : { split }), ...(extra === undefined ? {} : { extra }) };
  options.placed?.(record, () => ({ file }));
  return { image: record, annotations };
}
