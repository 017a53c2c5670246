/** Findings once each: entries may be read several times, and every reading meets the same faults. */
import type { Report } from '../dataset/types.js';

/** A report that hands on each finding the first time only. */
export function once(report: Report): Report {
  const told = new Set<string>();
  return (finding) => {
    const key = JSON.stringify([finding.code, finding.file, finding.record, finding.path, finding.line, finding.column, finding.byte, finding.message]);
    if (told.has(key)) return;
    told.add(key);
    report(finding);
  };
}
