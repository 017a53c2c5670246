/** The simulated annotator: clicks like a person, judges by the truth, saves like a person, and goes on where it was cut. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { imageByName, imagesOf } from '../../src/engine/images.js';
import { addMask, masksOf, rleOfMask } from '../../src/engine/masks.js';
import { openProject, type Project } from '../../src/engine/project.js';
import { simulateAnnotator, type SimulateReport } from '../../src/engine/simulate.js';
import { clickObjects, type ClickWork } from '../../src/engine/simulate-clicks.js';
import { judge, secondsLike } from '../../src/engine/simulate-judge.js';
import { statusOf } from '../../src/engine/status.js';
import { verdictsOf } from '../../src/engine/verdicts.js';
import { maskIou } from '../../src/mask/iou.js';
import type { Rle } from '../../src/mask/rle.js';
import { polygonsFromRle } from '../../src/mask/polygons.js';
import type { Prompt } from '../../src/models/predict.js';
import { TEST_ENV, TEST_MODEL } from '../test-model.js';
import { boxMask, HEIGHT, NOW, projectWith, WIDTH, type Place } from './scenes.js';

const MODEL_SIDES = { maskSide: 32, inputSide: 64 };

/** A model that knows the object to half its width, and a click's column more with every further click. */
function pretending(asked: { prompts: readonly Prompt[]; multimask: boolean }[]) {
  return async (prompts: readonly Prompt[], multimask: boolean) => {
    asked.push({ prompts, multimask });
    return prompts.map(({ points = [] }) => {
      const masks = (multimask ? [4, 10, 7] : [10 + 2 * points.length]).map((width) => boxMask(0, 0, width, 20));
      return { masks, predictedIou: masks.map((_, i) => 0.9 - i / 10), logits: masks.map(() => new Float32Array(4).fill(points.length)) };
    });
  };
}

test('it takes the truly best of three, feeds the logits back, and stops when the mask is good enough', async (t) => {
  const asked: { prompts: readonly Prompt[]; multimask: boolean }[] = [];
  const work: ClickWork = { id: 5, truth: boxMask(0, 0, 18, 20) };
  const [clicked] = await clickObjects([work], pretending(asked), { acceptIou: 0.85, maxClicks: 9, takesMaskInput: true, ...MODEL_SIDES });
  t.like(clicked, { id: 5, isGood: true, iou: 16 / 18, predictedIou: 0.9 });
  t.is(clicked!.points.length, 3);
  t.deepEqual(asked.map(({ multimask }) => multimask), [true, false, false]);
  t.is(asked[0]!.prompts[0]!.logits, undefined);
  t.is(asked[2]!.prompts[0]!.logits![0], 2, 'those of the click before');
  t.deepEqual(asked[2]!.prompts[0]!.points!.map(({ label }) => label), [1, 1, 1]);
  t.true(asked[1]!.prompts[0]!.points![1]!.x >= 10, 'the second click is in what the best of the three missed');
});

test('it gives up, begins a correction with the mask that is there, and takes no logits where the model takes none', async (t) => {
  const asked: { prompts: readonly Prompt[]; multimask: boolean }[] = [];
  const start = boxMask(0, 0, 10, 20), works = [{ id: 1, truth: boxMask(0, 0, 60, 20), start }, { id: 2, truth: boxMask(0, 0, 10, 20) }];
  const patience = { acceptIou: 0.95, maxClicks: 2, ...MODEL_SIDES };
  const clicked = await clickObjects(works, pretending(asked), { ...patience, takesMaskInput: true });
  t.like(clicked[0], { id: 1, isGood: false });
  t.is(clicked[0]!.points.length, 2);
  t.true(clicked[0]!.points[0]!.x >= 10, 'in what the mask misses');
  const first = asked.find(({ multimask }) => !multimask)!.prompts[0]!;
  t.deepEqual(first.points, [{ x: 4, y: 4, label: 1 }, clicked[0]!.points[0]!], 'the deepest pixel of the mask, then the click');
  t.is(first.logits!.filter((logit) => logit > 0).length, 5 * 10, 'the mask on the grid of the model: half its size');
  t.like(clicked[1], { id: 2, isGood: true, iou: 1 });
  t.is(clicked[1]!.points.length, 1);
  asked.length = 0;
  await clickObjects(works, pretending(asked), { ...patience, takesMaskInput: false });
  t.true(asked.every(({ prompts }) => prompts.every(({ logits }) => logits === undefined)));
});

