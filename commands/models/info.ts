/** `sam models info NAME` */
import { Args } from '@oclif/core';
import { SamCommand, type Outcome } from '../../src/cli/base-command.js';
import { sizeText, tableText } from '../../src/cli/table.js';
import { describeModel, type ModelDescription } from '../../src/index.js';

export default class ModelsInfo extends SamCommand<typeof ModelsInfo> {
  static override summary = 'Say everything about one model: contract, licence, files, checksums.';
  static override examples = [
    { description: 'What is mobile-sam, and where does it come from?', command: '<%= config.bin %> <%= command.id %> mobile-sam' },
    { description: 'The same for a program:', command: '<%= config.bin %> <%= command.id %> slimsam-77 --json' },
  ];
  static override args = { name: Args.string({ required: true, description: 'A name that `sam models list` prints.' }) };

  protected async execute(): Promise<Outcome> {
    const model = await describeModel(this.args.name, process.env);
    return { summary: { model }, text: infoText(model) };
  }
}

function infoText(model: ModelDescription): string {
  const facts = [
    ['name', model.name], ['title', model.title], ['contract', model.contract], ['status', model.status], ['licence', model.licence],
    ['source', model.source], ['masks', `${model.masksPerPrompt} a prompt`], ['cached', model.cached], ['notes', model.notes],
  ];
  const files = model.files.map((f) => [f.name, sizeText(f.bytes), f.cached ? 'yes' : 'no', f.sha256, f.url ?? 'in this package']);
  if (files.length === 0) return tableText(facts);
  return `${tableText(facts)}\n\n${tableText([['FILE', 'SIZE', 'CACHED', 'SHA256', 'FROM'], ...files], [1])}`;
}
