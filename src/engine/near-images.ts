/**
 * Images that look alike, found exactly: every pair whose perceptual hashes differ in at most `radius` bits. A hash is cut into radius + 1
 * pieces; two that differ in no more than radius bits have a piece in common, so only those are compared.
 */
import { popcount } from './popcount.js';

/** `phash`: 16 hex digits, or null for what looks like nothing. */
export interface Look { id: number; sha256: string; phash: string | null }

/** Pairs of places in `hashes`, the smaller first; each once. `hashes`: 16 hex digits or null, which is near nothing. `radius`: 0..63. */
export function nearPairs(hashes: readonly (string | null)[], radius: number): [number, number][] {
  const high = new Uint32Array(hashes.length), low = new Uint32Array(hashes.length);
  hashes.forEach((hash, i) => {
    if (hash === null) return;
    high[i] = parseInt(hash.slice(0, 8), 16);
    low[i] = parseInt(hash.slice(8), 16);
  });
  const cuts = piecesOf(radius + 1);
  const tables = cuts.map(() => new Map<number, number[]>());
  const pairs: [number, number][] = [];
  hashes.forEach((hash, i) => {
    if (hash === null) return;
    const seen = new Set<number>();
    cuts.forEach(({ from, bits }, piece) => {
      const key = pieceOf(high[i]!, low[i]!, from, bits), table = tables[piece]!, bucket = table.get(key);
      if (bucket === undefined) return void table.set(key, [i]);
      for (const j of bucket) {
        // most are far: only the few that are near are asked whether another piece has found them
        if (popcount(high[i]! ^ high[j]!) + popcount(low[i]! ^ low[j]!) > radius || seen.has(j)) continue;
        seen.add(j);
        pairs.push([j, i]);
      }
      bucket.push(i);
    });
  });
  return pairs;
}

/** 64 bits in `count` pieces of nearly the same length. */
function piecesOf(count: number): { from: number; bits: number }[] {
  return Array.from({ length: count }, (_, i) => {
    const from = Math.floor((64 * i) / count);
    return { from, bits: Math.floor((64 * (i + 1)) / count) - from };
  });
}

/** `bits` bits of a 64-bit hash from bit `from` on, counted from the highest. A piece across the middle is put together of two. */
function pieceOf(high: number, low: number, from: number, bits: number): number {
  const take = (word: number, start: number, length: number): number => (length === 0 ? 0 : (word >>> (32 - start - length)) & (length === 32 ? 0xffffffff : 2 ** length - 1)) >>> 0;
  const inHigh = Math.max(0, Math.min(32, from + bits) - Math.min(32, from)), inLow = bits - inHigh;
  return take(high, Math.min(32, from), inHigh) * 2 ** inLow + take(low, Math.max(0, from - 32), inLow);
}

/** Each look's group, the smallest id of those that are reached from one to the next: by looks within `radius` bits, or by the same bytes. */
export function nearGroups(looks: readonly Look[], radius: number): Map<number, number> {
  const parent = looks.map((_, i) => i);
  const find = (i: number): number => {
    while (parent[i] !== i) i = parent[i] = parent[parent[i]!]!;
    return i;
  };
  const join = (i: number, j: number): void => {
    const [a, b] = [find(i), find(j)];
    parent[Math.max(a, b)] = Math.min(a, b);
  };
  const first = new Map<string, number>();
  looks.forEach(({ sha256 }, i) => {
    const same = first.get(sha256);
    if (same === undefined) first.set(sha256, i);
    else join(same, i);
  });
  for (const [i, j] of nearPairs(looks.map(({ phash }) => phash), radius)) join(i, j);
  const smallest = new Map<number, number>();
  looks.forEach(({ id }, i) => { smallest.set(find(i), Math.min(id, smallest.get(find(i)) ?? Infinity)); });
  return new Map(looks.map(({ id }, i) => [id, smallest.get(find(i))!]));
}
