/** `sam models list` */
import { SamCommand, type Outcome } from '../../src/cli/base-command.js';
import { sizeText, tableText } from '../../src/cli/table.js';
import { describeModels } from '../../src/index.js';

export default class ModelsList extends SamCommand<typeof ModelsList> {
  static override summary = 'List the models that sam knows by name.';
  static override description = 'STATUS: "ready" runs today, "contract to come" can be fetched but not run yet, "unverified" has no published checksum and is not fetched. CACHED tells whether the files are on this machine.';
  static override examples = [
    { description: 'Print the table of models:', command: '<%= config.bin %> <%= command.id %>' },
    { description: 'Everything the registry knows, for a program:', command: '<%= config.bin %> <%= command.id %> --json' },
  ];

  protected async execute(): Promise<Outcome> {
    const models = await describeModels(process.env);
    const rows = models.map((m) => [m.name, m.contract, m.status, m.files.length === 0 ? '-' : sizeText(m.bytes), m.cached, m.licence, m.title]);
    return { summary: { models }, text: tableText([['NAME', 'CONTRACT', 'STATUS', 'SIZE', 'CACHED', 'LICENCE', 'TITLE'], ...rows], [3]) };
  }
}
