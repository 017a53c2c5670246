/** `sam evaluate prompts GT --images DIR`. */
import { Args, Flags } from '@oclif/core';
import { SamCommand, type Outcome } from '../../src/cli/base-command.js';
import { flagsOf, optionsFromFlags } from '../../src/cli/flags.js';
import { progressReporter } from '../../src/cli/progress-reporter.js';
import { promptsOutcome } from '../../src/cli/prompts-outcome.js';
import { withSignals } from '../../src/cli/signals.js';
import { FORMAT_NAMES, IMAGE_OPTIONS, PROMPT_EVALUATION_OPTIONS, PROMPT_THRESHOLDS, evaluatePrompts } from '../../src/index.js';

export default class EvaluatePrompts extends SamCommand<typeof EvaluatePrompts> {
  static override summary = 'Measure how well a model finds annotated regions from boxes and clicks.';
  static override description = `Mean IoU with the box of each region, with a noisy box (10 % of its side as standard deviation, at most 20 pixels), and after 1, 2, 3, ... clicks.
The first click is the pixel farthest from the region's edge (the image's border counts as edge), each next one the pixel deepest in the
larger error of the mask so far: foreground where a part is missed, background where there is too much. The chosen mask's logits are fed
back. The model gives three masks for the first click, of which the top-scored one, or the truly best of three, goes on; boxes and later
clicks get the single mask (token 0), as in SAM's own evaluation. NoC@85 and NoC@90 are the clicks needed to reach that IoU, at most
--clicks. Sizes are COCO's: below 32 x 32 pixels, below 96 x 96, and the rest. Numbers do not depend on --workers.`;
  static override examples = [
    { description: 'The embedded model on your own annotations, numbers and curves kept', command: '<%= config.bin %> evaluate prompts instances.json --images photos --output numbers.json --plot curves.png' },
    { description: 'A fetched model must find half of it with one click', command: '<%= config.bin %> evaluate prompts instances.json --images photos --model mobile-sam --max-regions-per-image 8 --min-click-iou 0.5' },
  ];
  static override args = { annotations: Args.string({ description: 'Annotations with the true masks, in any format that sam reads.', required: true, ignoreStdin: true }) };
  static override flags = {
    images: Flags.string({ summary: 'Folder of the images.', required: true, helpValue: 'DIR' }),
    model: Flags.string({ summary: 'A name from `sam models list`, or a folder with ONNX files. [default: $SAM_MODEL, else embedded]', helpValue: 'NAME|FOLDER' }),
    output: Flags.string({ char: 'o', summary: 'JSON file of all numbers to write.', helpValue: 'FILE' }),
    plot: Flags.string({ summary: 'PNG picture of the curves to draw.', helpValue: 'FILE' }),
    from: Flags.option({ summary: 'Format of the annotations. [default: detected]', options: FORMAT_NAMES, helpValue: 'FORMAT' })(),
    instances: Flags.string({ summary: 'For coco-results: the instances file with its images and categories.', helpValue: 'FILE' }),
    regions: Flags.string({ summary: 'JSON file with the ids of the annotations that count: [1, 2] or {"annotation_ids": [1, 2]}.', helpValue: 'FILE' }),
    ...flagsOf(PROMPT_EVALUATION_OPTIONS),
    ...flagsOf(PROMPT_THRESHOLDS, 'THRESHOLDS'),
    ...flagsOf(IMAGE_OPTIONS, 'IMAGES'),
  };

  protected async execute(): Promise<Outcome> {
    const { flags } = this;
    const { images, model, output, plot, from, instances, regions } = flags;
    return await withSignals(async (signals) => {
      signals.stop.addEventListener('abort', () => { this.say('Finishing the images in work; once more to give them up.'); });
      const report = await evaluatePrompts({
        annotations: this.args.annotations, images, model, output, plot, from, instances, regions, env: process.env,
        options: optionsFromFlags(PROMPT_EVALUATION_OPTIONS, flags), thresholds: optionsFromFlags(PROMPT_THRESHOLDS, flags), image: optionsFromFlags(IMAGE_OPTIONS, flags),
      }, { ...signals, events: progressReporter(flags) });
      return promptsOutcome(report);
    });
  }
}
