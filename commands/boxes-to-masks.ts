/** `sam boxes-to-masks ANNOTATIONS --images DIR --output OUT`. */
import { Args, Flags } from '@oclif/core';
import { SamCommand, type Outcome } from '../src/cli/base-command.js';
import { boxesOutcome } from '../src/cli/boxes-outcome.js';
import { flagsOf, optionsFromFlags } from '../src/cli/flags.js';
import { progressReporter } from '../src/cli/progress-reporter.js';
import { withSignals } from '../src/cli/signals.js';
import { BOXES_OPTIONS, FORMAT_NAMES, IMAGE_OPTIONS, boxesToMasks } from '../src/index.js';

export default class BoxesToMasks extends SamCommand<typeof BoxesToMasks> {
  static override summary = 'Turn a dataset of boxes into one of masks.';
  static override description = `Every box prompts the model for one mask; each image is embedded once for all its boxes. Ids, categories, scores, order, boxes and
unknown keys stay; segmentation and area are new, and the model's own score goes to predicted_iou. Interrupted, the same command goes on
where it stopped.`;
  static override examples = [
    { description: 'Upgrade a COCO detection dataset', command: '<%= config.bin %> boxes-to-masks boxes.json --images photos --output masks.json' },
    { description: 'A YOLO dataset, a fetched model, the best of three masks', command: '<%= config.bin %> boxes-to-masks yolo/data.yaml --images yolo/images --output masks.json --model mobile-sam --multimask best' },
  ];
  static override args = { annotations: Args.string({ description: 'COCO, COCO results (with --instances), YOLO detection, Pascal VOC or CSV.', required: true }) };
  static override flags = {
    images: Flags.string({ summary: 'Folder of the images.', required: true, helpValue: 'DIR' }),
    output: Flags.string({ char: 'o', summary: 'File to write, or folder for formats that are one.', required: true, helpValue: 'OUT' }),
    from: Flags.option({ summary: 'Format of the annotations; recognised where it is not given.', options: FORMAT_NAMES })(),
    to: Flags.option({ summary: 'Format to write. [default: coco]', options: FORMAT_NAMES })(),
    instances: Flags.string({ summary: 'For coco-results: the instances file with its images and categories.', helpValue: 'FILE' }),
    'voc-base': Flags.option({ summary: 'For voc: whether coordinates count from one or zero.', options: ['one', 'zero'] as const })(),
    model: Flags.string({ summary: 'A name from `sam models list`, or a folder with ONNX files. [default: $SAM_MODEL, else embedded]', helpValue: 'NAME|FOLDER' }),
    ...flagsOf(BOXES_OPTIONS),
    ...flagsOf(IMAGE_OPTIONS, 'IMAGES'),
  };

  protected async execute(): Promise<Outcome> {
    const { flags } = this;
    return await withSignals(async (signals) => {
      signals.stop.addEventListener('abort', () => { this.say('Finishing the images in work; once more to give them up.'); });
      const summary = await boxesToMasks({
        annotations: this.args.annotations, images: flags.images, output: flags.output, from: flags.from, to: flags.to, instances: flags.instances, vocBase: flags['voc-base'],
        model: flags.model, env: process.env, options: optionsFromFlags(BOXES_OPTIONS, flags), image: optionsFromFlags(IMAGE_OPTIONS, flags),
      }, { ...signals, events: progressReporter(flags) });
      return boxesOutcome(summary, flags.output);
    });
  }
}
