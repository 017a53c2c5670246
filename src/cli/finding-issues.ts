/** Findings of annotations as issues of a run: one by one as far as they were kept, then how many more there are. */
import type { Severity } from '../dataset/types.js';
import type { RuleCount } from '../formats/jobs/findings-kept.js';
import type { Issue } from './issue.js';

export function findingIssues(findings: readonly RuleCount[], severity: Severity): Issue[] {
  return findings.filter((rule) => rule.severity === severity).flatMap(({ code, count, shown }) => [
    ...shown.map(({ message, file, record, path, line }) => ({
      code, message: line === undefined ? message : `${message.replace(/\.$/, '')} (line ${line}).`,
      ...(file === undefined ? {} : { file }), ...(record === undefined ? {} : { record }), ...(path === undefined ? {} : { path }),
    })),
    ...(count > shown.length ? [{ code, message: `${count - shown.length} more of this kind.` }] : []),
  ]);
}
