/** `sam predict IMAGE [--point x,y[,1|0] ...] [--box x0,y0,x1,y1 ...] --output OUT`. */
import { Args, Flags } from '@oclif/core';
import { SamCommand, type Outcome } from '../src/cli/base-command.js';
import { flagsOf, optionsFromFlags } from '../src/cli/flags.js';
import { predictImageOutcome, predictImagesOutcome } from '../src/cli/predict-outcome.js';
import { progressReporter } from '../src/cli/progress-reporter.js';
import { promptsFromFlags, refuseMixture } from '../src/cli/prompt-flags.js';
import { withSignals } from '../src/cli/signals.js';
import { IMAGE_OPTIONS, PREDICT_OPTIONS, PREDICT_RUN_OPTIONS, predictImage, predictImages } from '../src/index.js';

export default class Predict extends SamCommand<typeof Predict> {
  static override summary = 'Masks for prompts: points, boxes, earlier logits.';
  static override description = `OUT is a file for one mask (always for rle), else a folder with <prompt>-<mask>.png, both counted from 0. Coordinates are pixels of the upright image.
A prompts file has records {image, points?, labels?, box?, multimask?, refine?}; OUT is then a folder with a folder (rle: a JSON file) for each image.`;
  static override examples = [
    { description: 'The object at a point, but not what is at another', command: '<%= config.bin %> predict photo.jpg --point 320,240 --point 90,60,0 --output mask.png' },
    { description: 'Two boxes, run lengths and scores in one file', command: '<%= config.bin %> predict photo.jpg --box 10,20,200,180 --box 240,40,400,300 --format rle --output masks.json' },
    { description: 'Three candidates drawn on the image', command: '<%= config.bin %> predict photo.jpg --point 320,240 --multimask --format overlay --output candidates' },
    { description: 'Many images, each prompt refined once', command: '<%= config.bin %> predict --prompts prompts.json --images photos --refine 1 --output masks' },
  ];
  static override args = { image: Args.string({ description: 'The image; none with --prompts.', ignoreStdin: true }) };
  static override flags = {
    point: Flags.string({ summary: 'A point of the object (label 1, or none), or not of it (0); again for more.', multiple: true, multipleNonGreedy: true, helpValue: 'x,y[,1|0]', helpGroup: 'PROMPT' }),
    box: Flags.string({ summary: 'A box around the object; again for more objects.', multiple: true, multipleNonGreedy: true, helpValue: 'x0,y0,x1,y1', helpGroup: 'PROMPT' }),
    'mask-input': Flags.string({ summary: 'Logits that an earlier call saved: float32, 1 x h x w.', helpValue: 'FILE.npy', helpGroup: 'PROMPT' }),
    'mask-index': Flags.integer({ summary: 'Which mask of --mask-input, where it holds several.', min: 0, helpValue: 'N', helpGroup: 'PROMPT' }),
    prompts: Flags.string({ summary: 'Prompts for many images, as JSON.', helpValue: 'FILE', helpGroup: 'PROMPT' }),
    images: Flags.string({ summary: 'Folder of the images of --prompts. [default: that of the prompts file]', helpValue: 'DIR', helpGroup: 'PROMPT' }),
    output: Flags.string({ char: 'o', summary: 'File or folder to write.', required: true, helpValue: 'OUT' }),
    'save-logits': Flags.string({ summary: 'Also write the masks\' low-res logits (C x h x w), to refine in a next call.', helpValue: 'FILE.npy' }),
    model: Flags.string({ summary: 'A name from `sam models list`, or a folder with ONNX files. [default: $SAM_MODEL, else embedded]', helpValue: 'NAME|FOLDER' }),
    ...flagsOf(PREDICT_OPTIONS),
    ...flagsOf(PREDICT_RUN_OPTIONS),
    ...flagsOf(IMAGE_OPTIONS, 'IMAGES'),
  };

  protected async execute(): Promise<Outcome> {
    const { image } = this.args;
    const { prompts, output, point = [], box = [], model, 'mask-input': maskInput, 'mask-index': maskIndex, 'save-logits': saveLogits } = this.flags;
    refuseMixture(image, this.flags);
    const common = { output, model, env: process.env, options: optionsFromFlags(PREDICT_OPTIONS, this.flags), imageOptions: optionsFromFlags(IMAGE_OPTIONS, this.flags) };
    return await withSignals(async (signals) => {
      if (image !== undefined) {
        const request = { ...common, image, prompts: promptsFromFlags(point, box), maskInput, maskIndex, saveLogits, stop: signals.stop };
        return predictImageOutcome(await predictImage(request), image, output);
      }
      signals.stop.addEventListener('abort', () => { this.say('Finishing the images in work; once more to give them up.'); });
      const request = { ...common, prompts: prompts!, images: this.flags.images, runOptions: optionsFromFlags(PREDICT_RUN_OPTIONS, this.flags) };
      return predictImagesOutcome(await predictImages(request, { ...signals, events: progressReporter(this.flags) }), output, common.options.dryRun === true);
    });
  }
}
