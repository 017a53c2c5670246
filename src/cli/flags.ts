/** The command line's flags, made from option tables: a flag's name, kind and help come from where the option is declared. */
import { Flags } from '@oclif/core';
import { checkOption, flagName, type Option, type OptionTable, type OptionsOf } from '../options.js';

function summaryOf(option: Option): string {
  const unit = option.unit === undefined ? '' : ` (${option.unit})`;
  const fallback = option.default === undefined || option.kind === 'switch' ? '' : ` [default: ${option.default}]`;
  return `${option.summary}${unit}${fallback}`;
}

function flagOf(name: string, option: Option, helpGroup: string | undefined, dependsOn: string[] | undefined) {
  const common = { summary: summaryOf(option), ...(helpGroup === undefined ? {} : { helpGroup }), ...(dependsOn === undefined ? {} : { dependsOn }) };
  if (option.kind === 'switch') return Flags.boolean({ ...common, ...(option.default ? { allowNo: true } : {}) });
  return Flags.custom<number | string>({
    ...common,
    helpValue: option.kind === 'choice' ? option.choices.join('|') : option.kind === 'text' ? (option.value ?? 'TEXT') : 'N',
    parse: async (input) => {
      const isNumber = option.kind === 'integer' || option.kind === 'number';
      // what is no number stays as it was typed, for the message
      const value = isNumber && input.trim() !== '' && Number.isFinite(Number(input)) ? Number(input) : input;
      checkOption(name, option, value);
      return value;
    },
  })();
}

/** Flags for the options of a table; no default is set on them, so that a command knows what the user typed. `dependsOn`: flags without which they say nothing. */
export function flagsOf(table: OptionTable, helpGroup?: string, dependsOn?: string[]): Record<string, ReturnType<typeof flagOf>> {
  return Object.fromEntries(Object.entries(table).map(([key, option]) => [flagName(key), flagOf(flagName(key), option, helpGroup, dependsOn)]));
}

/** The options of a table that the user typed, from parsed flags. */
export function optionsFromFlags<T extends OptionTable>(table: T, flags: Record<string, unknown>): Partial<OptionsOf<T>> {
  const typed = Object.keys(table).map((key) => [key, flags[flagName(key)]] as const).filter(([, value]) => value !== undefined);
  // fromEntries loses the key-to-value relation; every value was checked by its option when parsed
  return Object.fromEntries(typed) as Partial<OptionsOf<T>>;
}
