/** What the model does alone: proposals that never lie on what is there, automatic masks; once, whole, and again only with other options. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { autoMasks, type AutoReport, type AutoRequest } from '../../src/engine/auto.js';
import { imageById, imagesOf } from '../../src/engine/images.js';
import { addMask, masksOf, rleOfMask } from '../../src/engine/masks.js';
import { openProject, type Project } from '../../src/engine/project.js';
import { proposeMasks, type ProposeReport, type ProposeRequest } from '../../src/engine/propose.js';
import { giveVerdict } from '../../src/engine/verdicts.js';
import { maskIou } from '../../src/mask/iou.js';
import { TEST_ENV, TEST_MODEL } from '../test-model.js';
import { drawPng, HEIGHT, NOW, projectWith, WIDTH, boxMask, type Place } from './scenes.js';

const GRID = { pointsPerSide: 4, predIouThresh: 0.2, stabilityScoreThresh: 0.3 };
const propose = ({ folder }: Place, more: Partial<ProposeRequest> = {}): Promise<ProposeReport> => proposeMasks({ folder, model: TEST_MODEL, env: TEST_ENV, generator: GRID, ...more, options: { workers: 1, ...more.options } }, NOW);
const auto = ({ folder }: Place, more: Partial<AutoRequest> = {}): Promise<AutoReport> => autoMasks({ folder, model: TEST_MODEL, env: TEST_ENV, generator: { ...GRID, cropNLayers: 0 }, ...more, options: { workers: 1, ...more.options } }, NOW);

async function reading<T>(folder: string, act: (project: Project) => T, mode: 'read' | 'write' = 'read'): Promise<T> {
  const project = await openProject(folder, mode);
  try {
    return act(project);
  } finally {
    await project.close();
  }
}

async function closed(t: ExecutionContext, names = ['a.png', 'b.png']): Promise<Place> {
  const place = await projectWith(t, names);
  await place.project.close();
  return place;
}

test('proposals come once, with what made them; with other options those that nobody judged give way', async (t) => {
  const place = await closed(t);
  const report = await propose(place);
  t.like(report, { images: 2, skipped: 0, failed: 0, retired: 0, round: 1, model: 'tiny', threshold: 0.2, verdicts: 0 });
  t.true(report.masks >= 2);
  t.like(await propose(place), { images: 0, skipped: 2, masks: 0 });
  const judged = await reading(place.folder, (project) => {
    const masks = [...imagesOf(project)].flatMap(({ id }) => masksOf(project, id));
    for (const mask of masks) t.like(mask, { status: 'proposed', stage: 'semi-automatic', annotator: null, modelId: 1 });
    t.true(masks.every(({ predictedIou, stabilityScore, details }) => predictedIou! > 0.2 && stabilityScore! >= 0.3 && details.pointCoords!.length === 1));
    t.is([...imagesOf(project)].reduce((sum, { need }) => sum + need, 0), masks.length, 'people see first where there is most to judge');
    const [first, second] = masks.map(({ id, revision }) => ({ maskId: id, revision, annotator: 'ann' }));
    giveVerdict(project, { ...first!, verdict: 'accept' }, NOW);
    giveVerdict(project, { ...second!, verdict: 'reject' }, NOW);
    return [first!.maskId, second!.maskId];
  }, 'write');
  const again = await propose(place, { generator: { ...GRID, pointsPerSide: 5 } });
  t.is(again.retired, report.masks - 2);
  await reading(place.folder, (project) => {
    for (const { id } of imagesOf(project)) {
      const masks = masksOf(project, id), old = masks.filter((mask) => judged.includes(mask.id)), fresh = masks.filter(({ status }) => status === 'proposed');
      const ious = maskIou(fresh.map(rleOfMask), old.map(rleOfMask));
      t.true(ious.every((iou) => iou < 0.7), 'nothing on what is there or was rejected');
    }
  });
});

test('a detector\'s boxes become proposals with their classes and scores', async (t) => {
  const place = await closed(t);
  const boxes = join(place.root, 'boxes.json');
  const box = (id: number, bbox: number[], score: number): object => ({ id, image_id: 1, category_id: 7, iscrowd: 0, area: 1, bbox, score, segmentation: [] });
  writeFileSync(boxes, JSON.stringify({ images: ['a.png', 'else.png'].map((file_name, i) => ({ id: i + 1, file_name, width: WIDTH, height: HEIGHT })), categories: [{ id: 7, name: 'leaf' }], annotations: [{ ...box(4, [5, 5, 30, 30], 0.9), iscrowd: 1 }, box(1, [5, 5, 30, 30], 0.9), box(2, [34, 4, 25, 30], 0.6), box(3, [0, 0, 10, 10], 0.1)] }));
  const report = await propose(place, { detections: boxes, generator: undefined, options: { minScore: 0.5 } });
  t.like(report, { images: 1, threshold: 0.5 });
  t.deepEqual(report.detections, { unknownCount: 1, unknown: ['else.png'], unusable: 1, newCategories: ['leaf'] });
  await reading(place.folder, (project) => {
    const masks = masksOf(project, 1);
    t.is(masks.length, report.masks);
    t.true(masks.length >= 1);
    t.like(masks[0], { status: 'proposed', categoryId: 7, score: 0.9, prompts: [{ kind: 'box', x0: 5, y0: 5, x1: 35, y1: 35 }] });
    t.true(masks.every(({ score }) => score! >= 0.5));
  });
  t.like(await propose(place, { detections: boxes, generator: undefined, options: { minScore: 0.5 } }), { images: 0, skipped: 1 });
});

test('with too few verdicts a target changes nothing, and says how many it takes', async (t) => {
  const place = await closed(t, ['a.png']);
  const report = await propose(place, { generator: { pointsPerSide: 2 }, options: { targetPrecision: 0.95 } });
  t.like(report, { needed: 52, verdicts: 0, confidence: undefined });
  t.true(Math.abs(report.threshold - (0.35 + 0.65 / 3)) < 1e-9, 'a third of the way from the model\'s own threshold to 1');
});

test('stage 3: masks are accepted, images done, a person\'s mask stays, and a second run does nothing', async (t) => {
  const place = await closed(t);
  await auto(place, { options: { limit: 1 } });
  const counts = await reading(place.folder, (project) => {
    t.is(imageById(project, 1).state, 'done');
    const [mask] = masksOf(project, 1);
    t.like(mask, { stage: 'fully-automatic', status: 'accepted', annotator: null });
    // what the model will find there, drawn by a person before it
    addMask(project, { imageId: 2, categoryId: 1, rle: boxMask(0, 0, 9, 9), stage: 'assisted-manual', status: 'accepted', annotator: 'ann' }, NOW);
    return masksOf(project, 1).map((one) => one.counts);
  }, 'write');
  const other = await closed(t);
  await reading(other.folder, (project) => { addMask(project, { imageId: 1, categoryId: 1, rle: rleOfMask({ id: 1, counts: counts[0]!, width: WIDTH, height: HEIGHT }), stage: 'assisted-manual', status: 'accepted', annotator: 'ann' }, NOW); }, 'write');
  const report = await auto(other);
  t.like(report, { images: 2, skipped: 0, round: 1 });
  t.true(report.duplicates >= 1);
  await reading(other.folder, (project) => {
    t.is(masksOf(project, 1)[0]!.status, 'accepted');
    t.is(masksOf(project, 1).find(({ status }) => status === 'duplicate')?.duplicateOf, 1);
  });
  await t.throwsAsync(auto(other), { code: 'usage/no-images', message: /--which all/ });
  t.like(await auto(other, { options: { which: 'all' } }), { images: 0, skipped: 2 });
  const changed = await auto(other, { options: { which: 'all' }, generator: { ...GRID, cropNLayers: 0, pointsPerSide: 3 } });
  t.is(changed.images, 2);
  t.true(changed.retired > 0);
});

test('an image that changed costs itself, contradictions are refused', async (t) => {
  const place = await closed(t);
  await drawPng(join(place.images, 'b.png'), 99);
  const report = await propose(place);
  t.like(report, { images: 1, failed: 1 });
  t.like(report.problems, [{ file: 'b.png', code: 'image/changed' }]);
  await t.throwsAsync(propose(place, { options: { category: 'nobody' } }), { code: 'engine/record', message: /no category "nobody"/ });
  await t.throwsAsync(auto(place, { generator: { minArea: 0.5, maxArea: 0.1 } }), { code: 'usage/option' });
  await t.throwsAsync(propose(place, { options: { overlapIou: 2 } }), { code: 'usage/option' });
});
