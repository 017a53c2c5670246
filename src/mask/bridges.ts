/**
 * Joins holes to outer rings with bridges of no width: vertical edges that are walked twice.
 *
 * The bridge of a hole goes up from the left end of its topmost edge, through the run of set pixels above, to the ring that this run begins at:
 * an outer ring or another hole's lower side. That ring reaches higher than the hole, so bridges never close a circle.
 */
import { columnOffsets, columnRunsOf } from './column-runs.js';
import type { Outline, Ring } from './outlines.js';
import type { Rle } from './rle.js';

/** A hole on its way into a ring: where its bridge lands (x, y), its vertices from the bridge's foot on. */
interface Bridged { x: number; y: number; ring: Ring; joined: Joined }

/** For each edge of a ring (by its first vertex) the holes that hang on it, left to right. */
type Joined = Map<number, Bridged[]>;

/** One polygon an outline, all its holes joined in. `rle`: the mask that the outlines are of. */
export function bridgeHoles(outlines: readonly Outline[], rle: Rle): number[][] {
  const wanted = landings(outlines, rle);
  return outlines.map(({ outer, holes }) => {
    if (holes.length === 0) return outer;
    const joined = findJoints(outer, rle.width, wanted);
    return woven(outer, joined);
  });
}

/** Every hole under the place where its bridge lands, y * width + x, and the holes that land on it. */
function landings(outlines: readonly Outline[], rle: Rle): Map<number, Bridged> {
  const runs = columnRunsOf(rle);
  const offsets = columnOffsets(runs, rle.width);
  const wanted = new Map<number, Bridged>();
  for (const { holes } of outlines) {
    for (const hole of holes) {
      const ring = fromTop(hole);
      const x = ring[0]!, foot = ring[1]!;
      // the run of column x that ends at the foot
      let low = offsets[x]!, high = offsets[x + 1]! - 1;
      while (low < high) {
        const middle = (low + high) >> 1;
        if (runs.end[middle]! >= foot) high = middle;
        else low = middle + 1;
      }
      const y = runs.start[low]!;
      wanted.set(y * rle.width + x, { x, y, ring, joined: new Map() });
    }
  }
  for (const bridged of wanted.values()) bridged.joined = findJoints(bridged.ring, rle.width, wanted);
  return wanted;
}

/** The ring from the left end of its topmost edge on: the vertex where an edge walked to the left arrives. */
function fromTop(ring: Ring): Ring {
  let best = 0;
  for (let i = 2; i < ring.length; i += 2) {
    const higher = ring[i + 1]! < ring[best + 1]! || (ring[i + 1] === ring[best + 1] && ring[i]! < ring[best]!);
    if (higher) best = i;
  }
  return [...ring.slice(best), ...ring.slice(0, best)];
}

/** The bridges that land on each edge of a ring: those walked to the right have the mask below them. */
function findJoints(ring: Ring, width: number, wanted: Map<number, Bridged>): Joined {
  const joined: Joined = new Map();
  for (let i = 0; i < ring.length; i += 2) {
    const x0 = ring[i]!, y = ring[i + 1]!, x1 = ring[(i + 2) % ring.length]!;
    for (let x = x0; x < x1; x++) {
      const bridged = wanted.get(y * width + x);
      if (bridged === undefined) continue;
      const others = joined.get(i);
      if (others === undefined) joined.set(i, [bridged]);
      else others.push(bridged);
    }
  }
  return joined;
}

/** The ring with everything that hangs on it, walked without recursion: holes may hang on holes to any depth. */
function woven(outer: Ring, joined: Joined): number[] {
  const result: number[] = [];
  const stack: { ring: Ring; joined: Joined; at: number; nextHole: number; landing: [number, number] | undefined }[] = [];
  stack.push({ ring: outer, joined, at: 0, nextHole: 0, landing: undefined });
  for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
    if (top.at === top.ring.length) {
      // back over the bridge
      if (top.landing !== undefined) result.push(top.ring[0]!, top.ring[1]!, ...top.landing);
      stack.pop();
      continue;
    }
    if (top.nextHole === 0) result.push(top.ring[top.at]!, top.ring[top.at + 1]!);
    const hole = top.joined.get(top.at)?.[top.nextHole];
    if (hole === undefined) {
      top.at += 2;
      top.nextHole = 0;
      continue;
    }
    // the bridge may land on the vertex itself
    if (top.nextHole > 0 || hole.x !== top.ring[top.at]) result.push(hole.x, hole.y);
    top.nextHole++;
    stack.push({ ring: hole.ring, joined: hole.joined, at: 0, nextHole: 0, landing: [hole.x, hole.y] });
  }
  return result;
}
