/** Several rings as the one polygon that a YOLO line holds: bridges of no width, walked there and back, which enclose nothing. */

/** Flat x, y, ...; each ring is joined to those before it where they are nearest. Even-odd filling gives each ring's own inside. */
export function joinRings(rings: readonly (readonly number[])[]): number[] {
  let joined = [...rings[0] ?? []];
  for (const ring of rings.slice(1)) {
    const [from, to] = nearest(joined, ring);
    const bridge = joined.slice(from, from + 2);
    joined = [...joined.slice(0, from), ...bridge, ...ring.slice(to), ...ring.slice(0, to + 2), ...bridge, ...joined.slice(from + 2)];
  }
  return joined;
}

/** Offsets of the vertices of `a` and `b` that are nearest to each other; the first of equals. */
function nearest(a: readonly number[], b: readonly number[]): [number, number] {
  let best = Infinity, from = 0, to = 0;
  for (let i = 0; i + 1 < a.length; i += 2) {
    for (let j = 0; j + 1 < b.length; j += 2) {
      const dx = a[i]! - b[j]!, dy = a[i + 1]! - b[j + 1]!;
      const distance = dx * dx + dy * dy;
      if (distance < best) [best, from, to] = [distance, i, j];
    }
  }
  return [from, to];
}
