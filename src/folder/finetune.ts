/**
 * Fine-tuning: what can be known is checked here, then the Python program `training/finetune.py` learns, and makes the folder of the new model, complete or not at all. The program ends when this
 * process does, however that comes.
 */
import { rm, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { SamError, printableName } from '../errors.js';
import { ensureDirectory } from '../files/atomic.js';
import { acquireLock } from '../files/lock.js';
import { sweepStale, temporaryName } from '../files/temporary.js';
import { DEFAULT_MAX_PIXELS } from '../mask/mask-size.js';
import { resolveOptions, type OptionsOf } from '../options.js';
import { runChild } from './child-group.js';
import { thisMachine } from './defaults.js';
import { writeTrainingSet, type TrainingSet } from './finetune-dataset.js';
import { FINETUNE_OPTIONS, type FinetuneReport, type FinetuneRequest, type FinetuneRun, type Tuned } from './finetune-options.js';
import { tunedFrom } from './finetune-result.js';
import { locateTrainable, type Trainable } from './trainable-model.js';
import { findTrainingPython, packageRoot, pythonEnvironment, type TrainingPython } from './training-python.js';

/** The program's own status: all is well, and the new model is not better. */
const NOT_BETTER = 3;
const LARGEST_TRAINING_SIDE = 384;

/** What one fine-tuning works with. */
interface Work { request: FinetuneRequest; options: OptionsOf<typeof FINETUNE_OPTIONS>; output: string; model: Trainable; python: TrainingPython; run: FinetuneRun }

/**
 * Trains. A new model that is not better is no error: then there is no folder. Throws `usage/...` (an output that is there, no Python), `data/...` and `image/...` for the dataset, `model/unfit` for
 * a model of another architecture and what `locateModel` throws, `model/training` where the program fails, `locked/output`, `storage/...`, `interrupted/signal`; nothing is left at the output then.
 */
export async function finetuneModel(request: FinetuneRequest, run: FinetuneRun = {}): Promise<FinetuneReport> {
  const options = resolveOptions(FINETUNE_OPTIONS, request.options ?? {}), output = resolve(request.output);
  await refuseToReplace(output, request.output);
  const model = await locateTrainable(request.model, request.env);
  const python = await findTrainingPython(request.python, request.env, run);
  const work: Work = { request, options, output, model, python, run }, known = { parent: { name: model.located.name, sha256: model.sha256 }, python, output: request.output };
  if (options.dryRun) return { ...known, dataset: await trainingSet(work, undefined) };
  await ensureDirectory(dirname(output));
  const lock = await acquireLock(join(dirname(output), `.${basename(output)}.lock`), 'locked/output', `The output folder ${printableName(request.output)}`);
  const file = join(dirname(output), temporaryName(basename(output), undefined, false, true));
  try {
    await sweepStale(dirname(output), basename(output));
    const dataset = await trainingSet(work, file);
    return { ...known, dataset, tuned: await train(work, dataset, file) };
  } finally {
    await rm(file, { force: true });
    // a program that was ended had no time to
    await rm(`${output}.part`, { recursive: true, force: true });
    await lock.release();
  }
}

async function refuseToReplace(output: string, named: string): Promise<void> {
  if (await stat(output).then(() => true, () => false)) throw new SamError('usage/output-exists', `${printableName(named)} is there already; name a folder that does not exist.`, { file: named });
}

async function trainingSet({ request: { dataset, images, from }, options: { lenient }, run: { stop } }: Work, file: string | undefined): Promise<TrainingSet> {
  return await writeTrainingSet({ input: dataset, images, from, lenient, maxPixels: DEFAULT_MAX_PIXELS, stop }, file);
}

async function train(work: Work, dataset: TrainingSet, file: string): Promise<Tuned> {
  const { request: { env }, python, run, output } = work, said: string[] = [];
  const tell = (line: string): void => {
    if (said.push(line) > 20) said.shift();
    run.tell?.(line);
  };
  const { code, signal, stdout } = await runChild({ argv: [python.command, ...argumentsOf(work, dataset, file)], cwd: packageRoot(), env: pythonEnvironment(env), tell, isWatched: true, stop: run.stop, kill: run.kill });
  if (code !== 0 && code !== NOT_BETTER) {
    throw new SamError('model/training', `The program that trains ended with ${code === undefined ? `signal ${signal}` : `status ${code}`}${reasonOf(said, signal)}`, { file: work.request.output });
  }
  const tuned = tunedFrom(stdout);
  if (tuned.isBetter) await refuseMissing(output);
  return tuned;
}

/** Its last words; whoever was killed without a word mostly was for want of memory. */
function reasonOf(said: readonly string[], signal: NodeJS.Signals | undefined): string {
  const last = said.filter((line) => line.trim() !== '').at(-1);
  if (signal === 'SIGKILL') return '; the system does that to programs for which there is not enough memory.';
  return last === undefined ? ' and said nothing.' : `: ${last.slice(0, 500)}`;
}

async function refuseMissing(output: string): Promise<void> {
  if (!await stat(join(output, 'model.json')).then(() => true, () => false)) throw new SamError('model/training', 'The program that trains ended well, but there is no model.', { file: output });
}

function argumentsOf({ request: { dataset: source, images, name }, options, output, model }: Work, dataset: TrainingSet, file: string): string[] {
  const { minutes, part, seed, steps, validation, incomplete, threads } = options;
  const lineage = { parent: { name: model.located.name, sha256: model.sha256 }, dataset: { name: basename(resolve(source)), sha256: dataset.sha256 } };
  return [
    '-m', 'training.finetune', resolve(model.located.folder), file, resolve(images), output,
    ...Object.entries({ minutes, part, seed, validation, side: model.side, 'train-side': Math.min(LARGEST_TRAINING_SIDE, model.side), name: name ?? basename(output), threads: threads ?? thisMachine().cores })
      .flatMap(([flag, value]) => [`--${flag}`, String(value)]),
    ...(steps === undefined ? [] : ['--steps', String(steps)]), ...(incomplete ? ['--incomplete'] : []), '--lineage', JSON.stringify(lineage), '--end-with-stdin',
  ];
}
