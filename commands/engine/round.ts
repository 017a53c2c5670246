/** `sam engine round DIR`. */
import { Args, Flags } from '@oclif/core';
import { SamCommand, type Outcome } from '../../src/cli/base-command.js';
import { roundOutcome } from '../../src/cli/round-outcome.js';
import { withStandIn } from '../../src/cli/people-outcome.js';
import { flagsOf, optionsFromFlags } from '../../src/cli/flags.js';
import { progressReporter } from '../../src/cli/progress-reporter.js';
import { withSignals } from '../../src/cli/signals.js';
import { PERSON_FLAGS, REPLAY_FLAGS, replayFlag, simulateFlag, standInOf } from '../../src/cli/stand-in-flags.js';
import { ROUND_OPTIONS, finishRound } from '../../src/index.js';

export default class EngineRound extends SamCommand<typeof EngineRound> {
  static override summary = 'Close a round: train on its masks, compare the models on images that are held out, keep the better one.';
  static override description = `The masks of the split "train" are written to DIR/rounds/N, a new model is trained on them, and the old and the new model find the held-out regions that people made, with boxes and clicks; the higher
mean IoU wins. Then the next round is open. An interrupted round goes on with the same command; one in which nothing was done yet is not closed.
What trains is \`sam models finetune\`, where there is a Python for it and the model is of the embedded one's kind, or --trainer. Else the round is closed, its dataset written, and a command printed that trains
elsewhere: once its model is in DIR/rounds/N/model, the same command takes it.`;
  static override examples = [
    { description: 'Train for 20 minutes, and keep what is better', command: '<%= config.bin %> engine round leaves --minutes 20 --python venv' },
    { description: 'With a trainer of your own, which reads the layout of HQ-SAM', command: '<%= config.bin %> engine round leaves --export hq-sam --trainer "python my_train.py --data {dataset} --from {model} --to {out}"' },
  ];
  static override args = { dir: Args.string({ description: 'Folder of the project.', required: true, ignoreStdin: true }) };
  static override flags = {
    trainer: Flags.string({ summary: 'What trains: a command with {dataset} (the first of --export) and {out} (a folder to make), and {images}, {model}, {minutes} if it wants them; no shell. [default: sam models finetune]', helpValue: 'COMMAND' }),
    python: Flags.string({ summary: 'The Python that trains: a program, or the folder of a virtual environment. [default: as for sam models finetune]', helpValue: 'PATH', exclusive: ['trainer'] }),
    ...flagsOf(ROUND_OPTIONS),
    replay: replayFlag('First do the steps of a recording again (sam engine export --recording).'),
    ...REPLAY_FLAGS,
    simulate: simulateFlag('First let an annotator made from these true masks (any format) do what is to do in the round.'),
    ...PERSON_FLAGS,
  };

  protected async execute(): Promise<Outcome> {
    return await withSignals(async (signals) => {
      const request = { folder: this.args.dir, env: process.env, trainer: this.flags.trainer, python: this.flags.python, tell: (line: string) => { this.say(line); }, ...optionsFromFlags(ROUND_OPTIONS, this.flags) };
      const { ended, ...stoodIn } = await finishRound(request, standInOf(this.flags), Date.now(), { ...signals, events: progressReporter(this.flags) });
      return withStandIn(roundOutcome(ended, this.args.dir), stoodIn, this.args.dir, 'before');
    });
  }
}
