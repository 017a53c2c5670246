/** The strict way to take findings: an error among them ends the reading, a warning is for the caller to collect. */
import { SamError } from '../errors.js';
import type { Finding, Report } from './types.js';

/** A handler that throws `data/record` at the first error, naming rule and position, and hands everything else on. */
export function strictReport(others: Report = () => undefined): Report {
  return (finding) => {
    if (finding.severity === 'error') throw errorOfFinding(finding);
    others(finding);
  };
}

/** A finding as an error, its position in words. */
export function errorOfFinding(finding: Finding): SamError {
  const at = positionOf(finding);
  const message = `${finding.message.replace(/\.$/, '')}${at === '' ? '' : ` (${at})`}. Rule ${finding.code}.`;
  return new SamError('data/record', message, { file: finding.file, record: finding.record, path: finding.path });
}

/** `line 3, column 7`, `byte 120`, or nothing where no position is known. */
export function positionOf({ line, column, byte }: Finding): string {
  const parts = [...(line === undefined ? [] : [`line ${line}`]), ...(column === undefined ? [] : [`column ${column}`]), ...(byte === undefined ? [] : [`byte ${byte}`])];
  return parts.join(', ');
}
