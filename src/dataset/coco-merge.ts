/**
 * Merging COCO instances files: images by bytewise `file_name`, their annotations in the order they had, ids from 1, categories
 * reconciled by name in the order of their first appearance. Keys that COCO does not know stay on their records.
 */
import { SamError } from '../errors.js';

export type JsonRecord = Record<string, unknown>;

/** A parsed COCO instances file, every record checked to have the ids that merging needs. */
export interface CocoInstances { name: string; images: JsonRecord[]; annotations: JsonRecord[]; categories: JsonRecord[] }

/** Checks a parsed file. Throws `data/coco` naming the file, the record, what was expected and what was found. */
export function cocoInstances(value: unknown, name: string): CocoInstances {
  if (!isRecord(value)) throw wrong(name, '', 'an object with images, annotations and categories', value);
  const images = recordsOf(value, 'images', name), annotations = recordsOf(value, 'annotations', name), categories = recordsOf(value, 'categories', name);
  images.forEach((image, i) => {
    if (!isId(image['id'])) throw wrong(name, `images[${i}].id`, 'a whole number', image['id']);
    if (typeof image['file_name'] !== 'string') throw wrong(name, `images[${i}].file_name`, 'a text', image['file_name']);
  });
  categories.forEach((category, i) => {
    if (!isId(category['id'])) throw wrong(name, `categories[${i}].id`, 'a whole number', category['id']);
    if (typeof category['name'] !== 'string') throw wrong(name, `categories[${i}].name`, 'a text', category['name']);
  });
  const imageIds = idsOf(images, 'images', name), categoryIds = idsOf(categories, 'categories', name);
  annotations.forEach((annotation, i) => {
    if (!imageIds.has(annotation['image_id'])) throw wrong(name, `annotations[${i}].image_id`, 'the id of an image of the file', annotation['image_id']);
    if (!categoryIds.has(annotation['category_id'])) throw wrong(name, `annotations[${i}].category_id`, 'the id of a category of the file', annotation['category_id']);
  });
  return { name, images, annotations, categories };
}

/** The merged records. Throws `data/coco` where two files hold an image of one name. */
export function mergeCoco(files: CocoInstances[]): Omit<CocoInstances, 'name'> {
  const categoryIds = new Map<unknown, number>();
  const categories: JsonRecord[] = [];
  for (const category of files.flatMap((file) => file.categories)) {
    if (categoryIds.has(category['name'])) continue;
    categoryIds.set(category['name'], categories.length + 1);
    categories.push({ ...category, id: categories.length + 1 });
  }
  const entries = files.flatMap((file) => {
    const names = new Map(file.categories.map((category) => [category['id'], category['name']]));
    const byImage = new Map<unknown, JsonRecord[]>(file.images.map((image) => [image['id'], []]));
    for (const annotation of file.annotations) byImage.get(annotation['image_id'])!.push({ ...annotation, category_id: categoryIds.get(names.get(annotation['category_id'])) });
    return file.images.map((image) => ({ file, image, key: Buffer.from(String(image['file_name'])), annotations: byImage.get(image['id'])! }));
  }).sort((a, b) => Buffer.compare(a.key, b.key));
  const images: JsonRecord[] = [], annotations: JsonRecord[] = [];
  for (const [i, { file, image, key, annotations: own }] of entries.entries()) {
    const before = entries[i - 1];
    if (before !== undefined && before.key.equals(key)) {
      throw new SamError('data/coco', `The image "${String(image['file_name'])}" stands in ${before.file.name} and in ${file.name}; merged files hold each image once.`, { file: file.name });
    }
    images.push({ ...image, id: i + 1 });
    for (const annotation of own) annotations.push({ ...annotation, id: annotations.length + 1, image_id: i + 1 });
  }
  return { images, annotations, categories };
}

function isRecord(value: unknown): value is JsonRecord {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isId(value: unknown): boolean {
  return typeof value === 'number' && Number.isSafeInteger(value);
}

function recordsOf(value: JsonRecord, key: string, name: string): JsonRecord[] {
  const list = value[key];
  if (!Array.isArray(list)) throw wrong(name, key, 'a list', list);
  return list.map((record: unknown, i) => {
    if (!isRecord(record)) throw wrong(name, `${key}[${i}]`, 'an object', record);
    return record;
  });
}

function idsOf(records: JsonRecord[], key: string, name: string): Set<unknown> {
  const ids = new Set<unknown>();
  records.forEach((record, i) => {
    if (ids.has(record['id'])) throw wrong(name, `${key}[${i}].id`, 'an id that no other record has', record['id']);
    ids.add(record['id']);
  });
  return ids;
}

function wrong(file: string, record: string, expected: string, found: unknown): SamError {
  const text = JSON.stringify(found) ?? 'nothing';
  return new SamError('data/coco', `Expected ${expected}, found ${text.length > 60 ? `${text.slice(0, 57)}...` : text}.`, { file, ...(record === '' ? {} : { record }) });
}
