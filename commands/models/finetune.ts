/** `sam models finetune DATASET --images DIR --output DIR`. */
import { Args, Flags } from '@oclif/core';
import { SamCommand, type Outcome } from '../../src/cli/base-command.js';
import { finetuneOutcome } from '../../src/cli/finetune-outcome.js';
import { flagsOf, optionsFromFlags } from '../../src/cli/flags.js';
import { withSignals } from '../../src/cli/signals.js';
import { FINETUNE_OPTIONS, FORMAT_NAMES, finetuneModel } from '../../src/index.js';

export default class ModelsFinetune extends SamCommand<typeof ModelsFinetune> {
  static override summary = 'Make a model better on images of one kind, from some minutes of training on a dataset of them.';
  static override description = `A part of the images is held back. The model finds their objects before and after, with boxes and with one click, by the protocol of \`sam evaluate prompts\`; it is written only
if it is better then (else exit 7). What comes out is a folder for --model, with all of where it comes from in its model.json.
Training runs in Python, which is looked for in --python, SAM_PYTHON, the active virtual environment, and as python3 and python. Where none has the packages, two commands are printed that make one.
The model has to be of the embedded one's architecture: the embedded model, or one that was fine-tuned before.`;
  static override examples = [
    { description: 'Five minutes on your own leaves', command: '<%= config.bin %> models finetune leaves.json --images photos --output leaf-model' },
    { description: 'Longer, from a dataset that does not have all things of interest, and then use it', command: '<%= config.bin %> models finetune leaves.json --images photos --output leaf-model --minutes 30 --incomplete && <%= config.bin %> segment-all photos --output masks --model leaf-model' },
  ];
  static override args = { dataset: Args.string({ description: 'A dataset with masks: COCO, SA-1B, or any other format that is read.', required: true, ignoreStdin: true }) };
  static override flags = {
    images: Flags.string({ summary: 'Folder of the images.', required: true, helpValue: 'DIR' }),
    output: Flags.string({ char: 'o', summary: 'Folder to make; it must not be there.', required: true, helpValue: 'DIR' }),
    model: Flags.string({ summary: 'The model to begin with: embedded, or the folder of one of its kind. [default: $SAM_MODEL, else embedded]', helpValue: 'NAME|FOLDER' }),
    from: Flags.option({ options: FORMAT_NAMES, summary: 'Format of the dataset. [default: detected]', helpValue: 'FORMAT' })(),
    python: Flags.string({ summary: 'The Python that trains: a program, or the folder of a virtual environment.', helpValue: 'PATH' }),
    ...flagsOf(FINETUNE_OPTIONS),
  };

  protected async execute(): Promise<Outcome> {
    const { flags: { images, output, model, from, python }, args: { dataset } } = this;
    return await withSignals(async (signals) => {
      const request = { dataset, images, output, model, from, python, env: process.env, options: optionsFromFlags(FINETUNE_OPTIONS, this.flags) };
      return finetuneOutcome(await finetuneModel(request, { ...signals, tell: (line) => { this.say(line); } }));
    });
  }
}
