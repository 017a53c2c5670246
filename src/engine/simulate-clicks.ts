/**
 * The simulated annotator at one object: it clicks where the mask is most wrong until the mask is good enough, or it has no more patience. The first
 * click on an object gives three masks, of which it takes the truly best, as a person does; every later one gives the model's single mask, and the
 * logits are fed back. A correction starts from the mask that is there, as in the annotator's page.
 */
import { nextClick } from '../evaluation/next-click.js';
import type { Ask } from '../evaluation/prompt-rounds.js';
import { maskIou } from '../mask/iou.js';
import type { Rle } from '../mask/rle.js';
import { correctionStart } from '../models/correction-start.js';
import type { Prediction, Prompt, PromptPoint } from '../models/predict.js';

/** An object to be found; its truth has at least one pixel. `start`: the mask that is corrected, of at least one pixel; without it the object is clicked from nothing. */
export interface ClickWork { id: number; truth: Rle; start?: Rle | undefined }

/** `points`: the clicks. `iou`: with the truth, 0..1; `isGood`: it was reached. `candidate`: which of the first click's masks was taken. */
export interface Clicked { id: number; mask: Rle; iou: number; isGood: boolean; points: PromptPoint[]; predictedIou: number; candidate: number }

/** `maskSide`, `inputSide`, `takesMaskInput`: of the model that is asked (`ModelSpec`). */
export interface Patience { acceptIou: number; maxClicks: number; takesMaskInput: boolean; maskSide: number; inputSide: number }

/** `first`: what a correction starts from, beside the clicks. */
interface Chain { work: ClickWork; mask: Rle | undefined; first: PromptPoint | undefined; logits: Float32Array | undefined; points: PromptPoint[]; iou: number; predictedIou: number; candidate: number | undefined; isOver: boolean }

/** Objects in work at once: memory holds the logits of so many. */
const GROUP = 32;

/** One record an object, in order; the same whatever else is asked in the same call but for the rounding of batched inference. */
export async function clickObjects(works: readonly ClickWork[], ask: Ask, patience: Patience): Promise<Clicked[]> {
  const clicked: Clicked[] = [];
  for (let at = 0; at < works.length; at += GROUP) {
    const chains = works.slice(at, at + GROUP).map((work): Chain => ({
      work, mask: work.start, ...startOf(work, patience), points: [], iou: 0, predictedIou: 0, candidate: undefined, isOver: false,
    }));
    for (let click = 0; click < patience.maxClicks && chains.some(({ isOver }) => !isOver); click++) await clickOnce(chains, ask, patience);
    clicked.push(...chains.map((chain) => clickedOf(chain, patience)));
  }
  return clicked;
}

function startOf({ start }: ClickWork, patience: Patience): Pick<Chain, 'first' | 'logits'> {
  const from = start === undefined ? undefined : correctionStart(start, patience);
  return { first: from?.point, logits: from?.logits };
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
  return true;
}

function promptOf({ first, points, logits }: Chain, { takesMaskInput }: Patience): Prompt {
  return { points: first === undefined ? points : [first, ...points], ...(takesMaskInput && logits !== undefined ? { logits } : {}) };
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

function clickedOf({ work, mask, iou, points, predictedIou, candidate = 0 }: Chain, { acceptIou }: Patience): Clicked {
  // an object has a pixel, so there was a first click and a mask
  return { id: work.id, mask: mask!, iou, isGood: iou >= acceptIou, points, predictedIou, candidate };
}
