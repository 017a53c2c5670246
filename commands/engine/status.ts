/** `sam engine status DIR`. */
import { Args, Flags } from '@oclif/core';
import { SamCommand, type Outcome } from '../../src/cli/base-command.js';
import { statusOutcome } from '../../src/cli/engine-status-outcome.js';
import { flagsOf, optionsFromFlags } from '../../src/cli/flags.js';
import { withSignals } from '../../src/cli/signals.js';
import { OUTPUT_OPTIONS, projectStatus, resolveOptions } from '../../src/index.js';

const OPTIONS = { force: { ...OUTPUT_OPTIONS.force, summary: 'Replace another file at --plot.' }, dryRun: { ...OUTPUT_OPTIONS.dryRun, summary: 'Say everything, write no --plot.' } };

export default class EngineStatus extends SamCommand<typeof EngineStatus> {
  static override summary = 'Say where a project stands: images, masks, effort and acceptance by round.';
  static override description = `S/MASK and CLICKS: what a person spent on a mask, where it was recorded. ACCEPTED: the part of the judged proposals that were accepted or corrected. A star marks the open round. RIGHT: proposals that people left
as they were. The model of a round is measured on images that are held out when the round ends: mean IoU with boxes, after one click (its top-scored mask, and the truly best of three) and after the last.`;
  static override examples = [
    { description: 'As tables', command: '<%= config.bin %> engine status leaves' },
    { description: 'As a picture', command: '<%= config.bin %> engine status leaves --plot status.png' },
    { description: 'For a program', command: '<%= config.bin %> engine status leaves --json' },
  ];
  static override args = { dir: Args.string({ description: 'Folder of the project.', required: true, ignoreStdin: true }) };

  static override flags = {
    plot: Flags.string({ summary: 'Draw the numbers as charts into a PNG or SVG file.', helpValue: 'FILE' }),
    ...flagsOf(OPTIONS, undefined, ['plot']),
  };

  protected async execute(): Promise<Outcome> {
    const { plot } = this.flags, options = resolveOptions(OPTIONS, optionsFromFlags(OPTIONS, this.flags));
    return await withSignals(async ({ stop }) => {
      const request = plot === undefined ? undefined : { ...options, plot, stop };
      return statusOutcome(await projectStatus(this.args.dir, Date.now(), request), request);
    });
  }
}
