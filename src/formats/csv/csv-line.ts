/**
 * Lines of comma-separated values to be written. Spreadsheets run a text that begins like a formula, whatever the column is called, so
 * such a text gets an apostrophe in front; a text that has one there already gets one more, so that reading takes off what writing put on.
 */

const FORMULA = /^'*[=+\-@\t\r\uff1d\uff0b\uff0d\uff20]/;

/** Fields joined, quoted where they must be. Numbers are written in the shortest form that gives the same number; `undefined` is empty. */
export function csvLine(fields: readonly (string | number | undefined)[]): string {
  return `${fields.map((field) => (typeof field === 'number' ? String(field) : quoted(guarded(field ?? '')))).join(',')}\n`;
}

/** A text as it was before `csvLine` guarded it. */
export function unguarded(text: string): string {
  return text.startsWith('\'') && FORMULA.test(text) ? text.slice(1) : text;
}

function guarded(text: string): string {
  return FORMULA.test(text) ? `'${text}` : text;
}

function quoted(text: string): string {
  return /[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
