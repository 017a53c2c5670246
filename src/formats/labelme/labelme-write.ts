/** LabelMe datasets written: a JSON file beside where each image belongs, never the image itself; `labels.txt` with the labels in order. */
import type { Annotation, Category, DatasetEntry, DatasetSource, ImageRecord, JsonValue } from '../../dataset/types.js';
import { SamError } from '../../errors.js';
import type { Sink } from '../format.js';
import { LABELS, LABELS_HEAD } from './labelme-read.js';
import { groupsOf, shapesOf } from './labelme-write-shape.js';
import { NO_AREA } from './labelme-shape.js';
import { loseAllBut, loseCategories, whereIs } from '../losses.js';
import { isObject } from '../record-check.js';
import { runningIds } from '../running-ids.js';
import { stemPaths } from '../stem-names.js';

/** The version of LabelMe whose files these are. */
const VERSION = '7.0.0';
const FILE_KEYS: ReadonlySet<string> = new Set(['version', 'flags', 'shapes', 'imagePath', 'imageData', 'imageHeight', 'imageWidth']);

export async function writeLabelme(source: DatasetSource, sink: Sink): Promise<void> {
  const labels = labelsOf(source, sink);
  const names = new Map(source.categories.map(({ id, name }) => [id, name]));
  const lose = loseAllBut(['scores', 'attributes', 'extra'], source, sink), loseIds = runningIds(sink), stemOf = stemPaths();
  for await (const entry of source.entries()) {
    lose(entry);
    loseIds(entry);
    await sink.put(`${stemOf(entry.image.fileName)}.json`, `${JSON.stringify(fileOf(entry, names, sink), null, 2)}\n`);
  }
  await sink.put(LABELS, [...LABELS_HEAD, ...labels].map((label) => `${label}\n`).join(''));
}

function labelsOf({ categories, extra }: DatasetSource, sink: Sink): string[] {
  const labels = [...new Set(categories.map(({ name }) => name))].filter((name) => name !== '' && !/[\r\n]/.test(name));
  loseCategories(categories, labels.map((name, i): Category => ({ id: i + 1, name })), sink);
  if (extra !== undefined && Object.keys(extra).length > 0) sink.lose('extra', 'the dataset');
  for (const category of categories) if (category.extra !== undefined) sink.lose('extra', `category ${category.name}`);
  return labels;
}

function fileOf({ image, annotations }: DatasetEntry, names: ReadonlyMap<number, string>, sink: Sink): Record<string, JsonValue> {
  const { extra = {} } = image;
  const groups = groupsOf(annotations, names, image, sink);
  const shapes = annotations.flatMap((annotation, i) => shapesOf(annotation, labelOf(annotation, names, image), groups[i], image, sink));
  // fromEntries makes own properties, of `__proto__` too
  return Object.fromEntries<JsonValue>([
    ['version', VERSION], ['flags', isObject(extra['flags']) ? extra['flags'] : {}], ['shapes', [...shapes, ...asidesOf(image, sink)]],
    ['imagePath', image.fileName.slice(image.fileName.lastIndexOf('/') + 1)], ['imageData', null], ['imageHeight', image.height], ['imageWidth', image.width],
    ...Object.entries(extra).filter(([key, value]) => isFree(key, value, image, sink)),
  ]);
}

function isFree(key: string, value: JsonValue, { fileName }: ImageRecord, sink: Sink): boolean {
  if (!FILE_KEYS.has(key)) return true;
  if (key !== 'shapes' && !(key === 'flags' && isObject(value) && Object.keys(value).length > 0)) sink.lose('extra', `${key} of image ${fileName}`);
  return false;
}

function labelOf({ id, categoryId }: Annotation, names: ReadonlyMap<number, string>, image: ImageRecord): string {
  const name = names.get(categoryId);
  if (name === undefined) throw new SamError('data/record', `The category ${categoryId} is not in the dataset.`, { file: image.fileName, record: whereIs({ id }, image) });
  return name;
}

/** Shapes without area that were read with the image. */
function asidesOf({ extra, fileName }: ImageRecord, sink: Sink): JsonValue[] {
  const asides = extra?.['shapes'];
  if (asides === undefined) return [];
  if (Array.isArray(asides) && asides.length > 0 && asides.every((shape) => isObject(shape) && typeof shape['shape_type'] === 'string' && NO_AREA.has(shape['shape_type']))) return asides;
  sink.lose('extra', `shapes of image ${fileName}`);
  return [];
}
