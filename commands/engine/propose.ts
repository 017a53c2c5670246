/** `sam engine propose DIR`. */
import { Args, Flags } from '@oclif/core';
import { SamCommand, type Outcome } from '../../src/cli/base-command.js';
import { proposeOutcome } from '../../src/cli/engine-work-outcome.js';
import { withStandIn } from '../../src/cli/people-outcome.js';
import { flagsOf, optionsFromFlags } from '../../src/cli/flags.js';
import { progressReporter } from '../../src/cli/progress-reporter.js';
import { withSignals } from '../../src/cli/signals.js';
import { PERSON_FLAGS, REPLAY_FLAGS, replayFlag, simulateFlag, standInOf } from '../../src/cli/stand-in-flags.js';
import { FORMAT_NAMES, PROPOSE_GENERATOR, PROPOSE_OPTIONS, proposeAndJudge } from '../../src/index.js';

export default class EnginePropose extends SamCommand<typeof EnginePropose> {
  static override summary = 'Let the model propose masks that it is sure of, for people to judge.';
  static override description = `For the images that are to do: from a grid of points at strict thresholds, or with --detections from a detector's boxes. Nothing is proposed where a mask is already, or where one was rejected.
With --target-precision the threshold comes from people's verdicts on this model's proposals: it is the lowest score from which on at least that share is accepted (Wilson's lower bound, one-sided 95 %); while the
verdicts are too few to say so, the strict thresholds stay. The same command again does nothing; with other options, proposals that nobody has judged give way.`;
  static override examples = [
    { description: 'What the model is sure of', command: '<%= config.bin %> engine propose leaves' },
    { description: 'From a detector\'s boxes', command: '<%= config.bin %> engine propose leaves --detections boxes.json --min-score 0.5' },
    { description: 'Judged as people did before', command: '<%= config.bin %> engine propose leaves --replay recording.jsonl' },
    { description: 'Only what people would accept 19 times of 20', command: '<%= config.bin %> engine propose leaves --target-precision 0.95' },
  ];
  static override args = { dir: Args.string({ description: 'Folder of the project.', required: true, ignoreStdin: true }) };
  static override flags = {
    detections: Flags.string({ summary: 'Annotations with boxes, in any format that sam reads, instead of a grid of points.', helpValue: 'FILE' }),
    from: Flags.option({ options: FORMAT_NAMES, summary: 'Format of the detections. [default: detected]', helpValue: 'FORMAT' })(),
    instances: Flags.string({ summary: 'The instances file that a coco-results file of detections belongs to.', helpValue: 'FILE' }),
    model: Flags.string({ summary: 'Another model than the project\'s: a name from `sam models list`, or a folder.', helpValue: 'NAME|FOLDER' }),
    ...flagsOf(PROPOSE_OPTIONS),
    ...flagsOf(PROPOSE_GENERATOR, 'GENERATOR'),
    replay: replayFlag('Then give the verdicts on proposals of a recording (sam engine export --recording), and its corrections of them; the images stay to do.'),
    ...REPLAY_FLAGS,
    simulate: simulateFlag('Then let an annotator made from these true masks (any format) judge the proposals; the images stay to do.'),
    ...PERSON_FLAGS,
  };

  protected async execute(): Promise<Outcome> {
    const { detections, from, instances, model } = this.flags;
    return await withSignals(async (signals) => {
      signals.stop.addEventListener('abort', () => { this.say('Finishing the images in work; once more to give them up.'); });
      const options = optionsFromFlags(PROPOSE_OPTIONS, this.flags), generator = optionsFromFlags(PROPOSE_GENERATOR, this.flags);
      const request = { folder: this.args.dir, options, generator, detections, from, instances, model, env: process.env };
      const { proposed, ...stoodIn } = await proposeAndJudge(request, standInOf(this.flags), Date.now(), { ...signals, events: progressReporter(this.flags) });
      return withStandIn(proposeOutcome(proposed, this.args.dir), stoodIn, this.args.dir, 'after');
    });
  }
}
