/** Masks and verdicts: stored exactly, judged in one step each, never deleted, and safe from two hands at once. */
import test from 'ava';
import { SamError } from '../../src/errors.js';
import { addCategories, categoriesOf } from '../../src/engine/categories.js';
import { imageById, visitImage } from '../../src/engine/images.js';
import { addMask, addMasks, maskById, masksOf, rleOfMask, type NewMask } from '../../src/engine/masks.js';
import { addModel, currentModel, modelsOf, setModelMetrics, useModel } from '../../src/engine/models.js';
import { changeRound, closeRound, openRound, openRoundOf, roundsOf, setRoundMetrics } from '../../src/engine/rounds.js';
import { correctMask, giveVerdict, historyOf, undoCorrection, verdictsOf } from '../../src/engine/verdicts.js';
import { boxMask, NOW, projectWith } from './scenes.js';

const DRAWN: Omit<NewMask, 'rle'> = { imageId: 1, categoryId: 1, stage: 'assisted-manual', status: 'accepted', annotator: 'ann' };
const PROPOSED: Omit<NewMask, 'rle'> = { imageId: 1, categoryId: 1, stage: 'semi-automatic', status: 'proposed', predictedIou: 0.91, stabilityScore: 0.97 };

test('a mask comes back as it was given', async (t) => {
  const { project } = await projectWith(t);
  const rle = boxMask(3, 4, 20, 30);
  const mask = addMask(project, { ...DRAWN, rle, seconds: 12.5, clicks: 3, prompts: { points: [[1.5, 2]], labels: [1] }, predictedIou: 0.9, details: { attributes: { note: '"q"', truncated: true } } }, NOW);
  t.deepEqual(maskById(project, mask.id), mask);
  t.deepEqual(rleOfMask(mask), rle);
  t.like(mask, {
    id: 1, imageId: 1, categoryId: 1, box: { x0: 3, y0: 4, x1: 20, y1: 30 }, area: 17 * 26, isCrowd: false, stage: 'assisted-manual', round: 1, annotator: 'ann', seconds: 12.5, clicks: 3,
    status: 'accepted', supersedes: null, duplicateOf: null, revision: 1, createdAt: NOW, updatedAt: NOW, predictedIou: 0.9, stabilityScore: null, modelId: null,
  });
  t.deepEqual(mask.prompts, { points: [[1.5, 2]], labels: [1] });
  t.deepEqual(mask.details, { attributes: { note: '"q"', truncated: true } });
  t.is(imageById(project, 1).revision, 2, 'readers see that the image has changed');
});

test('what does not fit is refused, and nothing of it stays', async (t) => {
  const { project } = await projectWith(t);
  const wrong: [Partial<NewMask>, RegExp][] = [
    [{ rle: boxMask(0, 0, 5, 5, 63, 48) }, /63 x 48 pixels, the image 64 x 48/], [{ rle: boxMask(5, 5, 5, 5) }, /no pixel/],
    [{ imageId: 77, rle: boxMask(0, 0, 5, 5) }, /no image 77/], [{ categoryId: 5, rle: boxMask(0, 0, 5, 5) }, /no category 5/],
  ];
  for (const [change, message] of wrong) t.throws(() => addMask(project, { ...DRAWN, rle: boxMask(0, 0, 5, 5), ...change }, NOW), { code: 'engine/record', message });
  t.throws(() => addMask(project, { ...DRAWN, rle: { width: 64, height: 48, counts: Uint32Array.of(5, 5) } }, NOW), { code: 'data/rle' });
  t.deepEqual(masksOf(project, 1), []);
  t.throws(() => maskById(project, 1), { code: 'engine/record' });
});

