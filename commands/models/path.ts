/** `sam models path NAME` */
import { Args } from '@oclif/core';
import { SamCommand, type Outcome } from '../../src/cli/base-command.js';
import { locateModel } from '../../src/index.js';

export default class ModelsPath extends SamCommand<typeof ModelsPath> {
  static override summary = 'Print the folder of a model that has been fetched.';
  static override examples = [
    { description: 'Where is the embedded model?', command: '<%= config.bin %> <%= command.id %> embedded' },
    { description: 'Look at the files of a fetched one:', command: 'ls -l "$(<%= config.bin %> <%= command.id %> mobile-sam)"' },
  ];
  static override args = { name: Args.string({ required: true, description: 'A name that `sam models list` prints.' }) };

  protected async execute(): Promise<Outcome> {
    const { folder, files } = await locateModel(this.args.name, { env: process.env });
    return { summary: { folder }, outputs: files.map(({ path }) => path), text: folder };
  }
}
