/**
 * The simulated annotator at one object: it clicks where the mask is most wrong until the mask is good enough, or it has no more patience. The first
 * click on an object gives three masks, of which it takes the truly best, as a person does; every later one gives the model's single mask, and the
 * logits are fed back.
 */
import { nextClick } from '../evaluation/next-click.js';
import type { Ask } from '../evaluation/prompt-rounds.js';
import type { Box } from '../geometry/box.js';
import { maskIou } from '../mask/iou.js';
import type { Rle } from '../mask/rle.js';
import type { Prediction, Prompt, PromptPoint } from '../models/predict.js';

/** `mask`: what is there already, with the points and the box that made it, at least one of either. */
export interface ClickStart { mask: Rle; points: readonly PromptPoint[]; box?: Box | undefined }

/** An object to be found; its truth has at least one pixel. Without `start` it is clicked from nothing. */
export interface ClickWork { id: number; truth: Rle; start?: ClickStart | undefined }

/** `clicks`: those that were made now. `points`, `box`: all that the mask was made of. `iou`: with the truth, 0..1; `isGood`: it was reached. `candidate`: which of the first click's masks was taken. */
export interface Clicked { id: number; mask: Rle; iou: number; isGood: boolean; clicks: number; points: PromptPoint[]; box?: Box; predictedIou: number; candidate: number }

export interface Patience { acceptIou: number; maxClicks: number; takesMaskInput: boolean }

interface Chain { work: ClickWork; mask: Rle | undefined; logits: Float32Array | undefined; points: PromptPoint[]; clicks: number; iou: number; predictedIou: number; candidate: number | undefined; isOver: boolean }

/** Objects in work at once: memory holds the logits of so many. */
const GROUP = 32;

/** One record an object, in order; the same whatever else is asked in the same call but for the rounding of batched inference. */
export async function clickObjects(works: readonly ClickWork[], ask: Ask, patience: Patience): Promise<Clicked[]> {
  const clicked: Clicked[] = [];
  for (let at = 0; at < works.length; at += GROUP) {
    const chains = works.slice(at, at + GROUP).map((work): Chain => ({
      work, mask: work.start?.mask, logits: undefined, points: [...work.start?.points ?? []], clicks: 0, iou: 0, predictedIou: 0, candidate: undefined, isOver: false,
    }));
    for (let click = 0; click < patience.maxClicks && chains.some(({ isOver }) => !isOver); click++) await clickOnce(chains, ask, patience);
    clicked.push(...chains.map((chain) => clickedOf(chain, patience)));
  }
  return clicked;
}

/** One click on each that is not over: those from nothing ask for three masks, the others for one. */
async function clickOnce(chains: readonly Chain[], ask: Ask, patience: Patience): Promise<void> {
  const open = chains.filter((chain) => !chain.isOver && addClick(chain));
  // told apart before any is asked: an answer gives a chain its mask
  const [firsts, others] = [true, false].map((isFirst) => open.filter((chain) => (chain.mask === undefined) === isFirst));
  for (const [asking, multimask] of [[firsts!, true], [others!, false]] as const) {
    if (asking.length === 0) continue;
    const predictions = await ask(asking.map((chain) => promptOf(chain, patience)), multimask);
    predictions.forEach((prediction, i) => { take(asking[i]!, prediction, patience); });
  }
}

/** False where nothing is left to click on. */
function addClick(chain: Chain): boolean {
  const point = nextClick(chain.work.truth, chain.mask, chain.points);
  chain.isOver = point === undefined;
  if (point === undefined) return false;
  chain.points.push(point);
  chain.clicks++;
  return true;
}

function promptOf({ points, logits, work }: Chain, { takesMaskInput }: Patience): Prompt {
  const box = work.start?.box;
  return { points, ...(box === undefined ? {} : { box }), ...(takesMaskInput && logits !== undefined ? { logits } : {}) };
}

/** Of several masks the truly best, the first on ties. */
function take(chain: Chain, { masks, logits, predictedIou }: Prediction, { acceptIou }: Patience): void {
  const ious = maskIou(masks, [chain.work.truth]), best = ious.indexOf(Math.max(...ious));
  chain.candidate ??= best;
  chain.mask = masks[best]!;
  chain.logits = logits[best]!;
  chain.predictedIou = predictedIou[best]!;
  chain.iou = ious[best]!;
  chain.isOver = chain.iou >= acceptIou;
}

function clickedOf({ work, mask, iou, clicks, points, predictedIou, candidate = 0 }: Chain, { acceptIou }: Patience): Clicked {
  const box = work.start?.box;
  // an object has a pixel, so there was a first click and a mask
  return { id: work.id, mask: mask!, iou, isGood: iou >= acceptIou, clicks, points, ...(box === undefined ? {} : { box }), predictedIou, candidate };
}