test('a verdict changes the status, keeps who, when and the score, and can be taken back', async (t) => {
  const { project } = await projectWith(t);
  const { id } = addMask(project, { ...PROPOSED, rle: boxMask(0, 0, 9, 9) }, NOW);
  const accepted = giveVerdict(project, { maskId: id, revision: 1, verdict: 'accept', annotator: 'bob', seconds: 1.5, clicks: 0 }, NOW + 1);
  t.like(accepted, { status: 'accepted', annotator: 'bob', revision: 2, updatedAt: NOW + 1 });
  const again = giveVerdict(project, { maskId: id, revision: 2, verdict: 'reopen', annotator: 'bob' }, NOW + 2);
  t.like(again, { status: 'proposed', revision: 3 });
  t.is(giveVerdict(project, { maskId: id, revision: 3, verdict: 'reject', annotator: 'eve' }, NOW + 3).status, 'rejected');
  t.deepEqual(verdictsOf(project, id).map(({ verdict, annotator, at, score, statusBefore }) => ({ verdict, annotator, at, score, statusBefore })), [
    { verdict: 'accept', annotator: 'bob', at: NOW + 1, score: 0.91, statusBefore: 'proposed' }, { verdict: 'reopen', annotator: 'bob', at: NOW + 2, score: 0.91, statusBefore: 'accepted' },
    { verdict: 'reject', annotator: 'eve', at: NOW + 3, score: 0.91, statusBefore: 'proposed' },
  ]);
});

test('of two hands on one mask the second is told, and changes nothing', async (t) => {
  const { project } = await projectWith(t);
  const { id } = addMask(project, { ...PROPOSED, rle: boxMask(0, 0, 9, 9) }, NOW);
  giveVerdict(project, { maskId: id, revision: 1, verdict: 'accept', annotator: 'one' }, NOW);
  const error = t.throws(() => giveVerdict(project, { maskId: id, revision: 1, verdict: 'reject', annotator: 'two' }, NOW), { instanceOf: SamError });
  t.like(error, { code: 'engine/conflict', exitCode: 3, record: 'mask 1' });
  t.throws(() => correctMask(project, { maskId: id, revision: 1, annotator: 'two' }, { rle: boxMask(0, 0, 8, 8) }, NOW), { code: 'engine/conflict' });
  t.is(maskById(project, id).status, 'accepted');
  t.is(verdictsOf(project, id).length, 1);
  t.is(masksOf(project, 1).length, 1);
});

test('a correction replaces, and history and undo are whole', async (t) => {
  const { project } = await projectWith(t);
  addCategories(project, [{ name: 'object' }, { name: 'leaf' }]);
  const first = addMask(project, { ...PROPOSED, rle: boxMask(0, 0, 9, 9), details: { attributes: { a: 1 } } }, NOW);
  const second = correctMask(project, { maskId: first.id, revision: 1, annotator: 'ann', seconds: 4, clicks: 2 }, { rle: boxMask(0, 0, 12, 9), prompts: [1] }, NOW + 1);
  t.like(second, { status: 'corrected', stage: 'semi-automatic', annotator: 'ann', seconds: 4, clicks: 2, supersedes: first.id, area: 108, predictedIou: 0.91, details: { attributes: { a: 1 } } });
  t.like(maskById(project, first.id), { status: 'superseded', area: 81, revision: 2 });
  t.throws(() => giveVerdict(project, { maskId: first.id, revision: 2, verdict: 'accept', annotator: 'ann' }, NOW), { code: 'engine/conflict', message: /replaced/ });
  const third = correctMask(project, { maskId: second.id, revision: 1, annotator: 'bob' }, { categoryId: 2 }, NOW + 2);
  t.like(third, { categoryId: 2, area: 108, supersedes: second.id });
  t.deepEqual(historyOf(project, third.id).map(({ id }) => id), [third.id, second.id, first.id]);
  t.like(undoCorrection(project, { maskId: third.id, revision: 1, annotator: 'bob' }, NOW + 3), { id: second.id, status: 'corrected' });
  t.is(maskById(project, third.id).status, 'rejected');
  t.like(undoCorrection(project, { maskId: second.id, revision: 3, annotator: 'bob' }, NOW + 4), { id: first.id, status: 'proposed' });
  t.is(masksOf(project, 1).length, 3, 'nothing is deleted');
});

test('what a person drew and draws anew is accepted, not corrected', async (t) => {
  const { project } = await projectWith(t);
  const first = addMask(project, { ...DRAWN, rle: boxMask(0, 0, 9, 9) }, NOW);
  t.is(correctMask(project, { maskId: first.id, revision: 1, annotator: 'ann' }, { rle: boxMask(0, 0, 5, 5) }, NOW).status, 'accepted');
});

