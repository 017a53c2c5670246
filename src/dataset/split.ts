/** Splitting a dataset's images into train, val and test: by rank of a seeded hash, so that the order of the images is of no effect. */
import { SamError } from '../errors.js';
import type { Split } from './types.js';

const SPLITS: readonly Split[] = ['train', 'val', 'test'];

/** `0.8,0.1,0.1` or `0.9,0.1`: shares of train, val and test. Throws `usage/option` unless there are two or three, from 0, that sum to 1. */
export function parseRatio(text: string): number[] {
  const shares = text.split(',').map((part) => (part.trim() === '' ? Number.NaN : Number(part)));
  const sum = shares.reduce((a, b) => a + b, 0);
  if (shares.length < 2 || shares.length > 3 || shares.some((share) => !(share >= 0)) || Math.abs(sum - 1) > 1e-9) {
    throw new SamError('usage/option', `--ratio expects two or three shares that sum to 1, like 0.8,0.1,0.1, got ${JSON.stringify(text)}.`);
  }
  return shares;
}

/**
 * A split for each image. `rankOf`: a text that orders the images at random (a seeded hash of the file name). Each split has its share of the images,
 * whole numbers by largest remainder, so that none is off by more than one.
 */
export function splitImages(fileNames: readonly string[], shares: readonly number[], rankOf: (fileName: string) => string): Map<string, Split> {
  const ranked = fileNames.map((fileName) => ({ fileName, rank: rankOf(fileName) })).sort((a, b) => (a.rank < b.rank ? -1 : a.rank > b.rank ? 1 : 0));
  const counts = countsOf(ranked.length, shares);
  const result = new Map<string, Split>();
  let at = 0;
  counts.forEach((count, i) => {
    for (const { fileName } of ranked.slice(at, at + count)) result.set(fileName, SPLITS[i]!);
    at += count;
  });
  return result;
}

function countsOf(total: number, shares: readonly number[]): number[] {
  const exact = shares.map((share) => share * total);
  const counts = exact.map((value) => Math.floor(value + 1e-9));
  const byRemainder = exact.map((value, i) => ({ i, remainder: value - counts[i]! })).sort((a, b) => b.remainder - a.remainder || a.i - b.i);
  const missing = total - counts.reduce((a, b) => a + b, 0);
  for (const { i } of byRemainder.slice(0, missing)) counts[i]!++;
  return counts;
}
