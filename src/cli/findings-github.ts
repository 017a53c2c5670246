/**
 * Findings as commands of a GitHub workflow, which appear at their lines in a pull request, and as a table for the summary of its run. GitHub
 * shows the first ten errors and warnings of a step, so errors come first.
 */
import { appendFile } from 'node:fs/promises';
import type { Finding, Severity } from '../dataset/types.js';
import { messageOf, printableName } from '../errors.js';
import type { ValidateReport } from '../formats/validation/validate.js';
import type { Environment } from '../models/cache-dir.js';
import { pathBelow } from './findings-sarif.js';
import { countsText, meaningOf, placed } from './findings-text.js';
import type { Issue } from './issue.js';

const COMMANDS: Readonly<Record<Severity, string>> = { error: 'error', warning: 'warning', info: 'notice' };

/** A line a finding; `cwd`: what paths are made relative to. */
export function githubText({ findings }: ValidateReport, cwd: string): string {
  return findings.flatMap(({ code, severity, shown }) => shown.map((finding) => commandOf(code, severity, finding, cwd))).join('');
}

function commandOf(code: string, severity: Severity, { file, record, path, line, column, message }: Finding, cwd: string): string {
  const properties = {
    ...(file === undefined ? {} : { file: pathBelow(file, cwd) ?? file }), ...(line === undefined ? {} : { line }),
    ...(line === undefined || column === undefined ? {} : { col: column }), title: code,
  };
  const text = Object.entries(properties).map(([key, value]) => `${key}=${escaped(printableName(String(value))).replaceAll(':', '%3A').replaceAll(',', '%2C')}`).join(',');
  return `::${COMMANDS[severity]} ${text}::${escaped(printableName(placed(message, record, path)))}\n`;
}

/** What a workflow's log takes for the end of a command, or for its own escapes. */
function escaped(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

/** The table, in GitHub's Markdown. */
export function summaryTable(report: ValidateReport): string {
  const rows = report.findings.map(({ code, severity, count, shown }) => {
    const first = shown[0];
    const where = first === undefined ? '' : `${first.file ?? ''}${first.line === undefined ? '' : `:${first.line}`} ${placed(first.message, first.record, first.path)}`;
    return `| ${severity} | ${cell(code)} | ${count} | ${cell(meaningOf(code))} | ${cell(where)} |\n`;
  });
  const table = rows.length === 0 ? '' : `\n| | rule | count | meaning | first |\n|---|---|---:|---|---|\n${rows.join('')}`;
  return `### sam validate ${cell(report.input)}\n\n${cell(countsText(report))}\n${table}\n`;
}

/** Text in a table: no mark-up, no end of cell or line. */
function cell(text: string): string {
  return printableName(text).replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/[\\`*_[\]|~@#!]/g, (c) => `&#${c.charCodeAt(0)};`);
}

/** Puts the table into the summary of a workflow's run, where there is one. What hinders that is a warning: the findings are told already. */
export async function appendStepSummary(report: ValidateReport, { GITHUB_STEP_SUMMARY: path }: Environment): Promise<Issue[]> {
  if (path === undefined || path === '') return [];
  try {
    await appendFile(path, summaryTable(report));
    return [];
  } catch (error) {
    return [{ code: 'folder/remark', message: `The summary of the workflow cannot be written: ${messageOf(error)}.` }];
  }
}
