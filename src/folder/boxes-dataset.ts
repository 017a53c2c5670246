/** `boxes-to-masks` from a dataset on disk to a dataset on disk: what the command does, for programs. */
import { SESSION_OPTIONS } from '../models/session-options.js';
import { createHash } from 'node:crypto';
import { boxPrompt } from '../dataset/box-prompts.js';
import type { DatasetSource, Finding } from '../dataset/types.js';
import { SamError } from '../errors.js';
import { polygonsFromRle } from '../mask/polygons.js';
import { detectFormat } from '../formats/detect.js';
import type { FormatName, FormatWriter } from '../formats/format.js';
import { writeDataset, writerOf } from '../formats/jobs/write-dataset.js';
import { formatOf } from '../formats/registry.js';
import type { LossCount } from '../formats/jobs/staged-output.js';
import { IMAGE_OPTIONS, type ImageOptions } from '../image/options.js';
import type { Environment } from '../models/cache-dir.js';
import { locateModel } from '../models/locate.js';
import { modelFilesOf } from '../models/located-model.js';
import { resolveOptions, type OptionTable, type SomeOf } from '../options.js';
import { predictBoxes, type BoxesRun } from './boxes-to-masks.js';
import { planSessions } from './defaults.js';
import type { FolderRunOptions, FolderSummary } from './spec.js';
import { versions } from './versions.js';

export const BOXES_OPTIONS = {
  segmentation: { kind: 'choice', default: 'rle', choices: ['rle', 'polygon'], summary: 'How masks are written to coco: exact runs, or polygons where they are the same pixels.' },
  multimask: { kind: 'choice', default: 'single', choices: ['single', 'best'], summary: 'The model\'s single mask for a box, or the best scored of its three.' },
  refine: { kind: 'integer', default: 0, min: 0, max: 10, summary: 'How often the mask\'s logits are fed back to the model.' },
  boxJitter: { kind: 'number', default: 0, min: 0, max: 1, summary: 'Move every edge at random by up to this share of the box\'s side.' },
  seed: { kind: 'integer', default: 0, min: 0, summary: 'Seed of --box-jitter.' },
  keepUnmasked: { kind: 'switch', default: false, summary: 'Keep records that get no mask, with an empty segmentation.' },
  ...SESSION_OPTIONS,
  resume: { kind: 'switch', default: true, summary: 'Use the finished work of an earlier run with the same boxes, options and images.' },
  force: { kind: 'switch', default: false, summary: 'Overwrite an output with other content; accept changed options.' },
  allowLossy: { kind: 'switch', default: false, summary: 'Write although the format cannot hold everything; what is lost is listed.' },
} as const satisfies OptionTable;

export interface BoxesRequest {
  annotations: string;
  images: string;
  output: string;
  from?: FormatName | undefined;
  to?: FormatName | undefined;
  instances?: string | undefined;
  vocBase?: 'one' | 'zero' | undefined;
  model?: string | undefined;
  env: Environment;
  options: SomeOf<typeof BOXES_OPTIONS>;
  image: SomeOf<typeof IMAGE_OPTIONS>;
}

export interface BoxesSummary {
  run: FolderSummary;
  findings: Finding[];
  losses: LossCount[];
  /** False where the output had the same bytes already, or nothing was written. */
  written: boolean;
  masks: number;
  unmasked: number;
}

