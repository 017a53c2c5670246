/** The table of rules: in order, every one used, and the page that lists them. */
import test from 'ava';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { RULES } from '../../src/dataset/rules.js';

const sources = readdirSync('src', { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts') && name !== join('dataset', 'rules.ts')).map((name) => readFileSync(join('src', name), 'utf8')).join('\n');

test('rules stand in the order of their codes', (t) => {
  const codes = Object.keys(RULES);
  t.deepEqual(codes, [...codes].sort());
  for (const code of codes) t.regex(code, /^[a-z]+\/[a-z-]+$/);
});

test('every rule is told somewhere', (t) => {
  for (const code of Object.keys(RULES)) t.true(sources.includes(`'${code}'`), code);
});

test('docs/rules.md lists them all, and nothing else (scripts/write-rules-page.js writes it)', (t) => {
  const rows = [...readFileSync('docs/rules.md', 'utf8').matchAll(/^\| `([a-z]+\/[a-z-]+)` \| (\w+) \| (\w*) \| (.*) \|$/gm)].map(([, code, severity, fixable, summary]) => [code, severity, fixable, summary]);
  t.deepEqual(rows, Object.entries(RULES).map(([code, { severity, fixable, summary }]) => [code, severity, fixable ? 'yes' : '', summary]));
});
