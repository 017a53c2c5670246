// Writes docs/errors.md from the table in src/errors.ts (run after a build): `node scripts/write-errors-page.js`.
import { writeFileSync } from 'node:fs';
import { ERROR_CODES, EXIT_CODES, WARNING_CODES } from '../dist/src/errors.js';

const kinds = {
  internal: 'a fault of ours', usage: 'wrong usage: flags, an input path that does not exist, a folder without images, a refused overwrite',
  item: 'some or all images or records failed, the rest is written', data: 'an annotation file that cannot be read at all, errors found by a check, a refused loss',
  model: 'model missing, unfit, or not what its checksum says', locked: 'locked by another run', threshold: 'a threshold was not met',
  storage: 'disk full or not writable', interrupted: 'interrupted (143 after SIGTERM)',
};
const lines = ['# Exit codes and error codes', '',
  'Every command ends with one of these, the same with `--json`. An error names the file and record, what was expected and what was found.', '',
  '| exit | kind | meaning |', '|---|---|---|', '| 0 | | done |',
  ...Object.entries(EXIT_CODES).map(([kind, exit]) => `| ${exit} | ${kind} | ${kinds[kind]} |`), '',
  'The codes are stable: a program may branch on them (`errors[].code` and `warnings[].code` of `--json`).', '',
  '| code | exit | meaning |', '|---|---|---|',
  ...Object.entries(ERROR_CODES).map(([code, [kind, sentence]]) => `| \`${code}\` | ${EXIT_CODES[kind]} | ${sentence} |`), '',
  'Warnings change no exit code:', '',
  '| code | meaning |', '|---|---|',
  ...Object.entries(WARNING_CODES).map(([code, sentence]) => `| \`${code}\` | ${sentence} |`), ''];
writeFileSync(new URL('../docs/errors.md', import.meta.url), lines.join('\n'));
