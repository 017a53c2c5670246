/** `sam engine assist DIR`. */
import { Args, Flags } from '@oclif/core';
import { assistOutcome } from '../../src/cli/assist-outcome.js';
import { SamCommand, type Outcome } from '../../src/cli/base-command.js';
import { flagsOf, optionsFromFlags } from '../../src/cli/flags.js';
import { withSignals } from '../../src/cli/signals.js';
import { replayOutcome, simulateOutcome } from '../../src/cli/people-outcome.js';
import { progressReporter } from '../../src/cli/progress-reporter.js';
import { REPLAY_FLAGS, replayFlag, simulateFlag, SIMULATION_FLAGS } from '../../src/cli/stand-in-flags.js';
import { assist, ASSIST_OPTIONS, replayRecording, REPLAY_OPTIONS, simulateAnnotator, SIMULATE_OPTIONS } from '../../src/index.js';

/** What only a page needs. */
const PAGE_ONLY = ['open', 'read-only', 'port', 'cache-size', 'move-on', 'claim'];

export default class EngineAssist extends SamCommand<typeof EngineAssist> {
  static override summary = 'Segment a project\'s images by hand, with the model\'s help, in a browser.';
  static override description = `Serves a page to this machine alone and prints its address, which carries a key: who has it can work in the project until this ends. The model answers clicks in the
browser itself; all that was accepted is on the disk before the page says so. Control-C ends it.
With --replay, what people did in another project with the same images is done again, without a page. With --simulate, an annotator made from ground truth works: it clicks where the mask is most wrong
(the pixel deepest in the larger error), takes the best of the three masks of the first click, and accepts at --accept-iou; with --stage semi it judges the proposals first. Seconds are the annotator's.`;
  static override examples = [
    { description: 'Open the page in the browser', command: '<%= config.bin %> engine assist leaves --open' },
    { description: 'Judge what the model proposed', command: '<%= config.bin %> engine assist leaves --stage semi' },
    { description: 'Do again what people did elsewhere', command: '<%= config.bin %> engine assist leaves --replay recording.jsonl' },
    { description: 'What would it take to annotate these images?', command: '<%= config.bin %> engine assist leaves --simulate instances.json' },
    { description: 'On another machine: there', command: '<%= config.bin %> engine assist leaves --port 8123' },
    { description: 'and here, then the printed address', command: 'ssh -N -L 8123:127.0.0.1:8123 user@machine' },
  ];
  static override args = { dir: Args.string({ description: 'Folder of the project.', required: true, ignoreStdin: true }) };
  static override flags = {
    annotator: Flags.string({ summary: 'Who works; a tab may say another name. [default: the user\'s name]', helpValue: 'NAME' }),
    stage: Flags.option({ summary: 'assisted: people ask the model; semi: the model proposed, people judge and add. [default: that of the open round]', options: ['assisted', 'semi'] as const })(),
    model: Flags.string({ summary: 'Model that helps: a name from the registry or a folder. [default: the project\'s]', helpValue: 'NAME|FOLDER' }),
    open: Flags.boolean({ summary: 'Open the page in the browser.' }),
    'read-only': Flags.boolean({ summary: 'Only look; another process may write to the project meanwhile.' }),
    ...flagsOf(ASSIST_OPTIONS),
    replay: replayFlag('Do the steps of a recording again (sam engine export --recording), instead of serving a page.', [...PAGE_ONLY, 'annotator', 'stage']),
    ...REPLAY_FLAGS,
    simulate: simulateFlag('Let an annotator made from these true masks (any format) work, instead of serving a page.', PAGE_ONLY),
    ...SIMULATION_FLAGS,
  };

  protected async execute(): Promise<Outcome> {
    const { annotator, stage, model, open, 'read-only': readOnly, replay, simulate } = this.flags, folder = this.args.dir;
    return await withSignals(async (signals) => {
      const { stop } = signals;
      if (replay !== undefined) return replayOutcome(await replayRecording({ ...optionsFromFlags(REPLAY_OPTIONS, this.flags), folder, recording: replay, model, env: process.env, stop }, Date.now()), folder);
      if (simulate !== undefined) {
        stop.addEventListener('abort', () => { this.say('Finishing the images in work; once more to give them up.'); });
        const request = { ...optionsFromFlags(SIMULATE_OPTIONS, this.flags), folder, truth: simulate, stage, model, env: process.env };
        return simulateOutcome(await simulateAnnotator(request, Date.now(), { ...signals, events: progressReporter(this.flags) }), folder);
      }
      // the address is what was asked for: it is told whatever else is not
      const tell = (text: string): void => void process.stderr.write(`${text}\n`);
      const onReady = (address: string): void => { tell(`Open this address in a browser on this machine; Control-C ends it.\n\n    ${address}\n`); };
      this.say('Opening the project and its model...');
      return assistOutcome(await assist({ ...optionsFromFlags(ASSIST_OPTIONS, this.flags), folder, annotator, stage, model, open, readOnly, env: process.env, stop, onReady, onFault: tell }));
    });
  }
}
