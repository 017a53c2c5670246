/** `sam split IN --ratio 0.8,0.1,0.1 --seed N --output DIR`. */
import { Args } from '@oclif/core';
import { SamCommand, type Outcome } from '../src/cli/base-command.js';
import { splitOutcome } from '../src/cli/convert-outcome.js';
import { SOURCE_FLAGS, TARGET_FLAGS } from '../src/cli/dataset-flags.js';
import { flagsOf, optionsFromFlags } from '../src/cli/flags.js';
import { withSignals } from '../src/cli/signals.js';
import { GEOMETRY_OPTIONS, OUTPUT_OPTIONS, READ_OPTIONS, SPLIT_OPTIONS, resolveOptions, splitDataset } from '../src/index.js';

const OPTIONS = { ...SPLIT_OPTIONS, ...OUTPUT_OPTIONS, ...READ_OPTIONS, ...GEOMETRY_OPTIONS };

export default class Split extends SamCommand<typeof Split> {
  static override summary = 'Split a dataset into train, val and test.';
  static override description = `Every image is in exactly one split, chosen by a seeded hash of its file name: the same on every machine, whatever the order of the images.
yolo, voc and cvat name the splits in one dataset; of other formats there is one a split (train.json, val.json, test.json, or a folder each). Splits that the
dataset had are replaced. Classes are not balanced, and images that look alike may fall into different splits. Images are not copied.`;
  static override examples = [
    { description: 'Eight tenths to train with, one to watch, one to test', command: '<%= config.bin %> split instances.json --ratio 0.8,0.1,0.1 --output splits' },
    { description: 'A COCO file as a YOLO dataset with train and val', command: '<%= config.bin %> split instances.json --ratio 0.9,0.1 --seed 7 --to yolo --output yolo --images photos --holes bridge --allow-lossy' },
  ];
  static override args = { input: Args.string({ description: 'A file or folder of annotations.', required: true, ignoreStdin: true }) };
  static override flags = { ...TARGET_FLAGS, ...SOURCE_FLAGS, ...flagsOf(OPTIONS) };

  protected async execute(): Promise<Outcome> {
    const { to, output, from, images, instances } = this.flags;
    const options = resolveOptions(OPTIONS, optionsFromFlags(OPTIONS, this.flags));
    return await withSignals(async ({ stop }) => {
      const request = { ...options, input: this.args.input, to, output, from, images, instances, stop };
      return splitOutcome(await splitDataset(request), request);
    });
  }
}
