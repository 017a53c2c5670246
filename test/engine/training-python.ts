/** A Python that can train, for the tests that need a true one; they are skipped, saying so, where there is none. */
import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import test from 'ava';
import { findTrainingPython, pythonEnvironment } from '../../src/folder/training-python.js';

/** SAM_PYTHON, the active virtual environment's, python3, python: the first that fits. */
export const PYTHON = await findTrainingPython(undefined, process.env).then(({ command }) => command, () => undefined);
export const trainingTest = PYTHON === undefined ? test.skip : test.serial;
if (PYTHON === undefined) test('skipped: no Python with the packages of training/requirements.txt (SAM_PYTHON names one); true training was not tried', (t) => { t.pass(); });

const MAKE = `
import sys, torch
from pathlib import Path
from training.data.cells import write
from training.export import export
from training.model import Model
from training.weights import fold
torch.manual_seed(5)
torch.set_num_threads(1)
model = Model()
with torch.no_grad():
    for weights in model.parameters():
        weights.add_(0.02 * torch.randn_like(weights))
    if hasattr(model.decoder, 'box_prior'):
        model.decoder.box_prior.mul_(0.15)
export(fold(model), Path(sys.argv[1]), 64, 'untrained', {'predIouThresh': 0.4})
write(Path(sys.argv[2]), 8, seed=3)
`;

/** A fresh, untrained model of the architecture of today (input of 64 x 64) that answers even boxes badly, and eight drawn pictures of cells with their masks. */
export function untrained(root: string): { model: string; annotations: string; images: string } {
  const model = join(root, 'untrained'), cells = join(root, 'cells');
  mkdirSync(cells);
  const { status, stderr } = spawnSync(PYTHON!, ['-W', 'ignore', '-c', MAKE, model, cells], { cwd: resolve('.'), env: pythonEnvironment(process.env), encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  return { model, annotations: join(cells, 'annotations.json'), images: join(cells, 'images') };
}
