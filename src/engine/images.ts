/** The images of a project as its database knows them; `scan.ts` brings that in line with the folder. */
import { join } from 'node:path';
import type { Split } from '../dataset/types.js';
import { SamError, printableName } from '../errors.js';
import type { Project } from './project.js';
import { latestRound } from './rounds.js';
import type { ImageState } from './schema.js';

/**
 * `sha256`: of the bytes that its masks were made on. Sizes upright, pixels. `nearGroup`: the smallest id among the images that look
 * like it. `need`: how much a person's look is worth, any number, more first. `revision`: grows with every change of it or its masks.
 */
export interface EngineImage {
  id: number; fileName: string; sha256: string; width: number; height: number; bytes: number; phash: string | null; nearGroup: number | null;
  split: Split | null; need: number; state: ImageState; revision: number;
}

export const IMAGE_COLUMNS = 'id, file_name AS fileName, sha256, width, height, bytes, phash, near_group AS nearGroup, split, need, state, revision';

export interface ImageFilter { states?: readonly ImageState[] | undefined; split?: Split | undefined }

/** Throws `engine/record` where there is none. */
export function imageById({ database }: Project, id: number): EngineImage {
  const image = database.get<EngineImage>(`SELECT ${IMAGE_COLUMNS} FROM images WHERE id = ?`, id);
  if (image === undefined) throw new SamError('engine/record', `The project has no image ${id}.`, { record: `image ${id}` });
  return image;
}

export function imageByName({ database }: Project, fileName: string): EngineImage | undefined {
  return database.get<EngineImage>(`SELECT ${IMAGE_COLUMNS} FROM images WHERE file_name = ?`, fileName);
}

/** Where its file is. */
export function pathOfImage(project: Project, image: Pick<EngineImage, 'fileName'>): string {
  return join(project.imageRoot, image.fileName);
}

const PAGE = 500;

/** Images in bytewise order of their names, a page of them in memory at a time. */
export function* imagesOf({ database }: Project, { states, split }: ImageFilter = {}): Generator<EngineImage> {
  const wanted = states === undefined ? '' : ` AND state IN (${states.map((state) => `'${state}'`).join(', ')})`;
  const sql = `SELECT ${IMAGE_COLUMNS} FROM images WHERE file_name > ?${wanted}${split === undefined ? '' : ` AND split = '${split}'`} ORDER BY file_name LIMIT ${PAGE}`;
  for (let last = ''; ;) {
    const page = database.all<EngineImage>(sql, last);
    yield* page;
    if (page.length < PAGE) return;
    last = page[page.length - 1]!.fileName;
  }
}

/** Ids of the images whose files are there, in order of their names, after a name. */
export function imageIdsAfter({ database }: Project, fileName: string, limit: number): number[] {
  return database.all<{ id: number }>("SELECT id FROM images WHERE file_name > ? AND state NOT IN ('missing', 'changed') ORDER BY file_name LIMIT ?", fileName, limit).map(({ id }) => id);
}

/** Ids of the images whose files are there, in order of their names from the last, before a name. */
export function imageIdsBefore({ database }: Project, fileName: string, limit: number): number[] {
  return database.all<{ id: number }>("SELECT id FROM images WHERE file_name < ? AND state NOT IN ('missing', 'changed') ORDER BY file_name DESC LIMIT ?", fileName, limit).map(({ id }) => id);
}

/** The image that people were done with, or skipped, before they last were with `imageId`; the last of all where they never were, or none is given. */
export function imageBefore({ database }: Project, imageId?: number): number | undefined {
  return database.get<{ id: number }>(`
    SELECT v.image_id AS id FROM visits v JOIN images i ON i.id = v.image_id
    WHERE v.id < coalesce((SELECT max(id) FROM visits WHERE image_id = ?), ?) AND v.image_id IS NOT ? AND i.state IN ('done', 'skipped')
      AND NOT EXISTS (SELECT 1 FROM visits w WHERE w.image_id = v.image_id AND w.id > v.id)
    ORDER BY v.id DESC LIMIT 1`, imageId ?? null, Number.MAX_SAFE_INTEGER, imageId ?? null)?.id;
}

export function countImages({ database }: Project, { states, split }: ImageFilter = {}): number {
  const wanted = states === undefined ? '' : ` AND state IN (${states.map((state) => `'${state}'`).join(', ')})`;
  return database.count(`SELECT count(*) FROM images WHERE 1${wanted}${split === undefined ? '' : ` AND split = '${split}'`}`);
}

/** What a person said of an image as a whole. `seconds`: how long it took. */
export interface Visit { imageId: number; outcome: 'todo' | 'done' | 'skipped'; annotator?: string | undefined; seconds?: number | undefined; revision?: number | undefined }

/**
 * Sets the state of an image and keeps who said so. Throws `engine/record` for no such image or one whose file is missing or changed,
 * `engine/conflict` where its revision is another than was read.
 */
export function visitImage(project: Project, { imageId, outcome, annotator, seconds, revision }: Visit, now: number): EngineImage {
  const { database } = project;
  return database.write(() => {
    const image = imageById(project, imageId);
    if (revision !== undefined && revision !== image.revision) throw conflict(`image ${imageId}`, revision, image.revision);
    if (image.state === 'missing' || image.state === 'changed') {
      throw new SamError('engine/record', `The file of image ${printableName(image.fileName)} is ${image.state}; nothing can be said of it now.`, { file: image.fileName, record: `image ${imageId}` });
    }
    database.run('UPDATE images SET state = ?, revision = revision + 1 WHERE id = ?', outcome, imageId);
    database.run('INSERT INTO visits (image_id, outcome, annotator, round, at, seconds) VALUES (?, ?, ?, ?, ?, ?)', imageId, outcome, annotator ?? null, latestRound(project).number, now, seconds ?? null);
    return imageById(project, imageId);
  });
}

/** Sets which images a person should see first; images that are not named keep theirs. */
export function setNeeds({ database }: Project, needs: ReadonlyMap<number, number>): void {
  database.write(() => {
    for (const [id, need] of needs) database.run('UPDATE images SET need = ? WHERE id = ?', Number.isFinite(need) ? need : 0, id);
  });
}

/** Gives images that were done or skipped to people once more, for another round; their masks stay. Returns how many. */
export function reopenImages({ database }: Project, ids?: readonly number[]): number {
  return database.write(() => {
    const sql = "UPDATE images SET state = 'todo', revision = revision + 1 WHERE state IN ('done', 'skipped')";
    return ids === undefined ? database.run(sql).changes : ids.reduce((sum, id) => sum + database.run(`${sql} AND id = ?`, id).changes, 0);
  });
}

export function conflict(record: string, expected: number, found: number): SamError {
  return new SamError('engine/conflict', `The ${record} was changed by another since it was read (revision ${found}, expected ${expected}); read it again.`, { record });
}
