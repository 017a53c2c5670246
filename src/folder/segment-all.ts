/** `segment-all`: every image of a folder masked, in one of three formats; what the command does, for programs. */
import { SamError } from '../errors.js';
import { cocoFile } from '../formats/coco/coco.js';
import { pngFolder } from '../formats/png/png.js';
import { sa1bPath } from '../formats/sa1b/sa1b.js';
import { GENERATOR_OPTIONS, type GeneratorOptions } from '../generator/options.js';
import { IMAGE_OPTIONS, type ImageOptions } from '../image/options.js';
import type { Environment } from '../models/cache-dir.js';
import type { LocatedModel } from '../models/located-model.js';
import { SESSION_OPTIONS } from '../models/session-options.js';
import { resolveOptions, type OptionTable, type OptionsOf } from '../options.js';
import { planSessions } from './defaults.js';
import { MASK_FORMATS, partPathOf, type MaskFormat, type MasksSetup } from './masks-worker.js';
import { modelForMasks } from './model-for-masks.js';
import { runFolder } from './run.js';
import { parseShard, type Shard } from './shard.js';
import { versions } from './versions.js';
import type { Claim, FolderFinish, FolderRunOptions, FolderSpec, FolderSummary } from './spec.js';

/** How a folder run is done. */
export const FOLDER_OPTIONS = {
  ...SESSION_OPTIONS,
  shard: { kind: 'text', default: undefined, value: 'i/n', summary: 'Work on shard i of n only, i from 0; shards may share the output folder.' },
  resume: { kind: 'switch', default: true, summary: 'Skip images whose outputs are there, whole, and made from the same bytes with the same options.' },
  force: { kind: 'switch', default: false, summary: 'Overwrite what is in the way, accept changed options, remove outputs whose image is gone.' },
  dryRun: { kind: 'switch', default: false, summary: 'Say what would be done and write nothing; it does not prove that the output can be written.' },
} as const satisfies OptionTable;

/** What `segment-all` writes. */
export const MASK_OUTPUT_OPTIONS = {
  format: { kind: 'choice', default: 'sa1b', choices: MASK_FORMATS, summary: 'sa1b: a JSON file an image; coco: one annotations.json; png: a folder an image.' },
  category: { kind: 'text', default: 'object', value: 'NAME', summary: 'Name of the one category of --format coco.' },
} as const satisfies OptionTable;

export type FolderOptions = OptionsOf<typeof FOLDER_OPTIONS>;

export interface SegmentAllRequest {
  inputs: string[];
  output: string;
  /** A registry name or a folder; `SAM_MODEL`, else the embedded model where it is absent. */
  model?: string | undefined;
  env: Environment;
  /** What the user asked for; the rest is the model's recommendation, else the table's default. */
  generator?: Partial<GeneratorOptions>;
  image?: Partial<ImageOptions>;
  folder?: Partial<FolderOptions>;
  format?: MaskFormat | undefined;
  category?: string | undefined;
}

/** What a run is about to do, for `--verbose`: the values in force and which of them came from `model.json`. */
export interface SegmentAllPlan {
  spec: FolderSpec;
  model: LocatedModel;
  generator: GeneratorOptions;
  fromModel: string[];
  /** Options that the user gave. */
  typed: string[];
  workers: number;
  threads: number;
}

/** Finds the model and settles every option; touches no image and writes nothing. */
export async function planSegmentAll(request: SegmentAllRequest): Promise<SegmentAllPlan> {
  const folder = resolveOptions(FOLDER_OPTIONS, request.folder ?? {});
  const image = resolveOptions(IMAGE_OPTIONS, request.image ?? {});
  const { format, category } = resolveOptions(MASK_OUTPUT_OPTIONS, { format: request.format, category: request.category });
  // it would be the working folder, which nobody means
  if (request.output === '') throw new SamError('usage/option', '--output expects a folder, got "".');
  const { located: model, files, recommended } = await modelForMasks(request.model, request.env);
  const generator = resolveOptions(GENERATOR_OPTIONS, { ...recommended, ...withoutUndefined(request.generator ?? {}) });
  if (generator.minArea > generator.maxArea) throw new SamError('usage/option', `--min-area ${generator.minArea} is above --max-area ${generator.maxArea}: no mask could pass.`);
  const { threads, workers } = planSessions(model, folder);
  const setup: MasksSetup = { model: files, threads, generator, format, maxPixels: image.maxPixels, lenient: image.lenient };
  const shard = folder.shard === undefined ? undefined : parseShard(folder.shard);
  const spec: FolderSpec = {
    command: 'segment-all', inputs: request.inputs, output: request.output,
    record: {
      command: 'segment-all', format, ...(format === 'coco' ? { category } : {}), lenient: image.lenient,
      options: withoutUndefined(generator), recommended, model: { name: model.name, sha256: files.sha256 }, versions: versions(),
    },
    claims: (fileName) => [claimOf(format, fileName)],
    worker: { module: new URL('./masks-worker.js', import.meta.url), setup },
    workers, shard, resume: folder.resume, force: folder.force, dryRun: folder.dryRun,
    finish: format === 'coco' ? cocoFinish(category, shard) : undefined,
  };
  const typed = Object.keys(withoutUndefined(request.generator ?? {}));
  return { spec, model, generator, typed, fromModel: Object.keys(recommended).filter((key) => !typed.includes(key)), workers, threads };
}

/** Runs a plan. Item errors are in the summary; what ends the run early is in `stopped`. */
export async function segmentAll(plan: SegmentAllPlan, options: FolderRunOptions = {}): Promise<FolderSummary> {
  return runFolder(plan.spec, options);
}

function claimOf(format: MaskFormat, fileName: string): Claim {
  switch (format) {
    case 'sa1b': return { kind: 'file', path: sa1bPath(fileName) };
    case 'coco': return { kind: 'file', path: partPathOf(fileName) };
    case 'png': return { kind: 'directory', path: pngFolder(fileName) };
  }
}

function cocoFinish(category: string, shard: Shard | undefined): FolderFinish {
  return {
    path: shard === undefined ? 'annotations.json' : `annotations-${shard.index}-of-${shard.count}.json`,
    data: (images) => cocoFile(images.map(({ fileName, width, height, outputs }) => ({ fileName, width, height, path: outputs[0]! })), category),
  };
}

function withoutUndefined<T extends object>(values: T): Partial<T> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Partial<T>;
}