test('one mask an object: the best proposal is accepted, a near one corrected, a second of the same rejected', (t) => {
  const truths = [boxMask(0, 0, 10, 10), boxMask(20, 0, 40, 20), boxMask(0, 20, 30, 40), boxMask(50, 0, 60, 10)];
  const proposals = [boxMask(20, 0, 40, 19), boxMask(20, 0, 40, 20), boxMask(0, 20, 30, 33), boxMask(44, 30, 60, 44)];
  t.deepEqual(judge(truths, [boxMask(50, 0, 60, 10)], proposals, { acceptIou: 0.85, correctIou: 0.5 }), {
    accept: [{ proposal: 1, truth: 1 }], correct: [{ proposal: 2, truth: 2 }], reject: [0, 3], missing: [0],
  });
  t.deepEqual(judge([], [], proposals.slice(0, 1), { acceptIou: 0.85, correctIou: 0.5 }).reject, [0]);
  t.deepEqual(judge(truths, [], [], { acceptIou: 0.85, correctIou: 0.5 }).missing, [2, 1, 0, 3], 'the largest first');
});

test('times have their mean, and follow from the seed', (t) => {
  const drawn = Array.from({ length: 4000 }, (_, i) => secondsLike(10, 0.3, `0 ${i}`));
  t.true(Math.abs(drawn.reduce((sum, seconds) => sum + seconds, 0) / drawn.length - 10) < 0.2);
  t.is(secondsLike(10, 0.3, 'a'), secondsLike(10, 0.3, 'a'));
  t.not(secondsLike(10, 0.3, 'a'), secondsLike(10, 0.3, 'b'));
  t.is(secondsLike(10, 0, 'a'), 10);
});

const OBJECTS: Record<string, Rle[]> = { 'a.png': [boxMask(2, 2, 30, 30), boxMask(40, 5, 60, 25)], 'b.png': [boxMask(5, 5, 50, 40)], 'c.png': [] };

/** The truth of some images as a COCO file. */
function truthFile({ root }: Place): string {
  const names = Object.keys(OBJECTS), path = join(root, 'truth.json');
  const annotations = names.flatMap((name, i) => OBJECTS[name]!.map((rle) => ({ image_id: i + 1, category_id: 3, iscrowd: 0, segmentation: polygonsFromRle(rle, { holes: 'error' }) }))).map((record, i) => ({ id: i + 1, area: 1, bbox: [0, 0, 1, 1], ...record }));
  writeFileSync(path, JSON.stringify({ images: names.map((file_name, i) => ({ id: i + 1, file_name, width: WIDTH, height: HEIGHT })), categories: [{ id: 3, name: 'leaf' }], annotations }));
  return path;
}

async function closed(t: ExecutionContext, prepare?: (project: Project) => void): Promise<Place & { truth: string }> {
  const place = await projectWith(t);
  place.project.database.run("UPDATE images SET split = 'train'");
  prepare?.(place.project);
  await place.project.close();
  return { ...place, truth: truthFile(place) };
}

const run = ({ folder, truth }: Place & { truth: string }, more: object = {}, stop?: AbortSignal): Promise<SimulateReport> =>
  simulateAnnotator({ folder, truth, env: TEST_ENV, model: TEST_MODEL, giveUp: 'paint', maxClicks: 2, workers: 2, ...more }, NOW, stop === undefined ? {} : { stop });

/** All that a project says of its masks, less what numbers them. */
async function contentOf(folder: string): Promise<unknown[]> {
  const project = await openProject(folder, 'read');
  const content = [...imagesOf(project)].map(({ id, fileName, state }) => ({
    fileName, state, masks: masksOf(project, id).map(({ counts, status, stage, seconds, clicks, prompts, annotator, categoryId }) => ({ counts, status, stage, seconds, clicks, prompts, annotator, categoryId })),
  }));
  await project.close();
  return content;
}

