/** Duplicates that come back: the mask that stood for them was rejected, so that nothing would be left of what they showed. */
import { DUPLICATE_OPTIONS, findDuplicates, LIVE } from './duplicates.js';
import { masksOf } from './masks.js';
import type { Project } from './project.js';
import type { MaskStatus, Stage } from './schema.js';

interface SetAside { id: number; statusBefore: MaskStatus | null; stage: Stage; sourceFile: string | null; lastVerdict: string | null }

/**
 * Those that were set aside for the mask, or for one that it replaced, are what they were before; of several that are alike (at the default IoU) or like one that is there, the
 * preferred one only. Inside the transaction in which the mask is rejected. Returns how many came back.
 */
export function restoreDuplicatesOf(project: Project, maskId: number, imageId: number, now: number): number {
  const { database } = project;
  const aside = database.all<SetAside>(`${CHAIN} SELECT m.id, m.status_before AS statusBefore, m.stage, m.source_file AS sourceFile,
    (SELECT verdict FROM verdicts v WHERE v.mask_id = m.id ORDER BY v.id DESC LIMIT 1) AS lastVerdict FROM masks m WHERE m.status = 'duplicate' AND m.duplicate_of IN (SELECT id FROM chain) ORDER BY m.id`, maskId);
  if (aside.length === 0) return 0;
  for (const mask of aside) {
    const status = statusOf(mask);
    database.run('UPDATE masks SET status = ?, status_before = ?, duplicate_of = NULL, restored_from = ?, revision = revision + 1, updated_at = ? WHERE id = ?', status, status, maskId, now, mask.id);
  }
  const back = new Set(aside.map(({ id }) => id));
  const { duplicates } = findDuplicates(masksOf(project, imageId, LIVE), { iou: DUPLICATE_OPTIONS.iou.default, containment: DUPLICATE_OPTIONS.containment.default, perCategory: false });
  for (const { id, of } of duplicates) {
    if (!back.delete(id)) continue;
    setAside(project, id, of, now);
  }
  return back.size;
}

/** Takes `restoreDuplicatesOf` back: the mask is there again. What people have judged meanwhile stays. */
export function setAsideAgain({ database }: Project, maskId: number, now: number): void {
  database.run(
    "UPDATE masks SET status = 'duplicate', duplicate_of = ?, restored_from = NULL, revision = revision + 1, updated_at = ? WHERE restored_from = ? AND status = status_before", maskId, now, maskId,
  );
}

/** A duplicate keeps what it was, for the day on which the other one goes. */
export function setAside({ database }: Project, id: number, of: number, now: number): void {
  database.run("UPDATE masks SET status_before = status, status = 'duplicate', duplicate_of = ?, restored_from = NULL, revision = revision + 1, updated_at = ? WHERE id = ?", of, now, id);
}

/** The mask and all that it replaced. */
const CHAIN = 'WITH RECURSIVE chain (id) AS (SELECT ? UNION SELECT m.supersedes FROM masks m JOIN chain c ON m.id = c.id WHERE m.supersedes IS NOT NULL)';

/** Projects of earlier versions did not write down what a duplicate was. */
function statusOf({ statusBefore, stage, sourceFile, lastVerdict }: SetAside): MaskStatus {
  if (statusBefore !== null) return statusBefore;
  const isTruth = lastVerdict === 'accept' || stage === 'assisted-manual' || (stage === 'fully-automatic' && sourceFile === null);
  return isTruth ? 'accepted' : 'proposed';
}
