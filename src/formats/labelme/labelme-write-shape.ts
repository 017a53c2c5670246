/** An object as LabelMe's shapes: a mask, a rectangle, or a polygon a ring, which its group joins. */
import type { Annotation, Extra, ImageRecord, JsonValue } from '../../dataset/types.js';
import type { Sink } from '../format.js';
import { ringOfCircle } from './labelme-circle.js';
import { labelmeOfMask } from './labelme-mask.js';
import { SHAPE_KEYS } from './labelme-shape.js';
import { whereIs } from '../losses.js';
import { isFiniteNumber, isObject } from '../record-check.js';

type Shape = Record<string, JsonValue>;
interface Geometry { shape_type: string; points: JsonValue[]; mask: string | null }

/** The group of each annotation: its own where no other of its label has it, a new one for what needs several shapes, else none. */
export function groupsOf(annotations: readonly Annotation[], names: ReadonlyMap<number, string>, image: ImageRecord, sink: Sink): (number | null)[] {
  const taken = new Set<number>(), claimed = new Set<string>();
  const own = annotations.map((annotation): number | null => {
    const group = annotation.extra?.['group_id'];
    if (typeof group !== 'number' || !Number.isSafeInteger(group)) return null;
    const key = JSON.stringify([group, names.get(annotation.categoryId)]);
    taken.add(group);
    if (!claimed.has(key)) {
      claimed.add(key);
      return group;
    }
    sink.lose('extra', `group_id of ${whereIs(annotation, image)}`);
    return null;
  });
  let next = 1;
  return annotations.map(({ segmentation }, i) => {
    if (own[i] !== null || segmentation?.kind !== 'polygons' || segmentation.rings.length < 2) return own[i] ?? null;
    while (taken.has(next)) next++;
    return next++;
  });
}

export function shapesOf(annotation: Annotation, label: string, group: number | null | undefined, image: ImageRecord, sink: Sink): Shape[] {
  const beside = besideOf(annotation, image, sink);
  return geometriesOf(annotation, image, sink).map(({ shape_type, points, mask }) => Object.fromEntries<JsonValue>([
    ['label', label], ['points', points], ['group_id', group ?? null], ['description', beside.description], ['shape_type', shape_type], ['flags', beside.flags], ['mask', mask], ...beside.others,
  ]));
}

function geometriesOf(annotation: Annotation, image: ImageRecord, sink: Sink): Geometry[] {
  const { segmentation, box } = annotation, where = whereIs(annotation, image);
  if (segmentation?.kind === 'polygons') return segmentation.rings.map((ring) => polygonOf(ring, segmentation.rings.length === 1 ? annotation.extra ?? {} : {}));
  const mask = segmentation === undefined ? undefined : labelmeOfMask(segmentation.rle);
  if (mask !== undefined) return [{ shape_type: 'mask', ...mask }];
  if (segmentation !== undefined) sink.lose('masks', `${where}, which is empty`);
  else if (box === undefined) sink.lose('boxes', where);
  return box === undefined ? [] : [{ shape_type: 'rectangle', points: [[box.x0, box.y0], [box.x1, box.y1]], mask: null }];
}

/** A polygon, or the circle or turned rectangle that it was read from, if it still is that. */
function polygonOf(ring: readonly number[], extra: Extra): Geometry {
  const type = extra['shape_type'], circle = type === 'circle' ? circleOf(extra['points']) : undefined;
  if (circle !== undefined && ringOfCircle(circle)?.join() === ring.join()) return { shape_type: 'circle', points: circle, mask: null };
  const points = Array.from({ length: Math.floor(ring.length / 2) }, (_, i) => [ring[2 * i]!, ring[2 * i + 1]!]);
  const isTurned = (type === 'oriented_rectangle' || type === 'rotation') && points.length === 4;
  return { shape_type: isTurned ? type : 'polygon', points, mask: null };
}

function circleOf(value: JsonValue | undefined): [[number, number], [number, number]] | undefined {
  const [a, b] = Array.isArray(value) && value.length === 2 ? value : [];
  if (!Array.isArray(a) || !Array.isArray(b) || a.length !== 2 || b.length !== 2) return undefined;
  const [cx, cy, ex, ey] = [...a, ...b];
  return isFiniteNumber(cx) && isFiniteNumber(cy) && isFiniteNumber(ex) && isFiniteNumber(ey) ? [[cx, cy], [ex, ey]] : undefined;
}

/** Truths are flags; other attributes and unknown keys stand behind LabelMe's own, which it keeps. */
function besideOf(annotation: Annotation, image: ImageRecord, sink: Sink): { description: JsonValue; flags: Shape; others: [string, JsonValue][] } {
  const { attributes = {}, extra = {}, score } = annotation;
  const flags = Object.entries(attributes).filter(([, value]) => typeof value === 'boolean'), rest = Object.entries(attributes).filter(([, value]) => typeof value !== 'boolean');
  const moreAttributes = isObject(extra['attributes']) ? Object.entries(extra['attributes']) : [];
  const all = [...rest, ...moreAttributes];
  const taken = Object.keys(extra).filter((key) => SHAPE_KEYS.has(key) && !isOwn(key, extra[key] ?? null, annotation));
  if (taken.length > 0) sink.lose('extra', `${taken.join(', ')} of ${whereIs(annotation, image)}`);
  return {
    description: typeof extra['description'] === 'string' ? extra['description'] : '', flags: Object.fromEntries(flags),
    others: [
      ...(score === undefined ? [] : [['score', score] satisfies [string, JsonValue]]),
      ...(all.length === 0 ? [] : [['attributes', Object.fromEntries(all)] satisfies [string, JsonValue]]),
      ...Object.entries(extra).filter(([key]) => !SHAPE_KEYS.has(key)),
    ],
  };
}

/** True for a key of LabelMe's own that goes back to its place; a number of a group that cannot is told with the groups. */
function isOwn(key: string, value: JsonValue, { segmentation, extra = {} }: Annotation): boolean {
  if (key === 'description') return typeof value === 'string';
  if (key === 'group_id') return Number.isSafeInteger(value);
  if (key === 'attributes') return isObject(value);
  const [ring, ...more] = segmentation?.kind === 'polygons' ? segmentation.rings : [];
  const type = ring === undefined || more.length > 0 ? 'polygon' : polygonOf(ring, extra).shape_type;
  return key === 'shape_type' ? type === value : key === 'points' && type === 'circle';
}
