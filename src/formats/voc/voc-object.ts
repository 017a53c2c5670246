/** One `object` of a VOC file: its class, box, polygons, parts and attributes. */
import { finding, type RuleCode } from '../../dataset/rules.js';
import type { Annotation, Finding, JsonValue, Report, Segmentation } from '../../dataset/types.js';
import { decimalOf, pixels } from '../pixel-number.js';
import { boxOfXml, offsetOf, type VocBase } from './voc-box.js';
import { childOf, extraOfXml, textOf } from './voc-xml.js';
import type { XmlElement } from '../xml/xml-stream.js';

/** What an object says; ids and masks come later. */
export interface VocObject extends Pick<Annotation, 'box' | 'segmentation' | 'attributes' | 'extra'> { name: string }

/** Flags of VOC and of CVAT: 0 says nothing, as if they were not there. */
export const FLAGS = ['truncated', 'difficult', 'occluded'] as const;
const KNOWN = new Set(['name', 'pose', ...FLAGS, 'bndbox', 'polygon', 'part', 'attributes']);

/** The object, or undefined where it is wrong, which is reported. `where`: its file and number. */
export function vocObject(element: XmlElement, base: VocBase, where: Pick<Finding, 'file' | 'record'>, report: Report): VocObject | undefined {
  const wrong = (code: RuleCode, message: string, path: string): undefined => {
    report(finding(code, message, { ...where, path, line: element.line }));
  };
  const { children } = element;
  const name = textOf(childOf(children, 'name'));
  if (name.trim() === '') return wrong('category/invalid', 'The object has no name.', 'name');
  const bndbox = childOf(children, 'bndbox'), box = boxOfXml(bndbox, base);
  const rings = ringsOf(children, base);
  if (typeof rings === 'string') return wrong(...ringFault(rings), 'polygon');
  if (box === undefined && (bndbox !== undefined || rings.length === 0)) return wrong('box/invalid', 'Expected xmin, ymin, xmax and ymax, four numbers.', 'bndbox');
  if (box !== undefined && (box.x1 < box.x0 || box.y1 < box.y0)) return wrong('box/negative-size', `The box is ${box.x1 - box.x0} wide and ${box.y1 - box.y0} high.`, 'bndbox');
  const segmentation: Segmentation | undefined = rings.length === 0 ? undefined : { kind: 'polygons', rings };
  const attributes = attributesOf(children), extra = extraOf(children, base);
  return {
    name, ...(box === undefined ? {} : { box }), ...(segmentation === undefined ? {} : { segmentation }),
    ...(attributes === undefined ? {} : { attributes }), ...(extra === undefined ? {} : { extra }),
  };
}

type RingFault = 'number' | 'odd' | 'short';

function ringFault(fault: RingFault): [RuleCode, string] {
  if (fault === 'number') return ['polygon/invalid', 'A polygon holds something that is no number.'];
  return fault === 'odd' ? ['polygon/odd', 'A polygon is x1, y1, x2, y2, ..., found an x or y alone.'] : ['polygon/short', 'A polygon has fewer than three points.'];
}

/** The polygons that some programs write: `x1`, `y1`, `x2`, ... in order. */
function ringsOf(children: readonly XmlElement[], base: VocBase): number[][] | RingFault {
  const rings: number[][] = [];
  for (const { children: points } of children.filter(({ name }) => name === 'polygon')) {
    const ring: number[] = [];
    for (const point of points) {
      const value = decimalOf(textOf(point).trim());
      if (value === undefined) return 'number';
      if (!point.name.startsWith(ring.length % 2 === 0 ? 'x' : 'y')) return 'odd';
      ring.push(pixels(value - offsetOf(base)));
    }
    if (ring.length % 2 !== 0) return 'odd';
    if (ring.length < 6) return 'short';
    rings.push(ring);
  }
  return rings;
}

function attributesOf(children: readonly XmlElement[]): Annotation['attributes'] {
  const values: [string, string | number | boolean][] = [];
  const pose = textOf(childOf(children, 'pose'));
  if (pose !== '' && pose !== 'Unspecified') values.push(['pose', pose]);
  for (const flag of FLAGS) {
    const text = textOf(childOf(children, flag)).trim();
    if (text === '1' || text === 'true') values.push([flag, true]);
    else if (!['', '0', 'false'].includes(text)) values.push([flag, text]);
  }
  for (const { children: pair } of childOf(children, 'attributes')?.children ?? []) {
    const name = textOf(childOf(pair, 'name'));
    if (name !== '') values.push([name, valueOf(textOf(childOf(pair, 'value')))]);
  }
  // fromEntries makes own properties, of `__proto__` too
  return values.length === 0 ? undefined : Object.fromEntries(values);
}

/** A truth, a number that is written as JavaScript writes it, or a text. */
export function valueOf(text: string): string | number | boolean {
  if (text === 'true' || text === 'false') return text === 'true';
  return text !== '' && Number.isFinite(Number(text)) && String(Number(text)) === text ? Number(text) : text;
}

function extraOf(children: readonly XmlElement[], base: VocBase): Annotation['extra'] {
  const extra = extraOfXml(children.filter(({ name }) => !KNOWN.has(name)));
  const parts = children.filter(({ name }) => name === 'part').map((part): JsonValue => {
    const box = boxOfXml(childOf(part.children, 'bndbox'), base);
    return { name: textOf(childOf(part.children, 'name')), box: box === undefined ? null : [box.x0, box.y0, box.x1, box.y1] };
  });
  return parts.length === 0 ? extra : { ...extra, part: parts };
}
