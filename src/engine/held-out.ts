/** What models are measured on: masks that people made, on images of the split "val", which are never trained on. */
import { SamError, printableName } from '../errors.js';
import type { Project } from './project.js';

/** Masks that a model made alone are no measure of models. */
const BY_PEOPLE = "m.status IN ('accepted', 'corrected') AND m.stage IN ('assisted-manual', 'semi-automatic')";
const PRESENT = "i.split = 'val' AND i.state IN ('todo', 'done', 'skipped')";

export function isMeasurable({ database }: Project): boolean {
  // images are fewer than masks, and those that are done come first: the other way round, a project that holds none out is asked for each of its masks
  return database.count(`SELECT EXISTS (SELECT 1 FROM images i WHERE ${PRESENT} AND EXISTS (SELECT 1 FROM masks m WHERE m.image_id = i.id AND ${BY_PEOPLE}))`) > 0;
}

/** Whether the project holds out images at all. */
export function holdsOut({ database }: Project): boolean {
  return database.count(`SELECT EXISTS (SELECT 1 FROM images i WHERE ${PRESENT})`) > 0;
}

/** Why a new model would be no use, and the way on. */
export function notMeasurable(project: Project): SamError {
  const dir = printableName(project.folder), todo = project.database.count(`SELECT count(*) FROM images i WHERE ${PRESENT} AND i.state = 'todo'`);
  const wayOn = !holdsOut(project) ? 'The project holds out none (--val-share of sam engine init, which is settled once for all).'
    : todo > 0 ? `Annotate one: sam engine assist ${dir} gives it next.` : `All of them are done or skipped: go back to one in sam engine assist ${dir}, or add images (sam engine init ${dir}).`;
  return new SamError('engine/conflict', `No image that is held out (split "val") has a mask by people, so that nobody could say whether a new model is better. ${wayOn} --no-train closes the round without a new model.`);
}
