/** One shape of a LabelMe file: what it covers, and what stands beside that. */
import type { Extra, JsonValue } from '../../dataset/types.js';
import type { Box } from '../../geometry/box.js';
import type { ImageSize } from '../../geometry/size.js';
import type { Rle } from '../../mask/rle.js';
import { ringOfCircle, type Points } from './labelme-circle.js';
import { maskOfLabelme } from './labelme-mask.js';
import { isFiniteNumber, isObject, restOf, shown, type JsonObject, type RecordCheck } from '../record-check.js';

export type Attributes = Readonly<Record<string, string | number | boolean>>;

export type Covered = { kind: 'ring'; ring: number[] } | { kind: 'box'; box: Box } | { kind: 'mask'; rle: Rle };

/** `group`: shapes of one label and group are one object. */
export interface LabelmeShape { label: string; group: number | undefined; covered: Covered; attributes: Attributes; score?: number; extra: Extra }

/** Keys of a shape that are read, ours (`score`, `attributes`, as other programs have them too) included. */
export const SHAPE_KEYS: ReadonlySet<string> = new Set(['label', 'points', 'group_id', 'shape_type', 'flags', 'description', 'mask', 'score', 'attributes']);
export const NO_AREA: ReadonlySet<string> = new Set(['point', 'points', 'line', 'linestrip']);
/** What it is for, and whether LabelMe turned it: the polygon that is read keeps the name of its shape. */
const TURNED: ReadonlySet<string> = new Set(['oriented_rectangle', 'rotation']);

/** The shape; `aside` for one without area, which is told; undefined for one that is wrong. */
export function labelmeShape(value: JsonObject, image: ImageSize, maxPixels: number, check: RecordCheck): LabelmeShape | 'aside' | undefined {
  const { label, group_id: group = null, shape_type: type = 'polygon' } = value;
  if (typeof label !== 'string' || label === '') return check.find('shape/invalid', `Expected a label, found ${shown(label)}.`, 'label');
  if (typeof type !== 'string') return check.find('shape/invalid', `Expected the name of a type, found ${shown(type)}.`, 'shape_type');
  if (group !== null && !Number.isSafeInteger(group)) return check.find('shape/invalid', `Expected a whole number or null, found ${shown(group)}.`, 'group_id');
  const points = pointsOf(value['points']);
  if (points === undefined) return check.find('shape/invalid', `Expected points [x, y] of finite numbers, found ${shown(value['points'])}.`, 'points');
  if (NO_AREA.has(type)) {
    check.find('shape/no-area', `A ${type} has no area; it is kept with the image, not as an object.`, 'shape_type');
    return 'aside';
  }
  const covered = coveredOf(type, points, value['mask'], image, maxPixels, check);
  const attributes = attributesOf(value, check), score = scoreOf(value['score'], check);
  const extra = { ...extraOf(value, check), ...(type === 'circle' ? { shape_type: type, points } : TURNED.has(type) ? { shape_type: type } : {}) };
  if (covered === undefined || check.failed) return undefined;
  return { label, group: typeof group === 'number' ? group : undefined, covered, attributes, extra, ...(score === undefined ? {} : { score }) };
}

function pointsOf(value: JsonValue | undefined): Points | undefined {
  if (!Array.isArray(value)) return undefined;
  const points: Points = [];
  for (const point of value) {
    const [x, y] = Array.isArray(point) && point.length === 2 ? point : [];
    if (!isFiniteNumber(x) || !isFiniteNumber(y)) return undefined;
    points.push([x, y]);
  }
  return points;
}

function coveredOf(type: string, points: Points, mask: JsonValue | undefined, image: ImageSize, maxPixels: number, check: RecordCheck): Covered | undefined {
  const [a, b] = points;
  if (type === 'polygon' || TURNED.has(type)) return points.length < 3 ? check.find('polygon/short', `A polygon has at least three points, found ${points.length}.`, 'points') : { kind: 'ring', ring: points.flat() };
  if (type === 'rectangle' && isUpright(points)) return { kind: 'box', box: boundsOf(points) };
  if (type === 'rectangle' && points.length === 4) return { kind: 'ring', ring: points.flat() };
  if (type !== 'rectangle' && type !== 'circle' && type !== 'mask') return check.find('shape/unsupported', `A shape of type ${shown(type)} is not known.`, 'shape_type');
  if (a === undefined || b === undefined || points.length > 2) return check.find('shape/invalid', `A ${type} has two points, found ${points.length}.`, 'points');
  if (type === 'circle') {
    const ring = ringOfCircle([a, b]);
    return ring === undefined ? check.find('shape/invalid', 'The circle has no radius.', 'points') : { kind: 'ring', ring };
  }
  if (typeof mask !== 'string') return check.find('shape/invalid', `Expected a PNG in base64, found ${shown(mask)}.`, 'mask');
  const found = maskOfLabelme(mask, [a, b], image, maxPixels);
  if (typeof found === 'string') return check.find('shape/invalid', `It has no mask that can be read: ${found}.`, 'mask');
  if (found.isCut) check.find('shape/mask-cut', 'The mask is larger than its corners say, and is cut there.', 'mask');
  return { kind: 'mask', rle: found.rle };
}

/** Two opposite corners, or the four of a rectangle whose sides lie along the image's, in their order around it. */
function isUpright(points: Points): boolean {
  const [a, b, c, d] = points;
  if (points.length === 2) return true;
  if (points.length !== 4 || a === undefined || b === undefined || c === undefined || d === undefined) return false;
  const along = a[1] === b[1] && b[0] === c[0] && c[1] === d[1] && d[0] === a[0];
  return along || (a[0] === b[0] && b[1] === c[1] && c[0] === d[0] && d[1] === a[1]);
}

function boundsOf(points: Points): Box {
  const xs = points.map(([x]) => x), ys = points.map(([, y]) => y);
  return { x0: Math.min(...xs), y0: Math.min(...ys), x1: Math.max(...xs), y1: Math.max(...ys) };
}

/** `flags`, truths by name, and what other programs write as `attributes`. */
function attributesOf({ flags = null, attributes = null }: JsonObject, check: RecordCheck): Attributes {
  const pairs = Object.entries(isObject(flags) ? flags : {});
  if ((flags !== null && !isObject(flags)) || pairs.some(([, value]) => typeof value !== 'boolean')) check.find('shape/invalid', `Expected flags that are true or false, found ${shown(flags)}.`, 'flags');
  // fromEntries makes own properties, of `__proto__` too
  return Object.fromEntries([...pairs, ...Object.entries(isObject(attributes) ? attributes : {})].filter(isScalar));
}

function isScalar(pair: [string, JsonValue]): pair is [string, string | number | boolean] {
  return ['string', 'boolean'].includes(typeof pair[1]) || isFiniteNumber(pair[1]);
}

function scoreOf(value: JsonValue | undefined, check: RecordCheck): number | undefined {
  return value === undefined || value === null ? undefined : check.number(value, 'score/invalid', 'score');
}

/** Unknown keys, a description that is not empty, and attributes that are no scalars. */
function extraOf(value: JsonObject, check: RecordCheck): Extra {
  const { description, attributes = null } = value;
  const others = isObject(attributes) ? Object.entries(attributes).filter((pair) => !isScalar(pair)) : [];
  return {
    ...restOf(value, SHAPE_KEYS, check),
    ...(description === undefined || description === null || description === '' ? {} : { description }),
    ...(others.length > 0 ? { attributes: Object.fromEntries(others) } : attributes !== null && !isObject(attributes) ? { attributes } : {}),
  };
}
