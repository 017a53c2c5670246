/** `sam models pull NAME...` */
import { Args, Flags } from '@oclif/core';
import { SamCommand, type Outcome } from '../../src/cli/base-command.js';
import { DownloadReporter } from '../../src/cli/download-progress.js';
import { withSignals } from '../../src/cli/signals.js';
import { sizeText, tableText } from '../../src/cli/table.js';
import { pullModels, type PullReport } from '../../src/index.js';

export default class ModelsPull extends SamCommand<typeof ModelsPull> {
  static override summary = 'Fetch models into the cache, verified by their checksums.';
  static override description = 'Interrupted downloads go on where they stopped. The cache is SAM_CACHE_DIR, else $XDG_CACHE_HOME/sam, else ~/.cache/sam. SAM_MODEL_MIRROR=URL[,URL] names servers to ask first, as URL/<sha256>.';
  static override examples = [
    { description: 'Fetch a model of everyday quality (45 MB):', command: '<%= config.bin %> <%= command.id %> mobile-sam' },
    { description: 'See what would be fetched, and from where:', command: '<%= config.bin %> <%= command.id %> mobile-sam slimsam-77 --dry-run' },
  ];
  static override strict = false;
  static override args = { name: Args.string({ required: true, description: 'Names that `sam models list` prints.' }) };
  static override flags = {
    offline: Flags.boolean({ summary: 'Never touch the network: fail if a file is not in the cache.' }),
    'dry-run': Flags.boolean({ summary: 'Say what would be fetched; fetch nothing.' }),
  };

  protected async execute(): Promise<Outcome> {
    const reporter = new DownloadReporter(process.stderr);
    try {
      return await withSignals(async ({ stop }) => {
        const models = await pullModels(this.inputs, {
          env: process.env, offline: this.flags.offline, dryRun: this.flags['dry-run'], signal: stop,
          onProgress: this.flags.quiet || this.flags.json ? undefined : reporter.show,
        });
        return { summary: { models }, outputs: this.flags['dry-run'] ? [] : models.map(({ folder }) => folder), text: pullText(models) };
      });
    } finally {
      reporter.end();
    }
  }
}

function pullText(models: readonly PullReport[]): string {
  const rows = models.flatMap(({ name, folder, files }) => [
    ...files.map((file) => [name, file.name, sizeText(file.bytes), file.state, file.state === 'to fetch' ? file.url : '']),
    [name, folder, '', files.some(({ state }) => state === 'to fetch') ? 'to make' : 'ready', ''],
  ]);
  return tableText(rows, [2]);
}
