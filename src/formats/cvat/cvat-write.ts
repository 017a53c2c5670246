/**
 * Writes CVAT's XML 1.1 of an image task. Masks stay masks, boxes boxes; an object of several polygons becomes a group. The source is
 * read twice, because the names and types of attributes stand in the head.
 */
import type { Annotation, DatasetEntry, DatasetSource, Extra, ImageRecord } from '../../dataset/types.js';
import { SamError } from '../../errors.js';
import { cvatMaskOf } from './cvat-mask.js';
import { metaText, type AttributeTypes, type AttributeValue } from './cvat-meta.js';
import type { Sink } from '../format.js';
import { loseAllBut, loseCategories, whereIs } from '../losses.js';
import { xmlText } from '../xml/xml-text.js';

const SUBSETS = { train: 'Train', val: 'Validation', test: 'Test' } as const;
/** Values that CVAT has an attribute of the shape for, where they are such. */
const isNative: Readonly<Record<string, (value: AttributeValue) => boolean>> = {
  occluded: (value) => value === true,
  z_order: (value) => Number.isSafeInteger(value) && value !== 0,
  group_id: (value) => Number.isSafeInteger(value) && Number(value) > 0,
};

/** What a first reading tells of all entries. */
interface Survey { types: AttributeTypes; images: number; nextGroup: number }

/** The text of the file in pieces, an image each. */
export async function* cvatText(source: DatasetSource, sink: Sink): AsyncGenerator<string> {
  const names = new Map(source.categories.map(({ id, name }) => [id, name]));
  const { types, images, nextGroup } = await survey(source, names);
  const lose = loseAllBut(['attributes', 'splits'], source, sink);
  loseCategories(source.categories, source.categories.map(({ name }, i) => ({ id: i + 1, name })), sink);
  const groups = { next: nextGroup };
  let annotations = 0;
  yield `<?xml version="1.0" encoding="utf-8"?>\n<annotations>\n  <version>1.1</version>\n${metaText(source.categories, types, images)}`;
  for await (const entry of source.entries()) {
    const { kept, rest } = ownExtra(entry.image);
    lose({ ...entry, image: rest });
    const lines = [...tagLines(kept)];
    for (const annotation of entry.annotations) {
      const name = names.get(annotation.categoryId);
      if (name === undefined) throw new SamError('data/record', `The category ${annotation.categoryId} is not in the dataset.`, { file: entry.image.fileName, record: whereIs(annotation, entry.image) });
      const shapes = shapeLines(annotation, name, entry, sink, groups);
      if (changesValues(annotation, types.get(name))) sink.lose('attributes', whereIs(annotation, entry.image));
      if (shapes.length > 0 && annotation.id !== ++annotations) sink.lose('ids', whereIs(annotation, entry.image));
      lines.push(...shapes);
    }
    yield `${imageTag(entry.image, kept)}${lines.join('')}  </image>\n`;
  }
  yield '</annotations>\n';
}

async function survey(source: DatasetSource, names: ReadonlyMap<number, string>): Promise<Survey> {
  const types = new Map<string, Map<string, string>>();
  let images = 0, nextGroup = 1;
  for await (const { annotations } of source.entries()) {
    images++;
    for (const { categoryId, attributes = {} } of annotations) {
      const known = types.get(names.get(categoryId) ?? '') ?? new Map<string, string>();
      types.set(names.get(categoryId) ?? '', known);
      for (const [key, value] of Object.entries(attributes)) {
        if (key === 'group_id' && isNative['group_id']?.(value) === true) nextGroup = Math.max(nextGroup, Number(value) + 1);
        if (isShapes(key, value)) continue;
        const type = typeof value === 'boolean' ? 'checkbox' : typeof value === 'number' ? 'number' : 'text';
        known.set(key, known.has(key) && known.get(key) !== type ? 'text' : type);
      }
    }
  }
  return { types, images, nextGroup };
}

function isShapes(key: string, value: AttributeValue): boolean {
  return Object.hasOwn(isNative, key) && isNative[key]?.(value) === true;
}

