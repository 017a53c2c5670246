/** What a model must be before it may take the embedded one's place; each failure says what was expected and what was found. */
import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { modelForMasks, type MasksModel } from '../../src/folder/model-for-masks.js';
import { readImage } from '../../src/image/decode.js';
import type { ModelSpec } from '../../src/models/contract.js';
import { predict, type Prediction, type Prompt } from '../../src/models/predict.js';
import { Predictor } from '../../src/models/predictor.js';
import { samJson } from './sam-json.js';

/** Both graphs together: what the package may weigh. */
const MOST_BYTES = 24e6;
const SCENE = 'fixtures/scenes/fruit.png';

export interface CheckedModel { model: MasksModel; spec: ModelSpec; bytes: { encoder: number; decoder: number } }

/** Opens it, asks it, runs it; throws at the first thing that will not do. */
export async function checkModel(folder: string): Promise<CheckedModel> {
  const model = await modelForMasks(folder, {});
  const { located } = model;
  expect(located.json !== undefined, 'a model.json in the folder', 'none');
  const bytes = { encoder: statSync(located.encoder).size, decoder: statSync(located.decoder).size };
  expect(bytes.encoder + bytes.decoder <= MOST_BYTES, `at most ${MOST_BYTES} bytes in both graphs`, `${bytes.encoder + bytes.decoder}`);
  const predictor = await Predictor.open(model.files);
  try {
    const { spec } = predictor;
    expect(spec.contract === 'F1', 'contract F1', spec.contract);
    expect(spec.masksPerPrompt === 3, 'three masks a prompt', String(spec.masksPerPrompt));
    expect(spec.takesBoxes, 'a decoder that takes boxes', 'one that does not');
    await batchesAgree(predictor);
    await workersAgree(folder);
    return { model, spec, bytes };
  } finally {
    await predictor.close();
  }
}

function expect(holds: boolean, expected: string, found: string): asserts holds {
  if (!holds) throw new Error(`Expected ${expected}, found ${found}.`);
}

/** Many prompts in one run get what each gets alone. */
async function batchesAgree(predictor: Predictor): Promise<void> {
  const image = await readImage(SCENE, { name: 'fruit.png' });
  const embedding = await predictor.embed(image);
  const prompts: Prompt[] = Array.from({ length: 9 }, (_, i) => ({ points: [{ x: 20 + 25 * i, y: 30 + 15 * i, label: 1 }] }));
  prompts.push(...prompts.map((_, i): Prompt => ({ box: { x0: 5 * i, y0: 4 * i, x1: 80 + 15 * i, y1: 70 + 12 * i } })));
  const together = await predict(predictor, embedding, prompts, { multimask: true });
  for (const [i, prompt] of prompts.entries()) {
    const [alone] = await predict(predictor, embedding, [prompt], { multimask: true });
    const difference = gap(together[i]!, alone!);
    expect(difference < 1e-3, `prompt ${i} in a batch to get what it gets alone`, `a difference of ${difference}`);
  }
}

/** The largest difference of predicted IoUs, and of logits relative to 1 and their size. */
function gap(a: Prediction, b: Prediction): number {
  let largest = 0;
  a.predictedIou.forEach((iou, i) => {
    largest = Math.max(largest, Math.abs(iou - b.predictedIou[i]!));
    a.logits[i]!.forEach((logit, at) => { largest = Math.max(largest, Math.abs(logit - b.logits[i]![at]!) / (1 + Math.abs(logit))); });
  });
  return largest;
}

/** Automatic masks of all scenes by one worker and by two: the same bytes, and some of them. */
async function workersAgree(folder: string): Promise<void> {
  const root = mkdtempSync(join(tmpdir(), 'sam-adopt-'));
  try {
    const texts: string[] = [];
    for (const workers of ['1', '2']) {
      const summary = await samJson(['segment-all', 'fixtures/scenes', '--model', folder, '--output', join(root, workers), '--format', 'coco', '--points-per-side', '8', '--workers', workers]);
      expect(Number(summary['masks']) >= readdirSync('fixtures/scenes').length, 'masks in the scenes at its own thresholds', `${String(summary['masks'])}; npm run bench -- calibrate --write finds better thresholds`);
      texts.push(readFileSync(join(root, workers, 'annotations.json'), 'utf8'));
    }
    expect(texts[0] === texts[1], 'the same bytes from one worker and from two', 'others');
  } finally {
    rmSync(root, { recursive: true });
  }
}
