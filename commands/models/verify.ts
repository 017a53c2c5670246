/** `sam models verify [NAME...]` */
import { Args, Flags } from '@oclif/core';
import { SamCommand, type Outcome } from '../../src/cli/base-command.js';
import { sizeText, tableText } from '../../src/cli/table.js';
import { verifyModels } from '../../src/index.js';

export default class ModelsVerify extends SamCommand<typeof ModelsVerify> {
  static override summary = 'Hash every byte of fetched models again and compare with the registry.';
  static override description = 'Without names: the embedded model and every model with files in the cache. Exits 5 if a file is missing or is not what its checksum says.';
  static override examples = [
    { description: 'Check everything that has been fetched:', command: '<%= config.bin %> <%= command.id %> --all' },
    { description: 'Check one model:', command: '<%= config.bin %> <%= command.id %> mobile-sam' },
  ];
  static override strict = false;
  static override args = { name: Args.string({ description: 'Names that `sam models list` prints.' }) };
  static override flags = { all: Flags.boolean({ summary: 'Also the files in the cache that no model of this version names.' }) };

  protected async execute(): Promise<Outcome> {
    const files = await verifyModels(this.inputs, { env: process.env, all: this.flags.all });
    const problems = files.flatMap(({ problem }) => (problem === undefined ? [] : [problem]));
    const rows = files.map((file) => [file.problem === undefined ? 'good' : 'BAD', file.model || '-', sizeText(file.bytes), file.path]);
    return {
      summary: { checked: files.length, bad: problems.length, files: files.map(({ problem, ...file }) => ({ ...file, good: problem === undefined })) },
      errors: problems.map(({ code, message, file }) => ({ code, message, ...(file === undefined ? {} : { file }) })), exitCode: problems[0]?.exitCode ?? 0, text: tableText(rows, [2]),
    };
  }
}
