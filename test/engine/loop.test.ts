/**
 * The whole loop without people, on drawn parts on a conveyor: from a new project through the three stages, with a model that is replaced by a better one and kept from a worse one, to datasets that are
 * valid. What trains is a script that puts a model in place; where a Python with the packages of training/requirements.txt is at hand, a second test ends a round by true training.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import test from 'ava';
import { PARTS, writeConveyor } from '../../fixtures/conveyor.js';
import { autoMasks } from '../../src/engine/auto.js';
import { exportProject } from '../../src/engine/exchange.js';
import { imagesOf } from '../../src/engine/images.js';
import { initProject } from '../../src/engine/init.js';
import { dedupeFolder, projectStatus } from '../../src/engine/looks.js';
import { modelsOf } from '../../src/engine/models.js';
import { withProject } from '../../src/engine/project.js';
import { endRound } from '../../src/engine/round.js';
import { simulateAnnotator } from '../../src/engine/simulate.js';
import { finishRound, proposeAndJudge } from '../../src/engine/stand-ins.js';
import type { EngineStatus } from '../../src/engine/status.js';
import { OUTPUT_OPTIONS } from '../../src/formats/jobs/convert-options.js';
import { defaultsOf } from '../../src/options.js';
import { runJson } from '../commands/run-sam.js';
import { temporaryFolder } from '../files/temporary-folder.js';
import { TEST_ENV, TEST_MODEL } from '../test-model.js';
import { NOW } from './scenes.js';
import { PYTHON, trainingTest, untrained } from './training-python.js';
import { weakModel } from './weak-model.js';

const IMAGES = 8, PERSON = { maxClicks: 2, giveUp: 'paint' } as const;

/** A command that "trains" by copying a model under a hash of its own. */
function trainerOf(root: string, name: string, model: string): string {
  const path = join(root, `${name}.mjs`), copy = `cpSync(${JSON.stringify(model)}, out, { recursive: true });`;
  writeFileSync(path, `import { cpSync, readFileSync, writeFileSync } from 'node:fs';\nconst [dataset, out] = process.argv.slice(2);\nif (JSON.parse(readFileSync(dataset, 'utf8')).annotations.length === 0) process.exit(9);\n${copy}\nconst path = out + '/model.json';\nwriteFileSync(path, readFileSync(path, 'utf8') + ' '.repeat(${name.length}));\n`);
  return `"${process.execPath}" "${path}" {dataset} {out}`;
}

const truthOfStage = ({ masks }: EngineStatus, stage: string): number => masks.filter((row) => row.stage === stage && (row.status === 'accepted' || row.status === 'corrected')).reduce((sum, { masks: count }) => sum + count, 0);

