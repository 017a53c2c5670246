/** What the simulated annotator thinks of the masks that are there: which objects are done, which proposals are right, worth correcting, or wrong. */
import { normalNumber, seededNumbers } from '../evaluation/seeded.js';
import { maskIou } from '../mask/iou.js';
import { rleArea, type Rle } from '../mask/rle.js';

/** Indices into the masks and the truths that were given. */
export interface Judged {
  accept: { proposal: number; truth: number }[];
  correct: { proposal: number; truth: number }[];
  reject: number[];
  /** Truths that no mask is of, the largest first: people begin with what is prominent. */
  missing: number[];
}

/**
 * One mask an object, the best pairs first: truths that `present` masks reach at `acceptIou` are done; of the others, proposals that reach `acceptIou` are
 * accepted, those that reach `correctIou` corrected, the rest rejected. Masks of one size; throws `data/rle` otherwise.
 */
export function judge(truths: readonly Rle[], present: readonly Rle[], proposals: readonly Rle[], { acceptIou, correctIou }: { acceptIou: number; correctIou: number }): Judged {
  const done = new Set(pairs(present, truths, acceptIou, new Set()).map(({ truth }) => truth));
  const pairsFrom = (least: number, taken: ReadonlySet<number>, without: ReadonlySet<number>): { proposal: number; truth: number }[] =>
    pairs(proposals, truths, least, taken, without).map(({ mask, truth }) => ({ proposal: mask, truth }));
  const accept = pairsFrom(acceptIou, done, new Set());
  const used = new Set(accept.map(({ proposal }) => proposal));
  const taken = new Set([...done, ...accept.map(({ truth }) => truth)]);
  const correct = pairsFrom(correctIou, taken, used);
  for (const { proposal, truth } of correct) {
    used.add(proposal);
    taken.add(truth);
  }
  const areas = truths.map(rleArea);
  return {
    accept, correct, reject: proposals.map((_, i) => i).filter((i) => !used.has(i)),
    missing: truths.map((_, i) => i).filter((i) => !taken.has(i)).sort((a, b) => areas[b]! - areas[a]! || a - b),
  };
}

/** Greedy from the highest IoU, each mask and each truth once, in the order of the masks. */
function pairs(masks: readonly Rle[], truths: readonly Rle[], least: number, taken: ReadonlySet<number>, without: ReadonlySet<number> = new Set()): { mask: number; truth: number }[] {
  const ious = maskIou(masks, truths), found: { mask: number; truth: number; iou: number }[] = [];
  ious.forEach((iou, i) => {
    const mask = Math.floor(i / truths.length), truth = i % truths.length;
    if (iou > 0 && iou >= least && !taken.has(truth) && !without.has(mask)) found.push({ mask, truth, iou });
  });
  found.sort((a, b) => b.iou - a.iou || a.mask - b.mask || a.truth - b.truth);
  const usedMasks = new Set<number>(), usedTruths = new Set<number>();
  const chosen = found.filter(({ mask, truth }) => {
    if (usedMasks.has(mask) || usedTruths.has(truth)) return false;
    usedMasks.add(mask);
    usedTruths.add(truth);
    return true;
  });
  return chosen.map(({ mask, truth }) => ({ mask, truth })).sort((a, b) => a.mask - b.mask);
}

/** `mean` seconds, more or less: log-normal of that mean with `spread` as standard deviation of the logarithm; what it is follows from `key` alone. */
export function secondsLike(mean: number, spread: number, key: string): number {
  return mean * Math.exp(spread * normalNumber(seededNumbers(key)) - spread ** 2 / 2);
}
