/** How far the work on a project's images is, as few numbers as a page shows while people work. */
import type { Project } from './project.js';

/** `masks`: accepted and corrected. */
export interface WorkCounts { images: number; done: number; skipped: number; masks: number }

export function workCounts({ database }: Project): WorkCounts {
  return database.get<WorkCounts>(`
    SELECT count(*) AS images, coalesce(sum(state = 'done'), 0) AS done, coalesce(sum(state = 'skipped'), 0) AS skipped,
      (SELECT sum(masks) FROM mask_totals WHERE status IN ('accepted', 'corrected')) AS masks FROM images`)!;
}

/** Sets an image aside whose file is gone or has other bytes than its masks were made on, until a scan, which will read it, finds it as it was. */
export function setImageAside({ database }: Project, id: number, state: 'missing' | 'changed'): void {
  database.run("UPDATE images SET state_before = state, state = ?, modified_at = -1, revision = revision + 1 WHERE id = ? AND state IN ('todo', 'done', 'skipped')", state, id);
}
