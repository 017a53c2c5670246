/** LabelMe's circles, a middle and a point on the edge, as polygons that stay within a hundredth of a pixel of them. */
import { pixels } from '../pixel-number.js';

export type Points = [number, number][];

const DEVIATION = 0.01;
const LEAST = 72, MOST = 720;

/** The ring, flat x, y, ..., with corners on the circle; undefined for a circle without radius. */
export function ringOfCircle([[cx, cy], [ex, ey]]: readonly [Points[0], Points[0]]): number[] | undefined {
  const radius = Math.hypot(ex - cx, ey - cy);
  if (!(radius > 0) || !Number.isFinite(radius)) return undefined;
  const corners = radius <= DEVIATION ? LEAST : Math.min(MOST, Math.max(LEAST, Math.ceil(Math.PI / Math.acos(1 - DEVIATION / radius))));
  return Array.from({ length: corners }, (_, i) => (2 * Math.PI * i) / corners)
    .flatMap((angle) => [pixels(cx + radius * Math.cos(angle)), pixels(cy + radius * Math.sin(angle))]);
}
