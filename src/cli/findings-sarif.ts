/** Findings as SARIF 2.1.0, which code scanning and editors read: a rules table, places relative to where the command ran, exact counts beside. */
import { relative, resolve, sep } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Finding, Severity } from '../dataset/types.js';
import { printableName } from '../errors.js';
import type { ValidateReport } from '../formats/validation/validate.js';
import { isFixable } from '../formats/validation/fix.js';
import { versions } from '../folder/versions.js';
import { meaningOf, placed } from './findings-text.js';

const LEVELS: Readonly<Record<Severity, string>> = { error: 'error', warning: 'warning', info: 'note' };

/** `cwd`: what paths are made relative to. */
export function sarifText({ findings, images, annotations, unreadable }: ValidateReport, cwd: string): string {
  const rules = findings.map(({ code, severity }) => ({
    id: code, shortDescription: { text: meaningOf(code) }, defaultConfiguration: { level: LEVELS[severity] }, properties: { fixable: isFixable(code) },
  }));
  const results = findings.flatMap(({ code, severity, shown }, ruleIndex) => shown.map((finding) => ({
    ruleId: code, ruleIndex, level: LEVELS[severity],
    message: { text: printableName(placed(finding.message, finding.record, finding.path)) }, locations: [locationOf(finding, cwd)],
  })));
  const run = {
    tool: { driver: { name: 'sam', semanticVersion: versions().sam, rules } },
    invocations: [{ executionSuccessful: !unreadable }],
    results,
    properties: { images, annotations, counts: Object.fromEntries(findings.map(({ code, count }) => [code, count])) },
  };
  return `${JSON.stringify({ $schema: 'https://json.schemastore.org/sarif-2.1.0.json', version: '2.1.0', runs: [run] }, undefined, 1)}\n`;
}

function locationOf({ file = '', record, path, line, column }: Finding, cwd: string): unknown {
  const region = line === undefined ? {} : { region: { startLine: line, ...(column === undefined ? {} : { startColumn: column }) } };
  const name = [record, path].filter((part) => part !== undefined).join('.');
  return { physicalLocation: { artifactLocation: { uri: uriOf(file, cwd) }, ...region }, ...(name === '' ? {} : { logicalLocations: [{ fullyQualifiedName: name }] }) };
}

/** Relative where the file is below the folder of the run, else whole. */
function uriOf(file: string, cwd: string): string {
  const inside = pathBelow(file, cwd);
  return inside === undefined ? pathToFileURL(resolve(cwd, file)).href : inside.split('/').map(encodeURIComponent).join('/');
}

/** With `/`; undefined for a file elsewhere. */
export function pathBelow(file: string, cwd: string): string | undefined {
  const path = relative(cwd, resolve(cwd, file)).split(sep).join('/');
  return path === '..' || path.startsWith('../') || /^([a-z]:|\/)/i.test(path) ? undefined : path;
}
