/** `sam engine import DIR FILE`. */
import { Args, Flags } from '@oclif/core';
import { SamCommand, type Outcome } from '../../src/cli/base-command.js';
import { SOURCE_FLAGS } from '../../src/cli/dataset-flags.js';
import { importOutcome } from '../../src/cli/engine-outcome.js';
import { flagsOf, optionsFromFlags } from '../../src/cli/flags.js';
import { withSignals } from '../../src/cli/signals.js';
import { IMPORT_OPTIONS, importFile, READ_OPTIONS, resolveOptions } from '../../src/index.js';

const OPTIONS = { ...IMPORT_OPTIONS, ...READ_OPTIONS };

export default class EngineImport extends SamCommand<typeof EngineImport> {
  static override summary = 'Take the masks of annotation files into a project.';
  static override description = `Images are found by their names, classes by theirs. A second run with the same file adds nothing twice: what is the same stays, what changed in the
file replaces what nobody has judged since.`;
  static override examples = [
    { description: 'What people have annotated elsewhere', command: '<%= config.bin %> engine import leaves instances.json --annotator ann' },
    { description: 'What sam segment-all made on several machines', command: '<%= config.bin %> engine import leaves part-0 --stage fully-automatic --as accepted --model embedded --category leaf --done' },
    { description: 'Masks of a generator, for people to judge', command: '<%= config.bin %> engine import leaves masks --from sa1b --as proposed' },
  ];
  static override args = {
    dir: Args.string({ description: 'Folder of the project.', required: true, ignoreStdin: true }),
    input: Args.string({ description: 'A file or folder of annotations.', required: true, ignoreStdin: true }),
  };
  static override flags = {
    ...SOURCE_FLAGS, ...flagsOf(OPTIONS),
    model: Flags.string({ summary: 'The model that made the masks, for the record: a name from `sam models list`, or a folder.', helpValue: 'NAME|FOLDER' }),
    'dry-run': Flags.boolean({ summary: 'Read and check everything, say what would be added, keep nothing.' }),
  };

  protected async execute(): Promise<Outcome> {
    const { from, images, instances, model, 'dry-run': dryRun } = this.flags;
    const options = resolveOptions(OPTIONS, optionsFromFlags(OPTIONS, this.flags));
    return await withSignals(async ({ stop }) => {
      const request = { ...options, folder: this.args.dir, input: this.args.input, from, images, instances, model, env: process.env, dryRun, stop };
      return importOutcome(await importFile(request, Date.now()), request);
    });
  }
}
