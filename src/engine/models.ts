/** The models of a project: each by the hash of its files, with the one that it was made from, its round and how well it does. */
import { isAbsolute, relative, resolve } from 'node:path';
import type { JsonValue } from '../dataset/types.js';
import { SamError } from '../errors.js';
import type { Project } from './project.js';

/** `folder`: where it was found last: as seen from the project, with `/`, where it is in there (`placeOfModel` says where that is now), else absolute. `round`: the one whose masks it was trained on. `metrics`: what evaluations gave. */
export interface EngineModel {
  id: number; name: string; folder: string; sha256: string; parentId: number | null; round: number | null; metrics: JsonValue; addedAt: number;
}

export interface NewModel { name: string; folder: string; sha256: string; parentId?: number | undefined; round?: number | undefined; metrics?: JsonValue | undefined }

const COLUMNS = 'id, name, folder, sha256, parent_id AS parentId, round, metrics, added_at AS addedAt';
type Row = Omit<EngineModel, 'metrics'> & { metrics: string | null };

const modelOfRow = (row: Row): EngineModel => ({ ...row, metrics: row.metrics === null ? null : JSON.parse(row.metrics) as JsonValue });

/** In the order in which they came. */
export function modelsOf({ database }: Project): EngineModel[] {
  return database.all<Row>(`SELECT ${COLUMNS} FROM models ORDER BY id`).map(modelOfRow);
}

/** Throws `engine/record` where there is none. */
export function modelById({ database }: Project, id: number): EngineModel {
  const row = database.get<Row>(`SELECT ${COLUMNS} FROM models WHERE id = ?`, id);
  if (row === undefined) throw new SamError('engine/record', `The project has no model ${id}.`, { record: `model ${id}` });
  return modelOfRow(row);
}

/** The model in use, if the project has one. */
export function currentModel(project: Project): EngineModel | undefined {
  const id = project.database.get<{ id: number | null }>('SELECT model_id AS id FROM project')?.id ?? undefined;
  return id === undefined ? undefined : modelById(project, id);
}

/** The absolute path of its folder; a model in the project is wherever the project is. */
export function placeOfModel({ folder: project }: Pick<Project, 'folder'>, { folder }: Pick<EngineModel, 'folder'>): string {
  return resolve(project, folder);
}

/** Whether the model belongs to the project and moves with it. */
export function isWithin({ folder }: Pick<EngineModel, 'folder'>): boolean {
  return !isAbsolute(folder);
}

function folderSeenFrom(project: Project, folder: string): string {
  const place = resolve(folder), path = relative(resolve(project.folder), place);
  return path === '' || path === '..' || /^\.\.[/\\]/.test(path) || isAbsolute(path) ? place : path.replaceAll('\\', '/');
}

/** Records a model, its folder given as seen from the working folder; one with the same hash is that model, and only its name and folder are brought up to date. */
export function addModel(project: Project, { name, folder, sha256, parentId, round, metrics }: NewModel, now: number): EngineModel {
  const { database } = project, place = folderSeenFrom(project, folder);
  return database.write(() => {
    const known = database.get<{ id: number }>('SELECT id FROM models WHERE sha256 = ?', sha256);
    if (known !== undefined) {
      database.run('UPDATE models SET name = ?, folder = ? WHERE id = ?', name, place, known.id);
      return modelById(project, known.id);
    }
    const { id } = database.run(
      'INSERT INTO models (name, folder, sha256, parent_id, round, metrics, added_at) VALUES (?, ?, ?, ?, ?, ?, ?)',
      name, place, sha256, parentId ?? null, round ?? null, metrics === undefined ? null : JSON.stringify(metrics), now,
    );
    return modelById(project, id);
  });
}

/** Makes it the one in use. */
export function useModel(project: Project, id: number): void {
  modelById(project, id);
  project.database.run('UPDATE project SET model_id = ?', id);
}

export function setModelMetrics(project: Project, id: number, metrics: JsonValue): void {
  modelById(project, id);
  project.database.run('UPDATE models SET metrics = ? WHERE id = ?', JSON.stringify(metrics), id);
}
