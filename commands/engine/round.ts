/** `sam engine round DIR`. */
import { Args, Flags } from '@oclif/core';
import { SamCommand, type Outcome } from '../../src/cli/base-command.js';
import { roundOutcome } from '../../src/cli/engine-work-outcome.js';
import { withSimulated } from '../../src/cli/people-outcome.js';
import { flagsOf, optionsFromFlags } from '../../src/cli/flags.js';
import { progressReporter } from '../../src/cli/progress-reporter.js';
import { withSignals } from '../../src/cli/signals.js';
import { PERSON_FLAGS, personOf, simulateFlag } from '../../src/cli/simulate-flags.js';
import { ROUND_OPTIONS, endSimulatedRound } from '../../src/index.js';

export default class EngineRound extends SamCommand<typeof EngineRound> {
  static override summary = 'Close a round: train on its masks, compare the models on images that are held out, keep the better one.';
  static override description = `The masks of the split "train" are exported as COCO to DIR/rounds/N, the trainer runs, and the old and the new model find the held-out regions that people made, with boxes and clicks; the higher
mean IoU wins. Then the next round is open. Without --trainer the round is closed, its dataset exported and a command printed. An interrupted round goes on with the same command.`;
  static override examples = [
    { description: 'Close it, and see what to run', command: '<%= config.bin %> engine round leaves' },
    { description: 'With the toolkit\'s own trainer', command: '<%= config.bin %> engine round leaves --trainer "python -m training.finetune {model} {dataset} {images} {out} --minutes {minutes}" --minutes 20' },
  ];
  static override args = { dir: Args.string({ description: 'Folder of the project.', required: true, ignoreStdin: true }) };
  static override flags = {
    trainer: Flags.string({ summary: 'What trains: a command with {dataset} (COCO) and {out} (a folder to make), and {images}, {model}, {minutes} if it wants them; no shell. [default: none, a command is printed]', helpValue: 'COMMAND' }),
    ...flagsOf(ROUND_OPTIONS),
    simulate: simulateFlag('First let an annotator made from these true masks (any format) do what is to do in the round.'),
    ...PERSON_FLAGS,
  };

  protected async execute(): Promise<Outcome> {
    return await withSignals(async (signals) => {
      const request = { folder: this.args.dir, env: process.env, trainer: this.flags.trainer, ...optionsFromFlags(ROUND_OPTIONS, this.flags) };
      const { ended, simulated } = await endSimulatedRound(request, personOf(this.flags), Date.now(), { ...signals, events: progressReporter(this.flags) });
      return withSimulated(roundOutcome(ended), simulated, this.args.dir, 'before');
    });
  }
}
