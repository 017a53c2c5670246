/** `sam validate IN`. */
import { Args, Flags } from '@oclif/core';
import { SamCommand, type Outcome } from '../src/cli/base-command.js';
import { REPORT_OPTIONS } from '../src/cli/findings-report.js';
import { flagsOf, optionsFromFlags } from '../src/cli/flags.js';
import { withSignals } from '../src/cli/signals.js';
import { validateOutcome } from '../src/cli/validate-outcome.js';
import { FIX_OPTIONS, FORMAT_NAMES, resolveOptions, SamError, validateDataset, VALIDATE_OPTIONS } from '../src/index.js';

const OPTIONS = { ...VALIDATE_OPTIONS, ...FIX_OPTIONS };

export default class Validate extends SamCommand<typeof Validate> {
  static override summary = 'Check a dataset: every record against the rules, and against its images.';
  static override description = `Everything that is wrong is listed with its rule (docs/rules.md), file, record and line. Exits 0 where there are no errors (warnings are none), 4 where there are;
with --max-errors N: 0 up to N, 7 above. With --images every image is held against its record too, also for photos that EXIF turns.`;
  static override examples = [
    { description: 'Check a COCO file and its images, in a workflow that allows ten errors', command: '<%= config.bin %> validate instances.json --images photos --format github --max-errors 10' },
    { description: 'Write a copy with everything put right that has one right repair', command: '<%= config.bin %> validate instances.json --fix --output repaired.json' },
  ];
  static override args = { input: Args.string({ description: 'A file or folder of annotations.', required: true, ignoreStdin: true }) };
  static override flags = {
    from: Flags.option({ options: FORMAT_NAMES, summary: 'Format to read. [default: detected]', helpValue: 'FORMAT' })(),
    images: Flags.string({ summary: 'Folder of the images: each is held against its record.', helpValue: 'DIR' }),
    instances: Flags.string({ summary: 'The instances file that a coco-results file belongs to.', helpValue: 'FILE' }),
    ...flagsOf(REPORT_OPTIONS),
    ...flagsOf(VALIDATE_OPTIONS),
    output: Flags.string({ char: 'o', summary: 'With --fix: file or folder to write the repaired copy to.', helpValue: 'OUT' }),
    ...flagsOf(FIX_OPTIONS),
  };

  protected async execute(): Promise<Outcome> {
    const { output, from, images, instances, json, quiet } = this.flags;
    const options = resolveOptions(OPTIONS, optionsFromFlags(OPTIONS, this.flags));
    const { format } = resolveOptions(REPORT_OPTIONS, optionsFromFlags(REPORT_OPTIONS, this.flags));
    if (json && format !== 'text') throw new SamError('usage/option', `--json and --format ${format} both want stdout: --json tells the outcome, --format json all findings.`);
    return await withSignals(async ({ stop }) => {
      const report = await validateDataset({ ...options, input: this.args.input, output, from, images, instances, stop });
      return await validateOutcome(report, { ...options, output, format, json, quiet, env: process.env });
    });
  }
}
