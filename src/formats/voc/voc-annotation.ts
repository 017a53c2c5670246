/** One VOC file: its image and its objects, each at its place, since pictures of masks count places. */
import { join } from 'node:path';
import { finding } from '../../dataset/rules.js';
import type { ImageRecord, Report } from '../../dataset/types.js';
import { SamError, printableName } from '../../errors.js';
import { unsafeReason } from '../../files/safe-path.js';
import type { ImageSize } from '../../geometry/size.js';
import { readWhole } from '../file-bytes.js';
import type { ReadOptions } from '../format.js';
import { imageSizeIn } from '../image-folder.js';
import type { VocLayout } from './voc-layout.js';
import { vocObject, type VocObject } from './voc-object.js';
import { childOf, extraOfXml, numberIn, textOf, vocElements } from './voc-xml.js';
import type { XmlElement } from '../xml/xml-stream.js';

/** `objects[i]`: the object at place i + 1, undefined where it is wrong; `lines[i]`: where it begins. */
export interface VocFile { image: Omit<ImageRecord, 'id' | 'split'>; objects: (VocObject | undefined)[]; lines: number[] }

const MAX_XML_BYTES = 2 ** 26;
/** What programs write for nothing; our writer too. */
export const DEFAULT_FOLDER = 'JPEGImages', DEFAULT_DATABASE = 'Unknown', DEFAULT_DEPTH = '3';
const KNOWN = new Set(['filename', 'size', 'segmented', 'object']);

/** The file, or undefined where nothing of it can be used; what is wrong is reported. */
export async function readVocFile(layout: VocLayout, file: string, options: ReadOptions): Promise<VocFile | undefined> {
  const elements = await elementsOf(layout, file, options.report);
  if (elements === undefined) return undefined;
  const fileName = fileNameOf(elements, file, options.report);
  const size = fileName === undefined ? undefined : await sizeOf(layout, elements, file, fileName, options);
  if (fileName === undefined || size === undefined) return undefined;
  const base = options.vocBase ?? 'one';
  const found = elements.filter(({ name }) => name === 'object');
  if (base === 'one') checkBase(found, file, options.report);
  const objects = found.map((element, i) => vocObject(element, base, { file, record: `object[${i}]` }, options.report));
  const extra = imageExtra(elements);
  return { image: { fileName, ...size, ...(extra === undefined ? {} : { extra }) }, objects, lines: found.map(({ line }) => line) };
}

async function elementsOf({ annotations }: VocLayout, file: string, report: Report): Promise<XmlElement[] | undefined> {
  const elements = await readWhole(join(annotations, file), MAX_XML_BYTES, file).then((bytes) => vocElements(bytes, file)).catch((error: unknown) => {
    if (error instanceof SamError && error.kind === 'data') return error;
    throw error;
  });
  if (!(elements instanceof SamError)) return elements;
  report(finding('file/malformed', elements.message, { file, ...(elements.record === undefined ? {} : { record: elements.record }) }));
  return undefined;
}

/** `filename`; where that is a bare name and the XML file lies deeper, the image lies as deep. */
function fileNameOf(elements: readonly XmlElement[], file: string, report: Report): string | undefined {
  const text = textOf(childOf(elements, 'filename')).replaceAll('\\', '/');
  const reason = unsafeReason(text);
  if (reason !== undefined) {
    report(finding(text === '' ? 'image/invalid' : 'path/outside', `The name "${printableName(text)}" is refused: ${reason}.`, { file, path: 'filename' }));
    return undefined;
  }
  const slash = file.lastIndexOf('/');
  return text.includes('/') ? text : file.slice(0, slash + 1) + text;
}

async function sizeOf({ root }: VocLayout, elements: readonly XmlElement[], file: string, fileName: string, { images, maxPixels, report }: ReadOptions): Promise<ImageSize | undefined> {
  const size = childOf(elements, 'size')?.children ?? [];
  const width = numberIn(size, 'width') ?? 0, height = numberIn(size, 'height') ?? 0;
  const isStated = width !== 0 && height !== 0;
  const found = isStated ? { width, height } : await imageSizeIn(images ?? join(root, DEFAULT_FOLDER), fileName).catch((error: unknown) => {
    if (error instanceof SamError) return undefined;
    throw error;
  });
  if (found === undefined) report(finding('image/size-unknown', 'The file does not say how large the image is, and the image is not there; --images DIR says where it is.', { file, path: 'size' }));
  else if (!isSize(found, maxPixels)) report(finding('image/invalid', `The image is said to be ${found.width} x ${found.height}, at most ${maxPixels} pixels are taken.`, { file, path: 'size' }));
  return found !== undefined && isSize(found, maxPixels) ? found : undefined;
}

function isSize({ width, height }: ImageSize, maxPixels: number): boolean {
  return Number.isSafeInteger(width) && Number.isSafeInteger(height) && width > 0 && height > 0 && width * height <= maxPixels;
}

/** Said once a file: where one minimum is 0, all count from zero. */
function checkBase(objects: readonly XmlElement[], file: string, report: Report): void {
  for (const [i, { children, line }] of objects.entries()) {
    const sides = childOf(children, 'bndbox')?.children ?? [];
    const least = Math.min(numberIn(sides, 'xmin') ?? 1, numberIn(sides, 'ymin') ?? 1);
    if (least >= 1) continue;
    report(finding('box/base', `A minimum is ${least}, where pixels count from one; --voc-base zero reads boxes that count from zero.`, { file, record: `object[${i}]`, path: 'bndbox', line }));
    return;
  }
}

function imageExtra(elements: readonly XmlElement[]): ImageRecord['extra'] {
  const others = elements.filter((element) => !KNOWN.has(element.name) && !isDefault(element));
  const depth = childOf(childOf(elements, 'size')?.children ?? [], 'depth');
  const isPlain = depth === undefined || textOf(depth).trim() === DEFAULT_DEPTH;
  return extraOfXml(isPlain ? others : [...others, depth]);
}

function isDefault(element: XmlElement): boolean {
  if (element.name === 'folder') return textOf(element) === DEFAULT_FOLDER;
  return element.name === 'source' && element.children.length === 1 && textOf(childOf(element.children, 'database')) === DEFAULT_DATABASE;
}
