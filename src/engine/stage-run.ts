/** How work with a model begins, whoever does it: the project opened, the model found, the stage entered, the workers' sessions planned. */
import { planSessions } from '../folder/defaults.js';
import type { Environment } from '../models/cache-dir.js';
import { modelFilesOf } from '../models/located-model.js';
import type { ModelFiles } from '../models/predictor.js';
import type { SESSION_OPTIONS } from '../models/session-options.js';
import type { SomeOf } from '../options.js';
import { withProject, type Project } from './project.js';
import { locateProjectModel, type ProjectModel } from './project-model.js';
import { enterStage } from './rounds.js';
import type { Stage } from './schema.js';

/** `model`: another than the project's. */
export interface StageRequest { folder: string; model?: string | undefined; env: Environment }

/** A model on record. */
export type RecordedModel = ProjectModel & { id: number };

/** What is made belongs to `round`; `setup` is what every worker needs, `workers` how many there may be. */
export interface EnteredStage { stage: Stage; round: number; setup: { model: ModelFiles; threads: number }; workers: number }

/** Opens the project to be written to, finds the model, and closes the project whatever comes. Throws as `openProject`, `locateProjectModel` and `act`. */
export async function withModel<T>({ folder, model: wanted, env }: StageRequest, now: number, act: (project: Project, model: RecordedModel) => Promise<T>): Promise<T> {
  return await withProject(folder, 'write', async (project) => {
    const { id, ...model } = await locateProjectModel(project, wanted, env, now);
    return await act(project, { ...model, id: id! }); // on record, since the project is written to
  });
}

/** The open round goes over to the stage, or the next one begins. */
export function enterWith(project: Project, { id, located }: RecordedModel, stage: Stage, sessions: SomeOf<typeof SESSION_OPTIONS>, now: number): EnteredStage {
  const { round } = enterStage(project, stage, id, now), { threads, workers } = planSessions(located, sessions);
  return { stage, round, setup: { model: modelFilesOf(located), threads }, workers };
}
