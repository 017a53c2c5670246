/** `sam engine export DIR --to FORMAT --output OUT`. */
import { Args, Flags } from '@oclif/core';
import { SamCommand, type Outcome } from '../../src/cli/base-command.js';
import { exportOutcome } from '../../src/cli/engine-outcome.js';
import { flagsOf, optionsFromFlags } from '../../src/cli/flags.js';
import { withSignals } from '../../src/cli/signals.js';
import { EXPORT_OPTIONS, exportFilterOf, exportProject, FORMAT_NAMES, GEOMETRY_OPTIONS, OUTPUT_OPTIONS, resolveOptions } from '../../src/index.js';

const OPTIONS = { ...EXPORT_OPTIONS, ...OUTPUT_OPTIONS, ...GEOMETRY_OPTIONS };

export default class EngineExport extends SamCommand<typeof EngineExport> {
  static override summary = 'Write the masks of a project as a dataset, in any format.';
  static override description = `What people accepted or corrected, unless --status says otherwise; stage, round and annotator go with each mask where the format has attributes. Also while the annotator
is at work. Images whose file is missing or changed are left out.`;
  static override examples = [
    { description: 'Everything that was accepted, as one COCO file', command: '<%= config.bin %> engine export leaves --to coco --output leaves.json' },
    { description: 'The part to train on, for YOLO', command: '<%= config.bin %> engine export leaves --to yolo --split train --output yolo --holes bridge' },
  ];
  static override args = { dir: Args.string({ description: 'Folder of the project.', required: true, ignoreStdin: true }) };
  static override flags = {
    to: Flags.option({ options: FORMAT_NAMES, summary: 'Format to write.', required: true, helpValue: 'FORMAT' })(),
    output: Flags.string({ char: 'o', summary: 'File or folder to write.', required: true, helpValue: 'OUT' }),
    ...flagsOf(OPTIONS),
  };

  protected async execute(): Promise<Outcome> {
    const { to, output } = this.flags;
    const options = resolveOptions(OPTIONS, optionsFromFlags(OPTIONS, this.flags));
    return await withSignals(async ({ stop }) => {
      const request = { ...options, ...exportFilterOf(options), folder: this.args.dir, to, output, stop };
      return exportOutcome(await exportProject(request), request);
    });
  }
}
