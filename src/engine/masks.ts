/**
 * The masks of a project: every one that was ever made, as runs. None is deleted; what replaces another, or is a duplicate of one, says
 * so. Reading and adding; `verdicts.ts` has what becomes of them.
 */
import type { Extra, GeneratorFacts, JsonValue } from '../dataset/types.js';
import { SamError } from '../errors.js';
import type { Box } from '../geometry/box.js';
import { canonicalRle } from '../mask/merge.js';
import { assertRunSum, boxFromRle, rleArea, type Rle } from '../mask/rle.js';
import { rleFromString, rleToString } from '../mask/rle-string.js';
import { imageById, type EngineImage } from './images.js';
import type { Project } from './project.js';
import { latestRound } from './rounds.js';
import type { MaskStatus, Stage } from './schema.js';

/** Named values and keys of the file that it came from, and what the generator knew beside its scores. */
export interface MaskDetails { attributes?: Readonly<Record<string, string | number | boolean>>; extra?: Extra; pointCoords?: GeneratorFacts['pointCoords']; cropBox?: Box }

/** What is stored of a mask whoever made it. `seconds`, `clicks`: a person's effort. `prompts`: what the model was asked. Scores 0..1. */
export interface MaskFacts {
  imageId: number;
  categoryId: number;
  stage: Stage;
  modelId: number | null;
  /** The person who made or judged it. */
  annotator: string | null;
  seconds: number | null;
  clicks: number | null;
  prompts: JsonValue;
  predictedIou: number | null;
  stabilityScore: number | null;
  score: number | null;
}

/** A mask as it is stored. `counts`: COCO's compressed string, column-major, for width x height; `box` half-open; `area` in pixels. */
export interface EngineMask extends MaskFacts {
  id: number; counts: string; width: number; height: number; box: Box; area: number; isCrowd: boolean; round: number; status: MaskStatus;
  supersedes: number | null; duplicateOf: number | null; sourceFile: string | null; sourceId: number | null; details: MaskDetails;
  revision: number; createdAt: number; updatedAt: number;
}

/** A mask to be stored; what is left out is null. `round`: the latest one where it is not given. `source`: the file that it was read from. */
export interface NewMask extends Pick<MaskFacts, 'imageId' | 'categoryId' | 'stage'>, Partial<Omit<MaskFacts, 'imageId' | 'categoryId' | 'stage'>> {
  rle: Rle;
  status: 'proposed' | 'accepted' | 'corrected';
  isCrowd?: boolean | undefined;
  round?: number | undefined;
  source?: { file: string; id: number } | undefined;
  details?: MaskDetails | undefined;
}

const COLUMNS = `id, image_id AS imageId, category_id AS categoryId, counts, width, height, x0, y0, x1, y1, area, is_crowd AS isCrowd, stage, round, model_id AS modelId,
  annotator, seconds, clicks, prompts, predicted_iou AS predictedIou, stability_score AS stabilityScore, score, status, supersedes, duplicate_of AS duplicateOf,
  source_file AS sourceFile, source_id AS sourceId, details, revision, created_at AS createdAt, updated_at AS updatedAt`;
type Row = Omit<EngineMask, 'box' | 'isCrowd' | 'prompts' | 'details'> & Box & { isCrowd: number; prompts: string | null; details: string | null };

function maskOfRow({ x0, y0, x1, y1, isCrowd, prompts, details, ...row }: Row): EngineMask {
  return {
    ...row, box: { x0, y0, x1, y1 }, isCrowd: isCrowd === 1,
    prompts: prompts === null ? null : JSON.parse(prompts) as JsonValue, // what insertMask wrote
    details: details === null ? {} : JSON.parse(details) as MaskDetails,
  };
}

/** Throws `engine/record` where there is none. */
export function maskById({ database }: Project, id: number): EngineMask {
  const row = database.get<Row>(`SELECT ${COLUMNS} FROM masks WHERE id = ?`, id);
  if (row === undefined) throw new SamError('engine/record', `The project has no mask ${id}.`, { record: `mask ${id}` });
  return maskOfRow(row);
}

/** The masks of an image in the order in which they came; of some statuses where they are named. */
export function masksOf({ database }: Project, imageId: number, statuses?: readonly MaskStatus[]): EngineMask[] {
  const wanted = statuses === undefined ? '' : ` AND status IN (${namesOf(statuses)})`;
  return database.all<Row>(`SELECT ${COLUMNS} FROM masks WHERE image_id = ?${wanted} ORDER BY id`, imageId).map(maskOfRow);
}

/** What is looked at of a mask. */
export type SeenMask = Pick<EngineMask, 'id' | 'revision' | 'categoryId' | 'counts' | 'box' | 'area' | 'status' | 'stage' | 'annotator' | 'predictedIou' | 'score' | 'supersedes'>;

const SEEN = 'id, revision, category_id AS categoryId, counts, x0, y0, x1, y1, area, status, stage, annotator, predicted_iou AS predictedIou, score, supersedes';

