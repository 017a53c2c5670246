/** Prompted masks against Meta's `SamPredictor` with the same weights: points, boxes, both, single and three masks, refined ones. */
import test from 'ava';
import { existsSync, readFileSync } from 'node:fs';
import { readImage } from '../../src/image/decode.js';
import { rleFromString } from '../../src/mask/rle-string.js';
import { rleArea, rleIntersection } from '../../src/mask/rle.js';
import { predict, predictRefined, type Prompt } from '../../src/models/predict.js';
import { Predictor, type ImageEmbedding } from '../../src/models/predictor.js';
import { TEST_FILES } from '../test-model.js';

interface GoldenPrompt { points?: [number, number][]; labels?: (0 | 1)[]; box?: [number, number, number, number]; multimask: boolean; refine?: boolean }
interface Golden { image: string; size: [number, number]; prompt: GoldenPrompt; scores: number[]; masks: string[]; low_res: { mean: number; min: number; max: number }[] }

const GOLDENS = '../shared/goldens';
const open = (): Promise<Predictor> => Predictor.open(TEST_FILES);

const promptOf = ({ points, labels, box }: GoldenPrompt): Prompt => ({
  ...(points === undefined ? {} : { points: points.map(([x, y], i) => ({ x, y, label: labels![i]! })) }),
  ...(box === undefined ? {} : { box: { x0: box[0], y0: box[1], x1: box[2], y1: box[3] } }),
});

(existsSync(`${GOLDENS}/predict`) ? test : test.skip)('masks, scores and logits equal Meta\'s predictor', async (t) => {
  const cases = JSON.parse(readFileSync(`${GOLDENS}/predict/cases.json`, 'utf8')) as Golden[];
  const predictor = await open();
  const embeddings = new Map<string, ImageEmbedding>();
  for (const golden of cases) {
    const label = `${golden.image} ${JSON.stringify(golden.prompt)}`;
    const embedding = embeddings.get(golden.image) ?? await predictor.embed(await readImage(`${GOLDENS}/amg/images/${golden.image}`, { name: golden.image }));
    embeddings.set(golden.image, embedding);
    const [prediction] = await predictRefined(predictor, embedding, [promptOf(golden.prompt)], { multimask: golden.prompt.multimask, rounds: golden.prompt.refine === true ? 1 : 0 });
    t.is(prediction!.masks.length, golden.masks.length, label);
    golden.masks.forEach((counts, i) => {
      const expected = rleFromString(counts, golden.size[1], golden.size[0]);
      const inter = rleIntersection(expected, prediction!.masks[i]!);
      const union = rleArea(expected) + rleArea(prediction!.masks[i]!) - inter;
      t.true(union === 0 || inter / union >= 0.99, `${label}: mask ${i} has IoU ${inter / union}`);
      t.true(Math.abs(prediction!.predictedIou[i]! - golden.scores[i]!) <= 0.005, `${label}: score ${i}`);
      t.true(Math.abs(Math.max(...prediction!.logits[i]!) - golden.low_res[i]!.max) < 0.01, `${label}: logits ${i}`);
    });
  }
  t.true(cases.length > 20);
  await predictor.close();
});

test('many prompts at once give what each gives alone', async (t) => {
  const predictor = await open();
  const embedding = await predictor.embed(await readImage('fixtures/scenes/fruit.png', { name: 'fruit.png' }));
  const prompts: Prompt[] = [
    { points: [{ x: 40, y: 50, label: 1 }] }, { box: { x0: 10, y0: 10, x1: 120, y1: 90 } },
    { points: [{ x: 90, y: 60, label: 1 }, { x: 5, y: 5, label: 0 }], box: { x0: 30, y0: 30, x1: 150, y1: 120 } }, { points: [{ x: 120.5, y: 70.25, label: 1 }] },
  ];
  const together = await predict(predictor, embedding, prompts, { multimask: true });
  for (const [i, prompt] of prompts.entries()) {
    const [alone] = await predict(predictor, embedding, [prompt], { multimask: true });
    t.deepEqual(together[i]!.masks.map((mask) => [...mask.counts]), alone!.masks.map((mask) => [...mask.counts]));
  }
  await predictor.close();
});

test('prompts that say nothing, or no numbers, are refused by their place', async (t) => {
  const predictor = await open();
  const embedding = await predictor.embed({ data: new Uint8Array(300), width: 10, height: 10 });
  const run = (prompt: Prompt) => () => predict(predictor, embedding, [{ points: [{ x: 1, y: 1, label: 1 }] }, prompt], { multimask: false });
  await t.throwsAsync(run({}), { code: 'usage/option', message: /at least one point or a box/ });
  await t.throwsAsync(run({ points: [{ x: Number.NaN, y: 1, label: 1 }] }), { code: 'usage/option', message: /NaN/ });
  await t.throwsAsync(run({ box: { x0: 0, y0: 0, x1: Infinity, y1: 3 } }), { code: 'usage/option', message: /Infinity/ });
  await t.throwsAsync(run({ points: [{ x: 1, y: 1, label: 1 }], logits: new Float32Array(65536) }), { code: 'model/unfit', message: /another model/ });
  await predictor.close();
});
