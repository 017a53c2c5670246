/** `sam engine auto DIR`. */
import { Args, Flags } from '@oclif/core';
import { SamCommand, type Outcome } from '../../src/cli/base-command.js';
import { autoOutcome } from '../../src/cli/engine-work-outcome.js';
import { flagsOf, optionsFromFlags } from '../../src/cli/flags.js';
import { progressReporter } from '../../src/cli/progress-reporter.js';
import { withSignals } from '../../src/cli/signals.js';
import { AUTO_GENERATOR, AUTO_OPTIONS, autoMasks } from '../../src/index.js';

export default class EngineAuto extends SamCommand<typeof EngineAuto> {
  static override summary = 'Let the model mask the images alone, with the recipe of SA-1B.';
  static override description = `A grid of 32 x 32 points on the image, 16 x 16 on 2 x 2 crops, 8 x 8 on 4 x 4; masks above the thresholds of predicted IoU and stability (the model's own, else 0.88 and 0.95), without duplicates
within and across crops, smaller crops first; masks over 95 % of the image dropped, holes and islands under 100 pixels cleaned. They are stored as accepted, and where one is a duplicate of a person's mask, that one stays.
The same command again does nothing, and goes on where it was interrupted; with other options its own masks of before give way.
On several machines: shards of \`sam segment-all\` with --crop-n-layers 2 --crop-n-points-downscale-factor 2 --min-mask-region-area 100 --max-area 0.95, taken in with \`sam engine import --done\`.`;
  static override examples = [
    { description: 'All images that are to do', command: '<%= config.bin %> engine auto leaves' },
    { description: 'Quicker: no crops', command: '<%= config.bin %> engine auto leaves --crop-n-layers 0' },
  ];
  static override args = { dir: Args.string({ description: 'Folder of the project.', required: true, ignoreStdin: true }) };
  static override flags = {
    model: Flags.string({ summary: 'Another model than the project\'s: a name from `sam models list`, or a folder.', helpValue: 'NAME|FOLDER' }),
    ...flagsOf(AUTO_OPTIONS),
    ...flagsOf(AUTO_GENERATOR, 'GENERATOR'),
  };

  protected async execute(): Promise<Outcome> {
    return await withSignals(async (signals) => {
      signals.stop.addEventListener('abort', () => { this.say('Finishing the images in work; once more to give them up.'); });
      const options = optionsFromFlags(AUTO_OPTIONS, this.flags), generator = optionsFromFlags(AUTO_GENERATOR, this.flags);
      const request = { folder: this.args.dir, options, generator, model: this.flags.model, env: process.env };
      return autoOutcome(await autoMasks(request, Date.now(), { ...signals, events: progressReporter(this.flags) }), this.args.dir);
    });
  }
}
