/** What `visualize` came to: counts, what could not be drawn, the exit code, and where the pictures are. */
import { EXIT_CODES, plainError, printableName } from '../errors.js';
import type { PictureKind } from '../folder/visualize-options.js';
import type { VisualizeReport } from '../folder/visualize.js';
import type { Outcome } from './base-command.js';
import { findingIssues } from './finding-issues.js';
import type { Issue } from './issue.js';
import { counted } from './written-outcome.js';

/** One fault that every image has is told so often, and then counted. */
const SHOWN = 20;

const NOUNS: Record<PictureKind, string> = { overlay: 'picture', contactSheet: 'page', cutouts: 'cut-out', crop: 'crop', labelMap: 'file' };

export function visualizeOutcome(report: VisualizeReport, output: string): Outcome {
  const { summary, compared, findings, result, kind } = report;
  const errors = [...findingIssues(findings, 'error'), ...limited(report.errors.map(plainError))];
  const isThere = result === 'written' || result === 'same';
  return {
    summary: { ...summary, kind, result, ...(compared === undefined ? {} : { compared }), findings: findings.map(({ code, severity, count }) => ({ code, severity, count })) },
    outputs: isThere ? report.outputs : [],
    warnings: [...findingIssues(findings, 'warning'), ...limited(report.warnings.map((warning) => ({ code: 'image/remark', ...warning })))],
    errors, exitCode: errors.length > 0 ? EXIT_CODES.item : 0, closing: [closingLine(report, output)],
  };
}

export function limited(issues: readonly Issue[]): Issue[] {
  const seen = new Map<string, number>();
  const shown = issues.filter(({ code }) => {
    seen.set(code, (seen.get(code) ?? 0) + 1);
    return seen.get(code)! <= SHOWN;
  });
  return [...shown, ...[...seen].filter(([, count]) => count > SHOWN).map(([code, count]) => ({ code, message: `${count - SHOWN} more of this kind.` }))];
}

function closingLine({ summary: { images, failed, objects, files }, compared, kind, result }: VisualizeReport, output: string): string {
  const where = printableName(output);
  const of = compared === undefined ? counted(objects, 'object') : `agreed ${compared.agreed}, missed ${compared.missed}, extra ${compared.extra}`;
  const what = `${counted(files, NOUNS[kind])} of ${counted(images - failed, 'image')} (${of})`;
  const left = failed > 0 ? ` ${counted(failed, 'image')} could not be drawn.` : '';
  switch (result) {
    case 'written': return `${what} in ${where}.${left}`;
    case 'same': return `${what}: ${where} is just that already.${left}`;
    case 'would-be-written': return `Would write ${what} into ${where}; nothing was written.${left}`;
    case 'nothing': return `Nothing was written.${left}${failed > 0 && failed === images ? ' Is --images the folder that the names in the annotations begin at?' : ''}`;
  }
}
