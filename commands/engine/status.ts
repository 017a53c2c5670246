/** `sam engine status DIR`. */
import { Args } from '@oclif/core';
import { SamCommand, type Outcome } from '../../src/cli/base-command.js';
import { statusOutcome } from '../../src/cli/engine-status-outcome.js';
import { projectStatus } from '../../src/index.js';

export default class EngineStatus extends SamCommand<typeof EngineStatus> {
  static override summary = 'Say where a project stands: images, masks, effort and acceptance by round.';
  static override description = 'S/MASK and CLICKS: what a person spent on a mask, where it was recorded. ACCEPTED: the part of the judged proposals that were accepted or corrected. A star marks the open round.';
  static override examples = [
    { description: 'As tables', command: '<%= config.bin %> engine status leaves' },
    { description: 'For a program', command: '<%= config.bin %> engine status leaves --json' },
  ];
  static override args = { dir: Args.string({ description: 'Folder of the project.', required: true, ignoreStdin: true }) };

  protected async execute(): Promise<Outcome> {
    return statusOutcome(await projectStatus(this.args.dir, Date.now()));
  }
}
