/** What to do now in a project, most urgent first, each with the command that does it. */
import { typedName } from '../errors.js';
import type { EngineStatus } from './status.js';

/** `command`: as a person types it. */
export interface Advice { what: string; command: string }

/** At least one. `folder`: as the user named the project. */
export function adviceOf(status: EngineStatus, folder: string): Advice[] {
  const dir = typedName(folder), { states, toJudge, truth, rounds } = status;
  const round = rounds.at(-1), isOpen = round !== undefined && round.closedAt === null;
  const advice: Advice[] = [];
  const add = (isNeeded: boolean, what: string, command: string): void => { if (isNeeded) advice.push({ what, command }); };
  const many = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`;
  add(status.images === 0, 'The project has no images yet: put some into its image folder and look again.', `sam engine init ${dir}`);
  add(states.missing > 0, `${many(states.missing, 'image')} cannot be found: bring the files back, or say where they are now.`, `sam engine init ${dir} --images IMAGES --force`);
  add(states.changed > 0, `${many(states.changed, 'image')} changed after masks were made on them: bring the old files back, or take them as they are.`, `sam engine init ${dir} --adopt-changed`);
  add(toJudge > 0 && isOpen, `${many(toJudge, 'proposal')} wait${toJudge === 1 ? 's' : ''} for a person's verdict.`, `sam engine assist ${dir} --stage semi`);
  add(states.todo > 0 && isOpen && round.stage === 'assisted-manual', `${many(states.todo, 'image')} to do in round ${round?.number ?? 1}.`, `sam engine assist ${dir}`);
  add(toJudge === 0 && states.todo > 0 && isOpen && round.stage === 'semi-automatic', `${many(states.todo, 'image')} to do in round ${round?.number ?? 1}: let the model propose first.`, `sam engine propose ${dir}`);
  add(states.todo > 0 && isOpen && round.stage === 'fully-automatic', `${many(states.todo, 'image')} to do in round ${round?.number ?? 1}, without people.`, `sam engine auto ${dir}`);
  const isDone = isOpen && states.todo === 0 && toJudge === 0 && truth > 0;
  add(isDone && status.isIdle, 'All images are done, and the model has learned from them: add images to go on, and look again.', `sam engine init ${dir}`);
  add(isDone && !status.isIdle, `Round ${round?.number ?? 1} is done: close it, and train the model on what was made.`, `sam engine round ${dir}`);
  add(!isOpen && truth > 0, `Round ${round?.number ?? 0} has no new model yet: train it, or take the one that was put into rounds/${round?.number ?? 0}/model.`, `sam engine round ${dir}`);
  add((!isOpen && truth > 0) || (isDone && status.isIdle), 'The masks can be taken out.', `sam engine export ${dir} --to coco --output dataset.json`);
  add(advice.length === 0, 'There is nothing to do; where the project stands:', `sam engine status ${dir}`);
  return advice;
}