test('the assisted stage: every object gets its mask, with effort, prompts and person, whatever the number of workers', async (t) => {
  const place = await closed(t);
  const report = await run(place);
  t.like(report, { stage: 'assisted-manual', round: 1, images: 3, objects: 3, drawn: 3, left: 0, failed: 0, unknown: 1, waiting: 0, model: 'tiny', problems: [] });
  const project = await openProject(place.folder, 'read');
  for (const [name, truths] of Object.entries(OBJECTS)) {
    const image = imageByName(project, name)!, masks = masksOf(project, image.id);
    t.is(image.state, 'done');
    t.is(masks.length, truths.length);
    for (const truth of truths) t.true(Math.max(...maskIou(masks.map(rleOfMask), [truth])) >= 0.85);
    for (const mask of masks) t.like(mask, { status: 'accepted', stage: 'assisted-manual', annotator: 'simulated', categoryId: 3 });
    for (const { seconds, clicks } of masks) t.true(seconds! > 0 && clicks! > 0);
  }
  t.is(imageByName(project, 'd.png')!.state, 'todo', 'the truth does not say what is in it');
  const [effort] = statusOf(project, NOW).effort;
  t.is(effort?.masks, 3);
  await project.close();
  const other = await closed(t);
  await run(other, { workers: 1 });
  t.deepEqual(await contentOf(other.folder), await contentOf(place.folder));
});

test('the semi-automatic stage: right is accepted, near corrected, wrong rejected, missing added', async (t) => {
  const place = await closed(t, (project) => {
    const propose = (name: string, rle: Rle): void => {
      addMask(project, { imageId: imageByName(project, name)!.id, categoryId: 1, rle, stage: 'semi-automatic', status: 'proposed', predictedIou: 0.9, details: { pointCoords: [[10, 10]] } }, NOW);
    };
    propose('a.png', boxMask(2, 2, 30, 29));
    propose('b.png', boxMask(5, 5, 50, 25));
    propose('c.png', boxMask(5, 5, 50, 25));
  });
  const report = await run(place, { stage: 'semi' });
  t.like(report, { stage: 'semi-automatic', images: 3, objects: 3, accepted: 1, corrected: 1, rejected: 1, drawn: 1 });
  const project = await openProject(place.folder, 'read');
  const status = statusOf(project, NOW);
  t.like(status, { truth: 3, proposed: 0 });
  t.like(status.rounds[0], { stage: 'semi-automatic' });
  const [right] = masksOf(project, imageByName(project, 'a.png')!.id);
  t.deepEqual(verdictsOf(project, right!.id).map(({ verdict, annotator }) => ({ verdict, annotator })), [{ verdict: 'correct', annotator: 'simulated' }], 'its class was another');
  await project.close();
});

test('what is there is not done twice; a limit and a budget leave the rest, and the next run takes it', async (t) => {
  const place = await closed(t, (project) => { addMask(project, { imageId: imageByName(project, 'a.png')!.id, categoryId: 1, rle: boxMask(2, 2, 30, 30), stage: 'assisted-manual', status: 'accepted' }, NOW); });
  t.like(await run(place, { limit: 1 }), { images: 1, present: 1, drawn: 1, waiting: 2 });
  t.like(await run(place, { minutes: 0 }), { images: 1, drawn: 1, waiting: 1 });
  t.like(await run(place), { images: 1, objects: 0 });
  await t.throwsAsync(run(place), { code: 'usage/no-images', message: /None of the 1 images/ });
});

test('what is wrong costs its own record; what contradicts is refused before anything is changed', async (t) => {
  const place = await closed(t);
  await t.throwsAsync(run(place, { correctIou: 0.9 }), { code: 'usage/option', message: /--correct-iou 0\.9 is above --accept-iou 0\.85/ });
  await t.throwsAsync(run({ ...place, truth: join(place.root, 'no.json') }), { code: 'usage/input-missing' });
  await t.throwsAsync(run({ ...place, truth: place.images }), { message: /./ });
  writeFileSync(join(place.images, 'b.png'), 'no picture');
  const report = await run(place);
  t.like(report, { images: 2, failed: 1, drawn: 2 });
  t.like(report.problems, [{ file: 'b.png' }]);
  const stopped = new AbortController();
  stopped.abort();
  await t.throwsAsync(run(await closed(t), {}, stopped.signal), { code: 'interrupted/signal' });
});