test('three stages from a new project to a better model and valid datasets', async (t) => {
  const root = await temporaryFolder(t), [images, truth, folder] = [join(root, 'in'), join(root, 'truth.json'), join(root, 'parts')];
  await writeConveyor(images, truth, { first: 1, count: IMAGES, size: 96 });
  const objects = (JSON.parse(readFileSync(truth, 'utf8')) as { annotations: object[] }).annotations.length; // written above
  const weak = weakModel(join(root, 'weak'));
  const status = async (): Promise<EngineStatus> => (await projectStatus(folder, NOW)).status;

  t.like(await initProject({ folder, images, model: weak, valShare: 0.25, env: TEST_ENV }, NOW), { images: IMAGES, splits: { train: 6, val: 2, test: 0 } });

  // stage 1: people with the model's help, on what is held out and on a part of the rest
  const held = await simulateAnnotator({ ...PERSON, folder, truth, split: 'val', workers: 1, env: TEST_ENV }, NOW);
  const drawn = await simulateAnnotator({ ...PERSON, folder, truth, split: 'train', limit: 2, workers: 1, env: TEST_ENV }, NOW);
  t.like({ held, drawn }, { held: { stage: 'assisted-manual', images: 2, left: 0, unknown: 0 }, drawn: { images: 2, left: 0, waiting: 4 } });
  t.like(await status(), { truth: held.drawn + drawn.drawn, states: { done: 4, todo: 4 } });

  // a better model is put in use, with its lineage
  const first = await endRound({ folder, env: TEST_ENV, trainer: trainerOf(root, 'better', TEST_MODEL), clicks: 2 }, NOW);
  t.like(first, { round: 1, isPromoted: true, model: 'round-1', next: 2 });
  t.true(first.after!.mean > first.before!.mean && first.after!.regions === held.drawn);
  await withProject(folder, 'read', (project) => {
    const [base, better] = modelsOf(project);
    t.deepEqual([base?.folder, better?.parentId, better?.round], [resolve(weak), base?.id, 1]);
  });

  // stage 2: it proposes, people judge, then add what is missing
  const propose = { folder, env: TEST_ENV, generator: { pointsPerSide: 6, predIouThresh: 0.3, stabilityScoreThresh: 0.4 }, options: { workers: 1, limit: 2 } } as const;
  const { proposed, simulated } = await proposeAndJudge(propose, { ...PERSON, truth }, NOW);
  t.true(proposed.masks > 0);
  t.is(simulated!.accepted + simulated!.corrected + simulated!.rejected, proposed.masks);
  t.is((await status()).proposed, 0);
  const semi = await simulateAnnotator({ ...PERSON, folder, truth, stage: 'semi', limit: 2, workers: 1, env: TEST_ENV }, NOW);
  t.like(semi, { stage: 'semi-automatic', images: 2, left: 0, waiting: 2, rejected: 0 });
  t.is(truthOfStage(await status(), 'semi-automatic'), simulated!.accepted + simulated!.corrected + semi.drawn);

  // a worse one is not; what is to do in the round is done first
  const { ended, simulated: rest } = await finishRound({ folder, env: TEST_ENV, trainer: trainerOf(root, 'worse again', weak), clicks: 2 }, { ...PERSON, truth }, NOW);
  t.like({ ended, rest }, { ended: { round: 2, isPromoted: false, model: 'round-1', next: 3 }, rest: { images: 2 } });
  t.true(ended.after!.mean <= ended.before!.mean);
  const found = await status();
  t.like(found, { states: { done: IMAGES }, model: { name: 'round-1', round: 1 } });
  t.deepEqual(found.quality.map(({ round, model, became }) => [round, model, became]), [[1, 'weak', 'promoted'], [2, 'round-1', 'kept the old one'], [3, 'round-1', null]]);
  // every object has a mask by now, but those that proposals of another object took
  t.true(found.truth >= 0.9 * objects, `${found.truth} of ${objects}`);

  // stage 3: it works alone, and its masks give way to people's
  const auto = await autoMasks({ folder, env: TEST_ENV, options: { which: 'all', workers: 1 }, generator: { pointsPerSide: 6, cropNLayers: 0, predIouThresh: 0.3, stabilityScoreThresh: 0.4 } }, NOW);
  t.like(auto, { images: IMAGES, failed: 0, round: 3 });
  const last = await status();
  t.is(last.truth, found.truth + truthOfStage(last, 'fully-automatic'), 'people\'s masks are all there');
  t.is(truthOfStage(last, 'fully-automatic'), auto.masks);
  t.like(await dedupeFolder(folder, { iou: 0.9, containment: 0.9, perCategory: false }, NOW), { masks: last.truth, duplicates: 0 });

  for (const [to, output] of [['coco', 'out.json'], ['sa1b', 'sa1b'], ['yolo', 'yolo']] as const) {
    const path = join(root, output);
    const { counts } = await exportProject({ ...defaultsOf(OUTPUT_OPTIONS), folder, to, output: path, holes: 'bridge', allowLossy: true });
    t.is(counts.annotations, last.truth, to);
    t.like(await runJson(t, ['validate', path, ...(to === 'yolo' ? ['--images', images] : [])]), { code: 0 }, to);
  }
  const { categories } = JSON.parse(readFileSync(join(root, 'out.json'), 'utf8')) as { categories: { name: string }[] }; // our own COCO
  t.true(PARTS.every((part) => categories.some(({ name }) => name === part)));
  t.is(await withProject(folder, 'read', (project) => [...imagesOf(project)].length), IMAGES);
});

trainingTest('a round that true training ends: the model that is used afterwards is the one that measured better, and the project knows where it is from', async (t) => {
  const root = await temporaryFolder(t), [images, truth, folder] = [join(root, 'in'), join(root, 'truth.json'), join(root, 'parts')], { model } = untrained(root);
  await writeConveyor(images, truth, { first: 1, count: 5, size: 64 });
  await initProject({ folder, images, model, valShare: 0.4, env: TEST_ENV }, NOW);
  await simulateAnnotator({ ...PERSON, folder, truth, workers: 1, env: TEST_ENV }, NOW);
  const ended = await endRound({ folder, env: process.env, python: PYTHON, steps: 4, threads: 1, clicks: 1 }, NOW);
  t.like(ended, { round: 1, trainer: 'own', next: 2 });
  t.log(`before ${ended.before?.mean.toFixed(3)}, after ${ended.after?.mean.toFixed(3) ?? 'not better, says the trainer'}`);
  t.is(ended.isPromoted, ended.after !== undefined && ended.after.mean > ended.before!.mean);
  const { status } = await projectStatus(folder, NOW);
  t.is(status.model?.name, ended.isPromoted ? 'round-1' : 'untrained');
  t.deepEqual(status.quality.map(({ became }) => became), [ended.isPromoted ? 'promoted' : 'kept the old one', null]);
});
