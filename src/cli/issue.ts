/** Warnings and errors as people and programs see them: one line of text, or one object of `--json`. */
import { Errors } from '@oclif/core';
import { SamError, messageOf, printableName } from '../errors.js';
import { nearNames } from '../models/near-names.js';

/** One warning or error of a run, as `--json` prints it. */
export interface Issue { code: string; message: string; file?: string; record?: string; path?: string }

/** An error of a run: a fault of ours keeps its stack, for `--verbose`. */
export interface ErrorIssue extends Issue { stack?: string }

/** What `--json` shows of an error: no stack. */
export function withoutStack({ stack: _, ...issue }: ErrorIssue): Issue {
  return issue;
}

/** A stack as lines that are safe to print. */
export function stackText(stack: string | undefined): string {
  return (stack ?? '').split('\n').map((line) => `${printableName(line)}\n`).join('');
}

/** True for what the parser of flags and arguments throws. */
export function isParseError(error: unknown): error is Errors.CLIError {
  return error instanceof Errors.CLIError;
}

/** Any thrown value; `flags` are the command's own names, to find the one that was meant. */
export function issueOf(error: unknown, flags: readonly string[]): Issue {
  if (error instanceof SamError) {
    return {
      code: error.code, message: withoutWrapping(error.message),
      ...(error.file === undefined ? {} : { file: error.file }),
      ...(error.record === undefined ? {} : { record: error.record }),
      ...(error.path === undefined ? {} : { path: error.path }),
    };
  }
  if (!isParseError(error)) return { code: 'internal/unexpected', message: messageOf(error) };
  return { code: 'usage/option', message: unknownFlags(error, flags) ?? withoutWrapping(messageOf(error)) };
}

/** One issue as one line, names made safe to print. */
export function issueLine(issue: Issue): string {
  const where = [issue.file, issue.record, issue.path].filter((part) => part !== undefined).map((part) => printableName(part)).join(' -> ');
  const message = printableName(issue.message.replaceAll('\n', ' '));
  return where === '' || saysWhere(issue) ? `${message} [${issue.code}]` : `${where}: ${message} [${issue.code}]`;
}

/** True where the message itself names the file, and there is nothing more to tell of the place; "out" in "output" is no name. */
function saysWhere({ message, file, record, path }: Issue): boolean {
  if (file === undefined || record !== undefined || path !== undefined) return false;
  return message.split(file).some((before, i, parts) => i + 1 < parts.length && !/[\w.-]$/.test(before) && !/^[\w-]/.test(parts[i + 1]!));
}

/** The sentence that the parser wraps in "Parsing --flag", "The following error occurred" and a hint at the help. */
function withoutWrapping(message: string): string {
  return message.replace(/^Parsing --\S+ \n\t|^The following errors? occurred:\s+/, '').replace(/\n+See more help.*$/s, '').replace(/:\s*\n\s*/g, ': ').replace(/\s*\n\s*/g, '; ');
}

/** A sentence for a flag that does not exist, naming those that are spelt alike. */
function unknownFlags(error: Errors.CLIError, flags: readonly string[]): string | undefined {
  // oclif does not export the class of this error
  const unknown = 'flags' in error && Array.isArray(error.flags) ? error.flags.map(String) : [];
  const first = unknown[0];
  if (first === undefined) return undefined;
  const near = nearNames(first.replace(/^-+/, ''), flags).map((name) => `--${name}`);
  const hint = near.length > 0 ? `did you mean ${near.join(', ')}?` : first.startsWith('--') ? '' : 'write -- before names that begin with a dash.';
  return hint === '' ? `There is no flag ${first}.` : `There is no flag ${first}: ${hint}`;
}
