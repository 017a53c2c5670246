/** `sam engine next DIR`. */
import { Args } from '@oclif/core';
import { SamCommand, type Outcome } from '../../src/cli/base-command.js';
import { nextOutcome } from '../../src/cli/engine-status-outcome.js';
import { adviceOf, projectStatus } from '../../src/index.js';

export default class EngineNext extends SamCommand<typeof EngineNext> {
  static override summary = 'Say what to do now in a project, and with which command.';
  static override examples = [
    { description: 'What is to do', command: '<%= config.bin %> engine next leaves' },
    { description: 'For a program', command: '<%= config.bin %> engine next leaves --json' },
  ];
  static override args = { dir: Args.string({ description: 'Folder of the project.', required: true, ignoreStdin: true }) };

  protected async execute(): Promise<Outcome> {
    const { status } = await projectStatus(this.args.dir, Date.now());
    return nextOutcome(adviceOf(status, this.args.dir));
  }
}
