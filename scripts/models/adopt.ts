/**
 * Makes a model the embedded one: checks it, copies its graphs to `models/`, and writes what follows from them: the manifest, what the self-check must
 * find, and, where `../shared` is, the figures of the card. Says what people have to write.
 *
 *   npm run models:adopt -- FOLDER [--dry-run] [--no-figures]
 */
import { copyFileSync, existsSync, readFileSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { averageRecall } from '../../bench/recall.js';
import type { ScoresBySize } from '../../src/evaluation/prompt-scores.js';
import { messageOf } from '../../src/errors.js';
import { selfCheckIous, SELF_CHECK_FILE } from '../../src/folder/self-check.js';
import { factLines, figureLines, withPart } from './card.js';
import { checkModel, type CheckedModel } from './check-model.js';
import { samJson } from './sam-json.js';

const HOME = 'models', DATA = '../shared/data/bsds500-val';
const { values: flags, positionals: [folder] } = parseArgs({ allowPositionals: true, options: { 'dry-run': { type: 'boolean' }, 'no-figures': { type: 'boolean' } } });
const tell = (line: string): void => { console.log(line); };
const refuse = (why: string): never => {
  console.error(why);
  process.exit(1);
};
if (folder === undefined) refuse('Usage: npm run models:adopt -- FOLDER [--dry-run] [--no-figures]');
const checked = await checkModel(folder ?? '').catch((error: unknown) => refuse(`${folder ?? ''} cannot be the embedded model. ${messageOf(error)}`));
tell(`${folder} is sound: ${checked.spec.inputSide} pixels in, masks of ${checked.spec.maskSide}, ${megabytes(checked)} MB, the same masks in batches and from any number of workers.`);
if (flags['dry-run'] !== true) await adopt(checked);

async function adopt({ model: { located }, spec, bytes }: CheckedModel): Promise<void> {
  const recommended = located.json?.recommended ?? {};
  for (const [name, from] of [['encoder.onnx', located.encoder], ['decoder.onnx', located.decoder]] as const) {
    put(name, (path) => { copyFileSync(from, path); });
  }
  const files = located.files.slice(0, 2).map(({ bytes: size, sha256 }, i) => ({ path: i === 0 ? 'encoder.onnx' : 'decoder.onnx', bytes: size, sha256 }));
  write('model.json', `${JSON.stringify({
    schema: 1, name: 'embedded', contract: spec.contract, encoder: 'encoder.onnx', decoder: 'decoder.onnx', inputSide: spec.inputSide, maskSide: spec.maskSide,
    encoderInput: spec.encoderInput, recommended, licence: located.json?.licence ?? 'Apache-2.0', files,
  }, undefined, 2)}\n`);
  const ious = (await selfCheckIous('embedded')) ?? [];
  write(SELF_CHECK_FILE, `${JSON.stringify({ scene: 'fruit.png', pointsPerSide: 4, predictedIous: ious.map((iou) => Number(iou.toFixed(4))) })}\n`);
  const facts = factLines({ inputSide: spec.inputSide, maskSide: spec.maskSide, bytes: bytes.encoder + bytes.decoder, recommended });
  write('README.md', withPart(readFileSync(join(HOME, 'README.md'), 'utf8'), 'facts', facts));
  if (flags['no-figures'] === true || !existsSync(DATA)) tell('The figures of the card are those of the model before: they are measured where ../shared is, without --no-figures.');
  else await measure();
  tell('To be written by people: what the card says of architecture, parameters, training and use, and these lines:');
  for (const page of ['README.md', ...readdirSync('docs').filter((name) => name.endsWith('.md')).map((name) => `docs/${name}`)]) {
    readFileSync(page, 'utf8').split('\n').forEach((line, i) => { if (/embedded (model|one)/.test(line) && /\d|small|weak|stopgap/.test(line)) tell(`  ${page}:${i + 1}: ${line.trim()}`); });
  }
}

/** The figures of the card, by the commands that it names; tens of minutes. */
async function measure(): Promise<void> {
  const prompts = async (...more: string[]): Promise<ScoresBySize> =>
    (await samJson(['evaluate', 'prompts', `${DATA}/instances.json`, '--images', `${DATA}/images`, '--model', 'embedded', ...more]))['scores'] as ScoresBySize; // what evaluate prompts promises
  tell('Measuring prompts on 790 regions ...');
  const some = await prompts('--regions', `${DATA}/regions.json`);
  tell('Measuring prompts on all 3,834 ...');
  const all = await prompts();
  tell('Measuring the recall of automatic masks ...');
  const recall = await averageRecall({ model: 'embedded', annotations: `${DATA}/instances.json`, images: `${DATA}/images`, every: 1 });
  write('README.md', withPart(readFileSync(join(HOME, 'README.md'), 'utf8'), 'figures', figureLines({ some, all, recall })));
}

/** Complete or as it was. */
function put(name: string, make: (path: string) => void): void {
  const path = join(HOME, name), staged = `${path}.new`, before = existsSync(path) ? readFileSync(path) : undefined;
  make(staged);
  const isSame = before?.equals(readFileSync(staged)) === true;
  renameSync(staged, path);
  tell(`${path}: ${isSame ? 'as it was' : before === undefined ? 'new' : 'changed'}`);
}

function write(name: string, text: string): void {
  put(name, (path) => { writeFileSync(path, text); });
}

function megabytes({ bytes }: CheckedModel): string {
  return ((bytes.encoder + bytes.decoder) / 1e6).toFixed(1);
}
