/** A repaired copy of a dataset, in its own format: what has one right repair is put right, the rest stays as it is, and nothing is guessed. */
import { annotationProblems } from '../../dataset/check-annotation.js';
import { repeatedAnnotations } from '../../dataset/duplicates.js';
import { RULES, type RuleCode } from '../../dataset/rules.js';
import type { Annotation, DatasetSource } from '../../dataset/types.js';
import type { ImageSize } from '../../geometry/size.js';
import { convertDataset, type ConvertReport } from '../jobs/convert.js';
import type { RuleCount } from '../jobs/findings-kept.js';
import type { FormatName } from '../format.js';
import type { SourceRequest } from '../jobs/open-dataset.js';
import { writerIgnoring, writerOf } from '../jobs/write-dataset.js';
import { formatOf } from '../registry.js';
import { boxSlackOf } from './dataset-check.js';
import type { FixOptions } from './options.js';

export interface FixRequest extends Omit<SourceRequest, 'lenient'>, Omit<FixOptions, 'fix'> { from: FormatName; output: string }

/** `left`: errors that have no repair; without `lenient` they make the result `refused`. `fixed`: what was put right, by rule. */
export interface FixReport {
  result: ConvertReport['result'];
  left: number;
  fixed: Pick<RuleCount, 'code' | 'count'>[];
  losses: ConvertReport['losses'];
}

/** Throws `usage/option` for a format that is never written, as long as nothing was read. */
export function assertFixable(from: FormatName): void {
  writerOf(formatOf(from));
}

/** Writes the copy, which `findings` of a whole reading have shown to be readable. Throws `usage/...`, `storage/...`. */
export async function fixDataset(request: FixRequest, findings: readonly RuleCount[]): Promise<FixReport> {
  const fixed = findings.filter(({ code }) => isFixable(code)).map(({ code, count }) => ({ code, count }));
  const left = findings.reduce((sum, { code, severity, count }) => sum + (severity === 'error' && !isFixable(code) ? count : 0), 0);
  if (left > 0 && !request.lenient) return { result: 'refused', left, fixed: [], losses: [] };
  // an annotation of id 0 gets another: that is the repair, and no loss
  const isRenumbered = fixed.some(({ code }) => code === 'id/zero') && findings.every(({ code }) => code !== 'id/duplicate');
  const { result, losses } = await convertDataset({ ...request, vocBase: request.vocBase ?? 'one', to: request.from, lenient: true, holes: 'error' }, {
    transform: (source) => fixedSource(source, boxSlackOf(request.from)),
    ...(isRenumbered ? { writer: (writer) => writerIgnoring('ids', writer) } : {}),
  });
  return { result, left, fixed: result === 'refused' ? [] : fixed, losses };
}

export function isFixable(code: string): boolean {
  // own keys only: a code from elsewhere may be called anything
  return Object.hasOwn(RULES, code) && RULES[code as RuleCode].fixable;
}

/** The same dataset, every annotation put right. */
function fixedSource(source: DatasetSource, slack: number): DatasetSource {
  return {
    ...source,
    async *entries() {
      for await (const { image, annotations } of source.entries()) {
        yield { image, annotations: withoutRepeated(withoutRepeated(annotations).flatMap((annotation) => fixedAnnotation(annotation, image, slack))) };
      }
    },
  };
}

function withoutRepeated(annotations: readonly Annotation[]): Annotation[] {
  const repeated = repeatedAnnotations(annotations);
  return annotations.filter((_, i) => !repeated.has(i));
}

/** None for what no format could write. */
function fixedAnnotation(annotation: Annotation, image: ImageSize, slack: number): Annotation[] {
  const problems = annotationProblems(annotation, image, slack);
  if (problems.some(({ code }) => RULES[code].severity === 'error')) return [];
  const fixed = { ...annotation };
  for (const { fix } of problems) Object.assign(fixed, fix);
  return [fixed];
}
