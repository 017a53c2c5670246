/** Duplicate masks of each image taken out of a dataset, an image at a time, with a report of what was removed and what it duplicated. */
import { extname, relative } from 'node:path';
import { dedupeEntry, type DedupeOptions, type Duplicate } from '../../dataset/dedupe.js';
import type { DatasetEntry, DatasetSource } from '../../dataset/types.js';
import { SamError, printableName } from '../../errors.js';
import { convertDataset, type ConvertReport, type ConvertRequest } from './convert.js';
import { StagedOutput } from './staged-output.js';
import { DuplicatesFile, type DuplicatesKind } from './duplicates-file.js';

export interface DedupeRequest extends ConvertRequest, DedupeOptions {
  /** Where the report goes: JSON or CSV by its extension. */
  report?: string | undefined;
}

export interface DedupeReport extends ConvertReport {
  removed: number;
  /** Images that had a duplicate. */
  imagesWithDuplicates: number;
  /** Removed annotations by the name of their category, in the dataset's order; those that lost none are left out. */
  removedByCategory: { name: string; removed: number }[];
}

/** Told of each image that had duplicates, once. */
type Removal = (entry: DatasetEntry, removed: readonly Duplicate[]) => void | Promise<void>;

/**
 * Takes duplicates out of a dataset. An image with its masks is in memory at a time; the report waits in a temporary file. Throws as
 * `convertDataset`, and `usage/option` for a report of another extension or in the output.
 */
export async function dedupeDataset(request: DedupeRequest): Promise<DedupeReport> {
  const kind = request.report === undefined ? undefined : kindOfReport(request.report, request.output);
  const names = new Map<number, string>(), byCategory = new Map<string, number>();
  const file = kind === undefined ? undefined : new DuplicatesFile(kind, optionsOf(request), names);
  let removed = 0, imagesWithDuplicates = 0;
  try {
    const report = await convertDataset(request, {
      transform(source) {
        for (const { id, name } of source.categories) names.set(id, name);
        return withoutDuplicates(source, request, async (entry, duplicates) => {
          removed += duplicates.length;
          imagesWithDuplicates++;
          const gone = new Set(duplicates.map(({ index }) => index));
          for (const { categoryId } of entry.annotations.filter((_, i) => gone.has(i))) {
            const name = names.get(categoryId) ?? '';
            byCategory.set(name, (byCategory.get(name) ?? 0) + 1);
          }
          await file?.add(entry, duplicates);
        });
      },
      beside: () => stagedReport(file, request),
    });
    const removedByCategory = [...new Set(names.values())].flatMap((name) => (byCategory.has(name) ? [{ name, removed: byCategory.get(name)! }] : []));
    return { ...report, removed, imagesWithDuplicates, removedByCategory };
  } finally {
    await file?.close();
  }
}

function kindOfReport(path: string, output: string): DuplicatesKind {
  if (!relative(output, path).startsWith('..')) throw new SamError('usage/option', `--report lies in the place of --output, ${printableName(output)}: it is no part of the dataset.`);
  const extension = extname(path).toLowerCase();
  if (extension === '.json' || extension === '.csv') return extension === '.json' ? 'json' : 'csv';
  throw new SamError('usage/option', `--report expects a file that ends in .json or .csv, got ${JSON.stringify(path)}.`);
}

function optionsOf({ iou, containment, prefer, perCategory }: DedupeOptions): DedupeOptions {
  return { iou, containment, prefer, perCategory };
}

async function stagedReport(file: DuplicatesFile | undefined, { report, input, force, dryRun, stop }: DedupeRequest): Promise<StagedOutput | undefined> {
  if (file === undefined || report === undefined) return undefined;
  const staged = await StagedOutput.open(report, { kind: 'file', force, dryRun, inputs: [input], stop });
  try {
    await staged.put('', file.pieces());
  } catch (error) {
    await staged.discard();
    throw error;
  }
  return staged;
}

/** The source without the duplicates of each image; `tell` hears of them in the first reading. */
function withoutDuplicates(source: DatasetSource, options: DedupeOptions, tell: Removal): DatasetSource {
  let isFirst = true;
  return {
    ...source,
    async *entries() {
      const isTold = isFirst;
      isFirst = false;
      for await (const whole of source.entries()) {
        const { entry, removed } = dedupeEntry(whole, options);
        if (isTold && removed.length > 0) await tell(whole, removed);
        yield entry;
      }
    },
  };
}
