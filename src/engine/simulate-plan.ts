/** What the simulated annotator is going to do at an image: verdicts on what is proposed, and the objects that it has to click on. */
import { rleFromString } from '../mask/rle-string.js';
import type { EngineImage } from './images.js';
import { masksOf, rleOfMask, type EngineMask } from './masks.js';
import type { Project } from './project.js';
import { judge } from './simulate-judge.js';
import type { SimulateOptions } from './simulate-options.js';
import type { TrueObject } from './simulate-truth.js';
import type { WorkOfObject } from './simulate-worker.js';

/** `same`: proposals that are right as they are, but for their class perhaps. */
export interface PlannedImage {
  image: EngineImage;
  /** Objects that are there already, by an earlier run or another person. */
  present: number;
  same: { mask: EngineMask; object: TrueObject }[];
  correct: { mask: EngineMask; object: TrueObject }[];
  reject: EngineMask[];
  missing: TrueObject[];
  /** Nothing is added, and the image stays to do. */
  isVerdictsOnly: boolean;
}

/** With `semi` proposals are judged; else they are left alone, and every object that no person's mask is of is clicked. */
export function planImage(project: Project, image: EngineImage, objects: readonly TrueObject[], { stage, acceptIou, correctIou, verdictsOnly }: Pick<SimulateOptions, 'stage' | 'acceptIou' | 'correctIou' | 'verdictsOnly'>): PlannedImage {
  const truths = objects.map(({ counts }) => rleFromString(counts, image.width, image.height));
  const live = masksOf(project, image.id, ['accepted', 'corrected']).filter(({ isCrowd }) => !isCrowd);
  const proposals = stage === 'semi' ? masksOf(project, image.id, ['proposed']) : [];
  const { accept, correct, reject, missing } = judge(truths, live.map(rleOfMask), proposals.map(rleOfMask), { acceptIou, correctIou });
  const pairOf = ({ proposal, truth }: { proposal: number; truth: number }): { mask: EngineMask; object: TrueObject } => ({ mask: proposals[proposal]!, object: objects[truth]! });
  return {
    image, same: accept.map(pairOf), correct: correct.map(pairOf), reject: reject.map((i) => proposals[i]!), missing: missing.map((i) => objects[i]!), isVerdictsOnly: verdictsOnly,
    present: objects.length - accept.length - correct.length - missing.length,
  };
}

/** What the worker is asked, corrections first. */
export function worksOf({ correct, missing, isVerdictsOnly }: PlannedImage): WorkOfObject[] {
  const starts = correct.map(({ mask, object }): WorkOfObject => ({ id: object.id, truth: object.counts, start: mask.counts }));
  return isVerdictsOnly ? starts : [...starts, ...missing.map(({ id, counts }): WorkOfObject => ({ id, truth: counts }))];
}
