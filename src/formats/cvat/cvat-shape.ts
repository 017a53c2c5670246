/** One shape of a CVAT image to an annotation, every value checked. */
import type { Annotation, Segmentation } from '../../dataset/types.js';
import type { Box } from '../../geometry/box.js';
import type { ImageSize } from '../../geometry/size.js';
import { maskOfCvat } from './cvat-mask.js';
import { attributeValue, type AttributeTypes, type AttributeValue } from './cvat-meta.js';
import { decimalOf, pixels } from '../pixel-number.js';
import { shown, type RecordCheck } from '../record-check.js';
import type { XmlElement } from '../xml/xml-stream.js';

export interface CvatContext { image: ImageSize; maxPixels: number; categories: ReadonlyMap<string, number>; types: AttributeTypes }

/** A shape without its ids. `group`: from 1, what CVAT calls a group; 0 for none. */
export type CvatShape = Pick<Annotation, 'categoryId' | 'segmentation' | 'box' | 'attributes'> & { group: number };

/** Shapes that are no area: they have no mask, and no box that is theirs. */
const NO_AREA = ['polyline', 'points', 'cuboid', 'skeleton', 'ellipse'];

/** The shape of an element inside `image`; `undefined` where the check failed. */
export function shapeOf(element: XmlElement, context: CvatContext, check: RecordCheck): CvatShape | undefined {
  const { attributes, name } = element;
  const label = attributes.get('label') ?? '';
  const categoryId = context.categories.get(label);
  if (categoryId === undefined) check.find('category/unknown', `There is no label ${shown(label)}.`, 'label');
  const geometry = geometryOf(name, attributes, context, check);
  if (check.failed || geometry === undefined || categoryId === undefined) return undefined;
  const group = wholeOf(attributes.get('group_id'));
  const values = attributesOf(element, context.types.get(label));
  return { categoryId, ...geometry, group, ...(values === undefined ? {} : { attributes: values }) };
}

function geometryOf(name: string, attributes: ReadonlyMap<string, string>, { image, maxPixels }: CvatContext, check: RecordCheck): { box?: Box; segmentation?: Segmentation } | undefined {
  if (name === 'box') return boxOf(attributes, check);
  if (name === 'polygon') {
    const ring = pointsOf(attributes.get('points') ?? '', check);
    return ring === undefined ? undefined : { segmentation: { kind: 'polygons', rings: [ring] } };
  }
  if (name === 'mask') {
    const rle = maskOfCvat(attributes, image, maxPixels, check);
    return rle === undefined ? undefined : { segmentation: { kind: 'rle', rle } };
  }
  return check.find('shape/unsupported', NO_AREA.includes(name) ? `A shape of kind ${name} is no mask, polygon or box.` : `The element ${shown(name)} is of no kind that is known.`);
}

function boxOf(attributes: ReadonlyMap<string, string>, check: RecordCheck): { box?: Box; segmentation?: Segmentation } | undefined {
  const number = (name: string): number => {
    const value = decimalOf(attributes.get(name) ?? '');
    if (value === undefined) check.find('box/invalid', `Expected a finite number, found ${shown(attributes.get(name))}.`, name);
    return value ?? 0;
  };
  const box = { x0: number('xtl'), y0: number('ytl'), x1: number('xbr'), y1: number('ybr') };
  const rotation = attributes.has('rotation') ? number('rotation') : 0;
  if (!check.failed && (box.x1 < box.x0 || box.y1 < box.y0)) check.find('box/negative-size', `The box ${box.x0},${box.y0},${box.x1},${box.y1} ends before it begins.`);
  if (check.failed) return undefined;
  if (rotation % 360 === 0) return { box };
  check.find('shape/rotated', `The box is rotated by ${rotation} degrees; its four corners are kept as a polygon.`, 'rotation');
  return { segmentation: { kind: 'polygons', rings: [rotatedCorners(box, rotation)] } };
}

/** Turned clockwise, as it is seen, around its middle. */
function rotatedCorners({ x0, y0, x1, y1 }: Box, degrees: number): number[] {
  const cos = Math.cos((degrees * Math.PI) / 180), sin = Math.sin((degrees * Math.PI) / 180);
  const [cx, cy] = [(x0 + x1) / 2, (y0 + y1) / 2];
  return [[x0, y0], [x1, y0], [x1, y1], [x0, y1]].flatMap(([x = 0, y = 0]) => [pixels(cx + (x - cx) * cos - (y - cy) * sin), pixels(cy + (x - cx) * sin + (y - cy) * cos)]);
}

/** `x,y;x,y;...` as flat numbers. */
function pointsOf(text: string, check: RecordCheck): number[] | undefined {
  const ring: number[] = [];
  for (const [i, pair] of text.split(';').entries()) {
    const numbers = pair.split(',').map((part) => decimalOf(part.trim()));
    const [x, y] = numbers;
    if (numbers.length !== 2) return check.find('polygon/odd', `Point ${i} is ${shown(pair)}, expected x,y.`, 'points');
    if (x === undefined || y === undefined) return check.find('polygon/invalid', `Point ${i} is ${shown(pair)}.`, 'points');
    ring.push(x, y);
  }
  return ring.length < 6 ? check.find('polygon/short', `The polygon has ${ring.length / 2} points.`, 'points') : ring;
}

/** The named values of a shape; `occluded`, `z_order` and `group_id` are there where they say something. */
function attributesOf({ attributes, children }: XmlElement, types: ReadonlyMap<string, string> | undefined): Record<string, AttributeValue> | undefined {
  const values = new Map<string, AttributeValue>();
  const order = attributes.get('z_order') ?? '0', group = wholeOf(attributes.get('group_id'));
  if (attributes.get('occluded') === '1') values.set('occluded', true);
  if (/^-?[0-9]{1,15}$/.test(order) && Number(order) !== 0) values.set('z_order', Number(order));
  if (group > 0) values.set('group_id', group);
  for (const child of children) {
    const name = child.attributes.get('name');
    if (child.name === 'attribute' && name !== undefined) values.set(name, attributeValue(child.text, types?.get(name)));
  }
  return values.size === 0 ? undefined : Object.fromEntries(values);
}

function wholeOf(text: string | undefined): number {
  return text !== undefined && /^[0-9]{1,15}$/.test(text) ? Number(text) : 0;
}
