/** What `sam` says to a command that it does not have (oclif's hook of that name): the commands spelt alike, as every other error is told. */
import type { Hook } from '@oclif/core';
import { EXIT_CODES } from '../errors.js';
import { nearNames } from '../models/near-names.js';
import { issueLine } from './issue.js';
import { guardStreams, writeResult } from './output.js';

const hook: Hook.CommandNotFound = async ({ id, argv = [], config }) => {
  guardStreams();
  const typed = id.replaceAll(':', ' ');
  const near = nearNames(typed, config.commandIDs.map((name) => name.replaceAll(':', ' ')));
  const hint = near.length > 0 ? `did you mean ${near.map((name) => `${config.bin} ${name}`).join(', ')}?` : `\`${config.bin} --help\` lists the commands there are.`;
  const issue = { code: 'usage/option', message: `There is no command "${typed}": ${hint}` };
  process.exitCode = EXIT_CODES.usage;
  if (argv.includes('--json')) await writeResult(`${JSON.stringify({ schema: 1, ok: false, command: typed, summary: {}, outputs: [], warnings: [], errors: [issue] })}\n`);
  else process.stderr.write(`error: ${issueLine(issue)}\n`);
};

export default hook;
