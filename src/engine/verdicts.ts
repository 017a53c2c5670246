/** What becomes of a mask: accepted, corrected, rejected, replaced, each in one transaction that fails where another was faster. */
import { SamError } from '../errors.js';
import type { Rle } from '../mask/rle.js';
import { conflict } from './images.js';
import { insertMask, maskById, rleOfMask, touchImage, type EngineMask, type MaskFacts } from './masks.js';
import type { Project } from './project.js';
import { restoreDuplicatesOf, setAsideAgain } from './restore.js';
import { latestRound } from './rounds.js';
import type { MaskStatus, VerdictKind } from './schema.js';

/** `revision`: that of the mask as it was read. `seconds`, `clicks`: what it cost the person. */
export interface Verdict { maskId: number; revision: number; annotator: string | null; seconds?: number | undefined; clicks?: number | undefined }

/** What a correction changes; what is left out stays. */
export interface Correction extends Partial<Pick<MaskFacts, 'categoryId' | 'modelId' | 'prompts' | 'predictedIou' | 'stabilityScore'>> { rle?: Rle | undefined; isCrowd?: boolean | undefined }

/** A verdict as it is kept. `score` and `statusBefore`: the mask's own when it was judged. `correctionId`: the mask that replaced it. */
export interface KeptVerdict {
  id: number; maskId: number; verdict: VerdictKind; annotator: string | null; round: number; at: number; seconds: number | null; clicks: number | null;
  score: number | null; statusBefore: MaskStatus; correctionId: number | null;
}

const STATUS_AFTER = { accept: 'accepted', reject: 'rejected', reopen: 'proposed' } as const satisfies Partial<Record<VerdictKind, MaskStatus>>;
/** Masks that a verdict can still change. */
const OPEN: readonly MaskStatus[] = ['proposed', 'accepted', 'corrected', 'rejected'];

/**
 * Accepts or rejects a mask, or makes it a proposal again. Duplicates that had been set aside for a rejected one come back. Throws `engine/conflict` where its revision is another, or it has been replaced or
 * is a duplicate; `engine/record` for no such mask.
 */
export function giveVerdict(project: Project, verdict: Verdict & { verdict: keyof typeof STATUS_AFTER; keepsDuplicatesAside?: boolean }, now: number): EngineMask {
  const { database } = project;
  return database.write(() => {
    const mask = currentMask(project, verdict);
    keepVerdict(project, mask, verdict.verdict, verdict, null, now);
    const annotator = verdict.verdict === 'reopen' ? null : verdict.annotator;
    database.run('UPDATE masks SET status = ?, annotator = coalesce(?, annotator), revision = revision + 1, updated_at = ? WHERE id = ?', STATUS_AFTER[verdict.verdict], annotator, now, mask.id);
    if (verdict.verdict === 'reject' && verdict.keepsDuplicatesAside !== true) restoreDuplicatesOf(project, mask.id, mask.imageId, now);
    else if (mask.status === 'rejected') setAsideAgain(project, mask.id, now);
    touchImage(project, mask.imageId);
    return maskById(project, mask.id);
  });
}

/**
 * Replaces a mask by a corrected one, which is returned; the old one stays as history. A person's work is on it: seconds and clicks are those of
 * the verdict. The status is `corrected` for what a model proposed, `accepted` for what a person had drawn. Throws as `giveVerdict`, and as `addMasks`.
 */
export function correctMask(project: Project, verdict: Verdict, correction: Correction, now: number): EngineMask {
  const { database } = project;
  return database.write(() => {
    const old = currentMask(project, verdict);
    const isOwn = old.stage === 'assisted-manual' && old.status === 'accepted';
    const next = insertMask(project, {
      imageId: old.imageId, categoryId: correction.categoryId ?? old.categoryId, rle: correction.rle ?? rleOfMask(old), isCrowd: correction.isCrowd ?? old.isCrowd, stage: old.stage,
      modelId: correction.modelId ?? old.modelId, annotator: verdict.annotator, seconds: verdict.seconds ?? null, clicks: verdict.clicks ?? null,
      prompts: correction.prompts ?? old.prompts, predictedIou: correction.predictedIou ?? old.predictedIou, stabilityScore: correction.stabilityScore ?? old.stabilityScore,
      score: old.score, status: isOwn ? 'accepted' : 'corrected', details: old.details,
    }, old.id, now);
    keepVerdict(project, old, 'correct', verdict, next.id, now);
    database.run("UPDATE masks SET status = 'superseded', revision = revision + 1, updated_at = ? WHERE id = ?", now, old.id);
    touchImage(project, old.imageId);
    return next;
  });
}

/** Takes a correction back: the corrected mask is rejected, the one before it is what it was. Throws as `giveVerdict`. */
export function undoCorrection(project: Project, verdict: Verdict, now: number): EngineMask {
  const { database } = project;
  return database.write(() => {
    const mask = currentMask(project, verdict);
    if (mask.supersedes === null) throw new SamError('engine/conflict', `Mask ${mask.id} replaced none; there is nothing to go back to.`, { record: `mask ${mask.id}` });
    const before = verdictsOf(project, mask.supersedes).find(({ correctionId }) => correctionId === mask.id)?.statusBefore ?? 'proposed';
    giveVerdict(project, { ...verdict, verdict: 'reject', keepsDuplicatesAside: true }, now);
    database.run('UPDATE masks SET status = ?, revision = revision + 1, updated_at = ? WHERE id = ?', before, now, mask.supersedes);
    return maskById(project, mask.supersedes);
  });
}

/** The verdicts on a mask, in their order. */
export function verdictsOf({ database }: Project, maskId: number): KeptVerdict[] {
  return database.all<KeptVerdict>(
    'SELECT id, mask_id AS maskId, verdict, annotator, round, at, seconds, clicks, score, status_before AS statusBefore, correction_id AS correctionId FROM verdicts WHERE mask_id = ? ORDER BY id', maskId,
  );
}

/** A mask and those that it replaced, the newest first. */
export function historyOf(project: Project, maskId: number): EngineMask[] {
  const mask = maskById(project, maskId);
  return mask.supersedes === null ? [mask] : [mask, ...historyOf(project, mask.supersedes)];
}

function currentMask(project: Project, { maskId, revision }: Verdict): EngineMask {
  const mask = maskById(project, maskId);
  if (mask.revision !== revision) throw conflict(`mask ${maskId}`, revision, mask.revision);
  if (!OPEN.includes(mask.status)) throw new SamError('engine/conflict', `Mask ${maskId} is ${mask.status === 'duplicate' ? `a duplicate of mask ${mask.duplicateOf ?? 0}` : 'replaced by another'}; no verdict changes it.`, { record: `mask ${maskId}` });
  return mask;
}

function keepVerdict(project: Project, mask: EngineMask, verdict: VerdictKind, { annotator, seconds, clicks }: Verdict, correctionId: number | null, now: number): void {
  project.database.run(
    'INSERT INTO verdicts (mask_id, verdict, annotator, round, at, seconds, clicks, score, status_before, correction_id) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
    mask.id, verdict, annotator, latestRound(project).number, now, seconds ?? null, clicks ?? null, mask.score ?? mask.predictedIou, mask.status, correctionId,
  );
}
