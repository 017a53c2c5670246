/** `visualize --report`: a dataset as one HTML page to look through; what the command does, for programs. */
import { basename, join, resolve } from 'node:path';
import { categoryColour } from '../draw/colouring.js';
import { COLOUR_OPTIONS } from '../draw/options.js';
import { SamError, printableName } from '../errors.js';
import { realpathOfExisting } from '../files/safe-path.js';
import type { RuleCount } from '../formats/jobs/findings-kept.js';
import type { FormatName } from '../formats/format.js';
import { openDataset } from '../formats/jobs/open-dataset.js';
import { StagedOutput } from '../formats/jobs/staged-output.js';
import { IMAGE_OPTIONS } from '../image/options.js';
import { resolveOptions, type SomeOf } from '../options.js';
import { pageCategories } from '../report/image-data.js';
import { pageOf, type PageHead, type PagePart } from '../report/page.js';
import { isWithin } from './list.js';
import { ProgressMeter } from './progress.js';
import { countsOf, runRecordOf, tilesOf } from './report-head.js';
import { reportImages, type ReportImage, type ReportImages } from './report-images.js';
import type { FolderRunOptions } from './spec.js';
import { PICTURE_RUN_OPTIONS } from './visualize-options.js';

export interface ReportRequest {
  annotations: string;
  /** Folder of the images. */
  images: string;
  /** The folder to write: `index.html`, and `images/` where there are many. */
  output: string;
  from?: FormatName | undefined;
  instances?: string | undefined;
  vocBase?: 'one' | 'zero' | undefined;
  colour?: SomeOf<typeof COLOUR_OPTIONS>;
  image?: SomeOf<typeof IMAGE_OPTIONS>;
  run?: SomeOf<typeof PICTURE_RUN_OPTIONS>;
}

export interface ReportReport {
  /** `shown` + `failed` = `images`; all of them have their place in the page. */
  summary: { images: number; shown: number; failed: number; objects: number; files: number };
  outputs: string[];
  findings: RuleCount[];
  /** Images and records that could not be shown, in the order of the dataset. */
  errors: SamError[];
  warnings: { message: string; file?: string }[];
  result: 'written' | 'would-be-written' | 'same';
}

/** Up to so many pictures (about 40 MB) are inside the page; more lie beside it, so that a browser opens it at once. */
const MOST_INSIDE = 200;

/**
 * Writes the report. What is wrong with single images and records is in it and in what is returned. Throws what refuses the whole: `usage/...` for paths
 * and outputs in the way, `data/...` for annotations that cannot be read, `storage/...`, `interrupted/signal`.
 */
export async function writeReport(request: ReportRequest, options: FolderRunOptions = {}): Promise<ReportReport> {
  const { annotations, images, output, from, instances, vocBase } = request;
  if (output === '') throw new SamError('usage/option', '--report expects a folder, got "".');
  const { by, scoreFrom } = resolveOptions(COLOUR_OPTIONS, request.colour ?? {});
  const { force, dryRun } = resolveOptions(PICTURE_RUN_OPTIONS, request.run ?? {});
  const image = resolveOptions(IMAGE_OPTIONS, request.image ?? {});
  const { source, format, findings } = await openDataset({ input: annotations, images, instances, vocBase, from, maxPixels: image.maxPixels, lenient: true, stop: options.stop });
  let staged: StagedOutput | undefined;
  try {
    const realOutput = await checkedOutput(output, images);
    const counts = await countsOf(source);
    if (counts.images === 0 && findings.count('error') === 0) throw new SamError('usage/no-images', 'The annotations name no image.', { file: annotations });
    const { list, indexOf } = pageCategories(source.categories, categoryColour);
    const head: PageHead = { format: format.title, title: printableName(basename(resolve(annotations))), counts: tilesOf(counts), run: await runRecordOf(annotations), categories: list, hasFiles: counts.images > MOST_INSIDE };
    const report: ReportReport = { summary: { images: 0, shown: 0, failed: 0, objects: 0, files: 1 }, outputs: [join(output, 'index.html')], findings: [], errors: [], warnings: [], result: 'same' };
    const inputs = [annotations, ...(instances === undefined ? [] : [instances])];
    staged = await StagedOutput.open(output, { kind: 'folder', force, dryRun, inputs, stop: options.stop });
    const job = { source, images, realOutput, image, shownBy: { by, scoreFrom, indexOf } };
    await staged.put('index.html', pageOf(head, partsOf({ job, head, report, staged, output, count: counts.images }, options)));
    report.findings = findings.byRule;
    if (await staged.commit()) report.result = dryRun ? 'would-be-written' : 'written';
    return report;
  } finally {
    // after a commit there is nothing left to discard
    await staged?.discard();
    await source.close?.();
  }
}

interface Writing { job: ReportImages; head: PageHead; report: ReportReport; staged: StagedOutput; output: string; count: number }

/** The page's parts one by one, their pictures written beside it where there are many; what becomes of each is counted. */
async function* partsOf({ job, head, report, staged, output, count }: Writing, { events = () => undefined, stop }: FolderRunOptions): AsyncGenerator<PagePart> {
  const meter = new ProgressMeter(count, () => performance.now());
  const digits = String(count - 1).length;
  const pathOf = (index: number): string => `images/${String(index).padStart(digits, '0')}.webp`;
  events({ kind: 'started', progress: meter.progress });
  const urlOf = (index: number, bytes: Uint8Array): string => (head.hasFiles ? pathOf(index) : `data:image/webp;base64,${Buffer.from(bytes).toString('base64')}`);
  for await (const image of reportImages(job, urlOf)) {
    if (stop?.aborted === true) throw new SamError('interrupted/signal', 'Interrupted; nothing was written.');
    if (head.hasFiles && image.picture !== undefined) {
      const path = pathOf(report.summary.images);
      await staged.put(path, image.picture);
      report.outputs.push(join(output, path));
      report.summary.files++;
    }
    tally(report, image);
    const { fileName, error, part } = image, masks = part.image.ids.length;
    meter.count(error === undefined ? 'done' : 'failed', masks);
    events(error === undefined ? { kind: 'imageDone', fileName, masks, progress: meter.progress } : { kind: 'imageFailed', fileName, error, progress: meter.progress });
    yield part;
  }
  events({ kind: 'finished', progress: meter.progress });
}

function tally({ summary, errors, warnings }: ReportReport, { part, fileName, error, errors: records, remarks }: ReportImage): void {
  summary.images++;
  summary[error === undefined ? 'shown' : 'failed']++;
  summary.objects += part.image.ids.length;
  errors.push(...(error === undefined ? [] : [error]), ...records);
  warnings.push(...remarks.map((message) => ({ message, file: fileName })));
}

/** The output's real path; refused where the images lie in it. */
async function checkedOutput(output: string, images: string): Promise<string> {
  const [realOutput, realImages] = [await realpathOfExisting(output), await realpathOfExisting(images)];
  if (!isWithin(realImages, realOutput)) return realOutput;
  throw new SamError('usage/output-in-input', `The folder of the images ${realImages === realOutput ? 'is' : 'lies in'} the output folder ${printableName(output)}; choose another --report.`, { file: images });
}
