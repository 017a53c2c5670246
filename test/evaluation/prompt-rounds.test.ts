/** The protocol with models of a few lines: what they are asked, which of their masks goes on, and what it is worth. */
import test from 'ava';
import { scoreRegions, type Ask, type Region } from '../../src/evaluation/prompt-rounds.js';
import { boxFromRle, type Rle } from '../../src/mask/rle.js';
import type { Prediction, Prompt } from '../../src/models/predict.js';
import { rleOf } from '../mask/drawn.js';

const SIZE = { width: 8, height: 5 };
const TRUTH = rleOf('........', '.######.', '.######.', '.######.', '........');
const HALF = rleOf('........', '.###....', '.###....', '.###....', '........');
const THIRD = rleOf('........', '.##.....', '.##.....', '.##.....', '........');
const NOTHING = rleOf('........', '........', '........', '........', '........');
const ALL = { clicks: 4, takesBoxes: true, takesMaskInput: true };

const region = (truth: Rle, id = 1): Region => ({ id, key: `key ${id}`, truth, box: boxFromRle(truth)! });
/** Logits that tell which mask they belong to. */
const prediction = (...masks: [mask: Rle, score: number, mark: number][]): Prediction => ({ masks: masks.map(([mask]) => mask), predictedIou: masks.map(([, score]) => score), logits: masks.map(([, , mark]) => Float32Array.of(mark)) });

interface Question { prompt: Prompt; multimask: boolean }

/** A model that answers each prompt by itself, and remembers what it was asked. */
function model(answer: (question: Question) => Prediction): { ask: Ask; asked: Question[]; calls: number[] } {
  const asked: Question[] = [], calls: number[] = [];
  return {
    asked, calls,
    ask: async (prompts, multimask) => {
      calls.push(prompts.length);
      return prompts.map((prompt) => {
        // the points grow later; what was asked is kept
        const question = { prompt: { ...prompt, ...(prompt.points === undefined ? {} : { points: [...prompt.points] }) }, multimask };
        asked.push(question);
        return answer(question);
      });
    },
  };
}

test('a model that is always right gets 1 everywhere, and is asked no more than it must', async (t) => {
  const { ask, asked } = model(({ multimask }) => (multimask ? prediction([HALF, 0.5, 1], [TRUTH, 0.9, 2], [THIRD, 0.2, 3]) : prediction([TRUTH, 0.9, 4])));
  const [scores] = await scoreRegions([region(TRUTH)], SIZE, ask, ALL);
  t.deepEqual(scores, { id: 1, area: 18, box: 1, noisyBox: 1, top: [1, 1, 1, 1], best: [1, 1, 1, 1] });
  t.is(asked.length, 3, 'a box, a noisy box, one click');
  t.deepEqual(asked[0]!.prompt, { box: { x0: 1, y0: 1, x1: 7, y1: 4 } });
  t.false(asked[0]!.multimask);
  t.deepEqual(asked[2]!.prompt, { points: [{ x: 2, y: 2, label: 1 }] });
  t.true(asked[2]!.multimask);
});

test('the top-scored and the truly best first mask go their own ways, with their own logits', async (t) => {
  const { ask, asked } = model(({ prompt, multimask }) => {
    if (multimask) return prediction([THIRD, 0.9, 10], [HALF, 0.1, 20], [NOTHING, 0.5, 30]);
    if (prompt.box !== undefined) return prediction([NOTHING, 0, 0]);
    return prediction([prompt.logits![0]! >= 20 ? TRUTH : HALF, 0.5, prompt.logits![0]! + 1]);
  });
  const [scores] = await scoreRegions([region(TRUTH)], SIZE, ask, ALL);
  t.deepEqual(scores, { id: 1, area: 18, box: 0, noisyBox: 0, top: [1 / 3, 0.5, 0.5, 0.5], best: [0.5, 1, 1, 1] });
  const clicked = asked.filter(({ prompt }) => prompt.points !== undefined);
  t.deepEqual(clicked.map(({ prompt, multimask }) => [prompt.points!.length, prompt.logits?.[0] ?? null, multimask]), [
    [1, null, true], [2, 10, false], [2, 20, false], [3, 11, false], [4, 12, false],
  ], 'the chain that found it all is not asked again');
  t.deepEqual(clicked[1]!.prompt.points![1], { x: 4, y: 2, label: 1 }, 'the middle of what is missed');
});

test('where the best mask is the top-scored one both are one chain', async (t) => {
  const { ask, calls } = model(({ multimask }) => (multimask ? prediction([HALF, 0.9, 1], [HALF, 0.3, 2], [NOTHING, 0.1, 3]) : prediction([HALF, 0.9, 1])));
  const [scores] = await scoreRegions([region(TRUTH)], SIZE, ask, ALL);
  t.deepEqual(scores!.top, scores!.best);
  t.deepEqual(calls, [1, 1, 1, 1, 1, 1], 'box, noisy box, four clicks of one chain');
});

test('models without boxes or mask inputs are not asked for them', async (t) => {
  const { ask, asked } = model(({ multimask }) => (multimask ? prediction([HALF, 0.9, 1]) : prediction([HALF, 0.9, 1])));
  const [scores] = await scoreRegions([region(TRUTH)], SIZE, ask, { clicks: 2, takesBoxes: false, takesMaskInput: false });
  t.deepEqual(Object.keys(scores!).sort(), ['area', 'best', 'id', 'top']);
  t.true(asked.every(({ prompt }) => prompt.box === undefined && prompt.logits === undefined));
});

test('many regions keep their order and their own answers, a group at a time', async (t) => {
  const truths = Array.from({ length: 70 }, (_, i) => region(i % 2 === 0 ? TRUTH : HALF, i + 1));
  const { ask, calls } = model(() => prediction([HALF, 0.9, 1]));
  const scores = await scoreRegions(truths, SIZE, ask, { clicks: 1, takesBoxes: true, takesMaskInput: true });
  t.deepEqual(scores.map(({ id, top }) => [id, top[0]]), truths.map(({ id }, i) => [id, i % 2 === 0 ? 0.5 : 1]));
  t.true(Math.max(...calls) <= 32);
});
