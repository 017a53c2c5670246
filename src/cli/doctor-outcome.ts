/** What `sam doctor` found, as lines for a person or as issues for a program. */
import { plainError, printableName } from '../errors.js';
import type { Check } from '../folder/doctor.js';
import type { Outcome } from './base-command.js';

const STATES = { ok: 'ok', warning: 'warning', fail: 'FAIL' } as const;

/** In text the lines themselves tell what is wrong; with --json it stands among the errors and warnings too. The first failure decides the exit code. */
export function doctorOutcome(checks: readonly Check[], { json }: { json: boolean }): Outcome {
  const failures = checks.flatMap((check) => (check.state === 'fail' ? [check.error] : []));
  const warnings = checks.flatMap(({ topic, text, ...check }) => (check.state === 'warning' ? [{ code: 'machine/remark', message: `${topic}: ${text}. ${check.advice}` }] : []));
  return {
    summary: { checks: checks.map((check) => ({ topic: check.topic, state: check.state, text: check.text, ...(check.state === 'warning' ? { advice: check.advice } : {}) })) },
    ...(json ? { errors: failures.map(plainError), warnings } : {}),
    exitCode: failures[0]?.exitCode ?? 0, text: checks.flatMap(linesOf).join('\n'),
  };
}

function linesOf(check: Check): string[] {
  const line = `${STATES[check.state].padEnd(9)}${check.topic.padEnd(12)}${printableName(check.text)}`;
  return check.state === 'warning' ? [line, `${' '.repeat(21)}-> ${check.advice}`] : [line];
}
