/** `sam engine export DIR --to FORMAT --output OUT`. */
import { Args, Flags } from '@oclif/core';
import { SamCommand, type Outcome } from '../../src/cli/base-command.js';
import { exportOutcome } from '../../src/cli/engine-outcome.js';
import { recordingOutcome } from '../../src/cli/people-outcome.js';
import { flagsOf, optionsFromFlags } from '../../src/cli/flags.js';
import { withSignals } from '../../src/cli/signals.js';
import { EXPORT_OPTIONS, exportFilterOf, exportProject, FORMAT_NAMES, GEOMETRY_OPTIONS, OUTPUT_OPTIONS, resolveOptions, writeRecording } from '../../src/index.js';

const OPTIONS = { ...EXPORT_OPTIONS, ...OUTPUT_OPTIONS, ...GEOMETRY_OPTIONS };

export default class EngineExport extends SamCommand<typeof EngineExport> {
  static override summary = 'Write the masks of a project as a dataset, in any format.';
  static override description = `What people accepted or corrected, unless --status says otherwise; stage, round and annotator go with each mask where the format has attributes. Also while the annotator
is at work. Images whose file is missing or changed are left out. With --recording: what people did, step by step, for sam engine assist --replay.`;
  static override examples = [
    { description: 'Everything that was accepted, as one COCO file', command: '<%= config.bin %> engine export leaves --to coco --output leaves.json' },
    { description: 'What people did, to be done again in another project', command: '<%= config.bin %> engine export leaves --recording leaves.jsonl' },
    { description: 'The part to train on, for YOLO', command: '<%= config.bin %> engine export leaves --to yolo --split train --output yolo --holes bridge' },
  ];
  static override args = { dir: Args.string({ description: 'Folder of the project.', required: true, ignoreStdin: true }) };
  static override flags = {
    to: Flags.option({ options: FORMAT_NAMES, summary: 'Format to write.', dependsOn: ['output'], helpValue: 'FORMAT' })(),
    output: Flags.string({ char: 'o', summary: 'File or folder to write.', dependsOn: ['to'], helpValue: 'OUT' }),
    recording: Flags.string({ summary: 'Write what people did (all of it, or that of --round) to this file of JSON lines, instead of a dataset.', helpValue: 'FILE', exactlyOne: ['to', 'recording'] }),
    ...flagsOf(OPTIONS),
  };

  protected async execute(): Promise<Outcome> {
    const { to, output, recording } = this.flags;
    const options = resolveOptions(OPTIONS, optionsFromFlags(OPTIONS, this.flags));
    return await withSignals(async ({ stop }) => {
      if (recording !== undefined) return recordingOutcome(await writeRecording({ ...options, folder: this.args.dir, output: recording, stop }), { ...options, output: recording });
      // there without a recording: the flags depend on each other
      const request = { ...options, ...exportFilterOf(options), folder: this.args.dir, to: to!, output: output!, stop };
      return exportOutcome(await exportProject(request), request);
    });
  }
}
