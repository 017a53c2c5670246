/** `sam visualize ANNOTATIONS --images DIR --output DIR | --report DIR`. */
import { Args, Flags } from '@oclif/core';
import { SamCommand, type Outcome } from '../src/cli/base-command.js';
import { flagsOf, optionsFromFlags } from '../src/cli/flags.js';
import { progressReporter } from '../src/cli/progress-reporter.js';
import { refuseMixture, reportOutcome } from '../src/cli/report-outcome.js';
import { withSignals } from '../src/cli/signals.js';
import { visualizeOutcome } from '../src/cli/visualize-outcome.js';
import { COLOUR_OPTIONS, FORMAT_NAMES, IMAGE_OPTIONS, OVERLAY_OPTIONS, PICTURE_OPTIONS, PICTURE_RUN_OPTIONS, visualize, writeReport } from '../src/index.js';

export default class Visualize extends SamCommand<typeof Visualize> {
  static override summary = 'Draw masks, boxes and labels over their images.';
  static override description = `The same object has the same colour in every run. The largest masks are drawn first, so that none is hidden; holes stay open. Also pages of
thumbnails, cut-outs, label maps, one dataset against another: what both have, what the first misses, what only it has; and, with --report,
one HTML page to look through and filter all of it, which needs no network.`;
  static override examples = [
    { description: 'A picture for each image of a folder of masks', command: '<%= config.bin %> visualize masks --images photos --output pictures' },
    { description: 'A page with all images, to be opened in a browser', command: '<%= config.bin %> visualize masks --images photos --report report' },
    { description: 'Predictions against annotations, on pages of thumbnails', command: '<%= config.bin %> visualize predicted.json --against instances.json --images photos --output sheets --contact-sheet' },
  ];
  static override args = { annotations: Args.string({ description: 'A file or folder of annotations in any format that is read.', required: true, ignoreStdin: true }) };
  static override flags = {
    images: Flags.string({ summary: 'Folder of the images.', required: true, helpValue: 'DIR' }),
    output: Flags.string({ char: 'o', summary: 'Folder for pictures.', helpValue: 'DIR' }),
    report: Flags.string({ summary: 'Instead of pictures: folder for index.html, a page with a gallery and filters (of more than 200 images, with the pictures beside it).', helpValue: 'DIR' }),
    against: Flags.string({ summary: 'Annotations of the same images to compare with, as the reference.', helpValue: 'ANNOTATIONS' }),
    from: Flags.option({ summary: 'Format of the annotations. [default: detected]', options: FORMAT_NAMES, helpValue: 'FORMAT' })(),
    instances: Flags.string({ summary: 'The instances file that a coco-results file belongs to.', helpValue: 'FILE' }),
    'voc-base': Flags.option({ summary: 'For voc: whether coordinates count from one or zero.', options: ['one', 'zero'] as const })(),
    ...flagsOf(PICTURE_OPTIONS),
    ...flagsOf(OVERLAY_OPTIONS, 'LOOK'),
    ...flagsOf(IMAGE_OPTIONS, 'IMAGES'),
    ...flagsOf(PICTURE_RUN_OPTIONS),
  };

  protected async execute(): Promise<Outcome> {
    const { flags } = this;
    refuseMixture(flags, { ...PICTURE_OPTIONS, ...OVERLAY_OPTIONS }, COLOUR_OPTIONS);
    const source = { annotations: this.args.annotations, images: flags.images, from: flags.from, instances: flags.instances, vocBase: flags['voc-base'] };
    const common = { ...source, image: optionsFromFlags(IMAGE_OPTIONS, flags), run: optionsFromFlags(PICTURE_RUN_OPTIONS, flags) };
    return await withSignals(async ({ stop }) => {
      const options = { stop, events: progressReporter(flags) };
      if (flags.report !== undefined) return reportOutcome(await writeReport({ ...common, output: flags.report, colour: optionsFromFlags(COLOUR_OPTIONS, flags) }, options), flags.report);
      // refuseMixture has seen to one of the two
      const output = flags.output!;
      const request = { ...common, output, against: flags.against, pictures: optionsFromFlags(PICTURE_OPTIONS, flags), overlay: optionsFromFlags(OVERLAY_OPTIONS, flags) };
      return visualizeOutcome(await visualize(request, options), output);
    });
  }
}
