/** A dataset from one format to another: read, written to one side, and put in place only when every loss is allowed. */
import { stat } from 'node:fs/promises';
import { strictReport } from '../dataset/strict.js';
import type { DatasetEntry, DatasetSource } from '../dataset/types.js';
import { SamError } from '../errors.js';
import type { ConvertOptions } from './convert-options.js';
import { detectFormat } from './detect.js';
import { FindingsKept, type RuleCount } from './findings-kept.js';
import { LOSSES, type Format, type FormatName } from './format.js';
import { readError } from './json-document.js';
import { formatOf } from './registry.js';
import { StagedOutput, type LossCount } from './staged-output.js';

export interface ConvertRequest extends ConvertOptions {
  input: string;
  /** Detected where it is not given. */
  from?: FormatName | undefined;
  to: FormatName;
  output: string;
  /** Folder of the images, for formats that need their sizes or names. */
  images?: string | undefined;
  /** The instances file of `coco-results`. */
  instances?: string | undefined;
  /** Aborting gives up, leaving nothing behind (`interrupted/signal`). */
  stop?: AbortSignal | undefined;
}

export interface ConvertReport {
  from: FormatName;
  /** Why the input was taken for that format, where it was detected. */
  evidence?: string;
  to: FormatName;
  images: number;
  annotations: number;
  /** What the output cannot hold: how often, where first, and what that means. */
  losses: (LossCount & { meaning: string })[];
  findings: RuleCount[];
  /** Errors that were found and left out or put right (`lenient`). */
  errors: number;
  /** `refused`: something would be lost; `same`: the output was there already, byte for byte. */
  result: 'written' | 'would-be-written' | 'same' | 'refused';
}

/**
 * Converts a dataset. Losses without `allowLossy` give the result `refused`, and nothing is written. Throws `usage/...` for paths and
 * flags, `data/...` for what cannot be read or, unless `lenient`, breaks a rule, `storage/...`.
 */
export async function convertDataset(request: ConvertRequest): Promise<ConvertReport> {
  for (const path of [request.input, request.images, request.instances]) if (path !== undefined) await mustExist(path);
  const { format, reason } = request.from === undefined ? await detectFormat(request.input) : { format: formatOf(request.from), reason: undefined };
  const target = formatOf(request.to);
  const { reader, writer } = directions(format, target);
  const findings = new FindingsKept();
  const add = (finding: Parameters<FindingsKept['add']>[0]): void => { findings.add(finding); };
  const { input, output, images, instances, vocBase, maxPixels, holes, force, dryRun } = request;
  const source = await reader.read(input, { images, instances, vocBase, maxPixels, stop: request.stop, report: request.lenient ? add : strictReport(add) });
  const counts = { images: 0, annotations: 0 };
  let staged: StagedOutput | undefined;
  try {
    const inputs = [input, ...(instances === undefined ? [] : [instances])];
    staged = await StagedOutput.open(output, { kind: writer.output, force, dryRun, inputs, stop: request.stop });
    await writer.write(counted(source, counts, findings), staged, { holes, vocBase, images });
    const losses = staged.losses.map((loss) => ({ ...loss, meaning: LOSSES[loss.loss] }));
    const isRefused = losses.length > 0 && !request.allowLossy;
    const result = isRefused ? 'refused' : await settle(staged, dryRun);
    return {
      from: format.name, ...(reason === undefined ? {} : { evidence: reason }), to: target.name, ...counts,
      losses, findings: findings.byRule, errors: findings.count('error'), result,
    };
  } finally {
    // after a commit there is nothing left to discard
    await staged?.discard();
    await source.close?.();
  }
}

async function settle(staged: StagedOutput, dryRun: boolean): Promise<ConvertReport['result']> {
  if (!(await staged.commit())) return 'same';
  return dryRun ? 'would-be-written' : 'written';
}

function directions(from: Format, to: Format): Required<Pick<Format, 'reader' | 'writer'>> {
  if (from.reader === undefined) throw new SamError('usage/option', `The format ${from.name} is written only, never read.`);
  if (to.writer === undefined) throw new SamError('usage/option', `The format ${to.name} is read only, never written.`);
  return { reader: from.reader, writer: to.writer };
}

async function mustExist(path: string): Promise<void> {
  await stat(path).catch((error: unknown) => { throw readError(error, path); });
}

/** The source, its first reading counted; later ones say nothing that was not said. */
function counted(source: DatasetSource, counts: { images: number; annotations: number }, findings: FindingsKept): DatasetSource {
  let isFirst = true;
  async function* entries(): AsyncGenerator<DatasetEntry> {
    const counts_ = isFirst ? counts : undefined;
    if (!isFirst) findings.mute();
    isFirst = false;
    for await (const entry of source.entries()) {
      if (counts_ !== undefined) {
        counts_.images++;
        counts_.annotations += entry.annotations.length;
      }
      yield entry;
    }
  }
  return { ...source, entries };
}
