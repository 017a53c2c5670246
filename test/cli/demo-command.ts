/** A command for the tests of the base command, run as a program: `--outcome` says how its work ends. */
import { Flags } from '@oclif/core';
import { SamCommand, type Outcome } from '../../src/cli/base-command.js';
import { flagsOf } from '../../src/cli/flags.js';
import { SamError } from '../../src/errors.js';

const OUTCOMES: Record<string, () => Outcome> = {
  done: () => ({ summary: { images: 2 }, outputs: ['out/a.json'], text: 'the result', closing: ['2 images: 2 masked.'] }),
  remarks: () => ({
    summary: { images: 2 }, exitCode: 3,
    warnings: [{ code: 'image/remark', message: 'No colour profile.', file: 'b.jpg' }],
    errors: [
      { code: 'image/empty', message: 'The image file has no bytes.', file: 'evil\u001b[2J.jpg' },
      { code: 'data/coco', message: 'Expected a text, found 3.', file: 'a', record: 'images[0].file_name' },
      { code: 'internal/unexpected', message: 'Out of cheese.', file: 'c.jpg', stack: 'Error: Out of cheese.\n    at kitchen' },
    ],
  }),
  long: () => ({ summary: {}, text: 'a line of the result\n'.repeat(200_000) }),
  locked: () => { throw new SamError('locked/output', 'Another run holds the output folder.', { file: 'out' }); },
  record: () => { throw new SamError('data/rle', 'The runs sum to 5.', { file: 'a.json', record: 'annotations[3]', path: 'segmentation.counts' }); },
  fault: () => { throw new TypeError('undefined is not a mask'); },
};

class Demo extends SamCommand<typeof Demo> {
  static override id = 'demo:run';
  static override summary = 'For tests.';
  static override flags = {
    outcome: Flags.string({ default: 'done' }),
    ...flagsOf({ points: { kind: 'integer', default: 3, min: 1, max: 9, summary: 'Points.' } }),
  };

  protected async execute(): Promise<Outcome> {
    this.say('story');
    return OUTCOMES[this.flags.outcome]!();
  }
}

await Demo.run(process.argv.slice(2), import.meta.url);
