/** `sam dedupe IN --output OUT`. */
import { Args, Flags } from '@oclif/core';
import { SamCommand, type Outcome } from '../src/cli/base-command.js';
import { dedupeOutcome } from '../src/cli/convert-outcome.js';
import { SOURCE_FLAGS, TARGET_FLAGS } from '../src/cli/dataset-flags.js';
import { flagsOf, optionsFromFlags } from '../src/cli/flags.js';
import { withSignals } from '../src/cli/signals.js';
import { DEDUPE_OPTIONS, GEOMETRY_OPTIONS, OUTPUT_OPTIONS, READ_OPTIONS, dedupeDataset, resolveOptions } from '../src/index.js';

const OPTIONS = { ...DEDUPE_OPTIONS, ...OUTPUT_OPTIONS, ...READ_OPTIONS, ...GEOMETRY_OPTIONS };

export default class Dedupe extends SamCommand<typeof Dedupe> {
  static override summary = 'Take duplicate masks out of a dataset.';
  static override description = `Two masks of one image are duplicates when their IoU is at least --iou, or one lies in the other by at least --containment. The preferred of
two stays (--prefer), of equals the earlier; what is removed takes nothing with it. Annotations without a mask stay, crowds are compared with crowds only.`;
  static override examples = [
    { description: 'Near copies out, and a table of what went', command: '<%= config.bin %> dedupe instances.json --output unique.json --report removed.csv' },
    { description: 'One mask a place: parts go with their wholes', command: '<%= config.bin %> dedupe masks --containment 0.95 --prefer area --output whole --dry-run' },
  ];
  static override args = { input: Args.string({ description: 'A file or folder of annotations.', required: true, ignoreStdin: true }) };
  static override flags = {
    ...TARGET_FLAGS,
    report: Flags.string({ summary: 'What was removed and what it duplicated, with IoU and containment, as JSON or CSV by the extension.', helpValue: 'FILE' }),
    ...SOURCE_FLAGS,
    ...flagsOf(OPTIONS),
  };

  protected async execute(): Promise<Outcome> {
    const { to, output, report, from, images, instances } = this.flags;
    const options = resolveOptions(OPTIONS, optionsFromFlags(OPTIONS, this.flags));
    return await withSignals(async ({ stop }) => {
      const request = { ...options, input: this.args.input, to, output, report, from, images, instances, stop };
      return dedupeOutcome(await dedupeDataset(request), request);
    });
  }
}
