/**
 * Means over regions, by object size: sums that are added image by image in the order of the dataset, so that they are the same to the last bit
 * whoever worked on the images and when.
 */
import type { RegionScores } from './prompt-rounds.js';

/** COCO's sizes, by the pixels of the region: below 32^2, below 96^2, and the rest. */
export const SIZE_CLASSES = ['small', 'medium', 'large'] as const;
export type SizeClass = (typeof SIZE_CLASSES)[number];

/** IoUs whose number of clicks is counted (NoC@85, NoC@90). */
export const NOC_TARGETS = [85, 90] as const;
export type NocTarget = (typeof NOC_TARGETS)[number];

/** `mean`: clicks needed, a region that never gets there counting as the most that were made; `reached`: share of regions that get there, 0..1. */
export interface ClicksNeeded { mean: number; reached: number }

/** `iou`: mean after 1, 2, ... clicks. */
export interface ClickScores { iou: number[]; noc: Record<NocTarget, ClicksNeeded> }

/** Means over `regions`, IoU 0..1. Boxes are missing for models that take none. */
export interface PromptScores { regions: number; box?: number; noisyBox?: number; top: ClickScores; best: ClickScores }

/** `null` where no region is of that size. */
export type ScoresBySize = Record<'all' | SizeClass, PromptScores | null>;

interface ClickSums { iou: number[]; noc: Record<NocTarget, { clicks: number; reached: number }> }
interface Sums { regions: number; box: number | undefined; noisyBox: number | undefined; top: ClickSums; best: ClickSums }

/** Sums of some regions; plain data. */
export type SumsBySize = Record<SizeClass, Sums>;

export function sizeClassOf(area: number): SizeClass {
  return area < 32 ** 2 ? 'small' : area < 96 ** 2 ? 'medium' : 'large';
}

/** The sums of one image. */
export function sumsOf(regions: readonly RegionScores[], clicks: number): SumsBySize {
  const sums: SumsBySize = { small: noSums(clicks), medium: noSums(clicks), large: noSums(clicks) };
  for (const region of regions) addRegion(sums[sizeClassOf(region.area)], region);
  return sums;
}

/** The means of images, added in the order in which they come; every one of the same number of clicks. */
export function meansOf(images: Iterable<SumsBySize>, clicks: number): ScoresBySize {
  const total: SumsBySize = { small: noSums(clicks), medium: noSums(clicks), large: noSums(clicks) };
  for (const image of images) for (const size of SIZE_CLASSES) addSums(total[size], image[size]);
  const all = noSums(clicks);
  for (const size of SIZE_CLASSES) addSums(all, total[size]);
  return { all: meanOf(all), small: meanOf(total.small), medium: meanOf(total.medium), large: meanOf(total.large) };
}

function noSums(clicks: number): Sums {
  const chain = (): ClickSums => ({ iou: new Array<number>(clicks).fill(0), noc: { 85: { clicks: 0, reached: 0 }, 90: { clicks: 0, reached: 0 } } });
  return { regions: 0, box: undefined, noisyBox: undefined, top: chain(), best: chain() };
}

function addRegion(sums: Sums, { box, noisyBox, top, best }: RegionScores): void {
  sums.regions++;
  sums.box = added(sums.box, box);
  sums.noisyBox = added(sums.noisyBox, noisyBox);
  for (const [chain, ious] of [[sums.top, top], [sums.best, best]] as const) {
    ious.forEach((iou, i) => { chain.iou[i]! += iou; });
    for (const target of NOC_TARGETS) {
      const first = ious.findIndex((iou) => iou >= target / 100);
      chain.noc[target].clicks += first < 0 ? ious.length : first + 1;
      chain.noc[target].reached += first < 0 ? 0 : 1;
    }
  }
}

function addSums(to: Sums, more: Sums): void {
  to.regions += more.regions;
  to.box = added(to.box, more.box);
  to.noisyBox = added(to.noisyBox, more.noisyBox);
  for (const [a, b] of [[to.top, more.top], [to.best, more.best]] as const) {
    b.iou.forEach((iou, i) => { a.iou[i]! += iou; });
    for (const target of NOC_TARGETS) {
      a.noc[target].clicks += b.noc[target].clicks;
      a.noc[target].reached += b.noc[target].reached;
    }
  }
}

const added = (sum: number | undefined, value: number | undefined): number | undefined => (value === undefined ? sum : (sum ?? 0) + value);

function meanOf({ regions, box, noisyBox, top, best }: Sums): PromptScores | null {
  if (regions === 0) return null;
  const chain = ({ iou, noc }: ClickSums): ClickScores => ({
    iou: iou.map((sum) => sum / regions),
    noc: { 85: neededOf(noc[85], regions), 90: neededOf(noc[90], regions) },
  });
  return { regions, ...(box === undefined ? {} : { box: box / regions }), ...(noisyBox === undefined ? {} : { noisyBox: noisyBox / regions }), top: chain(top), best: chain(best) };
}

function neededOf({ clicks, reached }: { clicks: number; reached: number }, regions: number): ClicksNeeded {
  return { mean: clicks / regions, reached: reached / regions };
}
