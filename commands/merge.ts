/** `sam merge IN... --output OUT`. */
import { Args, Flags } from '@oclif/core';
import { SamCommand, type Outcome } from '../src/cli/base-command.js';
import { mergeCocoFiles } from '../src/index.js';

export default class Merge extends SamCommand<typeof Merge> {
  static override summary = 'Merge COCO files into one, ids and categories reconciled.';
  static override description = 'Images are sorted by file name, ids count from 1, categories of one name become one. The shards of a run merge into the very file that one run writes.';
  static override examples = [
    { description: 'Put the shards of a run together', command: '<%= config.bin %> merge dataset/annotations-*-of-3.json --output dataset/annotations.json' },
    { description: 'See what two datasets would come to', command: '<%= config.bin %> merge day.json night.json --output all.json --dry-run' },
  ];
  static override strict = false;
  static override args = { input: Args.string({ description: 'COCO instances files.', required: true }) };
  static override flags = {
    output: Flags.string({ char: 'o', summary: 'File to write.', required: true, helpValue: 'FILE' }),
    force: Flags.boolean({ summary: 'Overwrite an output with other content.' }),
    'dry-run': Flags.boolean({ summary: 'Read and check everything, write nothing.' }),
  };

  protected async execute(): Promise<Outcome> {
    const { output, force } = this.flags;
    const summary = await mergeCocoFiles(this.inputs, output, { force, dryRun: this.flags['dry-run'] });
    this.say(`${summary.files} files: ${summary.images} images, ${summary.annotations} annotations, ${summary.categories} categories${this.flags['dry-run'] ? '; nothing was written' : ` in ${output}`}.`);
    return { summary: { ...summary }, outputs: this.flags['dry-run'] ? [] : [output] };
  }
}
