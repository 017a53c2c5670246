/** A dataset of any format counted: images, masks, sizes, overlaps, classes; with thresholds for CI, and a picture. */
import { StatsCounter, type DatasetStats } from '../dataset/stats.js';
import { drawStats } from '../draw/stats-chart.js';
import { SamError, printableName } from '../errors.js';
import type { OUTPUT_OPTIONS } from '../formats/jobs/convert-options.js';
import type { RuleCount } from '../formats/jobs/findings-kept.js';
import type { FormatName } from '../formats/format.js';
import { openDataset, type SourceRequest } from '../formats/jobs/open-dataset.js';
import { StagedOutput } from '../formats/jobs/staged-output.js';
import { encodePngRgb } from '../image/encode.js';
import type { OptionTable, OptionsOf } from '../options.js';

export const STATS_OPTIONS = {
  minMasksPerImage: { kind: 'integer', default: undefined, min: 0, summary: 'Exit 7 if an image has fewer masks than this.' },
  maxMasksPerImage: { kind: 'integer', default: undefined, min: 0, summary: 'Exit 7 if an image has more masks than this.' },
} as const satisfies OptionTable;

export interface StatsRequest extends SourceRequest, OptionsOf<typeof STATS_OPTIONS>, Omit<OptionsOf<typeof OUTPUT_OPTIONS>, 'allowLossy'> {
  /** A PNG with bar charts. */
  plot?: string | undefined;
}

export interface StatsReport {
  from: FormatName;
  /** Why the input was taken for that format, where it was detected. */
  evidence?: string;
  stats: DatasetStats;
  findings: RuleCount[];
  /** Errors that were found and left out or put right (`lenient`). */
  errors: number;
  /** Thresholds that were not met, a sentence each. */
  unmet: string[];
  plot?: 'written' | 'same' | 'would-be-written';
}

/** Counts a dataset, an image in memory at a time. Throws as `openDataset`, and `usage/...` and `storage/...` for the picture. */
export async function datasetStats(request: StatsRequest): Promise<StatsReport> {
  const { minMasksPerImage: min, maxMasksPerImage: max, plot } = request;
  if (min !== undefined && max !== undefined && min > max) throw new SamError('usage/option', `--min-masks-per-image ${min} is above --max-masks-per-image ${max}: no image could pass.`);
  const { source, format, evidence, findings } = await openDataset(request);
  try {
    const counter = new StatsCounter(source.categories);
    const few = new Offenders(), many = new Offenders();
    for await (const entry of source.entries()) {
      if (request.stop?.aborted === true) throw new SamError('interrupted/signal', 'Interrupted while counting; nothing was written.');
      const masks = counter.add(entry);
      if (min !== undefined && masks < min) few.add(entry.image.fileName, masks);
      if (max !== undefined && masks > max) many.add(entry.image.fileName, masks);
    }
    const stats = counter.result();
    return {
      from: format.name, ...(evidence === undefined ? {} : { evidence }), stats, findings: findings.byRule, errors: findings.count('error'),
      unmet: [...few.sentence(`fewer masks than --min-masks-per-image ${min}`), ...many.sentence(`more masks than --max-masks-per-image ${max}`)],
      ...(plot === undefined ? {} : { plot: await writePlot(stats, plot, request) }),
    };
  } finally {
    await source.close?.();
  }
}

/** Images that break a threshold: how many, and the first. */
class Offenders {
  private count = 0;
  private readonly first: string[] = [];

  add(fileName: string, masks: number): void {
    if (this.count++ < 3) this.first.push(`${printableName(fileName)} (${masks})`);
  }

  sentence(what: string): string[] {
    if (this.count === 0) return [];
    return [`${this.count} image${this.count === 1 ? ' has' : 's have'} ${what}: ${this.first.join(', ')}${this.count > this.first.length ? ', ...' : ''}.`];
  }
}

async function writePlot(stats: DatasetStats, plot: string, { input, force, dryRun, stop }: StatsRequest): Promise<NonNullable<StatsReport['plot']>> {
  const staged = await StagedOutput.open(plot, { kind: 'file', force, dryRun, inputs: [input], stop });
  try {
    await staged.put('', await encodePngRgb(drawStats(stats)));
    if (!(await staged.commit())) return 'same';
    return dryRun ? 'would-be-written' : 'written';
  } finally {
    await staged.discard();
  }
}
