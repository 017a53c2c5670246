/**
 * `prepare`: a dataset of masks becomes what HQ-SAM's trainer reads, an object at a time: pairs of files in its layout, or the samples that
 * its pipeline makes of them. Memory: the runs of all masks as text, and for each worker one image and one sample.
 */
import { createHash } from 'node:crypto';
import { rleOfAnnotation } from '../dataset/masks.js';
import { strictReport } from '../dataset/strict.js';
import type { Annotation, DatasetEntry, DatasetSource } from '../dataset/types.js';
import { SamError } from '../errors.js';
import { sortedByText } from '../files/order.js';
import { insideRoot } from '../files/safe-path.js';
import { detectFormat } from '../formats/detect.js';
import type { FormatName } from '../formats/format.js';
import { formatOf } from '../formats/registry.js';
import { IMAGE_OPTIONS } from '../image/options.js';
import { rleToCoco } from '../mask/rle-string.js';
import { rleArea } from '../mask/rle.js';
import { resolveOptions, type OptionTable, type SomeOf } from '../options.js';
import { thisMachine } from './defaults.js';
import type { ListedImage } from './list.js';
import { pairPaths, preparedName, samplePaths } from './prepare-names.js';
import type { PreparedObject, PrepareSetup } from './prepare-worker.js';
import { runFolder } from './run.js';
import type { Claim, FolderRunOptions, FolderSummary } from './spec.js';
import { versions } from './versions.js';

export const PREPARE_OPTIONS = {
  layout: { kind: 'choice', default: 'samples', choices: ['samples', 'hq-sam'], summary: 'samples: 1024 x 1024, jittered, with a prompt each; hq-sam: the pairs im/*.jpg and gt/*.png that its train.py reads.' },
  count: { kind: 'integer', default: 1, min: 1, max: 1000, summary: 'Samples of each object.' },
  seed: { kind: 'integer', default: 0, min: 0, summary: 'Seed of the samples: the same seed, the same bytes.' },
  workers: { kind: 'integer', default: undefined, min: 1, max: 1024, summary: 'Worker processes; as many as there are cores where it is not given.' },
  resume: { kind: 'switch', default: true, summary: 'Skip objects whose files are there, whole, and made from the same bytes with the same options.' },
  force: { kind: 'switch', default: false, summary: 'Overwrite what is in the way, accept changed options, remove outputs whose object is gone.' },
  dryRun: { kind: 'switch', default: false, summary: 'Say what would be done and write nothing.' },
} as const satisfies OptionTable;

export interface PrepareRequest {
  annotations: string;
  /** Folder of the images. */
  images: string;
  output: string;
  from?: FormatName | undefined;
  options?: SomeOf<typeof PREPARE_OPTIONS>;
  image?: SomeOf<typeof IMAGE_OPTIONS>;
}

/** `run` counts objects as its images. `leftOut`: annotations that are no training object. */
export interface PrepareSummary { run: FolderSummary; leftOut: { crowds: number; empty: number; unmasked: number } }

/** Prepares every object of a dataset. Throws what refuses the whole, as `segmentAll` does; `data/...` for annotations that break a rule. */
export async function prepareDataset(request: PrepareRequest, run: FolderRunOptions = {}): Promise<PrepareSummary> {
  const options = resolveOptions(PREPARE_OPTIONS, request.options ?? {});
  const image = resolveOptions(IMAGE_OPTIONS, request.image ?? {});
  if (options.layout === 'hq-sam' && options.count !== 1) throw new SamError('usage/option', '--count is for samples; --layout hq-sam has one pair an object.');
  const setup: PrepareSetup = { layout: options.layout, seed: options.seed, maxPixels: image.maxPixels, lenient: image.lenient };
  const source = await open(request, image.maxPixels, run);
  try {
    const { leftOut, objects } = await objectsOf(source, request, options.count);
    const summary = await runFolder({
      command: 'prepare', inputs: [], output: request.output, images: async () => ({ images: objects, warnings: [] }),
      record: { command: 'prepare', layout: setup.layout, ...(setup.layout === 'samples' ? { count: options.count, seed: setup.seed } : {}), lenient: setup.lenient, masks: digestOf(objects), versions: versions() },
      claims: (name) => claimsOf(name, setup),
      worker: { module: new URL('./prepare-worker.js', import.meta.url), setup }, workers: options.workers ?? thisMachine().cores,
      resume: options.resume, force: options.force, dryRun: options.dryRun,
    }, run);
    return { run: summary, leftOut };
  } finally {
    await source.close?.();
  }
}

async function open(request: PrepareRequest, maxPixels: number, { stop }: FolderRunOptions): Promise<DatasetSource> {
  const format = request.from === undefined ? (await detectFormat(request.annotations)).format : formatOf(request.from);
  if (format.reader === undefined) throw new SamError('usage/option', `The format ${format.name} cannot be read.`);
  return await format.reader.read(request.annotations, { images: request.images, maxPixels, stop, report: strictReport(() => undefined) });
}

/** A job for every sample of every object, in order of their names. */
async function objectsOf(source: DatasetSource, request: PrepareRequest, count: number): Promise<{ leftOut: PrepareSummary['leftOut']; objects: ListedImage[] }> {
  const leftOut = { crowds: 0, empty: 0, unmasked: 0 };
  const objects: ListedImage[] = [];
  for await (const entry of source.entries()) {
    for (const annotation of entry.annotations) {
      const object = objectOf(annotation, entry, leftOut);
      if (object === undefined) continue;
      const path = await insideRoot(request.images, object.fileName);
      for (let sample = 0; sample < count; sample++) {
        const data: PreparedObject = { ...object, sample };
        objects.push({ path, fileName: jobName(data), realPath: path, data });
      }
    }
  }
  if (objects.length === 0) throw new SamError('usage/no-images', `No annotation of ${request.annotations} is an object with a mask.`, { file: request.annotations });
  return { leftOut, objects: sortedByText(objects, (object) => object.fileName) };
}

/** An object to learn from: one thing, with at least a pixel. */
function objectOf(annotation: Annotation, { image }: DatasetEntry, leftOut: PrepareSummary['leftOut']): Omit<PreparedObject, 'sample'> | undefined {
  const rle = rleOfAnnotation(annotation, image);
  const reason = rle === undefined ? 'unmasked' : annotation.isCrowd ? 'crowds' : rleArea(rle) === 0 ? 'empty' : undefined;
  if (rle !== undefined && reason === undefined) return { fileName: image.fileName, annotationId: annotation.id, segmentation: rleToCoco(rle) };
  leftOut[reason ?? 'unmasked']++;
  return undefined;
}

/** What the run calls a job, in its ledger and its messages. */
function jobName({ fileName, annotationId, sample }: PreparedObject): string {
  return `${fileName}#${annotationId}#${sample}`;
}

function claimsOf(job: string, { layout }: PrepareSetup): Claim[] {
  const [, fileName, annotationId, sample] = /^(.*)#(\d+)#(\d+)$/s.exec(job)!;
  const name = preparedName(fileName!, Number(annotationId));
  return Object.values(layout === 'hq-sam' ? pairPaths(name) : samplePaths(name, Number(sample))).map((path) => ({ kind: 'file', path }));
}

/** What the outputs depend on of the annotations. */
function digestOf(objects: readonly ListedImage[]): string {
  const hash = createHash('sha256');
  for (const { data } of objects) hash.update(`${JSON.stringify(data)}\n`);
  return hash.digest('hex');
}
