/** The model that helps in a project, found and checked: the one that the project works with, or another for once. */
import { resolve } from 'node:path';
import { SamError, printableName } from '../errors.js';
import type { Environment } from '../models/cache-dir.js';
import { locateModel } from '../models/locate.js';
import { modelSha256, type LocatedModel } from '../models/located-model.js';
import { findEntry } from '../models/registry.js';
import { addModel, currentModel, isWithin, placeOfModel, type EngineModel } from './models.js';
import type { Project } from './project.js';

/** `id`: what masks made with it refer to; null in a project that is only read and does not know it. */
export interface ProjectModel { id: number | null; located: LocatedModel; sha256: string }

/**
 * The model called `nameOrFolder`, which is put on record where the project may be written to; without it the project's own. Throws what `locateModel` throws, and
 * `model/checksum` where the project's own has other files than it had.
 */
export async function locateProjectModel(project: Project, nameOrFolder: string | undefined, env: Environment, now: number): Promise<ProjectModel> {
  const own = nameOrFolder === undefined ? currentModel(project) : undefined;
  if (own !== undefined) return await locateOwn(project, own, env);
  const located = await locateModel(nameOrFolder, { env }), sha256 = modelSha256(located.files);
  const id = project.mode === 'write' ? addModel(project, { name: located.name, folder: resolve(located.folder), sha256 }, now).id : null;
  return { id, located, sha256 };
}

/** A model of the project's own is nowhere else; one of the registry goes by its name, which is the same wherever the cache is; any other is where it was, or called so from here. */
function placesOf(project: Project, model: EngineModel): string[] {
  const place = placeOfModel(project, model);
  if (isWithin(model)) return [place];
  return findEntry(model.name) === undefined ? [place, model.name] : [model.name, place];
}

/** The first place that has the files that were recorded. */
async function locateOwn(project: Project, model: EngineModel, env: Environment): Promise<ProjectModel> {
  const { id, name, sha256 } = model, places = placesOf(project, model);
  const errors: unknown[] = [];
  for (const place of places) {
    try {
      const located = await locateModel(place, { env });
      if (modelSha256(located.files) === sha256) return { id, located: { ...located, name }, sha256 };
    } catch (error) {
      errors.push(error);
    }
  }
  if (errors.length === places.length) throw errors[0];
  const [shown, dir] = [printableName(name), printableName(project.folder)];
  throw new SamError('model/checksum', `The project works with the model ${shown}, whose files are not those that they were. Bring them back, or take what is there: sam engine init ${dir} --model ${isWithin(model) ? printableName(placeOfModel(project, model)) : shown} --force`, { file: placeOfModel(project, model) });
}
