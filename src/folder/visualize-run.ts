/**
 * The pictures of a dataset drawn, an image at a time, and staged. Memory is bounded by the images in work (cores + 1, at most 6, of 64 megapixels
 * together or a single larger one: each its pixels twice, a plane of masks, its masks and the encoded picture), a page of thumbnails, and the
 * names of all images.
 */
import { join } from 'node:path';
import type { DatasetSource } from '../dataset/types.js';
import { SamError, isSamError } from '../errors.js';
import type { FileData } from '../files/atomic.js';
import { sortedByText } from '../files/order.js';
import { insideRoot, realpathOfExisting } from '../files/safe-path.js';
import { Spool } from '../files/spool.js';
import { csvLine } from '../formats/csv/csv-line.js';
import { LABEL_COLUMNS, LABEL_TABLE } from '../formats/png/label-table.js';
import type { StagedOutput } from '../formats/jobs/staged-output.js';
import { stemPaths } from '../formats/stem-names.js';
import { readImage } from '../image/decode.js';
import type { ImageOptions } from '../image/options.js';
import { ContactSheets } from './contact-sheets.js';
import { thisMachine } from './defaults.js';
import { inOrder } from './in-order.js';
import { isWithin } from './list.js';
import { pairedEntries, type PairedEntry } from './paired-entries.js';
import { encodePicture, extensionOf } from './picture-encode.js';
import { ProgressMeter } from './progress.js';
import type { FolderRunOptions } from './spec.js';
import type { VisualizeReport, VisualizeRequest } from './visualize.js';
import { picturesOf, type Pictures, type PictureSettings } from './visualize-picture.js';

/** One run, after everything is open. */
export interface PictureRun {
  request: VisualizeRequest;
  source: DatasetSource;
  references: DatasetSource | undefined;
  settings: PictureSettings;
  image: ImageOptions;
  staged: StagedOutput;
  realOutput: string;
  report: VisualizeReport;
}

/** What became of one image. */
type Drawn = { fileName: string; pictures: Pictures; remarks: string[] } | { fileName: string; error: SamError };

const MOST_PIXELS = 2 ** 26;

const clock = (): number => performance.now();

/** Draws every image and stages its files; counts and faults go into the report. Throws what ends the run. */
export async function drawAll(run: PictureRun, options: FolderRunOptions): Promise<void> {
  const { report, settings } = run;
  const { count, stems } = await listed(run);
  const meter = new ProgressMeter(count, clock), emit = options.events ?? (() => undefined);
  const whole: Whole = { sheets: new ContactSheets(settings), table: new Spool() };
  emit({ kind: 'started', progress: meter.progress });
  try {
    const limit = { most: Math.min(6, thisMachine().cores + 1), heaviest: MOST_PIXELS, weight: ({ entry: { image } }: PairedEntry) => image.width * image.height };
    for await (const drawn of inOrder(pairedEntries(run.source, run.references), limit, (pair) => drawOne(run, pair, stems))) {
      if (options.stop?.aborted === true) throw new SamError('interrupted/signal', 'Interrupted; nothing was written.');
      const { fileName } = drawn;
      report.summary.images++;
      if ('error' in drawn) {
        report.summary.failed++;
        report.errors.push(drawn.error);
        meter.count('failed', 0);
        emit({ kind: 'imageFailed', fileName, error: drawn.error, progress: meter.progress });
        continue;
      }
      tally(report, drawn);
      await gather(run, whole, drawn.pictures);
      meter.count('done', drawn.pictures.objects);
      emit({ kind: 'imageDone', fileName, masks: drawn.pictures.objects, progress: meter.progress });
    }
    await complete(run, whole);
  } finally {
    await whole.table.close();
  }
  report.outputs = sortedByText(report.outputs, (path) => path);
  emit({ kind: 'finished', progress: meter.progress });
}

/** What is made of all images together. `table`: the rows of labels.csv. */
interface Whole { sheets: ContactSheets; table: Spool }

async function put({ staged, report, request }: PictureRun, path: string, data: FileData): Promise<void> {
  await staged.put(path, data);
  report.summary.files++;
  report.outputs.push(join(request.output, path));
}

async function gather(run: PictureRun, { sheets, table }: Whole, { cell, rows }: Pictures): Promise<void> {
  if (cell !== undefined) await putPage(run, sheets.add(cell));
  if (rows !== undefined) await table.append(rows);
}

