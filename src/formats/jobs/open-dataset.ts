/** A dataset opened for a job: its format recognised, its findings kept, what the first reading comes to counted. */
import { stat } from 'node:fs/promises';
import { strictReport } from '../../dataset/strict.js';
import type { DatasetSource } from '../../dataset/types.js';
import { SamError } from '../../errors.js';
import type { OptionsOf } from '../../options.js';
import type { READ_OPTIONS } from './convert-options.js';
import { detectFormat } from '../detect.js';
import { FindingsKept } from './findings-kept.js';
import type { Format, FormatName } from '../format.js';
import { readError } from '../json/json-document.js';
import { formatOf } from '../registry.js';
import { withReading } from './first-reading.js';

/** Where a dataset is and how it is read. */
export interface SourceRequest extends OptionsOf<typeof READ_OPTIONS> {
  input: string;
  /** Detected where it is not given. */
  from?: FormatName | undefined;
  /** Folder of the images, for formats that need their sizes or names. */
  images?: string | undefined;
  /** The instances file of `coco-results`. */
  instances?: string | undefined;
  vocBase?: 'one' | 'zero' | undefined;
  /** Aborting gives up, leaving nothing behind (`interrupted/signal`). */
  stop?: AbortSignal | undefined;
}

/** `evidence`: why the input was taken for that format, where it was detected. */
export interface Recognised { format: Format; evidence?: string }

export interface OpenDataset extends Recognised {
  source: DatasetSource;
  /** What was found so far; complete when the entries have been read once. */
  findings: FindingsKept;
  /** What the first reading gave so far. */
  counts: { images: number; annotations: number };
}

/** Finds out the format. Throws `usage/input-missing` for any path that is not there, `usage/option` for a format that is written only, `data/...`. */
export async function recogniseDataset({ input, from, images, instances }: SourceRequest): Promise<Recognised> {
  for (const path of [input, images, instances]) if (path !== undefined) await mustExist(path);
  if (from !== undefined) {
    const format = formatOf(from);
    if (format.reader === undefined) throw new SamError('usage/option', `The format ${format.name} is written only, never read.`);
    return { format };
  }
  const { format, reason } = await detectFormat(input);
  return { format, evidence: reason };
}

/** Opens it. A wrong record throws `data/record`, unless `lenient`: then it is left out and stands in `findings`. The caller closes the source. */
export async function openDataset(request: SourceRequest, recognised?: Recognised): Promise<OpenDataset> {
  const { format, ...evidence } = recognised ?? await recogniseDataset(request);
  if (format.reader === undefined) throw new SamError('usage/option', `The format ${format.name} is written only, never read.`);
  const findings = new FindingsKept();
  const add = (finding: Parameters<FindingsKept['add']>[0]): void => { findings.add(finding); };
  const { input, images, instances, vocBase, maxPixels, lenient, stop } = request;
  const source = await format.reader.read(input, { images, instances, vocBase, maxPixels, stop, report: lenient ? add : strictReport(add) });
  const counts = { images: 0, annotations: 0 };
  const counted = withReading(source, {
    entry({ annotations }) {
      counts.images++;
      counts.annotations += annotations.length;
    },
    // later readings say nothing that was not said
    again() { findings.mute(); },
  });
  return { source: counted, format, ...evidence, findings, counts };
}

async function mustExist(path: string): Promise<void> {
  await stat(path).catch((error: unknown) => { throw readError(error, path); });
}
