/** A dataset of any format read to its end and held against the rules: everything that is wrong with it, counted, and the first of each told. */
import { stat } from 'node:fs/promises';
import type { DatasetSource, Finding, Severity } from '../../dataset/types.js';
import { SamError, isSamError } from '../../errors.js';
import type { RuleCount } from '../jobs/findings-kept.js';
import type { FormatName } from '../format.js';
import { recogniseDataset, type SourceRequest } from '../jobs/open-dataset.js';
import { DatasetCheck } from './dataset-check.js';
import { withPaths } from './finding-files.js';
import { assertFixable, fixDataset, type FixReport } from './fix.js';
import { ImageCheck } from './image-check.js';
import type { FixOptions, ValidateOptions } from './options.js';

export interface ValidateRequest extends Omit<SourceRequest, 'lenient' | 'vocBase'>, Omit<ValidateOptions, 'maxErrors'>, FixOptions {
  /** Where the repaired copy goes, with `fix`. */
  output?: string | undefined;
}

export interface ValidateReport {
  input: string;
  /** Missing where the input is in no format that is known. */
  format?: FormatName;
  /** Why it was taken for that format, where it was detected. */
  evidence?: string;
  images: number;
  annotations: number;
  /** By rule, errors first; counts are exact, of each rule the first `maxListed` are shown, their files as paths. */
  findings: RuleCount[];
  errors: number;
  warnings: number;
  infos: number;
  /** True where reading ended early: the last error says why, and what lies behind it was not seen. */
  unreadable: boolean;
  fix?: FixReport;
}

/**
 * Reads and checks everything, one entry in memory at a time, and with `fix` writes a repaired copy. What is wrong with the data is in
 * the report, also what ends the reading. Throws `usage/...`, `storage/...`, `interrupted/signal`.
 */
export async function validateDataset(request: ValidateRequest): Promise<ValidateReport> {
  if (request.fix !== (request.output !== undefined)) throw new SamError('usage/option', '--fix writes a repaired copy to --output: one is nothing without the other.');
  if (!request.fix && (request.lenient || request.allowLossy || request.force || request.dryRun)) throw new SamError('usage/option', '--lenient, --allow-lossy, --force and --dry-run are about the copy that --fix writes.');
  const { images: folder, decode, maxPixels } = request;
  if (folder !== undefined) await assertFolder(folder);
  const images = folder === undefined ? undefined : new ImageCheck({ folder, decode, maxPixels });
  const check = new DatasetCheck({ maxListed: request.maxListed, images });
  const recognised: Pick<ValidateReport, 'evidence'> = {};
  const unreadable = await readAll(request, check, recognised);
  const found = check.findings.byRule, { format } = check;
  const fix = request.output === undefined ? undefined : unreadable || format === undefined
    ? { result: 'refused' as const, left: check.findings.count('error'), fixed: [], losses: [] }
    : await fixDataset({ ...request, from: format, output: request.output }, found);
  return {
    input: request.input, ...(format === undefined ? {} : { format }), ...recognised, ...check.counts,
    findings: (await withPaths(found, request)).sort((a, b) => ORDER.indexOf(a.severity) - ORDER.indexOf(b.severity)),
    errors: check.findings.count('error'), warnings: check.findings.count('warning'), infos: check.findings.count('info'),
    unreadable, ...(fix === undefined ? {} : { fix }),
  };
}

const ORDER: readonly Severity[] = ['error', 'warning', 'info'];

/** True where it ended early. */
async function readAll(request: ValidateRequest, check: DatasetCheck, recognised: Pick<ValidateReport, 'evidence'>): Promise<boolean> {
  let source: DatasetSource | undefined;
  try {
    const { format, ...evidence } = await recogniseDataset({ ...request, lenient: true });
    Object.assign(recognised, evidence);
    check.format = format.name;
    if (request.fix) assertFixable(format.name);
    const { input, images, instances, vocBase, maxPixels, stop } = request;
    source = await format.reader?.read(input, { images, instances, vocBase, maxPixels, stop, report: check.report, placed: check.placed });
    for await (const entry of source?.entries() ?? []) {
      checkStop(stop);
      await check.entry(entry);
    }
    await check.finish(source?.categories ?? []);
    return false;
  } catch (error) {
    if (!isSamError(error) || error.kind !== 'data') throw error;
    check.report(findingOf(error));
    return true;
  } finally {
    check.flush();
    await source?.close?.();
  }
}

function checkStop(stop: AbortSignal | undefined): void {
  if (stop?.aborted === true) throw new SamError('interrupted/signal', 'Interrupted while reading.');
}

/** What ended the reading, in the form of what did not. */
function findingOf({ code, message, file, record, path, line, column }: SamError): Finding {
  const where = { file, record, path, line, column };
  return { code, severity: 'error', message, ...Object.fromEntries(Object.entries(where).filter(([, value]) => value !== undefined)) };
}

async function assertFolder(path: string): Promise<void> {
  const found = await stat(path).catch(() => undefined);
  if (found?.isDirectory() === false) throw new SamError('usage/option', '--images expects the folder of the images, this is none.', { file: path });
}
