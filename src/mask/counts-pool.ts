/**
 * Memory for run lengths. Most masks have some hundred runs, and a typed array with a buffer of its own costs 0.3 to 0.5 us then, as much as
 * reading the runs; a view into a shared buffer costs 0.02 us. So short ones are cut from slabs, as Node's own Buffers are: their `buffer` is
 * larger than they are, and a slab lives as long as any of its masks.
 */

/** Runs in a slab, and the most of a mask that is cut from one. */
const SLAB = 2 ** 14, MOST = 2 ** 11;

let slab = new ArrayBuffer(4 * SLAB);
let used = 0;

/** Zeroed room for `length` run lengths. */
export function newCounts(length: number): Uint32Array {
  if (length > MOST) return new Uint32Array(length);
  if (used + length > SLAB) {
    slab = new ArrayBuffer(4 * SLAB);
    used = 0;
  }
  const counts = new Uint32Array(slab, 4 * used, length);
  used += length;
  return counts;
}

/** A copy of values[from] up to values[to]. */
export function copyCounts(values: Uint32Array, from: number, to: number): Uint32Array {
  if (to - from > MOST) return values.slice(from, to);
  const counts = newCounts(to - from);
  counts.set(values.subarray(from, to));
  return counts;
}
