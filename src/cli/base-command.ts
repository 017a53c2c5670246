/**
 * The base of every command: parses flags, runs one library call, and reports its outcome: as text on stderr with results on
 * stdout, or with `--json` as one object on stdout. Exit codes are the same in both (see `docs/errors.md`).
 */
import { Command, Errors, Flags, type Interfaces } from '@oclif/core';
import { EXIT_CODES, SamError, isSamError, messageOf, printableName } from '../errors.js';

/** One warning or error of a run, as `--json` prints it. */
export interface Issue { code: string; message: string; file?: string; record?: string; path?: string }

/** What a command's work came to. `exitCode` is 0 where it is absent. */
export interface Outcome {
  summary: Record<string, unknown>;
  outputs?: string[];
  warnings?: Issue[];
  errors?: Issue[];
  exitCode?: number;
  /** Lines for stdout when `--json` is off: the result itself. */
  text?: string;
}

export type FlagsOf<T extends typeof Command> = Interfaces.InferredFlags<(typeof SamCommand)['baseFlags'] & T['flags']>;
export type ArgsOf<T extends typeof Command> = Interfaces.InferredArgs<T['args']>;

export abstract class SamCommand<T extends typeof Command> extends Command {
  static override baseFlags = {
    json: Flags.boolean({ summary: 'Print one JSON object on stdout and nothing else.', helpGroup: 'GLOBAL' }),
    quiet: Flags.boolean({ summary: 'Say nothing but errors.', helpGroup: 'GLOBAL', exclusive: ['verbose'] }),
    verbose: Flags.boolean({ summary: 'Say more: where defaults come from, stacks of our faults.', helpGroup: 'GLOBAL' }),
    color: Flags.boolean({ summary: 'Colour on a terminal.', default: true, allowNo: true, helpGroup: 'GLOBAL' }),
  };

  protected flags!: FlagsOf<T>;
  protected args!: ArgsOf<T>;
  /** Every positional argument, for commands that take any number (`static strict = false`). */
  protected inputs: string[] = [];

  /** The command's work; throws SamError. */
  protected abstract execute(): Promise<Outcome>;

  async run(): Promise<void> {
    // oclif infers flags from the class given to it, which is only known in the subclass
    const parsed = await this.parse({
      flags: this.ctor.flags, baseFlags: (super.ctor as typeof SamCommand).baseFlags, args: this.ctor.args, strict: this.ctor.strict,
    });
    this.flags = parsed.flags as FlagsOf<T>;
    this.args = parsed.args as ArgsOf<T>;
    this.inputs = parsed.argv as string[];
    this.report(await this.execute());
  }

  /** One line on stderr, unless `--quiet`. */
  protected say(line: string): void {
    if (!this.flags.quiet && !this.flags.json) process.stderr.write(`${line}\n`);
  }

  private report(outcome: Outcome): void {
    const exitCode = outcome.exitCode ?? 0;
    if (this.flags.json) this.printJson(exitCode, outcome);
    else {
      if (!this.flags.quiet) for (const w of outcome.warnings ?? []) process.stderr.write(`warning: ${issueLine(w)}\n`);
      for (const e of outcome.errors ?? []) process.stderr.write(`error: ${issueLine(e)}\n`);
      if (outcome.text !== undefined) process.stdout.write(outcome.text.endsWith('\n') ? outcome.text : `${outcome.text}\n`);
    }
    process.exitCode = exitCode;
  }

  private printJson(exitCode: number, outcome: Outcome): void {
    const command = (this.id ?? '').replaceAll(':', ' ');
    process.stdout.write(`${JSON.stringify({
      schema: 1, ok: exitCode === 0, command, summary: outcome.summary,
      outputs: outcome.outputs ?? [], warnings: outcome.warnings ?? [], errors: outcome.errors ?? [],
    })}\n`);
  }

  protected override async catch(error: Error): Promise<void> {
    const verbose = this.argv.includes('--verbose');
    if (isClosedPipe(error)) return;
    const usage = error instanceof Errors.CLIError;
    const exitCode = isSamError(error) ? error.exitCode : usage ? (error.oclif.exit ?? EXIT_CODES.usage) : EXIT_CODES.internal;
    if (usage && exitCode === 0) throw error;
    const issue = issueOf(error, usage);
    if (this.argv.includes('--json')) this.printJson(exitCode, { summary: {}, errors: [issue] });
    else {
      process.stderr.write(`error: ${issueLine(issue)}\n`);
      if (verbose || (!usage && !isSamError(error))) process.stderr.write(`${error.stack ?? ''}\n`);
      if (usage) process.stderr.write(`See: ${this.config.bin} ${(this.id ?? '').replaceAll(':', ' ')} --help\n`);
    }
    process.exitCode = exitCode;
  }
}

function isClosedPipe(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EPIPE';
}

function issueOf(error: unknown, usage: boolean): Issue {
  if (error instanceof SamError) {
    return {
      code: error.code, message: error.message,
      ...(error.file === undefined ? {} : { file: error.file }),
      ...(error.record === undefined ? {} : { record: error.record }),
      ...(error.path === undefined ? {} : { path: error.path }),
    };
  }
  // oclif appends "See more help with --help" to the parse message
  const message = usage ? messageOf(error).replace(/\nSee more help.*$/s, '') : messageOf(error);
  return { code: usage ? 'usage/option' : 'internal/unexpected', message };
}

/** One issue as one line, names made safe to print. */
export function issueLine(issue: Issue): string {
  const where = [issue.file, issue.record, issue.path].filter((part) => part !== undefined).map((part) => printableName(part)).join(' -> ');
  const message = printableName(issue.message.replaceAll('\n', ' '));
  return where === '' || issue.message.includes(issue.file ?? '\0') ? `${message} [${issue.code}]` : `${where}: ${message} [${issue.code}]`;
}
