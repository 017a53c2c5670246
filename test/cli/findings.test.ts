/** Findings in their four forms: places relative to the folder of the run, and nothing from a file that a log or a page could take for its own. */
import test from 'ava';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { appendStepSummary, githubText, summaryTable } from '../../src/cli/findings-github.js';
import { findingsReport } from '../../src/cli/findings-report.js';
import { sarifText } from '../../src/cli/findings-sarif.js';
import { findingsText } from '../../src/cli/findings-text.js';
import type { Finding, Severity } from '../../src/dataset/types.js';
import { RULES } from '../../src/dataset/rules.js';
import type { ValidateReport } from '../../src/formats/validation/validate.js';
import { temporaryFolder } from '../files/temporary-folder.js';

const EVIL = 'a%,:\r\n::set-output name=x::y \u001b[31m<img src=x>|`*';

function report(...shown: [code: string, severity: Severity, finding: Partial<Finding>, more?: number][]): ValidateReport {
  const findings = shown.map(([code, severity, finding, more = 0]) => ({ code, severity, count: 1 + more, shown: [{ code, severity, message: 'What was found.', ...finding }] }));
  const count = (of: Severity): number => findings.reduce((sum, { severity, count }) => sum + (severity === of ? count : 0), 0);
  return { input: 'data/in.json', format: 'coco', images: 2, annotations: 3, findings, errors: count('error'), warnings: count('warning'), infos: count('info'), unreadable: false };
}

const sample = report(
  ['box/negative-size', 'error', { file: 'data/in.json', record: 'annotations[1]', path: 'bbox', line: 3, column: 7 }, 4],
  ['image/remark', 'warning', { file: 'data/in.json', line: 9 }], ['category/unused', 'info', { file: 'data/in.json' }],
);

test('text: by rule, with what the rule means, places and how many more; counts at the end', (t) => {
  t.is(findingsText(sample, false), 'error box/negative-size (5): A box has a negative width or height.\n  data/in.json:3:7 annotations[1] -> bbox: What was found.\n  ... and 4 more\n\n'
    + `warning image/remark (1): ${RULES['image/remark'].summary}\n  data/in.json:9: What was found.\n\n`
    + 'info category/unused (1): A category has no annotation.\n  data/in.json: What was found.\n\n5 errors, 1 warning, 1 note; 2 images, 3 annotations of coco.\n');
  t.is(findingsReport(sample, 'text', true).match(/^\w+/gm)?.join(), 'error', '--quiet: errors alone');
  t.false(findingsText(report(['box/empty', 'error', { file: EVIL, message: EVIL }]), false).includes('\u001b'));
});

test('json: one object with every listed finding and exact counts', (t) => {
  const value = JSON.parse(findingsReport(sample, 'json', false)) as Record<string, unknown>; // what was just written
  t.like(value, { schema: 1, input: 'data/in.json', format: 'coco', errors: 5, warnings: 1, infos: 1, unreadable: false });
  t.deepEqual(value['rules'], [{ code: 'box/negative-size', severity: 'error', count: 5, listed: 1 }, { code: 'image/remark', severity: 'warning', count: 1, listed: 1 }, { code: 'category/unused', severity: 'info', count: 1, listed: 1 }]);
  t.like((value['findings'] as unknown[])[0], { code: 'box/negative-size', file: 'data/in.json', record: 'annotations[1]', path: 'bbox', line: 3, column: 7 });
});

interface Sarif { version: string; runs: [{ tool: { driver: { name: string; rules: { id: string }[] } }; results: { ruleId: string; ruleIndex: number; level: string; locations: [{ physicalLocation: { artifactLocation: { uri: string }; region?: unknown } }] }[] }] }

test('sarif: a rules table that results point into, URIs below the folder of the run, regions from 1', (t) => {
  const { version, runs: [{ tool: { driver }, results }] } = JSON.parse(sarifText(sample, '/data/set')) as Sarif; // what was just written
  t.deepEqual([version, driver.name], ['2.1.0', 'sam']);
  t.deepEqual(results.map(({ ruleId, ruleIndex, level }) => [ruleId, driver.rules[ruleIndex]?.id, level]), [['box/negative-size', 'box/negative-size', 'error'], ['image/remark', 'image/remark', 'warning'], ['category/unused', 'category/unused', 'note']]);
  t.deepEqual(results.map(({ locations: [{ physicalLocation }] }) => physicalLocation), [
    { artifactLocation: { uri: 'data/in.json' }, region: { startLine: 3, startColumn: 7 } }, { artifactLocation: { uri: 'data/in.json' }, region: { startLine: 9 } }, { artifactLocation: { uri: 'data/in.json' } },
  ]);
  const uriOf = (file: string): string => (JSON.parse(sarifText(report(['box/empty', 'error', { file }]), '/home/me')) as Sarif).runs[0].results[0]!.locations[0].physicalLocation.artifactLocation.uri;
  t.deepEqual(['/home/me/a b/ü#1.json', '../x.json', 'd/./e.json'].map(uriOf), ['a%20b/%C3%BC%231.json', 'file:///home/x.json', 'd/e.json']);
});

test('github: one command a line, whatever stands in names and messages', (t) => {
  t.is(githubText(sample, '/data/set'), '::error file=data/in.json,line=3,col=7,title=box/negative-size::annotations[1] -> bbox: What was found.\n'
    + '::warning file=data/in.json,line=9,title=image/remark::What was found.\n::notice file=data/in.json,title=category/unused::What was found.\n');
  const text = githubText(report(['box/empty', 'warning', { file: `/data/set/${EVIL}`, message: EVIL, record: EVIL, line: 1 }]), '/data/set');
  t.is(text.split('\n').length, 2, 'no second line');
  t.regex(text, /^::warning file=a%25%2C%3A[^:]*,line=1,title=box\/empty::/, 'properties hold no comma and no colon of their own');
  t.false(text.includes('\u001b') || text.includes('\r'));
});

test('the summary is a table that no name can leave; a summary that cannot be written is a warning', async (t) => {
  const table = summaryTable(report(['box/empty', 'error', { file: EVIL, message: EVIL }], ['image/remark', 'warning', {}]));
  const rows = table.split('\n').filter((line) => line.startsWith('|'));
  t.is(rows.length, 4);
  for (const row of rows) t.is(row.split('|').length, 7, row);
  t.false(/<img|\u001b/.test(table));
  const folder = await temporaryFolder(t), path = join(folder, 'summary.md');
  writeFileSync(path, 'before\n');
  t.deepEqual(await appendStepSummary(sample, { GITHUB_STEP_SUMMARY: path }), []);
  t.regex(readFileSync(path, 'utf8'), /^before\n### sam validate data\/in\.json\n\n5 errors/);
  t.deepEqual(await appendStepSummary(sample, {}), []);
  t.like(await appendStepSummary(sample, { GITHUB_STEP_SUMMARY: folder }), [{ code: 'folder/remark' }]);
});
