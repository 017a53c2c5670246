/**
 * `boxes-to-masks`: a dataset of boxes becomes one of masks. Each image is embedded once for all its boxes; the work of each image is kept in
 * a folder beside the output, so that an interrupted run goes on where it stopped and a finished one costs nothing.
 */
import { readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { boxPrompt, jitterBox } from '../dataset/box-prompts.js';
import type { Annotation, DatasetEntry, DatasetSource, Finding } from '../dataset/types.js';
import { SamError, messageOf } from '../errors.js';
import { sha256Hex } from '../files/hash.js';
import { sortedByText } from '../files/order.js';
import { insideRoot } from '../files/safe-path.js';
import type { Box } from '../geometry/box.js';
import { rleFromString } from '../mask/rle-string.js';
import type { BoxesOfImage, BoxesSetup, MaskOfBox } from './boxes-worker.js';
import type { ListedImage } from './list.js';
import { partPathOf } from './masks-worker.js';
import { runFolder } from './run.js';
import type { FolderRunOptions, FolderSummary } from './spec.js';

export interface BoxesRun {
  source: DatasetSource;
  /** Folder of the images. */
  images: string;
  /** What is written in the end; the work folder stands beside it. */
  output: string;
  setup: BoxesSetup;
  workers: number;
  resume: boolean;
  force: boolean;
  /** Share of a box's side by which its edges are moved, and the seed. 0: as they are. */
  jitter: number;
  seed: number;
  /** Everything that the masks depend on besides the images: options, model, the annotations' hash. */
  record: Readonly<Record<string, unknown>>;
  keepUnmasked: boolean;
}

export interface BoxesResult {
  run: FolderSummary;
  /** The source with masks; records left out are in `findings`. */
  masked: DatasetSource;
  findings: Finding[];
}

/** `dir/.name.sam`: where the finished work of each image lies. */
export function workFolderOf(output: string): string {
  return join(dirname(output), `.${basename(output)}.sam`);
}

/** Predicts a mask for every box. Item errors are in `run`; what ends it early is in `run.stopped`, and then there is nothing to write yet. */
export async function predictBoxes(boxes: BoxesRun, options: FolderRunOptions = {}): Promise<BoxesResult> {
  const findings: Finding[] = [];
  const run = await runFolder({
    command: 'boxes-to-masks', inputs: [], images: async () => ({ images: await imagesOf(boxes), warnings: [] }), output: workFolderOf(boxes.output),
    record: boxes.record, claims: (fileName) => [{ kind: 'file', path: partPathOf(fileName) }],
    worker: { module: new URL('./boxes-worker.js', import.meta.url), setup: boxes.setup }, workers: boxes.workers, resume: boxes.resume, force: boxes.force,
  }, options);
  const failed = new Set(run.errors.flatMap((error) => (error.file === undefined ? [] : [error.file])));
  return { run, masked: maskedSource(boxes, failed, findings), findings };
}

/** Images that have a box to prompt with, in bytewise order, each with its boxes. */
async function imagesOf(boxes: BoxesRun): Promise<ListedImage[]> {
  const images: ListedImage[] = [];
  const seen = new Set<string>();
  for await (const entry of boxes.source.entries()) {
    const { fileName, width, height } = entry.image;
    if (seen.has(fileName)) throw new SamError('data/coco', `The image "${fileName}" stands in the annotations twice; masks are made an image at a time.`, { record: fileName });
    seen.add(fileName);
    const prompts = promptsOf(entry, boxes).filter((prompt) => prompt !== undefined);
    if (prompts.length === 0) continue;
    const path = await insideRoot(boxes.images, fileName);
    const data: BoxesOfImage = { width, height, boxes: prompts.flatMap(({ x0, y0, x1, y1 }) => [x0, y0, x1, y1]) };
    images.push({ path, fileName, realPath: path, data });
  }
  if (images.length === 0) throw new SamError('usage/no-images', 'No annotation has a box that could be prompted with.');
  return sortedByText(images, (image) => image.fileName);
}

/** A box for each annotation, undefined for those that are left out. */
function promptsOf({ image, annotations }: DatasetEntry, { jitter, seed }: BoxesRun): (Box | undefined)[] {
  return annotations.map((annotation, i) => {
    const prompt = boxPrompt(annotation, image);
    if (!('box' in prompt)) return undefined;
    return jitter === 0 ? prompt.box : jitterBox(prompt.box, jitter, image, (edge) => fraction(sha256Hex(`${seed}\0${image.fileName}\0${i}\0${edge}`)));
  });
}

/** The first 52 bits of a hash as a number in 0..1. */
function fraction(hash: string): number {
  return Number.parseInt(hash.slice(0, 13), 16) / 2 ** 52;
}

function maskedSource(boxes: BoxesRun, failed: ReadonlySet<string>, findings: Finding[]): DatasetSource {
  const { source } = boxes;
  return {
    ...source,
    entries: async function* entries() {
      findings.length = 0;
      for await (const entry of source.entries()) yield await maskedEntry(entry, boxes, failed.has(entry.image.fileName), findings);
    },
  };
}

async function maskedEntry(entry: DatasetEntry, boxes: BoxesRun, hasFailed: boolean, findings: Finding[]): Promise<DatasetEntry> {
  const prompts = promptsOf(entry, boxes);
  const masks = hasFailed || prompts.every((prompt) => prompt === undefined) ? [] : await readPart(boxes.output, entry.image.fileName);
  let at = 0;
  const annotations = entry.annotations.flatMap((annotation, i) => {
    const mask = prompts[i] === undefined ? undefined : masks[at++];
    if (mask !== undefined) return [withMask(annotation, mask)];
    const refused = boxPrompt(annotation, entry.image);
    const reason = 'box' in refused ? 'its image could not be worked on' : refused.reason;
    findings.push({ code: 'box' in refused ? 'image/missing' : refused.code, severity: 'error', message: `Annotation ${annotation.id} of ${entry.image.fileName} has no mask: ${reason}.`, record: `annotation ${annotation.id}` });
    if (!boxes.keepUnmasked) return [];
    const { segmentation: _without, area: _stated, ...rest } = annotation;
    return [rest];
  });
  return { image: entry.image, annotations };
}

/** Ids, category, box, score, crowd mark and unknown keys stay; the mask and its area are new, and the model's own score is beside them. */
function withMask(annotation: Annotation, mask: MaskOfBox): Annotation {
  const [height, width] = mask.segmentation.size;
  const rle = rleFromString(mask.segmentation.counts, width, height);
  return {
    ...annotation, segmentation: { kind: 'rle', rle }, area: mask.area, generator: { ...annotation.generator, predictedIou: mask.predicted_iou },

  };
}

async function readPart(output: string, fileName: string): Promise<MaskOfBox[]> {
  try {
    // written by this version's worker and checked against its recorded hash by the run
    return JSON.parse(await readFile(join(workFolderOf(output), partPathOf(fileName)), 'utf8')) as MaskOfBox[];
  } catch (error) {
    throw new SamError('data/json', `The finished work of an image cannot be read back: ${messageOf(error)}`, { file: fileName, cause: error });
  }
}
