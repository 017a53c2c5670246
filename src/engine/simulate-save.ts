/** What the simulated annotator did at an image, stored as a person's would be, with what it did step by step; then the image is done. */
import { rleFromString } from '../mask/rle-string.js';
import { keepClaim, keepEvent, sessionName, type EventBody } from './events.js';
import { visitImage } from './images.js';
import { addMask, type EngineMask, type NewMask } from './masks.js';
import type { Project } from './project.js';
import { latestRound } from './rounds.js';
import { STAGE_OF, type EventKind } from './schema.js';
import { secondsLike } from './simulate-judge.js';
import type { SimulateOptions } from './simulate-options.js';
import type { PlannedImage } from './simulate-plan.js';
import type { TrueObject } from './simulate-truth.js';
import type { ClickedObject } from './simulate-worker.js';
import { correctMask, giveVerdict } from './verdicts.js';

/** What a run came to. `left`: objects that were given up. `seconds`: the annotator's, not the machine's. */
export interface Tally { objects: number; present: number; drawn: number; accepted: number; corrected: number; rejected: number; painted: number; left: number; clicks: number; seconds: number }

export const NO_TALLY: Readonly<Tally> = { objects: 0, present: 0, drawn: 0, accepted: 0, corrected: 0, rejected: 0, painted: 0, left: 0, clicks: 0, seconds: 0 };

interface Saving { project: Project; plan: PlannedImage; options: SimulateOptions; modelId: number; now: number; session: string; tally: Tally }

/**
 * `clicked`: in the order of `worksOf`. All of it or nothing: a run that was killed begins the image anew, and comes to the same masks. With `verdicts` only, nothing is added and the image is still
 * to do.
 */
export function saveImage(project: Project, plan: PlannedImage, clicked: readonly ClickedObject[], options: SimulateOptions, modelId: number, now: number): Tally {
  const { image, same, correct, reject, missing, present } = plan;
  const tally: Tally = { ...NO_TALLY, present, objects: present + same.length + correct.length + missing.length };
  return project.database.write(() => {
    const session = sessionName(`simulated ${options.annotator} ${options.seed} ${latestRound(project).number}`);
    const saving: Saving = { project, plan, options, modelId, now, session, tally };
    keepClaim(project, { session, annotator: options.annotator, stage: STAGE_OF[options.stage], imageId: image.id, at: now });
    for (const { mask, object } of same) acceptProposal(saving, mask, object);
    for (const mask of reject) rejectProposal(saving, mask, spend(saving, `judge ${mask.id}`, options.secondsPerVerdict), 0);
    correct.forEach(({ mask, object }, i) => { correctProposal(saving, mask, object, clicked[i]!); });
    if (plan.isVerdictsOnly) return tally;
    missing.forEach((object, i) => { addObject(saving, object, clicked[correct.length + i]!); });
    visitImage(project, { imageId: image.id, outcome: 'done', annotator: options.annotator, seconds: tally.seconds }, now);
    keep(saving, 'finish', { outcome: 'done', seconds: tally.seconds });
    return tally;
  });
}

/** The step that a person's page would have told of. */
function keep({ project, plan, options, now, session }: Saving, kind: EventKind, event: EventBody & { maskId?: number; madeId?: number }): void {
  keepEvent(project, { ...event, kind, session, annotator: options.annotator, stage: STAGE_OF[options.stage], imageId: plan.image.id, at: now });
}

/** One of another class than the truth's is given the right one, which is a click. */
function acceptProposal(saving: Saving, mask: EngineMask, { categoryId }: TrueObject): void {
  const { project, options, now, tally } = saving, isRight = mask.categoryId === categoryId;
  const seconds = spend(saving, `judge ${mask.id}`, options.secondsPerVerdict + (isRight ? 0 : options.secondsPerClick)), clicks = isRight ? 0 : 1;
  const verdict = { maskId: mask.id, revision: mask.revision, annotator: options.annotator, seconds, clicks };
  if (isRight) giveVerdict(project, { ...verdict, verdict: 'accept' }, now);
  const made = isRight ? {} : { madeId: correctMask(project, verdict, { categoryId }, now).id };
  keep(saving, isRight ? 'accept' : 'correct', { maskId: mask.id, ...made, seconds, clicks });
  tally.clicks += clicks;
  tally.accepted++;
}

