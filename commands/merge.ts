/** `sam merge IN... --output OUT`. */
import { Args } from '@oclif/core';
import { SamCommand, type Outcome } from '../src/cli/base-command.js';
import { SOURCE_FLAGS, TARGET_FLAGS } from '../src/cli/dataset-flags.js';
import { flagsOf, optionsFromFlags } from '../src/cli/flags.js';
import { mergeOutcome } from '../src/cli/merge-outcome.js';
import { withSignals } from '../src/cli/signals.js';
import { GEOMETRY_OPTIONS, OUTPUT_OPTIONS, READ_OPTIONS, mergeDatasets, resolveOptions } from '../src/index.js';

const OPTIONS = { ...OUTPUT_OPTIONS, ...READ_OPTIONS, ...GEOMETRY_OPTIONS };

export default class Merge extends SamCommand<typeof Merge> {
  static override summary = 'Merge datasets into one, ids and categories reconciled.';
  static override description = `Images are sorted by file name; categories of one name become one. Ids stay as they are unless they collide: then those of images or
annotations count from 1. An image that several inputs have, in one size, gets the annotations of all; in two sizes it is an error. Whatever is
decided is told. The shards of a run merge into the very file that one run writes.`;
  static override examples = [
    { description: 'Put the shards of a run together', command: '<%= config.bin %> merge dataset/annotations-*-of-3.json --output dataset/annotations.json' },
    { description: 'A COCO file and a YOLO dataset as one COCO file', command: '<%= config.bin %> merge day.json night-yolo --to coco --output all.json' },
  ];
  static override strict = false;
  static override args = { input: Args.string({ description: 'Files and folders of annotations.', required: true, ignoreStdin: true }) };
  static override flags = { ...TARGET_FLAGS, ...SOURCE_FLAGS, ...flagsOf(OPTIONS) };

  protected async execute(): Promise<Outcome> {
    const { to, output, from, images, instances } = this.flags;
    const options = resolveOptions(OPTIONS, optionsFromFlags(OPTIONS, this.flags));
    return await withSignals(async ({ stop }) => {
      const request = { ...options, inputs: this.inputs, to, output, from, images, instances, stop };
      return mergeOutcome(await mergeDatasets(request), request);
    });
  }
}
