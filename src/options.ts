/**
 * Typed option tables: an option is declared once (kind, default, range, unit, one sentence); the TypeScript type, the
 * defaults, the check and the command line's flag are derived from it.
 */
import { SamError } from './errors.js';

interface Common { summary: string; unit?: string }
export interface NumberOption extends Common { kind: 'integer' | 'number'; default: number | undefined; min?: number; max?: number }
/** `value`: what help calls it. */
export interface TextOption extends Common { kind: 'text'; default: string | undefined; value?: string }
export interface ChoiceOption<C extends string = string> extends Common { kind: 'choice'; default: C; choices: readonly C[] }
export interface SwitchOption extends Common { kind: 'switch'; default: boolean }
export type Option = NumberOption | TextOption | ChoiceOption | SwitchOption;
export type OptionTable = Readonly<Record<string, Option>>;

type ValueOf<O extends Option> =
  O extends ChoiceOption<infer C> ? C
  : O extends SwitchOption ? boolean
  : O extends NumberOption ? (undefined extends O['default'] ? number | undefined : number)
  : O extends TextOption ? (undefined extends O['default'] ? string | undefined : string)
  : never;

/** The values of a table: every option present, with its default's type. */
export type OptionsOf<T extends OptionTable> = { [K in keyof T]: ValueOf<T[K]> };

/** Some of a table's values; `undefined` is the same as absent. */
export type SomeOf<T extends OptionTable> = { [K in keyof T]?: ValueOf<T[K]> | undefined };

/** `kebab-case` of an option's key: the name of its flag. */
export function flagName(key: string): string {
  return key.replace(/[A-Z]/g, (c) => `-${c.toLowerCase()}`);
}

/** The defaults of a table. */
export function defaultsOf<T extends OptionTable>(table: T): OptionsOf<T> {
  // fromEntries loses the key-to-value relation that the table has
  return Object.fromEntries(Object.entries(table).map(([key, option]) => [key, option.default])) as OptionsOf<T>;
}

/** Values over defaults, every one checked against its range; explicit `undefined` means the default. Throws `usage/option`. */
export function resolveOptions<T extends OptionTable>(table: T, values: SomeOf<T>): OptionsOf<T> {
  const resolved: Record<string, unknown> = { ...defaultsOf(table) };
  for (const [key, value] of Object.entries(values)) {
    if (value === undefined) continue;
    const option = Object.hasOwn(table, key) ? table[key] : undefined;
    if (option === undefined) throw new SamError('usage/option', `Unknown option "${key}".`);
    checkOption(flagName(key), option, value);
    resolved[key] = value;
  }
  return resolved as OptionsOf<T>;
}

/** One value against its option; the message says what was expected and what was found. */
export function checkOption(name: string, option: Option, value: unknown): void {
  const fail = (expected: string): never => {
    throw new SamError('usage/option', `--${name} expects ${expected}, got ${textOf(value)}.`);
  };
  switch (option.kind) {
    case 'integer':
    case 'number': {
      const what = option.kind === 'integer' ? 'a whole number' : 'a number';
      const range = rangeText(option);
      if (typeof value !== 'number' || !Number.isFinite(value)) return fail(`${what}${range}`);
      if (option.kind === 'integer' && !Number.isSafeInteger(value)) return fail(`${what}${range}`);
      if ((option.min !== undefined && value < option.min) || (option.max !== undefined && value > option.max)) return fail(`${what}${range}`);
      return;
    }
    case 'text':
      if (typeof value !== 'string' || value === '') fail('a text that is not empty');
      return;
    case 'choice':
      if (!option.choices.includes(value as string)) fail(`one of ${option.choices.join(', ')}`);
      return;
    case 'switch':
      if (typeof value !== 'boolean') fail('true or false');
      return;
  }
}

/** A value as a person would type it; JSON has no NaN, Infinity or big integers. */
function textOf(value: unknown): string {
  if (typeof value === 'number' || typeof value === 'bigint') return String(value);
  return JSON.stringify(value) ?? String(value);
}

function rangeText(option: NumberOption): string {
  if (option.min !== undefined && option.max !== undefined) return ` from ${option.min} to ${option.max}`;
  if (option.min !== undefined) return ` of at least ${option.min}`;
  if (option.max !== undefined) return ` of at most ${option.max}`;
  return '';
}
