/** `sam prepare ANNOTATIONS --images DIR --output DIR`. */
import { Args, Flags } from '@oclif/core';
import { SamCommand, type Outcome } from '../src/cli/base-command.js';
import { flagsOf, optionsFromFlags } from '../src/cli/flags.js';
import { prepareOutcome } from '../src/cli/prepare-outcome.js';
import { progressReporter } from '../src/cli/progress-reporter.js';
import { withSignals } from '../src/cli/signals.js';
import { FORMAT_NAMES, IMAGE_OPTIONS, PREPARE_OPTIONS, prepareDataset } from '../src/index.js';

export default class Prepare extends SamCommand<typeof Prepare> {
  static override summary = 'Prepare a dataset for training as HQ-SAM does it.';
  static override description = `By default each object becomes samples of 1024 x 1024: the picture resized, mirrored, scaled by 0.1 to 2.0, cut and padded with its mask, and one
prompt drawn from it (box, points, or a noisy mask). --layout hq-sam writes the pairs of pictures and masks that HQ-SAM's own train.py reads
instead. Seeded: the same input and seed give the same bytes. Interrupted, the same command goes on where it stopped.`;
  static override examples = [
    { description: 'Two samples of every object', command: '<%= config.bin %> prepare annotations.json --images photos --output samples --count 2 --seed 1' },
    { description: 'The folder that HQ-SAM is trained from', command: '<%= config.bin %> prepare annotations.json --images photos --output hq --layout hq-sam' },
  ];
  static override args = { annotations: Args.string({ description: 'A dataset with masks, in any format that is read.', required: true }) };
  static override flags = {
    images: Flags.string({ summary: 'Folder of the images.', required: true, helpValue: 'DIR' }),
    output: Flags.string({ char: 'o', summary: 'Folder to write to.', required: true, helpValue: 'DIR' }),
    from: Flags.option({ options: FORMAT_NAMES, summary: 'Format to read. [default: detected]', helpValue: 'FORMAT' })(),
    ...flagsOf(PREPARE_OPTIONS),
    ...flagsOf(IMAGE_OPTIONS, 'IMAGES'),
  };

  protected async execute(): Promise<Outcome> {
    const { flags } = this;
    const options = optionsFromFlags(PREPARE_OPTIONS, flags);
    const dryRun = options.dryRun === true;
    return await withSignals(async (signals) => {
      const request = { annotations: this.args.annotations, images: flags.images, output: flags.output, from: flags.from, options, image: optionsFromFlags(IMAGE_OPTIONS, flags) };
      const summary = await prepareDataset(request, { ...signals, events: progressReporter({ ...flags, quiet: flags.quiet || dryRun }) });
      return prepareOutcome(summary, { output: flags.output, dryRun, what: options.layout === 'hq-sam' ? 'pairs' : 'samples' });
    });
  }
}
