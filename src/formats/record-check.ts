/** Checks of one record's values as they come out of JSON: each gives the value with its type, or adds a finding that says what was found. */
import { finding, type RuleCode } from '../dataset/rules.js';
import type { Finding, JsonValue, Report } from '../dataset/types.js';

export type JsonObject = Record<string, JsonValue>;

/** Findings of one record; once one of them is an error, the record is to be left out. */
export class RecordCheck {
  readonly findings: Finding[] = [];
  failed = false;

  constructor(private readonly where: Pick<Finding, 'file' | 'record'>) {}

  /** Adds a finding; `path` is inside the record. Returns undefined, so that a check can end with it. */
  find(code: RuleCode, message: string, path?: string): undefined {
    const found = finding(code, message, { ...this.where, ...(path === undefined || path === '' ? {} : { path: path.replace(/^\./, '') }) });
    this.failed ||= found.severity === 'error';
    this.findings.push(found);
  }

  /** Hands the findings on with the record's position; `position` is asked for only where there is something to tell. */
  tell(report: Report, position: () => Pick<Finding, 'line' | 'column' | 'byte'>): void {
    if (this.findings.length === 0) return;
    const at = position();
    for (const found of this.findings) report({ ...found, ...at });
  }

  /** An id: a whole number from 0 that a double holds exactly. */
  id(value: JsonValue | undefined, path: string): number | undefined {
    if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value === 0 ? 0 : value;
    return this.find('id/invalid', `Expected a whole number from 0 to 2^53 - 1, found ${shown(value)}.`, path);
  }

  /** A finite number. */
  number(value: JsonValue | undefined, code: RuleCode, path: string): number | undefined {
    if (isFiniteNumber(value)) return value;
    return this.find(code, `Expected a finite number, found ${shown(value)}.`, path);
  }
}

export function isFiniteNumber(value: JsonValue | undefined): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}

export function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A value as a message shows it. */
export function shown(value: JsonValue | undefined): string {
  if (value === undefined) return 'nothing';
  if (typeof value === 'number' && !Number.isFinite(value)) return 'a number too large for a double';
  const text = Array.isArray(value) && value.length > 20 ? `[${value.slice(0, 3).map((item) => shown(item)).join(',')},... of ${value.length}]` : JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}

/** The keys of a record that are not in `known`, as a value of its own; undefined for none. Numbers that a double does not hold are told. */
export function restOf(record: JsonObject, known: ReadonlySet<string>, check: RecordCheck): JsonObject | undefined {
  const rest = Object.entries(record).filter(([key]) => !known.has(key));
  if (rest.length === 0) return undefined;
  for (const [key, value] of rest) checkNumbers(value, key, check);
  // fromEntries makes own properties, of `__proto__` too
  return Object.fromEntries(rest);
}

function checkNumbers(value: JsonValue, path: string, check: RecordCheck): void {
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) check.find('number/overflow', 'A number too large for a double.', path);
    // above 10^21 JavaScript writes an exponent: nobody meant every digit
    else if (Number.isInteger(value) && !Number.isSafeInteger(value) && Math.abs(value) < 1e21) check.find('number/precision', `A whole number above 2^53 is read as ${value}.`, path);
  } else if (Array.isArray(value)) value.forEach((item, i) => { checkNumbers(item, `${path}[${i}]`, check); });
  else if (isObject(value)) for (const [key, item] of Object.entries(value)) checkNumbers(item, `${path}.${key}`, check);
}
