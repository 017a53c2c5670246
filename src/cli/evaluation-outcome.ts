/** What an evaluation of masks came to: pycocotools' familiar lines, masks whatever their category, thresholds, and the exit code. */
import { EXIT_CODES, plainError, printableName } from '../errors.js';
import { IOU_THRESHOLDS } from '../evaluation/coco-params.js';
import type { AgnosticResult, EvaluationResult, IouType } from '../evaluation/mask-evaluation.js';
import { PROPOSALS } from '../evaluation/mask-evaluation.js';
import type { MaskEvaluationReport, MaskEvaluationRequest } from '../folder/evaluate-masks.js';
import { evaluationNumbers } from '../folder/evaluation-numbers.js';
import type { Outcome } from './base-command.js';
import { findingIssues } from './finding-issues.js';
import { tableText } from './table.js';
import { counted } from './written-outcome.js';

const TITLES: Record<IouType, string> = { segm: 'Masks (segm)', bbox: 'Boxes (bbox)', boundary: 'Boundaries (the smaller of mask and boundary IoU)' };
/** Thresholds of which people speak. */
const SHOWN_IOUS = [0.5, 0.75, 0.9];

export function evaluationOutcome(report: MaskEvaluationReport, { perCategory, dryRun }: Pick<MaskEvaluationRequest, 'perCategory' | 'dryRun'>): Outcome {
  const { from, truthFrom, images, detections, truths, unpredicted, result, categoryNames, findings, errors, unmet, outputs, outputError } = report;
  return {
    summary: {
      ...evaluationNumbers(result, categoryNames, perCategory),
      from, truthFrom, images, unpredicted, truths, detections, leftOut: errors,
      findings: findings.map(({ code, severity, count }) => ({ code, severity, count })),
    },
    outputs: dryRun ? [] : outputs,
    warnings: findingIssues(findings, 'warning'),
    errors: [...findingIssues(findings, 'error'), ...unmet.map((message) => ({ code: 'threshold/not-met', message })), ...(outputError === undefined ? [] : [plainError(outputError)])],
    exitCode: outputError?.exitCode ?? (unmet.length > 0 ? EXIT_CODES.threshold : errors > 0 ? EXIT_CODES.item : 0),
    text: evaluationText(result, perCategory ? categoryNames : undefined),
    closing: [closingLine(report, dryRun)],
  };
}

function evaluationText({ types, agnostic }: EvaluationResult, categoryNames: ReadonlyMap<number, string> | undefined): string {
  return [
    ...types.map(({ type, summary, result: { maxDets } }) => [`${TITLES[type]}:`, ...summaryLines(summary, maxDets)].join('\n')),
    ...(agnostic === undefined ? [] : [agnosticText(agnostic)]),
    ...(categoryNames === undefined ? [] : types.map((type) => categoryText(type, categoryNames))),
  ].join('\n\n');
}

/** The lines that pycocotools' `summarize` prints. */
function summaryLines(summary: Readonly<Record<string, number>>, maxDets: readonly number[]): string[] {
  const most = maxDets.at(-1)!;
  const line = (key: string, title: string, iou: string, area: string, dets: number): string =>
    ` ${title.padEnd(18)} (${key.slice(0, 2)}) @[ IoU=${iou.padEnd(9)} | area=${area.padStart(6)} | maxDets=${String(dets).padStart(3)} ] = ${numberText(summary[key])}`;
  const ap = (key: string, iou: string, area: string): string => line(key, 'Average Precision', iou, area, most);
  const ar = (key: string, area: string, dets: number): string => line(key, 'Average Recall', '0.50:0.95', area, dets);
  return [
    ap('AP', '0.50:0.95', 'all'), ap('AP50', '0.50', 'all'), ap('AP75', '0.75', 'all'), ap('APs', '0.50:0.95', 'small'), ap('APm', '0.50:0.95', 'medium'), ap('APl', '0.50:0.95', 'large'),
    ...maxDets.map((dets) => ar(`AR${dets}`, 'all', dets)),
    ar('ARs', 'small', most), ar('ARm', 'medium', most), ar('ARl', 'large', most),
  ];
}

function agnosticText({ iouType, objects, proposals, thresholds, meanIou, meanBestIou, meanBoundaryIou }: AgnosticResult): string {
  const [all, small, medium, large] = ['', 's', 'm', 'l'].map((suffix) => numberText(proposals[`AR${PROPOSALS}${suffix}`]));
  return [
    `${iouType === 'bbox' ? 'Boxes' : 'Masks'} whatever their category (${counted(objects, 'object')}):`,
    ` AR@${PROPOSALS} as of proposals: ${all}; small ${small}, medium ${medium}, large ${large}`,
    ` mean IoU, one for each object: ${numberText(meanIou)}; with the best for each: ${numberText(meanBestIou)}${meanBoundaryIou === undefined ? '' : `; boundary IoU: ${numberText(meanBoundaryIou)}`}`,
    tableText([
      ['  IoU', 'precision', 'recall', 'F1', 'found', 'wrong', 'missed'],
      ...thresholds.filter(({ iou }) => SHOWN_IOUS.includes(iou)).map(({ iou, precision, recall, f1, found, wrong, missed }) =>
        [`  ${iou.toFixed(2)}`, numberText(precision), numberText(recall), numberText(f1), String(found), String(wrong), String(missed)]),
    ], [1, 2, 3, 4, 5, 6]),
  ].join('\n');
}

function categoryText({ type, byCategory }: EvaluationResult['types'][number], names: ReadonlyMap<number, string>): string {
  return `${TITLES[type]} by category, IoU ${IOU_THRESHOLDS[0]!.toFixed(2)}:${IOU_THRESHOLDS.at(-1)!.toFixed(2)}:\n${tableText([
    ['  category', 'objects', 'AP', 'AP50', 'AP75', 'AR'],
    ...byCategory.map(({ id, truths, AP, AP50, AP75, AR }) => [`  ${printableName(names.get(id) ?? '')}`, String(truths), ...[AP, AP50, AP75, AR].map(numberText)]),
  ], [1, 2, 3, 4, 5])}`;
}

/** As pycocotools prints: three decimals, -1 for what is undefined. */
function numberText(value = -1): string {
  return value.toFixed(3);
}

function closingLine({ from, truthFrom, images, detections, truths, errors, outputs }: MaskEvaluationReport, dryRun: boolean): string {
  const what = `${counted(detections, 'detection')} (${from}) beside ${counted(truths, 'object')} (${truthFrom}) on ${counted(images, 'image')}.`;
  const left = errors > 0 ? ` ${counted(errors, 'error')} left out.` : '';
  const files = outputs.length === 0 ? '' : ` ${dryRun ? 'Would write' : 'Written'}: ${outputs.map(printableName).join(', ')}.`;
  return `${what}${left}${files}`;
}
