/**
 * The interactive protocol on the regions of one image: boxes, boxes with noise, and clicks one after the other, each at the deepest error of
 * the mask before it, whose logits are fed back. As in SAM's own evaluation the model gives three masks for the first click and its single
 * one (token 0) for everything else. All regions go through each round together; regions are prompted in groups, so that memory holds the
 * logits of one group: at most `GROUP` x 2 masks of maskSide x maskSide and their clicks.
 */
import type { Box } from '../geometry/box.js';
import type { ImageSize } from '../geometry/size.js';
import { rleArea, rleIntersection, type Rle } from '../mask/rle.js';
import { bestOf, type Prediction, type Prompt, type PromptPoint } from '../models/predict.js';
import { noisyBox } from './box-noise.js';
import { nextClick } from './next-click.js';

/** A region to find: its pixels, at least one, and its box, in pixels of the image. `key` seeds its noise. */
export interface Region { id: number; key: string; truth: Rle; box: Box }

/** Asks the model: one prediction a prompt, in order. */
export type Ask = (prompts: readonly Prompt[], multimask: boolean) => Promise<Prediction[]>;

export interface RoundsOptions {
  /** Clicks on each region, at least 1. */
  clicks: number;
  takesBoxes: boolean;
  takesMaskInput: boolean;
}

/** True IoU of each prediction for one region, 0..1. `top`, `best`: after each click, one number a click. */
export interface RegionScores {
  id: number;
  /** Pixels of the region. */
  area: number;
  /** Missing for models that take no boxes. */
  box?: number;
  noisyBox?: number;
  /** The first click's mask is the one that the model scores highest. */
  top: number[];
  /** The first click's mask is the one of the three that is truly best: what a person would pick. */
  best: number[];
}

/** One way through the clicks. */
interface Chain { region: Region; clicks: PromptPoint[]; mask: Rle; logits: Float32Array; ious: number[] }

/** Regions in work at once. */
const GROUP = 32;

/** One record a region, in order; the same whatever else is asked in the same call but for the rounding of batched inference. */
export async function scoreRegions(regions: readonly Region[], size: ImageSize, ask: Ask, options: RoundsOptions): Promise<RegionScores[]> {
  const scores: RegionScores[] = [];
  for (let at = 0; at < regions.length; at += GROUP) {
    const group = regions.slice(at, at + GROUP);
    const box = options.takesBoxes ? await scoreBoxes(group, group.map((region) => region.box), ask) : undefined;
    const noisy = options.takesBoxes ? await scoreBoxes(group, group.map((region) => noisyBox(region.box, size, region.key)), ask) : undefined;
    const clicked = await scoreClicks(group, ask, options);
    group.forEach((region, i) => {
      scores.push({ id: region.id, area: rleArea(region.truth), ...(box === undefined ? {} : { box: box[i]! }), ...(noisy === undefined ? {} : { noisyBox: noisy[i]! }), ...clicked[i]! });
    });
  }
  return scores;
}

async function scoreBoxes(group: readonly Region[], boxes: readonly Box[], ask: Ask): Promise<number[]> {
  const predictions = await ask(boxes.map((box) => ({ box })), false);
  return predictions.map((prediction, i) => iouOf(group[i]!.truth, prediction.masks[0]!));
}

async function scoreClicks(group: readonly Region[], ask: Ask, options: RoundsOptions): Promise<{ top: number[]; best: number[] }[]> {
  // a region has a pixel, so it has a first click
  const firsts = group.map((region) => nextClick(region.truth, undefined, [])!);
  const predictions = await ask(firsts.map((click) => ({ points: [click] })), true);
  const pairs = predictions.map((prediction, i) => firstChains(group[i]!, firsts[i]!, prediction));
  // a chain that is both is gone through once
  const chains = pairs.flatMap(({ top, best }) => (top === best ? [top] : [top, best]));
  for (let click = 1; click < options.clicks; click++) await clickOn(chains, ask, options);
  return pairs.map(({ top, best }) => ({ top: top.ious, best: best.ious }));
}

function firstChains(region: Region, click: PromptPoint, prediction: Prediction): { top: Chain; best: Chain } {
  const ious = prediction.masks.map((mask) => iouOf(region.truth, mask));
  const chain = (i: number): Chain => ({ region, clicks: [click], mask: prediction.masks[i]!, logits: prediction.logits[i]!, ious: [ious[i]!] });
  const scored = bestOf(prediction), most = Math.max(...ious);
  const top = chain(scored);
  return { top, best: ious[scored] === most ? top : chain(ious.indexOf(most)) };
}

/** One more click on each chain; one without an error left stays as it is. */
async function clickOn(chains: readonly Chain[], ask: Ask, { takesMaskInput }: RoundsOptions): Promise<void> {
  const open = chains.flatMap((chain) => {
    const click = nextClick(chain.region.truth, chain.mask, chain.clicks);
    if (click === undefined) return [];
    chain.clicks.push(click);
    return [chain];
  });
  const predictions = await ask(open.map((chain) => ({ points: chain.clicks, ...(takesMaskInput ? { logits: chain.logits } : {}) })), false);
  predictions.forEach((prediction, i) => {
    const chain = open[i]!;
    chain.mask = prediction.masks[0]!;
    chain.logits = prediction.logits[0]!;
    chain.ious.push(iouOf(chain.region.truth, chain.mask));
  });
  const moved = new Set(open);
  for (const chain of chains) if (!moved.has(chain)) chain.ious.push(chain.ious[chain.ious.length - 1]!);
}

function iouOf(truth: Rle, mask: Rle): number {
  const shared = rleIntersection(truth, mask);
  return shared / (rleArea(truth) + rleArea(mask) - shared);
}
