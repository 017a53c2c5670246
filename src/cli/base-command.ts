/**
 * The base of every command: parses flags, runs one library call, and reports its outcome: as text on stderr with results on
 * stdout, or with `--json` as one object on stdout. Exit codes are the same in both (see `docs/errors.md`).
 */
import { Command, Flags, type Interfaces } from '@oclif/core';
import { EXIT_CODES, isSamError } from '../errors.js';
import { isParseError, issueLine, issueOf, stackText, withoutStack, type ErrorIssue, type Issue } from './issue.js';
import { guardStreams, writeResult } from './output.js';

/** What a command's work came to. `exitCode` is 0 where it is absent. */
export interface Outcome {
  summary: Record<string, unknown>;
  outputs?: string[];
  warnings?: Issue[];
  errors?: ErrorIssue[];
  exitCode?: number;
  /** Lines for stdout when `--json` is off: the result itself. */
  text?: string;
  /** The last lines on stderr, unless `--quiet`: they stand below errors, however many those are. */
  closing?: string[];
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
    guardStreams();
    await this.report(await this.execute());
  }

  /** One line on stderr, unless `--quiet`. */
  protected say(line: string): void {
    if (!this.flags.quiet && !this.flags.json) process.stderr.write(`${line}\n`);
  }

  private async report(outcome: Outcome): Promise<void> {
    process.exitCode = outcome.exitCode ?? 0;
    if (this.flags.json) return await writeResult(this.jsonOf(process.exitCode, outcome));
    if (!this.flags.quiet) for (const w of outcome.warnings ?? []) process.stderr.write(`warning: ${issueLine(w)}\n`);
    for (const e of outcome.errors ?? []) {
      process.stderr.write(`error: ${issueLine(e)}\n`);
      if (this.flags.verbose && e.stack !== undefined) process.stderr.write(stackText(e.stack));
    }
    outcome.closing?.forEach((line) => { this.say(line); });
    if (outcome.text !== undefined) await writeResult(outcome.text.endsWith('\n') ? outcome.text : `${outcome.text}\n`);
  }

  private jsonOf(exitCode: number, outcome: Outcome): string {
    return `${JSON.stringify({
      schema: 1, ok: exitCode === 0, command: this.spelling, summary: outcome.summary,
      outputs: outcome.outputs ?? [], warnings: outcome.warnings ?? [], errors: (outcome.errors ?? []).map(withoutStack),
    })}\n`;
  }

  /** The command as a person types it. */
  private get spelling(): string {
    return (this.id ?? '').replaceAll(':', ' ');
  }

  protected override async catch(error: Error): Promise<void> {
    guardStreams();
    const isUsage = isParseError(error);
    // with NODE_ENV=development oclif would add a warning for developers to every wrong flag
    this.parsed = true;
    process.exitCode = isSamError(error) ? error.exitCode : isUsage ? (error.oclif.exit ?? EXIT_CODES.usage) : EXIT_CODES.internal;
    // how oclif ends a command that printed its help
    if (isUsage && process.exitCode === 0) throw error;
    const issue = issueOf(error, Object.keys({ ...SamCommand.baseFlags, ...this.ctor.flags }));
    if (this.argv.includes('--json')) {
      try {
        return await writeResult(this.jsonOf(process.exitCode, { summary: {}, errors: [issue] }));
      } catch {
        // stdout is what failed: say it on stderr
      }
    }
    process.stderr.write(`error: ${issueLine(issue)}\n`);
    if (process.exitCode === EXIT_CODES.internal && (!isSamError(error) || this.argv.includes('--verbose'))) process.stderr.write(stackText(error.stack));
    if (isUsage) process.stderr.write(`See: ${this.config.bin} ${this.spelling} --help\n`);
  }
}