test('an image is done or skipped by someone, unless another was faster', async (t) => {
  const { project } = await projectWith(t);
  t.like(visitImage(project, { imageId: 2, outcome: 'done', annotator: 'ann', seconds: 30, revision: 1 }, NOW), { state: 'done', revision: 2 });
  t.throws(() => visitImage(project, { imageId: 2, outcome: 'skipped', revision: 1 }, NOW), { code: 'engine/conflict' });
  t.is(imageById(project, 2).state, 'done');
  t.is(project.database.count('SELECT count(*) FROM visits WHERE annotator = ? AND seconds = 30', 'ann'), 1);
});

test('rounds follow one another, and masks belong to the one that is open', async (t) => {
  const { project } = await projectWith(t);
  t.throws(() => openRound(project, { stage: 'semi-automatic' }, NOW), { code: 'engine/conflict', message: /Round 1 is open/ });
  closeRound(project, NOW + 5);
  t.is(openRoundOf(project), undefined);
  t.throws(() => closeRound(project, NOW), { code: 'engine/conflict' });
  t.throws(() => changeRound(project, { stage: 'semi-automatic' }), { code: 'engine/conflict' });
  setRoundMetrics(project, 1, { meanIou: 0.8 });
  t.throws(() => { setRoundMetrics(project, 9, {}); }, { code: 'engine/record' });
  t.like(openRound(project, { stage: 'semi-automatic' }, NOW + 6), { number: 2, stage: 'semi-automatic', modelId: null });
  t.is(addMask(project, { ...PROPOSED, rle: boxMask(0, 0, 9, 9) }, NOW).round, 2);
  t.is(changeRound(project, { stage: 'fully-automatic' }).stage, 'fully-automatic');
  t.deepEqual(roundsOf(project)[0], { number: 1, stage: 'assisted-manual', modelId: null, openedAt: NOW, closedAt: NOW + 5, metrics: { meanIou: 0.8 } });
});

test('models are known by their hash, with what they came from', async (t) => {
  const { project } = await projectWith(t);
  const first = addModel(project, { name: 'base', folder: '/m/base', sha256: 'aa' }, NOW);
  t.is(currentModel(project), undefined);
  const second = addModel(project, { name: 'round-1', folder: '/m/1', sha256: 'bb', parentId: first.id, round: 1, metrics: { iou: 0.7 } }, NOW);
  t.like(addModel(project, { name: 'base', folder: '/moved', sha256: 'aa' }, NOW + 9), { id: first.id, folder: '/moved', addedAt: NOW });
  useModel(project, second.id);
  setModelMetrics(project, second.id, { iou: 0.75 });
  t.like(currentModel(project), { name: 'round-1', parentId: first.id, round: 1, metrics: { iou: 0.75 } });
  t.is(modelsOf(project).length, 2);
  t.throws(() => { useModel(project, 9); }, { code: 'engine/record' });
});

test('categories are added once, by name; the placeholder gives way', async (t) => {
  const { project } = await projectWith(t);
  t.deepEqual(addCategories(project, []), []);
  t.is(categoriesOf(project).length, 1, 'but not for nothing');
  const added = addCategories(project, [{ id: 7, name: 'cat', supercategory: 'animal', extra: { colour: 'red' } }, { name: 'dog' }]);
  t.deepEqual(categoriesOf(project), added);
  t.deepEqual(added.map(({ id, name }) => [id, name]), [[7, 'cat'], [8, 'dog']]);
  t.deepEqual(addCategories(project, [{ id: 3, name: 'cat' }])[0], added[0], 'one that is there stays');
  t.throws(() => addCategories(project, [{ name: 'x' }, { id: 7, name: 'other' }]), { code: 'engine/record', message: /id 7 of "cat"/ });
  t.throws(() => addCategories(project, [{ name: '  ' }]), { code: 'engine/record' });
  t.is(categoriesOf(project).length, 2);
  addMasks(project, [{ ...DRAWN, categoryId: 7, rle: boxMask(0, 0, 9, 9) }], NOW);
});
