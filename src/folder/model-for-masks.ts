/** The model of a `segment-all` run: found, of a contract that can be run, able to give automatic masks, and what it recommends. */
import { join } from 'node:path';
import { SamError, isSamError, printableName } from '../errors.js';
import { GENERATOR_OPTIONS, type GeneratorOptions } from '../generator/options.js';
import type { Environment } from '../models/cache-dir.js';
import { locateModel } from '../models/locate.js';
import { modelFilesOf, type LocatedModel } from '../models/located-model.js';
import { readOnnxGraph } from '../models/onnx-graph.js';
import type { ModelFiles } from '../models/predictor.js';
import { recognise } from '../models/recognise.js';
import { findEntry } from '../models/registry.js';
import { resolveOptions } from '../options.js';

export interface MasksModel {
  located: LocatedModel;
  /** What the workers open. */
  files: ModelFiles;
  /** Of the generator's options; sorted by key. */
  recommended: Partial<GeneratorOptions>;
}

/** Throws what `locateModel` throws, `model/contract`, `model/unsafe`, `model/unfit`, `model/json`: all that can be told before an output folder is touched. */
export async function modelForMasks(nameOrFolder: string | undefined, env: Environment): Promise<MasksModel> {
  // before it is looked for: nobody should fetch what will not do
  refuseUnfit(nameOrFolder ?? env['SAM_MODEL'] ?? '');
  return masksModelOf(await locateModel(nameOrFolder, { env }));
}

/** The same of a model that was found. Throws as `modelForMasks`. */
export function masksModelOf(located: LocatedModel): MasksModel {
  recognise(readOnnxGraph(located.encoder), readOnnxGraph(located.decoder), located.json?.encoderInput);
  return { located, files: modelFilesOf(located), recommended: recommendedOptions(located) };
}

function refuseUnfit(name: string): void {
  const entry = findEntry(name);
  if (entry?.masksPerPrompt === 1 && entry.files.length > 0) throw singleMask(name);
  if (entry?.status === 'contract to come') throw new SamError('model/unfit', `${name} follows contract ${entry.contract}, which this version cannot run yet; \`sam models list\` says which models are ready.`);
}

/** A decoder that gives one mask a prompt. Where the registry does not say so, a worker's first run of it does. */
export function singleMask(name: string): SamError {
  return new SamError('model/unfit', `The decoder of "${printableName(name)}" returns one mask a prompt; automatic masks need its three candidates. Use an export with all masks (without --return-single-mask).`);
}

/** What `model.json` recommends of the generator's options; it may recommend for other commands too. */
function recommendedOptions({ json, folder }: LocatedModel): Partial<GeneratorOptions> {
  const entries = Object.entries(json?.recommended ?? {}).filter(([key]) => key in GENERATOR_OPTIONS).sort(([a], [b]) => (a < b ? -1 : 1));
  // the keys are the table's own; the values are checked below
  const recommended: Partial<GeneratorOptions> = Object.fromEntries(entries);
  try {
    resolveOptions(GENERATOR_OPTIONS, recommended);
  } catch (error) {
    if (!isSamError(error, 'usage/option')) throw error;
    throw new SamError('model/json', `model.json recommends what no flag takes: ${error.message}`, { file: join(folder, 'model.json'), record: 'recommended', cause: error });
  }
  return recommended;
}
