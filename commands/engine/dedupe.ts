/** `sam engine dedupe DIR`. */
import { Args, Flags } from '@oclif/core';
import { SamCommand, type Outcome } from '../../src/cli/base-command.js';
import { engineDedupeOutcome } from '../../src/cli/engine-outcome.js';
import { flagsOf, optionsFromFlags } from '../../src/cli/flags.js';
import { withSignals } from '../../src/cli/signals.js';
import { DUPLICATE_OPTIONS, dedupeFolder, resolveOptions } from '../../src/index.js';

export default class EngineDedupe extends SamCommand<typeof EngineDedupe> {
  static override summary = 'Mark the duplicate masks of a project, across stages and rounds, and record which masks are parts of others.';
  static override description = `A person's mask beats a machine's, a corrected one an accepted one, that a proposal; of equals the later stays. Nothing is deleted: a duplicate is marked and names
what it duplicates. A mask that lies in a larger one is a part of it, not a duplicate.`;
  static override examples = [
    { description: 'See what would be marked', command: '<%= config.bin %> engine dedupe leaves --dry-run' },
    { description: 'Stricter: nearly the same pixels only', command: '<%= config.bin %> engine dedupe leaves --iou 0.95' },
  ];
  static override args = { dir: Args.string({ description: 'Folder of the project.', required: true, ignoreStdin: true }) };
  static override flags = { ...flagsOf(DUPLICATE_OPTIONS), 'dry-run': Flags.boolean({ summary: 'Say what would be marked, change nothing.' }) };

  protected async execute(): Promise<Outcome> {
    const options = resolveOptions(DUPLICATE_OPTIONS, optionsFromFlags(DUPLICATE_OPTIONS, this.flags));
    return await withSignals(async ({ stop }) => {
      const request = { ...options, dryRun: this.flags['dry-run'], stop };
      return engineDedupeOutcome(await dedupeFolder(this.args.dir, request, Date.now()), { folder: this.args.dir, dryRun: this.flags['dry-run'] });
    });
  }
}
