/** `sam stats IN`. */
import { Args, Flags } from '@oclif/core';
import { SamCommand, type Outcome } from '../src/cli/base-command.js';
import { SOURCE_FLAGS } from '../src/cli/dataset-flags.js';
import { flagsOf, optionsFromFlags } from '../src/cli/flags.js';
import { withSignals } from '../src/cli/signals.js';
import { statsOutcome } from '../src/cli/stats-outcome.js';
import { GEOMETRY_OPTIONS, OUTPUT_OPTIONS, READ_OPTIONS, STATS_OPTIONS, datasetStats, resolveOptions } from '../src/index.js';

const OPTIONS = {
  ...STATS_OPTIONS, ...READ_OPTIONS, vocBase: GEOMETRY_OPTIONS.vocBase,
  force: { ...OUTPUT_OPTIONS.force, summary: 'Replace another file at --plot.' },
  dryRun: { ...OUTPUT_OPTIONS.dryRun, summary: 'Count everything, write no --plot.' },
};

export default class Stats extends SamCommand<typeof Stats> {
  static override summary = 'Count a dataset: images, masks, sizes, overlaps, classes.';
  static override description = `Areas are those of masks, of boxes where there is none; sizes are COCO's classes. Empty masks do not count as masks. With --json the
counts are the summary.`;
  static override examples = [
    { description: 'What is in a dataset, and a picture of it', command: '<%= config.bin %> stats instances.json --plot stats.png' },
    { description: 'In CI: fail with exit code 7 if an image has no mask', command: '<%= config.bin %> stats masks --min-masks-per-image 1 --json' },
  ];
  static override args = { input: Args.string({ description: 'A file or folder of annotations.', required: true, ignoreStdin: true }) };
  static override flags = {
    plot: Flags.string({ summary: 'Draw bar charts of categories, areas and images into a PNG.', helpValue: 'FILE' }),
    ...SOURCE_FLAGS,
    ...flagsOf(OPTIONS),
  };

  protected async execute(): Promise<Outcome> {
    const { plot, from, images, instances } = this.flags;
    const options = resolveOptions(OPTIONS, optionsFromFlags(OPTIONS, this.flags));
    return await withSignals(async ({ stop }) => {
      const request = { ...options, input: this.args.input, plot, from, images, instances, stop };
      return statsOutcome(await datasetStats(request), request);
    });
  }
}
