/**
 * Masks in work: one an image and annotator, written with each step, so that whatever is killed loses no more than the step under way. A draft is its annotator's: another who gets the image
 * begins without it, and it is there when its annotator has the image again. What is in it is the annotator's (src/annotator) business: JSON here.
 */
import type { Project } from './project.js';

/** Whose draft, of which image. */
export interface DraftPlace { imageId: number; annotator: string }

/** Takes the place of the one before. `draft`: JSON. `now`: milliseconds since 1970. */
export function keepDraft({ database }: Project, { imageId, annotator }: DraftPlace, draft: object, now: number): void {
  database.run('INSERT OR REPLACE INTO drafts (image_id, annotator, body, at) VALUES (?, ?, ?, ?)', imageId, annotator, JSON.stringify(draft), now);
}

/** What `keepDraft` was given last; undefined where nothing is in work. */
export function keptDraft({ database }: Project, { imageId, annotator }: DraftPlace): unknown {
  const row = database.get<{ body: string }>('SELECT body FROM drafts WHERE image_id = ? AND annotator = ?', imageId, annotator);
  return row === undefined ? undefined : JSON.parse(row.body);
}

/** Nothing happens where there is none. */
export function dropDraft({ database }: Project, { imageId, annotator }: DraftPlace): void {
  database.run('DELETE FROM drafts WHERE image_id = ? AND annotator = ?', imageId, annotator);
}

/** The annotator of an image says another name from now on. */
export function renameDraft({ database }: Project, { imageId, annotator }: DraftPlace, name: string): void {
  if (name !== annotator) database.run('UPDATE OR REPLACE drafts SET annotator = ? WHERE image_id = ? AND annotator = ?', name, imageId, annotator);
}

/**
 * Images that the annotator was at: those with a draft, also where they are done or skipped, the latest first; then those to do that a tab of the annotator holds. `token`: that tab's; null where
 * nobody has the image. What another annotator holds is not among them.
 */
export function begunImages({ database }: Project, annotator: string, now: number): { imageId: number; token: string | null }[] {
  return database.all<{ imageId: number; token: string | null }>(`
    SELECT b.image_id AS imageId, c.token FROM (
      SELECT image_id, at, 0 AS is_held FROM drafts WHERE annotator = ? UNION ALL SELECT image_id, 0, 1 FROM claims WHERE annotator = ? AND expires_at > ?
    ) b CROSS JOIN images i ON i.id = b.image_id LEFT JOIN claims c ON c.image_id = b.image_id AND c.expires_at > ?
    WHERE (i.state = 'todo' OR (b.is_held = 0 AND i.state IN ('done', 'skipped'))) AND (c.token IS NULL OR c.annotator = ?) ORDER BY b.is_held, b.at DESC, b.image_id`, annotator, annotator, now, now, annotator);
}
