/**
 * `visualize`: pictures of a dataset; what the command does, for programs. All of it is put in place at the end, or none.
 */
import { stat } from 'node:fs/promises';
import type { FormatName } from '../formats/format.js';
import type { RuleCount } from '../formats/jobs/findings-kept.js';
import { openDataset } from '../formats/jobs/open-dataset.js';
import { StagedOutput } from '../formats/jobs/staged-output.js';
import { labelPartsOf } from '../draw/label-text.js';
import { OVERLAY_OPTIONS } from '../draw/options.js';
import { categoriesById } from '../draw/overlay.js';
import { SamError, printableName } from '../errors.js';
import { realpathOfExisting } from '../files/safe-path.js';
import { IMAGE_OPTIONS } from '../image/options.js';
import { resolveOptions, type SomeOf } from '../options.js';
import { isWithin } from './list.js';
import type { FolderRunOptions } from './spec.js';
import type { PictureSettings } from './visualize-picture.js';
import { PICTURE_RUN_OPTIONS, pictureKind, type PICTURE_OPTIONS, type PictureKind } from './visualize-options.js';
import { drawAll } from './visualize-run.js';

export interface VisualizeRequest {
  annotations: string;
  /** Folder of the images. */
  images: string;
  output: string;
  /** Detected where it is not given. */
  from?: FormatName | undefined;
  /** Annotations to compare with: the reference, of the same images. */
  against?: string | undefined;
  instances?: string | undefined;
  vocBase?: 'one' | 'zero' | undefined;
  pictures?: SomeOf<typeof PICTURE_OPTIONS>;
  overlay?: SomeOf<typeof OVERLAY_OPTIONS>;
  image?: SomeOf<typeof IMAGE_OPTIONS>;
  run?: SomeOf<typeof PICTURE_RUN_OPTIONS>;
}

export interface VisualizeReport {
  kind: PictureKind;
  /** `drawn` + `failed` = `images`; `objects` that were drawn; `files` that were made. */
  summary: { images: number; drawn: number; failed: number; objects: number; files: number };
  /** With `against`: objects of all images. */
  compared?: { agreed: number; missed: number; extra: number };
  /** Paths that begin with the output folder as it was named, bytewise. */
  outputs: string[];
  /** Of reading the annotations. */
  findings: RuleCount[];
  /** Images and records that could not be drawn, in the order of the dataset. */
  errors: SamError[];
  warnings: { message: string; file?: string }[];
  result: 'written' | 'would-be-written' | 'same' | 'nothing';
}

/**
 * Draws. What is wrong with single images and records is in the report. Throws what refuses the whole: `usage/...` for paths, flags and outputs in the
 * way, `data/...` for annotations that cannot be read, `storage/...`, `interrupted/signal`.
 */
export async function visualize(request: VisualizeRequest, options: FolderRunOptions = {}): Promise<VisualizeReport> {
  if (request.output === '') throw new SamError('usage/option', '--output expects a folder, got "".');
  const isCompared = request.against !== undefined;
  const { kind, options: pictures } = pictureKind(request.pictures ?? {}, isCompared);
  const { force, dryRun } = resolveOptions(PICTURE_RUN_OPTIONS, request.run ?? {});
  const image = resolveOptions(IMAGE_OPTIONS, request.image ?? {});
  const overlay = overlayFor(kind, request.overlay ?? {});
  if ((await stat(request.images).catch(() => undefined))?.isDirectory() === false) throw new SamError('usage/input-missing', '--images expects a folder.', { file: request.images });
  const { instances, vocBase, images, from } = request;
  const reading = { images, instances, vocBase, maxPixels: image.maxPixels, lenient: true, stop: options.stop };
  const own = await openDataset({ ...reading, input: request.annotations, from });
  let other: Awaited<ReturnType<typeof openDataset>> | undefined, staged: StagedOutput | undefined;
  try {
    if (request.against !== undefined) other = await openDataset({ ...reading, input: request.against });
    const { source } = own, references = other?.source;
    const realOutput = await checkedOutput(request);
    const inputs = [request.annotations, request.against, instances].filter((path) => path !== undefined);
    staged = await StagedOutput.open(request.output, { kind: 'folder', force, dryRun, inputs, stop: options.stop });
    const settings = { kind, options: pictures, overlay, categories: source.categories, categoriesById: categoriesById(source.categories), isCompared };
    const report: VisualizeReport = {
      kind, summary: { images: 0, drawn: 0, failed: 0, objects: 0, files: 0 }, ...(isCompared ? { compared: { agreed: 0, missed: 0, extra: 0 } } : {}),
      outputs: [], findings: [], errors: [], warnings: [], result: 'nothing',
    };
    await drawAll({ request, source, references, settings, image, staged, realOutput, report }, options);
    report.findings = [...own.findings.byRule, ...(other?.findings.byRule ?? [])];
    const isFaulty = own.findings.count('error') > 0 || (other?.findings.count('error') ?? 0) > 0;
    if (report.summary.images === 0 && !isFaulty) throw new SamError('usage/no-images', 'The annotations name no image.', { file: request.annotations });
    if (report.summary.drawn > 0) report.result = (await staged.commit()) ? (dryRun ? 'would-be-written' : 'written') : 'same';
    return report;
  } finally {
    // after a commit there is nothing left to discard
    await staged?.discard();
    await other?.source.close?.();
    await own.source.close?.();
  }
}

/** Thumbnails and crops have no room for labels unless they are asked for. */
function overlayFor(kind: PictureKind, given: SomeOf<typeof OVERLAY_OPTIONS>): PictureSettings['overlay'] {
  const overlay = resolveOptions(OVERLAY_OPTIONS, given);
  labelPartsOf(overlay.labels);
  const isSmall = kind === 'contactSheet' || kind === 'crop';
  return isSmall && overlay.labels === undefined ? { ...overlay, noLabels: true } : overlay;
}

/** The output's real path; refused where the images lie in it. */
async function checkedOutput({ output, images }: VisualizeRequest): Promise<string> {
  const [realOutput, realImages] = [await realpathOfExisting(output), await realpathOfExisting(images)];
  if (isWithin(realImages, realOutput)) {
    throw new SamError('usage/output-in-input', `The folder of the images ${realImages === realOutput ? 'is' : 'lies in'} the output folder ${printableName(output)}; choose another --output.`, { file: images });
  }
  return realOutput;
}
