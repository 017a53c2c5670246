/** What a project knows of itself: how it was made, which model is in use, and what its parts want to remember. */
import { basename, resolve } from 'node:path';
import { sha256Hex } from '../files/hash.js';
import type { Project } from './project.js';

/** What was decided when the project was made. `modelId`: the model that is used now. */
export interface ProjectFacts { seed: number; valShare: number; testShare: number; modelId: number | null; createdAt: number; createdBy: string }

export function factsOf({ database }: Project): ProjectFacts {
  return database.get<ProjectFacts>('SELECT seed, val_share AS valShare, test_share AS testShare, model_id AS modelId, created_at AS createdAt, created_by AS createdBy FROM project')!;
}

/** Tells projects apart, wherever their folders are; a copy of a project is the same one. 32 hex digits. */
export function keyOfProject(project: Project): string {
  const { createdAt, createdBy, seed } = factsOf(project);
  return sha256Hex(JSON.stringify([createdAt, createdBy, seed])).slice(0, 32);
}

/** What a part of the engine remembers for the project (a threshold, an order), as JSON under its name; undefined where nothing was. */
export function settingOf({ database }: Project, name: string): unknown {
  const text = database.get<{ settings: string }>('SELECT settings FROM project')?.settings ?? '{}';
  return (JSON.parse(text) as Record<string, unknown>)[name]; // written by setSetting
}

export function setSetting({ database }: Project, name: string, value: unknown): void {
  database.write(() => {
    const text = database.get<{ settings: string }>('SELECT settings FROM project')?.settings ?? '{}';
    database.run('UPDATE project SET settings = ?', JSON.stringify({ ...JSON.parse(text) as object, [name]: value }));
  });
}

/** The project's name for people: that of its folder. */
export function nameOf(project: Project): string {
  return basename(resolve(project.folder));
}
