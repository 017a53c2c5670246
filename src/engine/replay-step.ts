/** One recorded step done in a project, in one transaction with its key. */
import { SamError } from '../errors.js';
import { maskIou } from '../mask/iou.js';
import { rleFromString } from '../mask/rle-string.js';
import { addCategories } from './categories.js';
import { claimImage, releaseClaim } from './claims.js';
import { eventByKey, keepEvent } from './events.js';
import { visitImage, type EngineImage } from './images.js';
import { addMask, insertMask, maskById, masksOf, rleOfMask, type MaskFacts, type NewMask } from './masks.js';
import type { Project } from './project.js';
import type { RecordedEvent, RecordedMask } from './recording.js';
import type { Redrawn } from './replay-decode.js';
import { changeRound, openRound, openRoundOf } from './rounds.js';
import { correctMask, giveVerdict, undoCorrection } from './verdicts.js';

/** `model`: the one that decodes; `models`: the project's by their hashes. */
export interface Replaying { project: Project; model: { id: number; sha256: string } | undefined; models: ReadonlyMap<string, number> }

/** A proposal of another model stands for the recorded one from this IoU on. */
const SAME_PROPOSAL = 0.9;
/** A claim of a person who is long gone, as long as the annotator's are. */
const CLAIM_MILLISECONDS = 300_000;

/** Throws `engine/record`, `engine/conflict`: then nothing was done. `redrawn`: the mask instead of the recorded one. */
export function doStep(run: Replaying, image: EngineImage, event: RecordedEvent, redrawn: Redrawn | undefined): void {
  const { project } = run, { key, kind, session, annotator, stage, at, seconds, clicks, outcome, candidate } = event;
  project.database.write(() => {
    enterRound(run, event);
    const maskId = event.about === undefined ? undefined : aboutOf(run, image, event) ?? insertAbout(run, image, event);
    const madeId = act(run, image, event, maskId, redrawn);
    keepEvent(project, { key, kind, session, annotator, stage, imageId: image.id, maskId, madeId, at, seconds, clicks, outcome, candidate });
  });
}

/** The open round goes over to the step's stage, as it did when people worked; where none is open, the next one begins. */
function enterRound({ project, model }: Replaying, { stage, at }: RecordedEvent): void {
  const open = openRoundOf(project);
  if (open === undefined) openRound(project, { stage, modelId: model?.id }, at);
  else if (open.stage !== stage) changeRound(project, { stage });
}

/** The mask that a step is about, as the project has it: that of the recorded step, else the one with the same pixels, else the one that is most like it. Throws `engine/record` for a step that was not done. */
export function aboutOf({ project }: Pick<Replaying, 'project'>, image: EngineImage, { about }: RecordedEvent): number | undefined {
  if (about === undefined) return undefined;
  if ('made_by' in about) {
    const made = eventByKey(project, about.made_by)?.madeId ?? undefined;
    if (made === undefined) throw new SamError('engine/record', 'The mask that it is about was not made here: an earlier step is missing or failed.', { record: image.fileName });
    return made;
  }
  const { counts } = about.mask.segmentation, there = masksOf(project, image.id, ['proposed', 'accepted', 'corrected', 'rejected']);
  const same = there.find((mask) => mask.counts === counts);
  if (same !== undefined || there.length === 0) return same?.id;
  const ious = [...maskIou(there.map(rleOfMask), [rleFromString(counts, image.width, image.height)])], best = Math.max(...ious);
  return best >= SAME_PROPOSAL ? there[ious.indexOf(best)]!.id : undefined;
}

/** Whether a step judges or corrects what a machine proposed, or is about such a correction, which was done. */
export function isOnProposal(project: Project, { about }: RecordedEvent): boolean {
  if (about === undefined) return false;
  return 'made_by' in about ? eventByKey(project, about.made_by)?.kind === 'correct' : (about.mask.status ?? 'proposed') === 'proposed';
}

/** The recorded mask itself, where the project has none like it and the same model stands behind both. */
function insertAbout(run: Replaying, image: EngineImage, { about, at }: RecordedEvent): number {
  const { mask } = about as { mask: RecordedMask }; // that of a step was found, or refused
  if (mask.model !== null && mask.model !== run.model?.sha256) throw new SamError('engine/record', 'The project has no mask like the one that was judged, which another model had made; let this one propose first (sam engine propose).', { record: image.fileName });
  return insertMask(run.project, { ...newMask(run, image, mask), status: mask.status ?? 'proposed' }, null, at).id;
}

/** Returns the mask that the step made. */
function act(run: Replaying, image: EngineImage, event: RecordedEvent, maskId: number | undefined, redrawn: Redrawn | undefined): number | undefined {
  const { project } = run, { kind, annotator, at, seconds, clicks } = event, token = `replay-${event.session}`;
  if (kind === 'claim') {
    project.database.run('DELETE FROM claims WHERE image_id = ?', image.id);
    claimImage(project, image.id, { annotator: annotator ?? '', token }, CLAIM_MILLISECONDS, at);
    return undefined;
  }
  if (kind === 'finish') {
    visitImage(project, { imageId: image.id, outcome: event.outcome!, annotator: annotator ?? undefined, seconds }, at);
    releaseClaim(project, token);
    return undefined;
  }
  if (kind === 'add') return addMask(project, { ...newMask(run, image, event.mask!, redrawn), annotator, seconds: seconds ?? null, clicks: clicks ?? null, status: 'accepted' }, at).id;
  const verdict = { maskId: maskId!, revision: maskById(project, maskId!).revision, annotator, seconds, clicks };
  if (kind === 'correct') {
    const { rle, categoryId, modelId, prompts, predictedIou, stabilityScore } = newMask(run, image, event.mask!, redrawn);
    return correctMask(project, verdict, { rle, categoryId, modelId, prompts, predictedIou, stabilityScore }, at).id;
  }
  if (kind === 'undo-correction') undoCorrection(project, verdict, at);
  else giveVerdict(project, { ...verdict, verdict: kind }, at);
  return undefined;
}

/** The recorded mask, or the one that the model made of its prompts, which is that model's. */
function newMask({ project, models, model }: Replaying, image: EngineImage, mask: RecordedMask, redrawn?: Redrawn): NewMask & Pick<MaskFacts, 'modelId' | 'prompts' | 'predictedIou' | 'stabilityScore'> {
  const { segmentation: { counts }, category, stage, prompts, predicted_iou, stability_score, score, is_crowd, point_coords, crop_box } = mask;
  const isModels = redrawn !== undefined && redrawn.predictedIou !== null, known = mask.model === null ? null : models.get(mask.model) ?? null;
  return {
    imageId: image.id, categoryId: addCategories(project, [{ name: category }])[0]!.id, stage, rle: redrawn?.rle ?? rleFromString(counts, image.width, image.height), status: 'accepted', prompts: prompts ?? null,
    modelId: isModels ? model?.id ?? null : known, predictedIou: isModels ? redrawn.predictedIou : predicted_iou, stabilityScore: isModels ? null : stability_score, score: score ?? null, isCrowd: is_crowd === true,
    details: { ...(point_coords === undefined ? {} : { pointCoords: point_coords }), ...(crop_box === undefined ? {} : { cropBox: crop_box }) },
  };
}
