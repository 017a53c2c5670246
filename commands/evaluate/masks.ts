/** `sam evaluate masks PRED GT`. */
import { Args, Flags } from '@oclif/core';
import { SamCommand, type Outcome } from '../../src/cli/base-command.js';
import { SOURCE_FLAGS } from '../../src/cli/dataset-flags.js';
import { evaluationOutcome } from '../../src/cli/evaluation-outcome.js';
import { flagsOf, optionsFromFlags } from '../../src/cli/flags.js';
import { withSignals } from '../../src/cli/signals.js';
import { evaluateMasks, FORMAT_NAMES, GEOMETRY_OPTIONS, MASK_EVALUATION_OPTIONS, MASK_THRESHOLDS, READ_OPTIONS, resolveOptions } from '../../src/index.js';

const OPTIONS = { ...MASK_EVALUATION_OPTIONS, ...READ_OPTIONS, vocBase: GEOMETRY_OPTIONS.vocBase };

export default class EvaluateMasks extends SamCommand<typeof EvaluateMasks> {
  static override summary = 'Measure masks and boxes against annotations: AP and AR as COCO counts them, boundary AP, mean IoU, precision and recall.';
  static override description = `AP and AR are pycocotools' numbers; -1 where nothing is to be found. PRED is a COCO results file, or any format with scores (a predicted IoU serves as one).
Images and categories belong together by ids for COCO results, else by file names and category names.`;
  static override examples = [
    { description: 'Results of a detector against COCO annotations', command: '<%= config.bin %> evaluate masks results.json instances.json' },
    { description: 'Automatic masks as proposals, in a pipeline that must not get worse', command: '<%= config.bin %> evaluate masks dataset/annotations.json instances.json --class-agnostic --iou-type segm,boundary --min-iou 0.6 --output numbers.json' },
  ];
  static override args = {
    pred: Args.string({ description: 'A file or folder of predictions.', required: true, ignoreStdin: true }),
    gt: Args.string({ description: 'A file or folder of annotations that are right.', required: true, ignoreStdin: true }),
  };
  static override flags = {
    output: Flags.string({ char: 'o', summary: 'JSON file of all numbers to write.', helpValue: 'FILE' }),
    plot: Flags.string({ summary: 'PNG picture of precision by recall to draw, of the first --iou-type.', helpValue: 'FILE' }),
    from: Flags.option({ options: FORMAT_NAMES, summary: 'Format of PRED. [default: detected]', helpValue: 'FORMAT' })(),
    'truth-from': Flags.option({ options: FORMAT_NAMES, summary: 'Format of GT. [default: detected]', helpValue: 'FORMAT' })(),
    images: SOURCE_FLAGS.images,
    instances: Flags.string({ summary: 'The instances file that PRED in coco-results belongs to. [default: GT]', helpValue: 'FILE' }),
    ...flagsOf(OPTIONS),
    ...flagsOf(MASK_THRESHOLDS, 'THRESHOLDS'),
  };

  protected async execute(): Promise<Outcome> {
    const { output, plot, from, images, instances, 'truth-from': truthFrom } = this.flags;
    const { pred: predictions, gt: truth } = this.args;
    const options = resolveOptions(OPTIONS, optionsFromFlags(OPTIONS, this.flags));
    const thresholds = resolveOptions(MASK_THRESHOLDS, optionsFromFlags(MASK_THRESHOLDS, this.flags));
    return await withSignals(async ({ stop }) => {
      const request = { ...options, predictions, truth, from, truthFrom, images, instances, thresholds, output, plot, stop };
      return evaluationOutcome(await evaluateMasks(request), request);
    });
  }
}