/** As `masksOf`, but only what is looked at: a thousand in 7 ms instead of 27, which is time that nobody else is answered in. */
export function seenMasksOf({ database }: Project, imageId: number, statuses: readonly MaskStatus[]): SeenMask[] {
  const rows = database.all<Omit<SeenMask, 'box'> & Box>(`SELECT ${SEEN} FROM masks WHERE image_id = ? AND status IN (${namesOf(statuses)}) ORDER BY id`, imageId);
  return rows.map(({ x0, y0, x1, y1, ...row }) => ({ ...row, box: { x0, y0, x1, y1 } }));
}

const namesOf = (statuses: readonly MaskStatus[]): string => statuses.map((status) => `'${status}'`).join(', ');

/** The revisions of an image's masks of some statuses by their ids: enough to see what an action did to others. */
export function revisionsOf({ database }: Project, imageId: number, statuses: readonly MaskStatus[]): Map<number, number> {
  const rows = database.all<{ id: number; revision: number }>(`SELECT id, revision FROM masks WHERE image_id = ? AND status IN (${namesOf(statuses)}) ORDER BY id`, imageId);
  return new Map(rows.map(({ id, revision }) => [id, revision]));
}

/** The mask that was read from that place before and has not been replaced since. */
export function maskFromSource({ database }: Project, imageId: number, { file, id }: { file: string; id: number }): EngineMask | undefined {
  const sql = `SELECT ${COLUMNS} FROM masks WHERE source_file = ? AND image_id = ? AND source_id = ? ORDER BY id DESC LIMIT 1`;
  const row = database.get<Row>(sql, file, imageId, id);
  return row === undefined ? undefined : maskOfRow(row);
}

/** The mask's runs. Throws `data/project` where the stored text is none. */
export function rleOfMask({ id, counts, width, height }: Pick<EngineMask, 'id' | 'counts' | 'width' | 'height'>): Rle {
  try {
    return rleFromString(counts, width, height);
  } catch (error) {
    throw new SamError('data/project', `The stored mask ${id} is damaged; the project's last backup may have it whole.`, { record: `mask ${id}`, cause: error });
  }
}

/** Stores one mask. Throws as `addMasks` does. */
export function addMask(project: Project, mask: NewMask, now: number): EngineMask {
  return addMasks(project, [mask], now)[0]!;
}

/**
 * Stores masks, all or none. Throws `engine/record` for an image or category that the project has not, a mask of another size than its
 * image, or one without a pixel.
 */
export function addMasks(project: Project, masks: readonly NewMask[], now: number): EngineMask[] {
  return project.database.write(() => {
    const added = masks.map((mask) => insertMask(project, mask, null, now));
    for (const imageId of new Set(masks.map((mask) => mask.imageId))) touchImage(project, imageId);
    return added;
  });
}

/** One row, inside the caller's transaction, which also touches the image. */
export function insertMask(project: Project, mask: NewMask, supersedes: number | null, now: number): EngineMask {
  const { database } = project;
  const rle = checkedRle(mask, imageById(project, mask.imageId)), box = boxFromRle(rle)!;
  if (database.get('SELECT id FROM categories WHERE id = ?', mask.categoryId) === undefined) throw new SamError('engine/record', `The project has no category ${mask.categoryId}.`, { record: `category ${mask.categoryId}` });
  const row = {
    image_id: mask.imageId, category_id: mask.categoryId, counts: rleToString(rle), width: rle.width, height: rle.height, x0: box.x0, y0: box.y0, x1: box.x1, y1: box.y1,
    area: rleArea(rle), is_crowd: mask.isCrowd === true ? 1 : 0, stage: mask.stage, round: mask.round ?? latestRound(project).number, model_id: mask.modelId ?? null,
    annotator: mask.annotator ?? null, seconds: mask.seconds ?? null, clicks: mask.clicks ?? null, prompts: jsonOf(mask.prompts), predicted_iou: mask.predictedIou ?? null,
    stability_score: mask.stabilityScore ?? null, score: mask.score ?? null, status: mask.status, supersedes, source_file: mask.source?.file ?? null,
    source_id: mask.source?.id ?? null, details: jsonOf(mask.details), created_at: now, updated_at: now,
  };
  const names = Object.keys(row);
  const { id } = database.run(`INSERT INTO masks (${names.join(', ')}) VALUES (${names.map(() => '?').join(', ')})`, ...Object.values(row));
  return maskById(project, id);
}

function checkedRle({ rle }: NewMask, { width, height, fileName, id }: EngineImage): Rle {
  const refuse = (reason: string): SamError => new SamError('engine/record', `A mask of image ${id} ${reason}.`, { file: fileName, record: `image ${id}` });
  if (rle.width !== width || rle.height !== height) throw refuse(`is ${rle.width} x ${rle.height} pixels, the image ${width} x ${height}`);
  assertRunSum(rle);
  if (rleArea(rle) === 0) throw refuse('has no pixel');
  return canonicalRle(rle);
}

const jsonOf = (value: unknown): string | null => (value === undefined || value === null ? null : JSON.stringify(value));

/** Tells readers that something of the image has changed. */
export function touchImage({ database }: Project, imageId: number): void {
  database.run('UPDATE images SET revision = revision + 1 WHERE id = ?', imageId);
}
