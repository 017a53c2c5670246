/** `sam convert IN --to FORMAT --output OUT`. */
import { Args, Flags } from '@oclif/core';
import { SamCommand, type Outcome } from '../src/cli/base-command.js';
import { convertOutcome } from '../src/cli/convert-outcome.js';
import { SOURCE_FLAGS } from '../src/cli/dataset-flags.js';
import { flagsOf, optionsFromFlags } from '../src/cli/flags.js';
import { withSignals } from '../src/cli/signals.js';
import { convertDataset, FORMAT_NAMES, GEOMETRY_OPTIONS, OUTPUT_OPTIONS, READ_OPTIONS, resolveOptions } from '../src/index.js';

const OPTIONS = { ...OUTPUT_OPTIONS, ...READ_OPTIONS, ...GEOMETRY_OPTIONS };

export default class Convert extends SamCommand<typeof Convert> {
  static override summary = 'Convert a dataset from one annotation format to another.';
  static override description = `The format of the input is detected. What the output cannot hold is counted and named, and nothing is written unless --allow-lossy permits it.
Masks are exact where the format can hold them; ids, categories, scores and unknown keys stay where the format has a place for them.`;
  static override examples = [
    { description: 'A COCO file to a YOLO segmentation dataset, holes joined to the outline', command: '<%= config.bin %> convert instances.json --to yolo --output yolo --images photos --holes bridge --allow-lossy' },
    { description: 'See what would be lost, writing nothing', command: '<%= config.bin %> convert masks --from sa1b --to coco --output dataset.json --dry-run' },
  ];
  static override args = { input: Args.string({ description: 'A file or folder of annotations.', required: true, ignoreStdin: true }) };
  static override flags = {
    to: Flags.option({ options: FORMAT_NAMES, summary: 'Format to write.', required: true, helpValue: 'FORMAT' })(),
    output: Flags.string({ char: 'o', summary: 'File or folder to write.', required: true, helpValue: 'OUT' }),
    ...SOURCE_FLAGS,
    ...flagsOf(OPTIONS),
  };

  protected async execute(): Promise<Outcome> {
    const { to, output, from, images, instances } = this.flags;
    const options = resolveOptions(OPTIONS, optionsFromFlags(OPTIONS, this.flags));
    return await withSignals(async ({ stop }) => {
      const request = { ...options, input: this.args.input, to, output, from, images, instances, stop };
      return convertOutcome(await convertDataset(request), request);
    });
  }
}