async function complete(run: PictureRun, { sheets, table }: Whole): Promise<void> {
  await putPage(run, sheets.end());
  if (run.settings.kind === 'labelMap' && run.report.summary.drawn > 0) await put(run, LABEL_TABLE, withHeader(table));
}

async function putPage(run: PictureRun, page: ReturnType<ContactSheets['end']>): Promise<void> {
  const { options } = run.settings;
  if (page !== undefined) await put(run, page.name + extensionOf(options), await encodePicture(page.page, options));
}

async function* withHeader(table: Spool): AsyncGenerator<Uint8Array | string> {
  yield csvLine(LABEL_COLUMNS);
  yield* table.chunks();
}

/** How many images there will be, and the stem of each one's path. Throws `usage/name-collision` before any work is done. */
async function listed({ source, references, settings }: PictureRun): Promise<{ count: number; stems: ReadonlyMap<string, string> }> {
  const stemOf = stemPaths(), stems = new Map<string, string>();
  for (const each of references === undefined ? [source] : [source, references]) {
    for await (const image of imagesOf(each)) {
      if (stems.has(image)) continue;
      // sheets have names of their own
      stems.set(image, settings.kind === 'contactSheet' ? image : stemOf(image));
    }
  }
  return { count: stems.size, stems };
}

async function* imagesOf(source: DatasetSource): AsyncGenerator<string> {
  if (source.images !== undefined) for await (const { fileName } of source.images()) yield fileName;
  else for await (const { image } of source.entries()) yield image.fileName;
}

async function drawOne(run: PictureRun, pair: PairedEntry, stems: ReadonlyMap<string, string>): Promise<Drawn> {
  const { request, image: { maxPixels, lenient }, settings, realOutput } = run;
  const { id, fileName, width, height } = pair.entry.image;
  try {
    const stem = stems.get(fileName) ?? fileName;
    assertShort(stem, settings, fileName);
    const path = await insideRoot(request.images, fileName);
    if (isWithin(await realpathOfExisting(path), realOutput)) throw new SamError('image/unreadable', 'The image lies in the output folder, which is never read as input.', { file: fileName });
    const image = await readImage(path, { name: fileName, maxPixels, lenient });
    if (width > 0 && (width !== image.width || height !== image.height)) {
      throw new SamError('image/size', `The annotations say ${width} x ${height}, but the upright image is ${image.width} x ${image.height}.`, { file: fileName });
    }
    return { fileName, pictures: await picturesOf(image, pair, stem, settings, (to, bytes) => put(run, to, bytes)), remarks: image.warnings };
  } catch (error) {
    // what concerns the output or was no one's fault ends the run
    if (!isSamError(error) || !['item', 'data'].includes(error.kind)) throw error;
    return { fileName, error: new SamError(error.code, error.message, { file: fileName, record: error.record ?? `image ${id}`, cause: error }) };
  }
}

const NAME_LIMIT_BYTES = 255;

function assertShort(stem: string, { kind, options }: PictureSettings, fileName: string): void {
  const long = (stem + (kind === 'labelMap' ? '.colours.png' : extensionOf(options))).split('/').find((part) => Buffer.byteLength(part) > NAME_LIMIT_BYTES);
  if (long !== undefined) throw new SamError('image/name', `The output's name would have ${Buffer.byteLength(long)} bytes; file systems take ${NAME_LIMIT_BYTES}. Shorten the image's name.`, { file: fileName });
}

function tally({ summary, compared, errors, warnings }: VisualizeReport, { fileName, pictures, remarks }: Extract<Drawn, { pictures: Pictures }>): void {
  summary.drawn++;
  summary.objects += pictures.objects;
  errors.push(...pictures.errors);
  warnings.push(...remarks.map((message) => ({ message, file: fileName })));
  if (pictures.unseen > 0) warnings.push({ message: `${pictures.unseen} object${pictures.unseen === 1 ? ' has' : 's have'} no pixel to show.`, file: fileName });
  if (compared === undefined || pictures.comparison === undefined) return;
  compared.agreed += pictures.comparison.agreed.length;
  compared.missed += pictures.comparison.missed.length;
  compared.extra += pictures.comparison.extra.length;
}