function rejectProposal(saving: Saving, { id, revision }: EngineMask, seconds: number, clicks: number): void {
  giveVerdict(saving.project, { maskId: id, revision, verdict: 'reject', annotator: saving.options.annotator, seconds, clicks }, saving.now);
  keep(saving, 'reject', { maskId: id, seconds, clicks });
  saving.tally.rejected++;
}

function correctProposal(saving: Saving, mask: EngineMask, object: TrueObject, clicked: ClickedObject): void {
  const { project, options, modelId, now, tally } = saving, { secondsPerVerdict, secondsPerClick, secondsToPaint, giveUp } = options, clicks = clicked.points.length;
  const paints = !clicked.isGood && giveUp === 'paint';
  const seconds = spend(saving, `correct ${mask.id}`, secondsPerVerdict + clicks * secondsPerClick + (paints ? secondsToPaint : 0));
  tally.clicks += clicks;
  if (!clicked.isGood && !paints) {
    rejectProposal(saving, mask, seconds, clicks);
    tally.left++;
    return;
  }
  const { rle, prompts, predictedIou } = madeOf(saving, object, clicked, paints, seconds);
  const verdict = { maskId: mask.id, revision: mask.revision, annotator: options.annotator, seconds, clicks };
  const made = correctMask(project, verdict, { rle, prompts, predictedIou, modelId, categoryId: object.categoryId }, now);
  keep(saving, 'correct', { maskId: mask.id, madeId: made.id, seconds, clicks, ...takenOf(clicked) });
  tally.corrected++;
  tally.painted += paints ? 1 : 0;
}

function addObject(saving: Saving, object: TrueObject, clicked: ClickedObject): void {
  const { project, plan: { image }, options, modelId, now, tally } = saving, { secondsToFind, secondsPerClick, secondsToPaint, giveUp } = options, clicks = clicked.points.length;
  const paints = !clicked.isGood && giveUp === 'paint';
  const seconds = spend(saving, `add ${image.fileName} ${object.id}`, secondsToFind + clicks * secondsPerClick + (paints ? secondsToPaint : 0));
  tally.clicks += clicks;
  if (!clicked.isGood && !paints) {
    tally.left++;
    return;
  }
  const made = addMask(project, {
    ...madeOf(saving, object, clicked, paints, seconds), imageId: image.id, categoryId: object.categoryId, stage: STAGE_OF[options.stage], status: 'accepted', modelId, annotator: options.annotator, seconds, clicks,
  }, now);
  keep(saving, 'add', { madeId: made.id, seconds, clicks, ...takenOf(clicked) });
  tally.drawn++;
  tally.painted += paints ? 1 : 0;
}

/** Later clicks are answered with one mask each. */
const takenOf = ({ points, candidate }: ClickedObject): EventBody => ({ candidate: points.length === 1 ? candidate : 0 });

/** The mask and where it came from, as the annotator's page stores it. What was painted is the truth itself. Clicks are spread evenly over the seconds. */
function madeOf({ plan: { image: { width, height } } }: Saving, object: TrueObject, { mask, points, predictedIou, candidate }: ClickedObject, isPainted: boolean, seconds: number): Required<Pick<NewMask, 'rle' | 'prompts' | 'predictedIou'>> {
  const steps = points.length + (isPainted ? 1 : 0);
  const at = (step: number): { at: number } => ({ at: Math.round((1000 * seconds * step) / steps) / 1000 });
  const prompts = [
    ...points.map((point, i) => ({ kind: 'point', ...point, ...(i === 0 && points.length > 1 ? { candidate } : {}), ...at(i + 1) })),
    ...(isPainted ? [{ kind: 'brush', ...at(steps) }] : []),
  ];
  return { rle: rleFromString(isPainted ? object.counts : mask, width, height), prompts, predictedIou: isPainted ? null : Math.min(1, Math.max(0, predictedIou)) };
}

/** Seconds of a step, more or less; they are the step's own, whatever else is done. */
function spend({ options: { seed, secondsSpread }, tally }: Saving, step: string, mean: number): number {
  const seconds = secondsLike(mean, secondsSpread, `${seed} ${step}`);
  tally.seconds += seconds;
  return seconds;
}
