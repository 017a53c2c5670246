/** Findings for people: by rule, each with its place, the counts at the end. */
import { RULES } from '../dataset/rules.js';
import type { Finding } from '../dataset/types.js';
import { ERROR_CODES, printableName } from '../errors.js';
import type { RuleCount } from '../formats/jobs/findings-kept.js';
import type { ValidateReport } from '../formats/validation/validate.js';

/** `quiet`: nothing where nothing is wrong. */
export function findingsText(report: ValidateReport, quiet: boolean): string {
  const groups = report.findings.map((rule) => `${groupText(rule)}\n`);
  return [...groups, ...(quiet ? [] : [`${countsText(report)}\n`])].join('\n');
}

/** What a code stands for, in one sentence. */
export function meaningOf(code: string): string {
  const rules: Readonly<Record<string, { summary: string }>> = RULES, errors: Readonly<Record<string, readonly [string, string]>> = ERROR_CODES;
  return Object.hasOwn(rules, code) ? rules[code]!.summary : Object.hasOwn(errors, code) ? errors[code]![1] : '';
}

function groupText({ code, severity, count, shown }: RuleCount): string {
  const more = count > shown.length ? [`  ... and ${count - shown.length} more`] : [];
  return [`${severity} ${code} (${count}): ${meaningOf(code)}`, ...shown.map((finding) => `  ${findingLine(finding)}`), ...more].join('\n');
}

/** `file:line:column record -> path: message`, names made safe to print. */
function findingLine({ file = '', record, path, line, column, message }: Finding): string {
  const at = [file, line, line === undefined ? undefined : column].filter((part) => part !== undefined).join(':');
  return printableName(`${at}${record === undefined && path === undefined ? ':' : ''} ${placed(message, record, path).replaceAll('\n', ' ')}`);
}

/** Record and path in front of a sentence, where there are any. */
export function placed(message: string, record: string | undefined, path: string | undefined): string {
  const where = [record, path].filter((part) => part !== undefined).join(' -> ');
  return where === '' ? message : `${where}: ${message}`;
}

/** `3 errors, 2 warnings; 4 images, 9 annotations of coco (detected).` */
export function countsText({ errors, warnings, infos, images, annotations, format, evidence, unreadable }: ValidateReport): string {
  const counts = [many(errors, 'error'), many(warnings, 'warning'), ...(infos === 0 ? [] : [many(infos, 'note')])].join(', ');
  const read = `${many(images, 'image')}, ${many(annotations, 'annotation')}${format === undefined ? '' : ` of ${format}${evidence === undefined ? '' : ' (detected)'}`}`;
  return `${counts}; ${read}${unreadable ? '; reading ended early, what follows was not seen' : ''}.`;
}

export function many(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}
