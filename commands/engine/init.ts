/** `sam engine init DIR --images IMAGES`. */
import { Args, Flags } from '@oclif/core';
import { SamCommand, type Outcome } from '../../src/cli/base-command.js';
import { initOutcome } from '../../src/cli/engine-outcome.js';
import { flagsOf, optionsFromFlags } from '../../src/cli/flags.js';
import { withSignals } from '../../src/cli/signals.js';
import { INIT_OPTIONS, initProject, SCAN_OPTIONS } from '../../src/index.js';

const OPTIONS = { ...INIT_OPTIONS, ...SCAN_OPTIONS };

export default class EngineInit extends SamCommand<typeof EngineInit> {
  static override summary = 'Make a project of the data engine over a folder of images, or look at its images again.';
  static override description = `The images stay where they are and are never changed; the project is one database in DIR. Run again, it finds new, moved, changed and
missing images: an image is known by its bytes, so a moved or renamed one keeps its masks.`;
  static override examples = [
    { description: 'A project over a folder of photos, with its classes', command: '<%= config.bin %> engine init leaves --images photos --categories classes.txt' },
    { description: 'Look for new, moved and changed images', command: '<%= config.bin %> engine init leaves' },
  ];
  static override args = { dir: Args.string({ description: 'Folder of the project.', required: true, ignoreStdin: true }) };
  static override flags = {
    images: Flags.string({ summary: 'Folder of the images, with all below it.', helpValue: 'IMAGES' }),
    categories: Flags.string({ summary: 'Names of the classes: a name a line, or JSON as COCO has them. [default: object]', helpValue: 'FILE' }),
    model: Flags.string({ summary: 'Model that helps: a name from the registry or a folder. [default: SAM_MODEL, else the embedded model]', helpValue: 'NAME|FOLDER' }),
    'adopt-changed': Flags.boolean({ summary: 'Take images whose files have changed as they are now; masks that fit them stay.' }),
    force: Flags.boolean({ summary: 'Give a project that is there another folder of images or another model.' }),
    'dry-run': Flags.boolean({ summary: 'Look at everything, say what would be done, keep nothing.' }),
    ...flagsOf(OPTIONS),
  };

  protected async execute(): Promise<Outcome> {
    const { images, categories, model, force, 'adopt-changed': adoptChanged, 'dry-run': dryRun } = this.flags;
    return await withSignals(async ({ stop }) => {
      const request = { ...optionsFromFlags(OPTIONS, this.flags), folder: this.args.dir, images, categories, model, adoptChanged, force, dryRun, env: process.env, stop };
      return initOutcome(await initProject(request, Date.now()), request);
    });
  }
}
