/**
 * Reads CVAT's XML 1.1 of image tasks, an image at a time: boxes, polygons and masks; tags become the image's `extra`. Polygons of one
 * group, label and attributes are the parts of one object, as CVAT's own exports take them. Videos (tracks) are refused.
 */
import { basename, join } from 'node:path';
import type { Annotation, Category, DatasetEntry, DatasetSource, ImageRecord, JsonValue, Split } from '../../dataset/types.js';
import { SamError } from '../../errors.js';
import { safeFileName } from '../coco/coco-records.js';
import { labelsOfMeta, type AttributeTypes } from './cvat-meta.js';
import { shapeOf, type CvatContext, type CvatShape } from './cvat-shape.js';
import { fileChunks, isFolder } from '../file-bytes.js';
import type { ReadOptions } from '../format.js';
import { once } from '../once.js';
import { RecordCheck, shown } from '../record-check.js';
import { childrenOfRoot, type XmlElement } from '../xml/xml-stream.js';

/** What CVAT's subsets are called, in any case. */
const SPLITS: Readonly<Record<string, Split>> = { train: 'train', training: 'train', val: 'val', valid: 'val', validation: 'val', test: 'test' };

interface Labels { ids: ReadonlyMap<string, number>; types: AttributeTypes }

/** A file, or a folder with `annotations.xml` in it. Throws `usage/input-missing`, `data/xml`, `data/format`, `data/unreadable`. */
export async function readCvat(path: string, options: ReadOptions): Promise<DatasetSource> {
  const file = await isFolder(path) ? join(path, 'annotations.xml') : path;
  const { categories, types } = await labelsOf(file);
  const labels = { ids: new Map(categories.map(({ id, name }) => [name, id])), types };
  const report = once(options.report);
  return { categories, entries: () => entriesOf(file, labels, { ...options, report }) };
}

/** From the head of the file; where it has none, the labels of all shapes in the order of their appearance. */
async function labelsOf(file: string): Promise<{ categories: Category[]; types: AttributeTypes }> {
  const names = new Set<string>();
  for await (const element of childrenOfRoot(fileChunks(file), 'annotations', file)) {
    refuseTrack(element, file);
    const found = element.name === 'meta' ? labelsOfMeta(element) : undefined;
    if (found !== undefined && found.categories.length > 0) return found;
    if (element.name === 'image') for (const shape of element.children) if (shape.attributes.has('label')) names.add(shape.attributes.get('label') ?? '');
  }
  names.delete('');
  return { categories: [...names].map((name, i) => ({ id: i + 1, name })), types: new Map() };
}

function refuseTrack({ name, line }: XmlElement, file: string): void {
  if (name !== 'track') return;
  throw new SamError('data/format', 'The file holds tracks of a video; export the task from CVAT as "CVAT for images 1.1".', { file, record: `line ${line}` });
}

async function* entriesOf(file: string, { ids, types }: Labels, options: ReadOptions): AsyncGenerator<DatasetEntry> {
  const seen = new Set<number>();
  let images = 0, nextId = 1;
  for await (const element of childrenOfRoot(fileChunks(file), 'annotations', file)) {
    refuseTrack(element, file);
    if (element.name !== 'image') continue;
    const check = new RecordCheck({ file: basename(file), record: `image ${element.attributes.get('name') ?? ''}` });
    const image = imageOf(element, ++images, check);
    if (image !== undefined && seen.has(image.id)) check.find('id/duplicate', `An earlier image has the id ${image.id} too.`, 'id');
    check.tell(options.report, () => ({ line: element.line }));
    if (image === undefined || check.failed) continue;
    seen.add(image.id);
    const shapes = shapesOf(element, { image, maxPixels: options.maxPixels, categories: ids, types }, file, options);
    const annotations = shapes.map(({ categoryId, segmentation, box, attributes }): Annotation => ({
      id: nextId++, imageId: image.id, categoryId, isCrowd: false,
      ...(segmentation === undefined ? {} : { segmentation }), ...(box === undefined ? {} : { box }), ...(attributes === undefined ? {} : { attributes }),
    }));
    const place = { file: basename(file), record: `image ${image.fileName}`, line: element.line };
    for (const record of [image, ...annotations]) options.placed?.(record, () => place);
    yield { image, annotations };
  }
}

/** `number`: the image's place in the file, from 1: its id where the file has several tasks, whose ids all begin at 0. */
function imageOf({ attributes, children }: XmlElement, number: number, check: RecordCheck): ImageRecord | undefined {
  const whole = (name: string, least: number): number => {
    const text = attributes.get(name) ?? '', value = /^[0-9]{1,15}$/.test(text) ? Number(text) : -1;
    if (value < least) check.find(name === 'id' ? 'id/invalid' : 'image/invalid', `Expected a whole number from ${least}, found ${shown(attributes.get(name))}.`, name);
    return value;
  };
  const fileName = safeFileName(attributes.get('name'), check, 'name');
  const width = whole('width', 1), height = whole('height', 1), id = whole('id', 0);
  if (check.failed || fileName === undefined) return undefined;
  const subset = attributes.get('subset') ?? '', split = Object.hasOwn(SPLITS, subset.toLowerCase()) ? SPLITS[subset.toLowerCase()] : undefined;
  const tags = children.filter(({ name }) => name === 'tag').map((tag) => tag.attributes.get('label') ?? '');
  const extra: Record<string, JsonValue> = {
    ...(split !== undefined || subset === '' || subset === 'default' ? {} : { subset }), ...(tags.length === 0 ? {} : { tags }),
  };
  return {
    id: attributes.has('task_id') ? number : id, fileName, width, height,
    ...(split === undefined ? {} : { split }), ...(Object.keys(extra).length === 0 ? {} : { extra }),
  };
}

/** The shapes of an image, parts of one object joined; what is wrong is reported and left out. */
function shapesOf(image: XmlElement, context: CvatContext, file: string, { report }: ReadOptions): CvatShape[] {
  const shapes: CvatShape[] = [], parts = new Map<string, CvatShape>();
  const elements = image.children.filter(({ name }) => name !== 'tag');
  for (const [i, element] of elements.entries()) {
    const check = new RecordCheck({ file: basename(file), record: `${element.name}[${i}] of image ${image.attributes.get('name') ?? ''}` });
    const shape = shapeOf(element, context, check);
    check.tell(report, () => ({ line: element.line }));
    if (shape === undefined) continue;
    const key = JSON.stringify([shape.categoryId, shape.attributes]);
    const first = shape.group > 0 && element.name === 'polygon' ? parts.get(key) : undefined;
    if (first === undefined) shapes.push(shape);
    if (first === undefined && shape.group > 0 && element.name === 'polygon') parts.set(key, shape);
    if (first?.segmentation?.kind === 'polygons' && shape.segmentation?.kind === 'polygons') first.segmentation.rings.push(...shape.segmentation.rings);
  }
  return shapes.map(withoutJoinedGroup);
}

/** The group of parts that were joined has done its work. */
function withoutJoinedGroup(shape: CvatShape): CvatShape {
  if (shape.segmentation?.kind !== 'polygons' || shape.segmentation.rings.length < 2) return shape;
  const { attributes = {}, ...rest } = shape;
  const others = Object.entries(attributes).filter(([key]) => key !== 'group_id');
  return { ...rest, ...(others.length === 0 ? {} : { attributes: Object.fromEntries(others) }) };
}
