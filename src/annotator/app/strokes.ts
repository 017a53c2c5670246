/** Brush strokes and moved outlines as masks: what they add to a mask, or take from it. */
import type { ImageSize } from '../../geometry/size.js';
import { simplifyRing } from '../../geometry/simplify-ring.js';
import { mergeRle, subtractRle } from '../../mask/merge.js';
import { outlinesFromRle } from '../../mask/outlines.js';
import { rleFromPolygon, rleFromPolygons, type Polygon } from '../../mask/polygon-fill.js';
import { rleArea, type Rle } from '../../mask/rle.js';
import type { Edit } from './draft.js';
import type { Spot } from './view.js';

const CORNERS = 16;

/** All pixels within `radius` (pixels of the image) of a path. A path of one spot is a dot. */
export function strokeRle(path: readonly Spot[], radius: number, size: ImageSize): Rle {
  const ends = path.length === 1 ? [path[0]!, path[0]!] : path;
  return rleFromPolygons(ends.slice(1).map((spot, i) => capsule(ends[i]!, spot, radius)), size);
}

/** Two half circles and the stretch between them. */
function capsule(a: Spot, b: Spot, radius: number): Polygon {
  const along = Math.atan2(b.y - a.y, b.x - a.x), ring: number[] = [];
  for (const [end, turn] of [[b, -Math.PI / 2], [a, Math.PI / 2]] as const) {
    for (let i = 0; i <= CORNERS; i++) {
      const angle = along + turn + Math.PI * i / CORNERS;
      ring.push(end.x + radius * Math.cos(angle), end.y + radius * Math.sin(angle));
    }
  }
  return ring;
}

/** Outer rings and holes of a mask as handles to drag, with corners left out that are less than `tolerance` pixels from the line. */
export function editableRings(rle: Rle, tolerance: number): number[][] {
  return outlinesFromRle(rle, 4).flatMap(({ outer, holes }) => [outer, ...holes]).map((ring) => simplifyRing(ring, tolerance));
}

/**
 * What moving corners of a ring does to the mask: only pixels between the old and the new line change, so that what was left out of the handles
 * is not lost, and pixels of the `fringe`, which become those of the new ring: the mask's own edge lies there, a little beside the handles' line. `isHole`: the mask lies outside of the ring.
 */
export function ringEdit(before: readonly number[], after: readonly number[], isHole: boolean, size: ImageSize, fringe?: Rle): Edit {
  const old = rleFromPolygon(before, size), now = rleFromPolygon(after, size), beside = fringe === undefined ? [] : [fringe];
  const grown = mergeRle([subtractRle(now, old), ...beside.map((rle) => mergeRle([rle, now], 'intersection'))], 'union');
  const shrunk = mergeRle([subtractRle(old, now), ...beside.map((rle) => subtractRle(rle, now))], 'union');
  return { kind: 'polygon', add: isHole ? shrunk : grown, remove: isHole ? grown : shrunk };
}

/** Pixels within `radius` of the two lines that meet at a corner of a ring (`corner`: the place of its x). */
export function alongCorner(ring: readonly number[], corner: number, radius: number, size: ImageSize): Rle {
  const spotAt = (i: number): Spot => ({ x: ring[(i + ring.length) % ring.length]!, y: ring[(i + 1 + ring.length) % ring.length]! });
  return strokeRle([spotAt(corner - 2), spotAt(corner), spotAt(corner + 2)], radius, size);
}

/** A ring drawn corner by corner. */
export function drawnEdit(corners: readonly Spot[], size: ImageSize): Edit {
  return { kind: 'polygon', add: rleFromPolygon(corners.flatMap(({ x, y }) => [x, y]), size) };
}

/** Twice the area that a ring encloses, negative for holes (`Ring`). */
export function turning(ring: readonly number[]): number {
  let sum = 0;
  for (let i = 0, j = ring.length - 2; i < ring.length; j = i, i += 2) sum += ring[j]! * ring[i + 1]! - ring[i]! * ring[j + 1]!;
  return sum;
}

/** The union of strokes as one edit of brush or eraser; nothing where no pixel is touched. */
export function strokeEdit(tool: 'brush' | 'eraser', path: readonly Spot[], radius: number, size: ImageSize): Edit | undefined {
  const stroke = mergeRle([strokeRle(path, radius, size)], 'union');
  if (rleArea(stroke) === 0) return undefined;
  return tool === 'brush' ? { kind: 'brush', add: stroke } : { kind: 'eraser', remove: stroke };
}
