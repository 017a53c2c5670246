/** Fewer corners for a closed ring: Douglas and Peucker's rule, so that no corner that is left out was farther than a tolerance from what stays. */

/**
 * `ring`: flat x, y, ..., the last joined to the first. Returns a new ring of some of its corners, in order; the ring itself, copied, for a tolerance
 * of 0, and where fewer than three corners would be left.
 */
export function simplifyRing(ring: readonly number[], tolerance: number): number[] {
  const count = ring.length / 2;
  if (tolerance <= 0 || count <= 3) return [...ring];
  const keep = new Uint8Array(count);
  // a closed ring has no ends: its first corner and the one farthest from it take their part
  const far = farthestFrom(ring, 0);
  keep[0] = keep[far] = 1;
  keepBetween(ring, 0, far, tolerance, keep);
  keepBetween(ring, far, count, tolerance, keep);
  const kept: number[] = [];
  for (let i = 0; i < count; i++) if (keep[i] === 1) kept.push(ring[2 * i]!, ring[2 * i + 1]!);
  return kept.length < 6 ? [...ring] : kept;
}

function farthestFrom(ring: readonly number[], from: number): number {
  let far = from, most = -1;
  for (let i = 0; i < ring.length / 2; i++) {
    const distance = (ring[2 * i]! - ring[2 * from]!) ** 2 + (ring[2 * i + 1]! - ring[2 * from + 1]!) ** 2;
    if (distance > most) [far, most] = [i, distance];
  }
  return far;
}

/** Marks what stays strictly between two corners that stay; `end` may be the first corner again. No recursion: rings are as long as masks are ragged. */
function keepBetween(ring: readonly number[], start: number, end: number, tolerance: number, keep: Uint8Array): void {
  const open = [[start, end] as const];
  const count = ring.length / 2;
  for (let span = open.pop(); span !== undefined; span = open.pop()) {
    const [a, b] = span;
    const ax = ring[2 * a]!, ay = ring[2 * a + 1]!, dx = ring[2 * (b % count)]! - ax, dy = ring[2 * (b % count) + 1]! - ay;
    const length = dx * dx + dy * dy;
    let far = -1, most = tolerance * tolerance;
    for (let i = a + 1; i < b; i++) {
      const px = ring[2 * i]! - ax, py = ring[2 * i + 1]! - ay;
      // the nearest point of the piece, not of the line through it
      const along = length === 0 ? 0 : Math.min(1, Math.max(0, (px * dx + py * dy) / length));
      const distance = (px - along * dx) ** 2 + (py - along * dy) ** 2;
      if (distance > most) [far, most] = [i, distance];
    }
    if (far < 0) continue;
    keep[far] = 1;
    open.push([a, far], [far, b]);
  }
}
