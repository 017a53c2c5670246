/** A project of the tests in which a round can be ended: it works with a weak model, and has masks that a whole one proposed and a person accepted. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ExecutionContext } from 'ava';
import { imagesOf } from '../../src/engine/images.js';
import { initProject } from '../../src/engine/init.js';
import { masksOf } from '../../src/engine/masks.js';
import { openProject } from '../../src/engine/project.js';
import { proposeMasks } from '../../src/engine/propose.js';
import { giveVerdict } from '../../src/engine/verdicts.js';
import { TEST_ENV, TEST_MODEL } from '../test-model.js';
import { NOW, placeWith, type Place } from './scenes.js';
import { weakModel } from './weak-model.js';

/** No Python is found in it. */
export const ENV = { ...TEST_ENV, PATH: '/nonexistent' };

/** `root` has the weak model in `weak`. */
export async function judged(t: ExecutionContext): Promise<Place> {
  const place = await placeWith(t, ['a.png', 'b.png', 'c.png']);
  await initProject({ folder: place.folder, images: place.images, model: weakModel(join(place.root, 'weak')), valShare: 0.34, env: ENV }, NOW);
  await proposeMasks({ folder: place.folder, model: TEST_MODEL, env: ENV, generator: { pointsPerSide: 4, predIouThresh: 0.3, stabilityScoreThresh: 0.5 }, options: { workers: 1 } }, NOW);
  const project = await openProject(place.folder, 'write');
  for (const { id } of imagesOf(project)) for (const mask of masksOf(project, id)) giveVerdict(project, { maskId: mask.id, revision: mask.revision, annotator: 'ann', verdict: 'accept' }, NOW);
  await project.close();
  return place;
}

/** A command that "trains": the body of a module that has `dataset`, `out` and what it needs of node:fs. */
export function trainer({ root }: Place, body: string): string {
  const path = join(root, 'trainer.mjs');
  writeFileSync(path, `import { appendFileSync, cpSync, readFileSync, mkdirSync, existsSync, writeFileSync } from 'node:fs';\nconst [dataset, out] = process.argv.slice(2);\n${body}\n`);
  return `"${process.execPath}" "${path}" {dataset} {out}`;
}

/** Puts the whole model in place, under a hash of its own: a new model as far as the project can tell. */
export const copying = (place: Place, mark: string, more = ''): string =>
  trainer(place, `${more}\ncpSync(${JSON.stringify(TEST_MODEL)}, out, { recursive: true }); const path = out + '/model.json'; writeFileSync(path, readFileSync(path, 'utf8') + '${mark}');`);
