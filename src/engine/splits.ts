/**
 * Which images are held out. Images that look alike (a group) are never apart, an image that has a split keeps it, and chance is a hash of the
 * seed and of the images' bytes, so that names and order are of no effect.
 */
import type { Split } from '../dataset/types.js';
import { sha256Hex } from '../files/hash.js';

export interface SplitImage { id: number; sha256: string; group: number; split: Split | null }

export interface SplitRule { seed: number; valShare: number; testShare: number }

/** `moved`: images that had another split, because a new image joins two groups that were apart: they all go where most harm is avoided (train). */
export interface SplitPlan { splits: Map<number, Split>; moved: number[] }

const SPLITS: readonly Split[] = ['train', 'val', 'test'];

/**
 * A split for every image. New groups, in the order of their hashes, go each to the split that lacks most of its share; so shares are met as nearly as
 * whole groups allow. Of two groups or more, one is in `val` where that has a share.
 */
export function planSplits(images: readonly SplitImage[], { seed, valShare, testShare }: SplitRule): SplitPlan {
  const splits = new Map<number, Split>(), moved: number[] = [];
  const counts = { train: 0, val: 0, test: 0 }, shares = { train: 1 - valShare - testShare, val: valShare, test: testShare };
  const settle = (members: readonly SplitImage[], split: Split): void => {
    for (const { id } of members) splits.set(id, split);
    counts[split] += members.length;
  };
  const learned: (readonly SplitImage[])[] = [], fresh: { members: SplitImage[]; rank: string }[] = [];
  for (const members of groupsOf(images)) {
    const known = SPLITS.filter((split) => members.some((member) => member.split === split));
    if (known[0] === undefined) fresh.push({ members, rank: rankOf(members, seed) });
    else {
      // what a model was trained on can be no test of it: of several the first, train
      for (const { id, split } of members) if (split !== null && split !== known[0]) moved.push(id);
      settle(members, known[0]);
    }
  }
  for (const { members } of fresh.sort((a, b) => (a.rank < b.rank ? -1 : 1))) {
    const lack = (split: Split): number => (shares[split] === 0 ? -Infinity : shares[split] * images.length - counts[split]);
    const split = SPLITS.reduce((best, other) => (lack(other) > lack(best) + 1e-9 ? other : best));
    settle(members, split);
    if (split === 'train') learned.push(members);
  }
  // few groups, or a large one: a model is measured on something, while there is something else to learn from
  const smallest = learned.sort((a, b) => a.length - b.length)[0];
  if (valShare > 0 && counts.val === 0 && smallest !== undefined && smallest.length < counts.train) settle(smallest, 'val');
  return { splits, moved };
}

function groupsOf(images: readonly SplitImage[]): SplitImage[][] {
  const groups = new Map<number, SplitImage[]>();
  for (const image of images) {
    const members = groups.get(image.group);
    if (members === undefined) groups.set(image.group, [image]);
    else members.push(image);
  }
  return [...groups.values()];
}

/** By the smallest of the group's hashes, which is the same whatever the images are called. */
function rankOf(members: readonly SplitImage[], seed: number): string {
  const smallest = members.map(({ sha256 }) => sha256).sort()[0] ?? '';
  return sha256Hex(`${seed}\0${smallest}`);
}
