/** The XML file of one image, in the order of the devkit's own files. */
import type { Annotation, Extra, ImageRecord, JsonValue } from '../../dataset/types.js';
import type { Box } from '../../geometry/box.js';
import type { Sink } from '../format.js';
import { whereIs } from '../losses.js';
import { pixels } from '../pixel-number.js';
import { DEFAULT_DATABASE, DEFAULT_DEPTH, DEFAULT_FOLDER } from './voc-annotation.js';
import { offsetOf, xmlOfBox, type VocBase } from './voc-box.js';
import { FLAGS, valueOf } from './voc-object.js';
import { VOID_KEY } from './voc-read.js';
import { bareText, xmlOfJson } from './voc-xml.js';
import { xmlText } from '../xml/xml-text.js';

/** An object that is written. */
export interface WrittenObject { annotation: Annotation; name: string; box: Box }

const IMAGE_KEYS = new Set(['filename', 'size', 'segmented', 'object', 'folder', 'source', 'depth', VOID_KEY]);
const OBJECT_KEYS = new Set(['name', 'pose', ...FLAGS, 'bndbox', 'polygon', 'part', 'attributes']);

export function vocXml(image: ImageRecord, objects: readonly WrittenObject[], isSegmented: boolean, base: VocBase, sink: Sink): string {
  const where = `image ${image.fileName}`, extra = image.extra ?? {};
  const own = (key: string, other: string): string => (Object.hasOwn(extra, key) ? extraXml(key, extra[key] ?? null, '  ', where, sink) : other);
  const depth = typeof extra['depth'] === 'string' ? extra['depth'] : DEFAULT_DEPTH;
  const others = Object.entries(extra).filter(([key]) => !['folder', 'source', VOID_KEY].includes(key) && !(key === 'depth' && typeof extra['depth'] === 'string'));
  return `<annotation>\n${own('folder', `  <folder>${DEFAULT_FOLDER}</folder>\n`)}  <filename>${xmlText(image.fileName)}</filename>\n`
    + own('source', `  <source>\n    <database>${DEFAULT_DATABASE}</database>\n  </source>\n`)
    + `  <size>\n    <width>${image.width}</width>\n    <height>${image.height}</height>\n    <depth>${xmlText(depth)}</depth>\n  </size>\n`
    + `  <segmented>${isSegmented ? 1 : 0}</segmented>\n${extrasXml(others, IMAGE_KEYS, '  ', where, sink)}`
    + `${objects.map((object) => objectXml(object, image, base, sink)).join('')}</annotation>\n`;
}

function objectXml({ annotation, name, box }: WrittenObject, image: ImageRecord, base: VocBase, sink: Sink): string {
  const where = whereIs(annotation, image), { attributes = {}, extra = {}, segmentation } = annotation;
  const { elements, pairs } = attributesXml(attributes, where, sink);
  const rings = segmentation?.kind === 'polygons' ? segmentation.rings : [];
  const parts = partsOf(extra['part']);
  const others = Object.entries(extra).filter(([key]) => key !== 'part' || parts === undefined);
  return `  <object>\n    <name>${xmlText(name)}</name>\n${elements}${xmlOfBox(box, base, '    ')}${rings.map((ring) => polygonXml(ring, base)).join('')}${pairs}`
    + `${(parts ?? []).map((part) => partXml(part, base)).join('')}${extrasXml(others, OBJECT_KEYS, '    ', where, sink)}  </object>\n`;
}

function polygonXml(ring: readonly number[], base: VocBase): string {
  const points = ring.map((value, i) => {
    const tag = `${i % 2 === 0 ? 'x' : 'y'}${Math.floor(i / 2) + 1}`;
    return `      <${tag}>${pixels(value + offsetOf(base))}</${tag}>\n`;
  });
  return `    <polygon>\n${points.join('')}    </polygon>\n`;
}

/** What VOC has elements for, and the others as CVAT writes them. A truth that is false stands among the others: 0 is what nobody said. */
function attributesXml(attributes: NonNullable<Annotation['attributes']>, where: string, sink: Sink): { elements: string; pairs: string } {
  const rest = new Map(Object.entries(attributes));
  const take = (name: string, usual: string, isOwn: (value: unknown) => boolean): string => {
    const value = rest.get(name);
    if (!isOwn(value)) return usual;
    rest.delete(name);
    return value === true ? '1' : String(value);
  };
  const isText = (value: unknown): boolean => typeof value === 'string' && value.trim() === value && !['', '0', '1', 'true', 'false', 'Unspecified'].includes(value);
  const isFlag = (value: unknown): boolean => value === true || isText(value);
  const [pose, truncated, difficult, occluded] = [take('pose', 'Unspecified', isText), take('truncated', '0', isFlag), take('difficult', '0', isFlag), take('occluded', '0', isFlag)];
  const flags = `    <truncated>${xmlText(truncated)}</truncated>\n    <difficult>${xmlText(difficult)}</difficult>\n${occluded === '0' ? '' : `    <occluded>${xmlText(occluded)}</occluded>\n`}`;
  let pairs = '';
  for (const [name, value] of rest) {
    const text = String(value);
    if (name === '' || bareText(name) !== name || bareText(text) !== text || valueOf(text) !== value) sink.lose('attributes', `${where}, ${name}`);
    pairs += `      <attribute>\n        <name>${xmlText(name)}</name>\n        <value>${xmlText(text)}</value>\n      </attribute>\n`;
  }
  return { elements: `    <pose>${xmlText(pose)}</pose>\n${flags}`, pairs: pairs === '' ? '' : `    <attributes>\n${pairs}    </attributes>\n` };
}

interface Part { name: string; box: Box | undefined }

/** Parts as `vocObject` keeps them: `[{name, box: [x0, y0, x1, y1] or null}]`; undefined for anything else of that name. */
function partsOf(value: JsonValue | undefined): Part[] | undefined {
  if (!Array.isArray(value) || value.length === 0) return undefined;
  const parts = value.map((part): Part | undefined => {
    if (typeof part !== 'object' || part === null || Array.isArray(part) || Object.keys(part).length !== 2) return undefined;
    const { name, box = null } = part;
    if (typeof name !== 'string' || name !== bareText(name)) return undefined;
    if (box === null) return { name, box: undefined };
    const sides = Array.isArray(box) ? box.filter((side) => typeof side === 'number') : [];
    return sides.length === 4 && Array.isArray(box) && box.length === 4 ? { name, box: { x0: sides[0]!, y0: sides[1]!, x1: sides[2]!, y1: sides[3]! } } : undefined;
  });
  return parts.every((part) => part !== undefined) ? parts : undefined;
}

function partXml({ name, box }: Part, base: VocBase): string {
  const bndbox = box === undefined ? '' : xmlOfBox(box, base, '      ');
  return `    <part>\n      <name>${xmlText(name)}</name>\n${bndbox}    </part>\n`;
}

function extrasXml(entries: readonly [string, JsonValue][], known: ReadonlySet<string>, indent: string, where: string, sink: Sink): string {
  return entries.map(([key, value]) => {
    if (!known.has(key)) return extraXml(key, value, indent, where, sink);
    sink.lose('extra', `${key} of ${where}`);
    return '';
  }).join('');
}

function extraXml(key: keyof Extra, value: JsonValue, indent: string, where: string, sink: Sink): string {
  const xml = xmlOfJson(key, value, indent);
  if (xml === undefined) sink.lose('extra', `${key} of ${where}`);
  return xml ?? '';
}