/** Whether a value comes back as a text, because others of its name have another type or it is no number, or a group is needed for parts. */
function changesValues({ attributes = {}, segmentation }: Annotation, types: ReadonlyMap<string, string> | undefined): boolean {
  const isJoined = segmentation?.kind === 'polygons' && segmentation.rings.length > 1;
  return Object.entries(attributes).some(([key, value]) => {
    if (isShapes(key, value)) return key === 'group_id' && isJoined;
    return typeof value !== 'string' && (types?.get(key) === 'text' || (typeof value === 'number' && !Number.isFinite(value)));
  });
}

/** What of an image's `extra` CVAT has a place for, and the image without it. */
function ownExtra(image: ImageRecord): { kept: { tags: string[]; subset?: string }; rest: ImageRecord } {
  const { tags, subset, ...others }: Extra = image.extra ?? {};
  const texts = Array.isArray(tags) ? tags.filter((tag) => typeof tag === 'string') : [];
  const hasTags = Array.isArray(tags) && texts.length === tags.length;
  const hasSubset = typeof subset === 'string' && image.split === undefined;
  return {
    kept: { tags: hasTags ? texts : [], ...(hasSubset ? { subset } : {}) },
    rest: { ...image, extra: { ...others, ...(hasTags || tags === undefined ? {} : { tags }), ...(hasSubset || subset === undefined ? {} : { subset }) } },
  };
}

function imageTag({ id, fileName, split, width, height }: ImageRecord, { subset = split === undefined ? undefined : SUBSETS[split] }: { subset?: string | undefined }): string {
  return `  <image id="${id}" name="${xmlText(fileName)}"${subset === undefined ? '' : ` subset="${xmlText(subset)}"`} width="${width}" height="${height}">\n`;
}

function tagLines({ tags }: { tags: readonly string[] }): string[] {
  return tags.map((tag) => `    <tag label="${xmlText(tag)}" source="manual">\n    </tag>\n`);
}

/** The elements of an annotation: one, or several polygons of a group; none, and a loss, where CVAT cannot hold it. */
function shapeLines(annotation: Annotation, label: string, { image }: DatasetEntry, sink: Sink, groups: { next: number }): string[] {
  const { segmentation, box, attributes = {} } = annotation;
  const line = (name: string, geometry: string, group = attributes['group_id']): string => {
    const native = `${group !== undefined && isShapes('group_id', group) ? ` group_id="${group}"` : ''} z_order="${isShapes('z_order', attributes['z_order'] ?? 0) ? attributes['z_order'] ?? 0 : 0}"`;
    const values = Object.entries(attributes).filter(([key, value]) => !isShapes(key, value));
    const children = values.map(([key, value]) => `      <attribute name="${xmlText(key)}">${xmlText(String(value))}</attribute>\n`);
    return `    <${name} label="${xmlText(label)}" source="manual" occluded="${attributes['occluded'] === true ? 1 : 0}"${geometry}${native}>\n${children.join('')}    </${name}>\n`;
  };
  if (segmentation?.kind === 'polygons') {
    const group = segmentation.rings.length > 1 ? groups.next++ : undefined;
    return segmentation.rings.map((ring) => line('polygon', ` points="${pointsText(ring)}"`, group ?? attributes['group_id']));
  }
  const mask = segmentation === undefined ? undefined : cvatMaskOf(segmentation.rle);
  if (mask !== undefined) return [line('mask', ` rle="${mask.rle}" left="${mask.left}" top="${mask.top}" width="${mask.width}" height="${mask.height}"`)];
  if (segmentation !== undefined || box === undefined) sink.lose('masks', `${whereIs(annotation, image)}, which has no pixels`);
  return box === undefined ? [] : [line('box', ` xtl="${box.x0}" ytl="${box.y0}" xbr="${box.x1}" ybr="${box.y1}"`)];
}

function pointsText(ring: readonly number[]): string {
  const points: string[] = [];
  for (let i = 0; i + 1 < ring.length; i += 2) points.push(`${ring[i]!},${ring[i + 1]!}`);
  return points.join(';');
}
