/** `sam engine simulate DIR TRUTH`. */
import { Args, Flags } from '@oclif/core';
import { SamCommand, type Outcome } from '../../src/cli/base-command.js';
import { simulateOutcome } from '../../src/cli/engine-work-outcome.js';
import { flagsOf, optionsFromFlags } from '../../src/cli/flags.js';
import { progressReporter } from '../../src/cli/progress-reporter.js';
import { withSignals } from '../../src/cli/signals.js';
import { FORMAT_NAMES, SIMULATE_OPTIONS, simulateAnnotator } from '../../src/index.js';

export default class EngineSimulate extends SamCommand<typeof EngineSimulate> {
  static override summary = 'Let an annotator made from ground truth work in a project, in place of a person.';
  static override description = `It sees the truth and uses the model as a person does: it clicks where the mask is most wrong (the pixel deepest in the larger error), takes the best of the
three masks of the first click, and accepts at --accept-iou; after --max-clicks an object is given up. With --stage semi it judges the proposals first: accepts what is good enough,
corrects what is near, rejects the rest, and adds what is missing. The largest objects come first. Seconds are the annotator's, by a model of time with a seed; the project's
order of images, its rounds and its masks are those of any person.`;
  static override examples = [
    { description: 'What would it take to annotate these images?', command: '<%= config.bin %> engine simulate leaves instances.json' },
    { description: 'An hour of judging proposals', command: '<%= config.bin %> engine simulate leaves instances.json --stage semi --minutes 60' },
  ];
  static override args = {
    dir: Args.string({ description: 'Folder of the project.', required: true, ignoreStdin: true }),
    truth: Args.string({ description: 'Annotations with the true masks, in any format that sam reads.', required: true, ignoreStdin: true }),
  };
  static override flags = {
    from: Flags.option({ options: FORMAT_NAMES, summary: 'Format of the truth. [default: detected]', helpValue: 'FORMAT' })(),
    model: Flags.string({ summary: 'Another model than the project\'s: a name from `sam models list`, or a folder.', helpValue: 'NAME|FOLDER' }),
    ...flagsOf(SIMULATE_OPTIONS),
  };

  protected async execute(): Promise<Outcome> {
    const { dir, truth } = this.args, { from, model } = this.flags;
    return await withSignals(async (signals) => {
      signals.stop.addEventListener('abort', () => { this.say('Finishing the images in work; once more to give them up.'); });
      const request = { folder: dir, truth, from, model, env: process.env, ...optionsFromFlags(SIMULATE_OPTIONS, this.flags) };
      return simulateOutcome(await simulateAnnotator(request, Date.now(), { ...signals, events: progressReporter(this.flags) }), dir);
    });
  }
}
