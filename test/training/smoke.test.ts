/**
 * Training as a whole, in seconds: a run of thirty steps on drawn scenes learns, its checkpoint becomes graphs that agree with PyTorch, and `sam` works with
 * them. Its other tests are Python's (`python -m pytest training/tests`).
 */
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import test from 'ava';
import { findTrainingPython } from '../../src/folder/training-python.js';
import { temporaryFolder } from '../files/temporary-folder.js';
import { runJson, takeScene } from '../commands/run-sam.js';

const python = await findTrainingPython(undefined, process.env).then(({ command }) => command, () => undefined);
const run = promisify(execFile);
const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

(python === undefined ? test.skip : test)('a short training lowers the loss, is exported as PyTorch computes it, and sam runs it (needs a Python with training/requirements.txt: SAM_PYTHON)', async (t) => {
  t.timeout(600_000);
  const root = await temporaryFolder(t), model = join(root, 'model'), cwd = resolve('.');
  await run(python!, ['-W', 'ignore', '-m', 'training.train', '--config', 'training/configs/smoke.json', '--output', join(root, 'run'), '--log-seconds', '0', '--loaders', '0'], { cwd });
  const losses = readFileSync(join(root, 'run/log.jsonl'), 'utf8').trim().split('\n').map((line) => (JSON.parse(line) as { loss: number }).loss); // as training.train logs
  t.is(losses.length, 30);
  const [before, after] = [mean(losses.slice(0, 10)), mean(losses.slice(-10))];
  t.true(after < before - 0.1, `the loss went from ${before} to ${after}`);
  // ends with an error where graphs and PyTorch differ
  await run(python!, ['-W', 'ignore', '-m', 'training.export', join(root, 'run/last.pt'), model, '--side', '128'], { cwd });
  takeScene('fruit.png', join(root, 'in/fruit.png'));
  t.is((await runJson(t, ['predict', join(root, 'in/fruit.png'), '--box', '20,20,130,140', '--model', model, '--output', join(root, 'mask.png')])).code, 0);
  const { code, summary } = await runJson(t, ['segment-all', join(root, 'in'), '--model', model, '--output', join(root, 'out'), '--points-per-side', '2', '--pred-iou-thresh', '0', '--stability-score-thresh', '0']);
  t.is(code, 0);
  t.true(Number(summary['masks']) > 0);
});
