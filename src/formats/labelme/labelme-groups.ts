/** Shapes of one label and one group are one object: parts of a polygon, or masks and polygons together. */
import { finding } from '../../dataset/rules.js';
import type { Annotation, Finding, Report, Segmentation } from '../../dataset/types.js';
import type { ImageSize } from '../../geometry/size.js';
import { mergeRle } from '../../mask/merge.js';
import { rleFromPolygons } from '../../mask/polygon-fill.js';
import type { Covered, LabelmeShape } from './labelme-shape.js';

/** An object; ids are the reader's. */
export interface LabelmeObject extends Pick<Annotation, 'box' | 'segmentation' | 'score' | 'attributes' | 'extra'> { label: string }

/** Objects in the order of their first shapes. A group's number is kept where our writer would give another. */
export function joinGroups(shapes: readonly LabelmeShape[], image: ImageSize, where: Pick<Finding, 'file'>, report: Report): LabelmeObject[] {
  const objects = new Map<string | LabelmeShape, LabelmeShape[]>();
  for (const shape of shapes) {
    const key = shape.group === undefined ? shape : JSON.stringify([shape.group, shape.label]);
    const known = objects.get(key);
    if (known === undefined) objects.set(key, [shape]);
    else known.push(shape);
  }
  const groups = [...objects.values()];
  const isNumbered = isOurNumbering(groups);
  return groups.map((group) => {
    if (differ(group)) report(finding('shape/group-differs', `The shapes of group ${String(group[0]?.group)} have different flags, scores or other keys.`, where));
    return objectOf(group, image, !isNumbered);
  });
}

/** Groups of several shapes count from 1, and no shape alone has a group: what our writer gives where nothing else is asked for. */
function isOurNumbering(groups: readonly LabelmeShape[][]): boolean {
  let next = 1;
  return groups.every((shapes) => (shapes.length > 1 ? shapes[0]?.group === next++ : shapes[0]?.group === undefined));
}

function differ(group: readonly LabelmeShape[]): boolean {
  const said = ({ attributes, score, extra }: LabelmeShape): string => JSON.stringify([attributes, score, Object.entries(extra).filter(([key]) => key !== 'shape_type' && key !== 'points')]);
  return group.some((shape) => said(shape) !== said(group[0] ?? shape));
}

function objectOf(group: readonly LabelmeShape[], image: ImageSize, keepsGroup: boolean): LabelmeObject {
  const { label, attributes, score, extra: own, group: number } = group[0]!;
  // a circle among others is one of the rings
  const kept = group.length === 1 ? own : Object.fromEntries(Object.entries(own).filter(([key]) => key !== 'shape_type' && key !== 'points'));
  const extra = { ...kept, ...(keepsGroup && number !== undefined ? { group_id: number } : {}) };
  return {
    label, ...geometryOf(group.map(({ covered }) => covered), image),
    ...(score === undefined ? {} : { score }),
    ...(Object.keys(attributes).length === 0 ? {} : { attributes }),
    ...(Object.keys(extra).length === 0 ? {} : { extra }),
  };
}

function geometryOf(parts: readonly Covered[], image: ImageSize): Pick<Annotation, 'box' | 'segmentation'> {
  const [first] = parts;
  if (parts.length === 1 && first?.kind === 'box') return { box: first.box };
  const rings = parts.flatMap((part) => (part.kind === 'ring' ? [part.ring] : part.kind === 'box' ? [cornersOf(part)] : []));
  const masks = parts.flatMap((part) => (part.kind === 'mask' ? [part.rle] : []));
  const segmentation: Segmentation = masks.length === 0 ? { kind: 'polygons', rings } : { kind: 'rle', rle: mergeRle(rings.length === 0 ? masks : [...masks, rleFromPolygons(rings, image)], 'union') };
  return { segmentation };
}

function cornersOf({ box: { x0, y0, x1, y1 } }: Extract<Covered, { kind: 'box' }>): number[] {
  return [x0, y0, x1, y0, x1, y1, x0, y1];
}
