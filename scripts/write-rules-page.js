// Writes docs/rules.md from the table in src/dataset/rules.ts (run after a build): `node scripts/write-rules-page.js`.
import { writeFileSync } from 'node:fs';
import { RULES } from '../dist/src/dataset/rules.js';

const lines = ['# Rules of annotations', '',
  'What is found while annotations are read, checked or converted. The codes are stable: a program may branch on them (`errors[].code` and',
  '`warnings[].code` of `--json`). A record that breaks a rule of severity `error` ends strict reading; with `--lenient` it is left out and told.',
  'A warning leaves the record in. *Fixable*: there is one right repair that loses nothing.',
  '',
  '`sam validate` holds a dataset against all of them, and with `--images` its images too; `--fix` writes a copy in which everything fixable is put right.', '',
  '| code | severity | fixable | meaning |', '|---|---|---|---|',
  ...Object.entries(RULES).map(([code, { severity, fixable, summary }]) => `| \`${code}\` | ${severity} | ${fixable ? 'yes' : ''} | ${summary} |`), ''];
writeFileSync(new URL('../docs/rules.md', import.meta.url), lines.join('\n'));
