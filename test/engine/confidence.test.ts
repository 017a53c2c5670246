/** What a score is worth by people's verdicts: the rule by itself, and the verdicts that it counts. */
import test from 'ava';
import { confidentThreshold, fewestVerdicts, judgedScores, wilsonLowerBound } from '../../src/engine/confidence.js';
import { addMask, type EngineMask, type NewMask } from '../../src/engine/masks.js';
import { addModel } from '../../src/engine/models.js';
import { correctMask, giveVerdict, undoCorrection } from '../../src/engine/verdicts.js';
import { boxMask, NOW, projectWith } from './scenes.js';

const scores = (from: number, count: number, isRight: boolean): { score: number; isRight: boolean }[] => Array.from({ length: count }, (_, i) => ({ score: from - i / 10_000, isRight }));

test('Wilson\'s lower bound is what the textbooks have', (t) => {
  // 90 of 100 at z = 1.6449: (0.9 + z^2/200 - z sqrt(0.09/100 + z^2/40000)) / (1 + z^2/100)
  t.true(Math.abs(wilsonLowerBound(90, 100) - 0.83964) < 0.00001, String(wilsonLowerBound(90, 100)));
  t.is(wilsonLowerBound(0, 0), 0);
  t.is(wilsonLowerBound(0, 10), 0);
  t.true(wilsonLowerBound(10, 10) < 1);
});

test('the threshold is the lowest that the verdicts vouch for; few verdicts vouch for nothing', (t) => {
  t.is(confidentThreshold([], 0.95), undefined);
  t.is(fewestVerdicts(0.95), 52);
  t.is(confidentThreshold(scores(0.9, 51, true), 0.95), undefined);
  t.like(confidentThreshold(scores(0.9, 52, true), 0.95), { threshold: 0.9 - 51 / 10_000, judged: 52, right: 52 });
  const mixed = [...scores(0.9, 100, true), ...scores(0.6, 100, false)].reverse();
  const found = confidentThreshold(mixed, 0.9)!;
  t.true(found.threshold <= 0.6 && found.threshold > 0.59, 'a few wrong ones below are borne');
  t.true(found.bound >= 0.9 && found.right / found.judged >= 0.9);
  t.is(confidentThreshold(scores(0.9, 500, false), 0.5), undefined);
});

test('of one score all go or none', (t) => {
  const same = [...Array.from({ length: 60 }, () => ({ score: 0.8, isRight: true })), ...Array.from({ length: 60 }, () => ({ score: 0.8, isRight: false }))];
  t.is(confidentThreshold(same, 0.9), undefined);
});

test('counted is the last verdict on each proposal of the model, right where its pixels stayed', async (t) => {
  const { project } = await projectWith(t);
  const [one, two] = ['a', 'b'].map((sha256) => addModel(project, { name: sha256, folder: '/nowhere', sha256 }, NOW).id);
  const propose = (score: number, more: Partial<NewMask> = {}): EngineMask =>
    addMask(project, { imageId: 1, categoryId: 1, rle: boxMask(0, 0, 9, 9), stage: 'semi-automatic', status: 'proposed', modelId: one!, predictedIou: score, ...more }, NOW);
  const judge = (mask: EngineMask, verdict: 'accept' | 'reject' | 'reopen'): EngineMask => giveVerdict(project, { maskId: mask.id, revision: mask.revision, annotator: 'ann', verdict }, NOW);
  const correct = (mask: EngineMask, rle?: NewMask['rle']): EngineMask => correctMask(project, { maskId: mask.id, revision: mask.revision, annotator: 'ann' }, { rle }, NOW);
  judge(propose(0.9), 'accept');
  judge(propose(0.8), 'reject');
  judge(judge(propose(0.7), 'accept'), 'reject');
  judge(judge(propose(0.6), 'accept'), 'reopen');
  correct(propose(0.5), boxMask(0, 0, 20, 9));
  correct(propose(0.4));
  const undone = correct(propose(0.3), boxMask(0, 0, 21, 9));
  undoCorrection(project, { maskId: undone.id, revision: undone.revision, annotator: 'ann' }, NOW);
  propose(0.2);
  judge(propose(0.95, { modelId: two! }), 'accept');
  judge(propose(0.1, { score: 0.77 }), 'accept');
  judge(propose(0.99, { status: 'accepted', annotator: 'ann' }), 'reject');
  t.deepEqual(judgedScores(project, one!, false), [{ score: 0.9, isRight: true }, { score: 0.8, isRight: false }, { score: 0.7, isRight: false }, { score: 0.5, isRight: false }, { score: 0.4, isRight: true }]);
  t.deepEqual(judgedScores(project, one!, true), [{ score: 0.77, isRight: true }], 'a detector\'s scores are another thing');
});
