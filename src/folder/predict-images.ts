/** `predict` on many images by a prompts file: checked record by record, then a folder run; what the command does, for programs. */
import { stat } from 'node:fs/promises';
import { dirname, posix } from 'node:path';
import { SamError } from '../errors.js';
import { sha256Hex } from '../files/hash.js';
import { sortedByText } from '../files/order.js';
import { insideRoot } from '../files/safe-path.js';
import { uprightSize } from '../image/upright-size.js';
import { IMAGE_OPTIONS } from '../image/options.js';
import type { Environment } from '../models/cache-dir.js';
import { locateModel } from '../models/locate.js';
import { modelFilesOf } from '../models/located-model.js';
import { resolveOptions, type SomeOf } from '../options.js';
import { planSessions } from './defaults.js';
import type { ListedImage } from './list.js';
import { checkPrompt } from './predict-check.js';
import { readPrompts, type PromptRecord } from './predict-file.js';
import { needsOf, type PromptNeeds } from './predict-needs.js';
import { PREDICT_OPTIONS, PREDICT_RUN_OPTIONS, type NumberedPrompt, type PredictFormat, type PredictOptionValues } from './predict-options.js';
import { predictPath } from './predict-outputs.js';
import type { PredictSetup, PromptsOfImage } from './predict-worker.js';
import { runFolder } from './run.js';
import type { FolderRunOptions, FolderSummary } from './spec.js';
import { versions } from './versions.js';

export interface PredictImagesRequest {
  /** The prompts file. */
  prompts: string;
  /** Folder that the records' images are relative to; that of the prompts file where it is not given. */
  images?: string | undefined;
  output: string;
  model?: string | undefined;
  env: Environment;
  options?: SomeOf<typeof PREDICT_OPTIONS>;
  runOptions?: SomeOf<typeof PREDICT_RUN_OPTIONS>;
  imageOptions?: SomeOf<typeof IMAGE_OPTIONS>;
}

export interface PredictImagesReport {
  /** Records in the file, and those that were left out: each has its error. */
  prompts: number;
  errors: SamError[];
  /** Absent where no record was left to work on. */
  run?: FolderSummary;
}

/** An image of the prompts file while its records are gathered; bad ones count in the numbering, so that mending one renames nothing. */
interface Gathered { fileName: string; path: string; size: { width: number; height: number }; seen: number; prompts: NumberedPrompt[] }

/** Paths and sizes of images that were looked at, or why there is none. */
type Known = Map<string, Gathered | SamError>;

/**
 * Predicts for every record. Errors of records and images are in the report; what ends the run early is `run.stopped`. Throws what
 * refuses the whole: an unreadable prompts file, unfit models, an output folder of other options.
 */
export async function predictImages(request: PredictImagesRequest, events: FolderRunOptions = {}): Promise<PredictImagesReport> {
  const options = resolveOptions(PREDICT_OPTIONS, request.options ?? {});
  const { workers, resume } = resolveOptions(PREDICT_RUN_OPTIONS, request.runOptions ?? {});
  const image = resolveOptions(IMAGE_OPTIONS, request.imageOptions ?? {});
  if (request.output === '') throw new SamError('usage/option', '--output expects a folder, got "".');
  if (request.images !== undefined) await mustBeThere(request.images);
  const { images, errors, count, needs } = await gather(request, options);
  const model = await locateModel(request.model, { env: request.env });
  if (images.length === 0) return { prompts: count, errors };
  const files = modelFilesOf(model);
  const planned = planSessions(model, { threads: options.threads, workers });
  const setup: PredictSetup = { model: files, threads: planned.threads, format: options.format, maxPixels: image.maxPixels, lenient: image.lenient, needs };
  const run = await runFolder({
    command: 'predict', inputs: [], images: async () => ({ images, warnings: [] }), output: request.output,
    record: {
      format: options.format, lenient: image.lenient, prompts: sha256Hex(JSON.stringify(images.map(({ fileName, data }) => [fileName, data]))),
      model: { name: model.name, sha256: files.sha256 }, versions: versions(),
    },
    claims: (fileName) => [claimOf(options.format, fileName)], worker: { module: new URL('./predict-worker.js', import.meta.url), setup },
    workers: planned.workers, resume, force: options.force, dryRun: options.dryRun,
  }, events);
  return { prompts: count, errors, run };
}

async function mustBeThere(folder: string): Promise<void> {
  const found = await stat(folder).catch(() => undefined);
  if (found?.isDirectory() !== true) throw new SamError('usage/input-missing', 'There is no such folder of images.', { file: folder });
}

function claimOf(format: PredictFormat, fileName: string): { kind: 'file' | 'directory'; path: string } {
  return { kind: format === 'rle' ? 'file' : 'directory', path: predictPath(format, fileName) };
}

/** Every record checked, against its image's size too, and put to its image; images in bytewise order. */
async function gather(request: PredictImagesRequest, options: PredictOptionValues): Promise<{ images: ListedImage[]; errors: SamError[]; count: number; needs: PromptNeeds }> {
  const known: Known = new Map();
  const errors: SamError[] = [];
  let count = 0;
  for (const found of readPrompts(request.prompts)) {
    count++;
    const error = found instanceof SamError ? found : await take(found, request, known, options);
    if (error !== undefined) errors.push(error);
  }
  if (count === 0) throw new SamError('usage/no-images', 'The prompts file has no record.', { file: request.prompts });
  const images = [...known.values()].filter((image): image is Gathered => !(image instanceof SamError) && image.prompts.length > 0);
  return {
    images: sortedByText(images.map(({ fileName, path, size, prompts }): ListedImage => {
      const data: PromptsOfImage = { ...size, prompts };
      return { path, fileName, realPath: path, data };
    }), ({ fileName }) => fileName),
    errors, count, needs: needsOf(images.flatMap(({ prompts }) => prompts)),
  };
}

/** Puts a record to its image; returns why it cannot be used. */
async function take({ record, image, request: prompt }: PromptRecord, request: PredictImagesRequest, known: Known, { multimask, refine }: PredictOptionValues): Promise<SamError | undefined> {
  const place = { file: request.prompts, record };
  // two spellings of one file are one image
  const fileName = posix.normalize(image);
  const entry = known.get(fileName) ?? await lookAt(fileName, request.images ?? dirname(request.prompts));
  known.set(fileName, entry);
  if (entry instanceof SamError) return new SamError(entry.code, `${fileName}: ${entry.message}`, { ...place, path: 'image', cause: entry });
  const number = entry.seen++;
  const checked = checkPrompt(prompt, entry.size);
  if ('reason' in checked) return new SamError('prompt/invalid', `The prompt cannot be used: ${checked.reason}.`, place);
  entry.prompts.push({ ...checked.prompt, number, multimask: prompt.multimask ?? multimask, refine: prompt.refine ?? refine });
  return undefined;
}

async function lookAt(fileName: string, folder: string): Promise<Gathered | SamError> {
  try {
    const path = await insideRoot(folder, fileName);
    return { fileName, path, size: await uprightSize(path, fileName), seen: 0, prompts: [] };
  } catch (error) {
    if (!(error instanceof SamError) || (error.kind !== 'item' && error.code !== 'data/unsafe-path')) throw error;
    return error;
  }
}
