/** What the simulated annotator did at an image, stored as a person's would be: each accept a step of its own, then the image is done. */
import { rleFromString } from '../mask/rle-string.js';
import { visitImage } from './images.js';
import { addMask, type NewMask } from './masks.js';
import type { Project } from './project.js';
import { STAGE_OF } from './schema.js';
import { secondsLike } from './simulate-judge.js';
import type { SimulateOptions } from './simulate-options.js';
import type { PlannedImage } from './simulate-plan.js';
import type { TrueObject } from './simulate-truth.js';
import type { ClickedObject } from './simulate-worker.js';
import { correctMask, giveVerdict } from './verdicts.js';

/** What a run came to. `left`: objects that were given up. `seconds`: the annotator's, not the machine's. */
export interface Tally { objects: number; present: number; drawn: number; accepted: number; corrected: number; rejected: number; painted: number; left: number; clicks: number; seconds: number }

export const NO_TALLY: Readonly<Tally> = { objects: 0, present: 0, drawn: 0, accepted: 0, corrected: 0, rejected: 0, painted: 0, left: 0, clicks: 0, seconds: 0 };

interface Saving { project: Project; plan: PlannedImage; options: SimulateOptions; modelId: number; now: number; tally: Tally }

/** `clicked`: in the order of `worksOf`. A kill between two steps leaves what was accepted, and an image that is still to do. */
export function saveImage(project: Project, plan: PlannedImage, clicked: readonly ClickedObject[], options: SimulateOptions, modelId: number, now: number): Tally {
  const { image, same, correct, reject, missing, present } = plan;
  const tally: Tally = { ...NO_TALLY, present, objects: present + same.length + correct.length + missing.length };
  const saving: Saving = { project, plan, options, modelId, now, tally };
  for (const { mask, object } of same) acceptProposal(saving, mask, object);
  for (const mask of reject) {
    giveVerdict(project, { maskId: mask.id, revision: mask.revision, verdict: 'reject', annotator: options.annotator, seconds: spend(saving, `judge ${mask.id}`, options.secondsPerVerdict), clicks: 0 }, now);
    tally.rejected++;
  }
  correct.forEach(({ mask, object }, i) => { correctProposal(saving, mask, object, clicked[i]!); });
  missing.forEach((object, i) => { addObject(saving, object, clicked[correct.length + i]!); });
  visitImage(project, { imageId: image.id, outcome: 'done', annotator: options.annotator, seconds: tally.seconds }, now);
  return tally;
}

/** One of another class than the truth's is given the right one, which is a click. */
function acceptProposal(saving: Saving, mask: PlannedImage['same'][number]['mask'], { categoryId }: TrueObject): void {
  const { project, options, now, tally } = saving, isRight = mask.categoryId === categoryId;
  const seconds = spend(saving, `judge ${mask.id}`, options.secondsPerVerdict + (isRight ? 0 : options.secondsPerClick));
  const verdict = { maskId: mask.id, revision: mask.revision, annotator: options.annotator, seconds, clicks: isRight ? 0 : 1 };
  if (isRight) giveVerdict(project, { ...verdict, verdict: 'accept' }, now);
  else correctMask(project, verdict, { categoryId }, now);
  tally.clicks += verdict.clicks;
  tally.accepted++;
}

function correctProposal(saving: Saving, mask: PlannedImage['correct'][number]['mask'], object: TrueObject, clicked: ClickedObject): void {
  const { project, options, modelId, now, tally } = saving, { secondsPerVerdict, secondsPerClick, secondsToPaint, giveUp } = options;
  const paints = !clicked.isGood && giveUp === 'paint';
  const seconds = spend(saving, `correct ${mask.id}`, secondsPerVerdict + clicked.clicks * secondsPerClick + (paints ? secondsToPaint : 0));
  const verdict = { maskId: mask.id, revision: mask.revision, annotator: options.annotator, seconds, clicks: clicked.clicks };
  tally.clicks += clicked.clicks;
  if (!clicked.isGood && !paints) {
    giveVerdict(project, { ...verdict, verdict: 'reject' }, now);
    tally.rejected++;
    tally.left++;
    return;
  }
  const { rle, prompts, predictedIou } = madeOf(saving, object, clicked, paints);
  correctMask(project, verdict, { rle, prompts, predictedIou, modelId, categoryId: object.categoryId }, now);
  tally.corrected++;
  tally.painted += paints ? 1 : 0;
}

function addObject(saving: Saving, object: TrueObject, clicked: ClickedObject): void {
  const { project, plan: { image }, options, modelId, now, tally } = saving, { secondsToFind, secondsPerClick, secondsToPaint, giveUp } = options;
  const paints = !clicked.isGood && giveUp === 'paint';
  const seconds = spend(saving, `add ${image.fileName} ${object.id}`, secondsToFind + clicked.clicks * secondsPerClick + (paints ? secondsToPaint : 0));
  tally.clicks += clicked.clicks;
  if (!clicked.isGood && !paints) {
    tally.left++;
    return;
  }
  addMask(project, {
    ...madeOf(saving, object, clicked, paints), imageId: image.id, categoryId: object.categoryId, stage: STAGE_OF[options.stage], status: 'accepted', modelId, annotator: options.annotator, seconds,
    clicks: clicked.clicks,
  }, now);
  tally.drawn++;
  tally.painted += paints ? 1 : 0;
}

/** The mask and where it came from, as the annotator's page stores it. What was painted is the truth itself. */
function madeOf({ plan: { image: { width, height } } }: Saving, object: TrueObject, { mask, points, box, predictedIou }: ClickedObject, isPainted: boolean): Required<Pick<NewMask, 'rle' | 'prompts' | 'predictedIou'>> {
  const prompts = [...points.map((point) => ({ kind: 'point', ...point })), ...(box === undefined ? [] : [{ kind: 'box', ...box }]), ...(isPainted ? [{ kind: 'brush' }] : [])];
  return { rle: rleFromString(isPainted ? object.counts : mask, width, height), prompts, predictedIou: isPainted ? null : Math.min(1, Math.max(0, predictedIou)) };
}

/** Seconds of a step, more or less; they are the step's own, whatever else is done. */
function spend({ options: { seed, secondsSpread }, tally }: Saving, step: string, mean: number): number {
  const seconds = secondsLike(mean, secondsSpread, `${seed} ${step}`);
  tally.seconds += seconds;
  return seconds;
}
