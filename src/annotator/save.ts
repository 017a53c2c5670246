/** What a person did to a mask, put into the project: one transaction with the check of the claim and the key of the action, on the disk before it is answered. */
import { onceOnly } from '../engine/actions.js';
import { assertClaim } from '../engine/claims.js';
import { keepEvent, sessionName } from '../engine/events.js';
import { imageById } from '../engine/images.js';
import { addMask, maskById, revisionsOf, type EngineMask } from '../engine/masks.js';
import type { Project } from '../engine/project.js';
import type { Stage } from '../engine/schema.js';
import { correctMask, giveVerdict, undoCorrection, type Correction } from '../engine/verdicts.js';
import { SamError } from '../errors.js';
import type { Rle } from '../mask/rle.js';
import { rleFromString } from '../mask/rle-string.js';
import type { PromptView, SaveAction, SaveAnswer, SaveRequest } from './api.js';
import { annotatorOf, changesSince, maskView, SHOWN } from './views.js';

/** What masks of this run are made with. `modelId`: the model that answers prompts. */
export interface Making { stage: Stage; modelId: number | null }

/**
 * Does the action, or answers what was answered before where its key is known. Throws `engine/conflict` for a claim or revision that is another's, `engine/record`
 * for what the project has not or what does not fit the image, `data/rle`, `storage/...`: then nothing was done. `also` is done in the same transaction.
 */
export function saveAction(project: Project, making: Making, { tab, imageId, action }: SaveRequest, now: number, also: () => void): SaveAnswer {
  // not the tab: a page that was loaded anew may ask again what the one before asked
  return onceOnly(project, action.key, JSON.stringify([imageId, action]), () => {
    assertClaim(project, imageId, tab, now);
    const before = revisionsOf(project, imageId, SHOWN);
    if (action.kind !== 'add' && maskById(project, action.maskId).imageId !== imageId) {
      throw new SamError('engine/record', `Mask ${action.maskId} is none of image ${imageId}.`, { record: `mask ${action.maskId}` });
    }
    if ('prompts' in action) assertPainted(project, imageId, action.prompts ?? []);
    const annotator = annotatorOf(project, tab, now), mask = done(project, making, imageId, action, annotator, now);
    const { key, kind, seconds, clicks } = action, candidate = 'candidate' in action ? action.candidate : undefined;
    keepEvent(project, {
      key, kind, seconds, clicks, session: sessionName(tab), annotator, stage: making.stage, imageId, at: now, maskId: action.kind === 'add' ? null : action.maskId,
      madeId: kind === 'add' || kind === 'correct' ? mask.id : null, ...(candidate === undefined ? {} : { candidate }),
    });
    also();
    const view = maskView(mask) ?? null;
    const { shown, gone } = changesSince(project, imageId, before), others = shown.filter(({ id }) => id !== mask.id);
    return { mask: view, gone, ...(others.length === 0 ? {} : { others }), revision: imageById(project, imageId).revision };
  }, now);
}

/** The mask as it is after the action. */
function done(project: Project, { stage, modelId }: Making, imageId: number, action: SaveAction, annotator: string | null, now: number): EngineMask {
  const { seconds, clicks } = action, effort = { annotator, seconds, clicks };
  if (action.kind === 'add') {
    const { categoryId, prompts, predictedIou, stabilityScore } = action;
    return addMask(project, {
      ...effort, imageId, categoryId, stage, status: 'accepted', rle: rleOf(project, imageId, action.counts), prompts: jsonPrompts(prompts), predictedIou, stabilityScore,
      modelId: isOfModel(prompts) ? modelId : null,
    }, now);
  }
  const verdict = { ...effort, maskId: action.maskId, revision: action.revision };
  if (action.kind === 'undo-correction') return undoCorrection(project, verdict, now);
  if (action.kind !== 'correct') return giveVerdict(project, { ...verdict, verdict: action.kind }, now);
  const { categoryId, counts, prompts, predictedIou, stabilityScore } = action;
  const correction: Correction = {
    ...(categoryId === undefined ? {} : { categoryId }), ...(counts === undefined ? {} : { rle: rleOf(project, imageId, counts) }),
    ...(prompts === undefined ? {} : { prompts: jsonPrompts(prompts), ...(isOfModel(prompts) ? { modelId } : {}) }),
    ...(predictedIou === undefined ? {} : { predictedIou }), ...(stabilityScore === undefined ? {} : { stabilityScore }),
  };
  return correctMask(project, verdict, correction, now);
}

/** A mask of the size of an image. Throws `data/rle`. */
export function rleOf(project: Project, imageId: number, counts: string): Rle {
  const { width, height } = imageById(project, imageId);
  return rleFromString(counts, width, height);
}

/** What was painted is kept as runs of the image's size, like every mask. Throws `data/rle`. */
export function assertPainted(project: Project, imageId: number, prompts: readonly PromptView[]): void {
  for (const prompt of prompts) {
    if (prompt.kind === 'point' || prompt.kind === 'box') continue;
    for (const counts of [prompt.add, prompt.remove]) if (counts !== undefined) rleOf(project, imageId, counts);
  }
}

/** Whether the model was asked, or all was drawn by hand. */
const isOfModel = (prompts: readonly PromptView[]): boolean => prompts.some(({ kind }) => kind === 'point' || kind === 'box');

/** Copies, whose fields the type of JSON values can see. */
const jsonPrompts = (prompts: readonly PromptView[]): { [name: string]: string | number }[] => prompts.map((prompt) => ({ ...prompt }));