/** Reads, predicts, writes. Throws what refuses the whole: unreadable annotations, unfit models, outputs in the way, losses that are not allowed. */
export async function boxesToMasks(request: BoxesRequest, options: FolderRunOptions = {}): Promise<BoxesSummary> {
  const settings = resolveOptions(BOXES_OPTIONS, request.options);
  const image: ImageOptions = resolveOptions(IMAGE_OPTIONS, request.image);
  const writer = writerOf(formatOf(request.to ?? 'coco'));
  const format = request.from === undefined ? (await detectFormat(request.annotations)).format : formatOf(request.from);
  if (format.reader === undefined) throw new SamError('usage/option', `The format ${format.name} cannot be read.`);
  const left: Finding[] = [];
  // the entries are read several times, and the same faults with them
  let isFirstReading = true;
  const source = await format.reader.read(request.annotations, {
    images: request.images, instances: request.instances, vocBase: request.vocBase, maxPixels: image.maxPixels, report: (finding) => { if (isFirstReading && finding.severity === 'error') left.push(finding); },
  });
  try {
    const model = await locateModel(request.model, { env: request.env });
    const files = modelFilesOf(model);
    const { threads, workers } = planSessions(model, settings);
    const { multimask, refine, boxJitter, seed } = settings;
    const boxes = await digestOfBoxes(source);
    isFirstReading = false;
    const run: BoxesRun = {
      source, images: request.images, output: request.output, workers,
      setup: { model: files, threads, multimask: multimask === 'best', refine, maxPixels: image.maxPixels, lenient: image.lenient },
      resume: settings.resume, force: settings.force, jitter: boxJitter, seed, keepUnmasked: settings.keepUnmasked,
      record: { command: 'boxes-to-masks', boxes, multimask, refine, boxJitter, seed: boxJitter === 0 ? 0 : seed, lenient: image.lenient, model: { name: model.name, sha256: files.sha256 }, versions: versions() },
    };
    const { run: summary, masked, findings } = await predictBoxes(run, options);
    if (summary.stopped !== undefined) return { run: summary, findings: left, losses: [], written: false, masks: summary.summary.masks, unmasked: 0 };
    const shaped = settings.segmentation === 'polygon' ? withPolygons(masked) : masked;
    const { losses, written } = await write(writer, shaped, request, settings, options);
    return { run: summary, findings: [...left, ...findings], losses, written, masks: summary.summary.masks, unmasked: findings.length };
  } finally {
    await source.close?.();
  }
}

/** Throws `data/loss` where the output cannot hold everything and may not lose it. */
async function write(
  writer: FormatWriter, source: DatasetSource, request: BoxesRequest, { force, allowLossy }: { force: boolean; allowLossy: boolean }, { stop }: FolderRunOptions,
): Promise<{ losses: LossCount[]; written: boolean }> {
  const { output, annotations, images, vocBase } = request;
  const { losses, result } = await writeDataset(source, writer, { output, inputs: [annotations, images], force, dryRun: false, allowLossy, vocBase, images, stop });
  if (result !== 'refused') return { losses, written: result === 'written' };
  const list = losses.map(({ loss, count, first }) => `${loss} (${count}, first ${first})`).join('; ');
  throw new SamError('data/loss', `The output cannot hold everything: ${list}. --allow-lossy writes it all the same.`, { file: output });
}

/** What the masks depend on of the annotations: images and boxes, in order. */
async function digestOfBoxes(source: DatasetSource): Promise<string> {
  const hash = createHash('sha256');
  for await (const { image, annotations } of source.entries()) {
    const boxes = annotations.map((annotation) => { const prompt = boxPrompt(annotation, image); return 'box' in prompt ? prompt.box : null; });
    hash.update(`${JSON.stringify([image.fileName, image.width, image.height, boxes])}\n`);
  }
  return hash.digest('hex');
}

/** Masks whose pixels a list of polygons gives back become one; those with holes stay runs. */
function withPolygons(source: DatasetSource): DatasetSource {
  return {
    ...source,
    entries: async function* entries() {
      for await (const entry of source.entries()) {
        yield {
          ...entry,
          annotations: entry.annotations.map((annotation) => {
            if (annotation.segmentation?.kind !== 'rle') return annotation;
            const rings = ringsOf(annotation.segmentation.rle);
            return rings === undefined ? annotation : { ...annotation, segmentation: { kind: 'polygons' as const, rings } };
          }),
        };
      }
    },
  };
}

function ringsOf(rle: Parameters<typeof polygonsFromRle>[0]): number[][] | undefined {
  try {
    const rings = polygonsFromRle(rle, { holes: 'error' });
    return rings.length === 0 ? undefined : rings;
  } catch (error) {
    if (error instanceof SamError) return undefined;
    throw error;
  }
}
