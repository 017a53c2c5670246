/** What writing a dataset came to, for a person and for `--json`: counts, what was found, what is lost, and the exit code. */
import { EXIT_CODES, printableName } from '../errors.js';
import type { RuleCount } from '../formats/jobs/findings-kept.js';
import type { WrittenDataset } from '../formats/jobs/write-dataset.js';
import type { Outcome } from './base-command.js';
import { findingIssues } from './finding-issues.js';
import type { Issue } from './issue.js';

export interface WrittenReport extends WrittenDataset {
  to: string;
  findings: RuleCount[];
  errors: number;
}

export interface WrittenDescription {
  /** What it was about: stands before `in OUT`. */
  what: string;
  /** The job's own part of the summary. */
  summary: Record<string, unknown>;
  output: string;
  dryRun: boolean;
  /** What else was written. */
  others?: string[];
  /** The job's own, before those of reading and writing. */
  warnings?: Issue[];
  /** Lines above the last one. */
  lines?: string[];
  /** Lines below it, unless nothing was written. */
  hints?: string[];
}

export function writtenOutcome({ to, losses, findings, errors, result }: WrittenReport, { what, summary, output, dryRun, others = [], warnings = [], lines = [], hints = [] }: WrittenDescription): Outcome {
  const lost: Issue[] = losses.map(({ loss, count, first, meaning }) => ({ code: `loss/${loss}`, message: `The output loses ${meaning}: ${count === 1 ? 'once' : `${count} times`}, ${count === 1 ? 'at' : 'first at'} ${first}.` }));
  const isRefused = result === 'refused';
  const refusal: Issue[] = isRefused ? [{ code: 'data/loss', message: `A ${to} output cannot hold all that the input says (${losses.map(({ loss }) => loss).join(', ')}); --allow-lossy writes it nevertheless.` }] : [];
  const isThere = result === 'written' || (result === 'same' && !dryRun);
  return {
    summary: {
      ...summary, result, leftOut: errors,
      losses: losses.map(({ loss, count, first }) => ({ loss, count, first })),
      findings: findings.map(({ code, severity, count }) => ({ code, severity, count })),
    },
    outputs: isThere ? [output, ...others] : [],
    warnings: [...warnings, ...findingIssues(findings, 'warning'), ...lost],
    errors: [...findingIssues(findings, 'error'), ...refusal],
    exitCode: isRefused ? EXIT_CODES.data : errors > 0 ? EXIT_CODES.item : 0,
    closing: [...lines, lastLine(result, what, output, errors), ...(isThere ? hints : [])],
  };
}

function lastLine(result: WrittenDataset['result'], what: string, output: string, errors: number): string {
  const left = errors > 0 ? ` ${errors} error${errors === 1 ? '' : 's'} left out or put right.` : '';
  switch (result) {
    case 'written': return `${what} in ${printableName(output)}.${left}`;
    case 'same': return `${what}: ${printableName(output)} is just that already.${left}`;
    case 'would-be-written': return `Would write ${what} into ${printableName(output)}; nothing was written.${left}`;
    case 'refused': return `Nothing was written: ${what} would lose something.${left}`;
  }
}

/** `1 image`, `2 images`. */
export function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}

/** `from coco (detected) to yolo`. */
export function route({ from, to, evidence }: { from: string; to: string; evidence?: string }): string {
  return `from ${from}${evidence === undefined ? '' : ' (detected)'} to ${to}`;
}
