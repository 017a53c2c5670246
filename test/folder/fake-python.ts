/** A program in the place of a Python that trains, and a model that it can be asked to train: what surrounds training is tried without it. */
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { modelBytes } from '../models/small-model.js';
import { TRAINING_PACKAGES } from '../../src/folder/training-python.js';

/**
 * What it does is in FAKE: `better` (writes the folder in two steps), `worse`, `fails`, `killed`, `lies` (says that there is a folder), `babbles`; `hangs` (with a half folder, and a child that hangs, until it is
 * ended), `waits` (the same until stdin ends). FAKE_LACKS: packages that it does not have. Its words are kept in FAKE_LOG.
 */
const PROGRAM = `
const { appendFileSync, cpSync, existsSync, mkdirSync, renameSync, readFileSync, rmSync, writeFileSync } = require('node:fs');
const { spawn } = require('node:child_process');
const words = process.argv.slice(2), mode = process.env.FAKE;
if (words[0] === '-c') {
  const lacks = (process.env.FAKE_LACKS ?? '').split(',').filter(Boolean);
  console.log(JSON.stringify({ version: '3.12.1', found: Object.fromEntries(${JSON.stringify(TRAINING_PACKAGES)}.map((name) => [name, '1.0'])), lacks: Object.fromEntries(lacks.map((name) => [name, ''])), old: false }));
  process.exit(0);
}
const [model, dataset, images, out] = words.slice(2), part = out + '.part', flag = (name) => words[words.indexOf(name) + 1];
if (process.env.FAKE_LOG) writeFileSync(process.env.FAKE_LOG, JSON.stringify({ words, cwd: process.cwd(), dataset: JSON.parse(readFileSync(dataset, 'utf8')) }));
console.error('learning');
const say = (written) => console.log('first line\\n' + JSON.stringify({ pictures: 3, held_back: 1, steps: 9, before: { box: 0.5, top: 0.25, best: 0.375 }, after: { box: written ? 0.75 : 0.5, top: 0.25, best: 0.375 }, written }));
const half = () => { mkdirSync(part); writeFileSync(part + '/encoder.onnx', 'half'); };
if (mode === 'fails') { console.error('RuntimeError: the tensors are tired'); process.exit(1); }
else if (mode === 'killed') process.kill(process.pid, 'SIGKILL');
else if (mode === 'lies') say(true);
else if (mode === 'babbles') console.log('done');
else if (mode === 'worse') { say(false); process.exitCode = 3; }
else if (mode === 'hangs' || mode === 'waits') {
  half();
  spawn(process.execPath, ['-e', 'setInterval(() => undefined, 1000)'], { stdio: 'ignore' });
  if (mode === 'waits') process.stdin.on('end', () => { rmSync(part, { recursive: true }); process.exit(1); }).resume();
  setInterval(() => undefined, 1000);
  console.error('half way');
} else {
  cpSync(model, part, { recursive: true });
  writeFileSync(part + '/model.json', JSON.stringify({ schema: 1, name: flag('--name'), lineage: { ...JSON.parse(flag('--lineage')), steps: 9 } }));
  renameSync(part, out);
  say(true);
}
`;

/** Its path. */
export function fakePython(folder: string): string {
  const path = join(folder, 'python');
  writeFileSync(path, `#!${process.execPath}\n${PROGRAM}`);
  chmodSync(path, 0o755);
  return path;
}

/** A folder whose graphs have the inputs and outputs of what is trained, and nothing to compute; `cells`: of its embedding, those of its masks where it is to be trainable. */
export function hollowModel(folder: string, cells = 16): string {
  mkdirSync(folder, { recursive: true });
  const embedding = { name: 'image_embeddings', shape: [1, 8, cells, cells] }, none = { nodes: [], weights: [] };
  writeFileSync(join(folder, 'encoder.onnx'), modelBytes({ ...none, inputs: [{ name: 'pixels', shape: [1, 3, 64, 64] }], outputs: [embedding] }));
  writeFileSync(join(folder, 'decoder.onnx'), modelBytes({
    ...none,
    inputs: [embedding, { name: 'point_coords', shape: ['b', 'n', 2] }, { name: 'point_labels', shape: ['b', 'n'] }, { name: 'mask_input', shape: ['b', 1, 16, 16] }, { name: 'has_mask_input', shape: ['b'] }],
    outputs: [{ name: 'iou_predictions', shape: ['b', 4] }, { name: 'low_res_masks', shape: ['b', 4, 16, 16] }],
  }));
  return folder;
}
