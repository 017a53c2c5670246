/** `sam segment-all INPUT... --output DIR`. */
import { Args, Flags } from '@oclif/core';
import { SamCommand, type Outcome } from '../src/cli/base-command.js';
import { flagsOf, optionsFromFlags } from '../src/cli/flags.js';
import { describePlan, folderOutcome } from '../src/cli/folder-outcome.js';
import { progressReporter } from '../src/cli/progress-reporter.js';
import { withSignals } from '../src/cli/signals.js';
import { FOLDER_OPTIONS, GENERATOR_OPTIONS, IMAGE_OPTIONS, MASK_OUTPUT_OPTIONS, planSegmentAll, segmentAll } from '../src/index.js';

export default class SegmentAll extends SamCommand<typeof SegmentAll> {
  static override summary = 'Mask every object in every image of a folder.';
  static override description = `Runs the model on a grid of points over each image, keeps the masks that it is sure of, drops duplicates, and writes a dataset.
What is not given comes from the model's recommendations where it has some, else it has the default below; --verbose says which.
Interrupted, the same command goes on where it stopped. Inputs are never modified.`;
  static override examples = [
    { description: 'Mask a folder with the embedded model, one SA-1B JSON file an image', command: '<%= config.bin %> segment-all photos --output masks' },
    { description: 'One COCO file, a fetched model, a finer grid and a layer of crops', command: '<%= config.bin %> segment-all photos --output dataset --format coco --model mobile-sam --points-per-side 48 --crop-n-layers 1' },
  ];
  static override strict = false;
  static override args = { input: Args.string({ description: 'Images, folders (recursive) or globs.', required: true }) };
  static override flags = {
    output: Flags.string({ char: 'o', summary: 'Folder to write to.', required: true, helpValue: 'DIR' }),
    model: Flags.string({ summary: 'A name from `sam models list`, or a folder with ONNX files. [default: $SAM_MODEL, else embedded]', helpValue: 'NAME|FOLDER' }),
    profile: Flags.boolean({ summary: 'Print the seconds of each stage.' }),
    ...flagsOf(MASK_OUTPUT_OPTIONS),
    ...flagsOf(GENERATOR_OPTIONS, 'GENERATOR'),
    ...flagsOf(FOLDER_OPTIONS, 'RUN'),
    ...flagsOf(IMAGE_OPTIONS, 'IMAGES'),
  };

  protected async execute(): Promise<Outcome> {
    const { flags } = this;
    const output = optionsFromFlags(MASK_OUTPUT_OPTIONS, flags);
    const plan = await planSegmentAll({
      inputs: this.inputs, output: flags.output, model: flags.model, env: process.env,
      generator: optionsFromFlags(GENERATOR_OPTIONS, flags), image: optionsFromFlags(IMAGE_OPTIONS, flags), folder: optionsFromFlags(FOLDER_OPTIONS, flags),
      format: output.format, category: output.category,
    });
    if (flags.verbose) describePlan(plan).forEach((line) => { this.say(line); });
    return await withSignals(async (signals) => {
      signals.stop.addEventListener('abort', () => { this.say('Finishing the images in work; once more to give them up.'); });
      return folderOutcome(await segmentAll(plan, { ...signals, events: progressReporter({ ...flags, quiet: flags.quiet || plan.spec.dryRun === true }) }), plan, flags);
    });
  }
}
