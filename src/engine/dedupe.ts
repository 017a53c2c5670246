/** Duplicates and parts of a project's masks found and written down, an image at a time. */
import { SamError } from '../errors.js';
import { findDuplicates, LIVE, type DuplicateOptions, type FoundDuplicate } from './duplicates.js';
import { imagesOf, type EngineImage } from './images.js';
import { masksOf, touchImage } from './masks.js';
import type { Project } from './project.js';
import { setAside } from './restore.js';

export interface DedupeReport {
  images: number;
  masks: number;
  duplicates: number;
  imagesWithDuplicates: number;
  /** Masks that lie in another. */
  parts: number;
}

export interface DedupeProjectRequest extends DuplicateOptions {
  /** Only look; a project that is open to read will do. */
  dryRun?: boolean | undefined;
  /** Told of each image that has duplicates. */
  found?: ((image: EngineImage, duplicates: readonly FoundDuplicate[]) => void) | undefined;
  stop?: AbortSignal | undefined;
}

/** Every image of the project. What was written before an interruption stays. Throws `interrupted/signal`, `data/project`, `storage/...`. */
export function dedupeProject(project: Project, request: DedupeProjectRequest, now: number): DedupeReport {
  const report: DedupeReport = { images: 0, masks: 0, duplicates: 0, imagesWithDuplicates: 0, parts: 0 };
  for (const image of imagesOf(project)) {
    if (request.stop?.aborted === true) throw new SamError('interrupted/signal', 'Interrupted; the images that were looked at are done.');
    const { masks, duplicates, parts } = dedupeImage(project, image.id, request, now);
    if (duplicates.length > 0) request.found?.(image, duplicates);
    report.images++;
    report.masks += masks;
    report.duplicates += duplicates.length;
    report.imagesWithDuplicates += duplicates.length > 0 ? 1 : 0;
    report.parts += parts;
  }
  return report;
}

/**
 * One image, in one transaction: duplicates get that status and what they duplicate, and lose nothing else; the hierarchy of what stays is made anew. Doing it
 * again changes nothing. Returns how many masks were compared.
 */
export function dedupeImage(project: Project, imageId: number, options: DedupeProjectRequest, now: number): { masks: number; duplicates: FoundDuplicate[]; parts: number } {
  const { database } = project;
  const look = (): { masks: number; duplicates: FoundDuplicate[]; parts: number } => {
    const masks = masksOf(project, imageId, LIVE);
    const { duplicates, parts } = findDuplicates(masks, options);
    if (options.dryRun !== true) {
      for (const { id, of } of duplicates) setAside(project, id, of, now);
      database.run('DELETE FROM hierarchy WHERE child_id IN (SELECT id FROM masks WHERE image_id = ?)', imageId);
      for (const { child, parent, containment } of parts) database.run('INSERT INTO hierarchy (child_id, parent_id, containment) VALUES (?, ?, ?)', child, parent, containment);
      if (duplicates.length > 0) touchImage(project, imageId);
    }
    return { masks: masks.length, duplicates, parts: parts.length };
  };
  return options.dryRun === true ? look() : database.write(look);
}

/** Which mask lies directly in which, of an image. `containment`: the part of the child inside its parent, 0..1. */
export function hierarchyOf({ database }: Project, imageId: number): { childId: number; parentId: number; containment: number }[] {
  return database.all(
    'SELECT h.child_id AS childId, h.parent_id AS parentId, h.containment FROM hierarchy h JOIN masks m ON m.id = h.child_id WHERE m.image_id = ? ORDER BY h.child_id', imageId,
  );
}

/** How many masks lie in another. */
export function hierarchyCount({ database }: Project): number {
  return database.count('SELECT count(*) FROM hierarchy');
}
