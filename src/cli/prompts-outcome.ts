/** What an evaluation with prompts came to: a table of mean IoU by size, thresholds, and the exit code. */
import { EXIT_CODES, plainError, printableName } from '../errors.js';
import { SIZE_CLASSES, type ClicksNeeded, type PromptScores, type ScoresBySize } from '../evaluation/prompt-scores.js';
import { numbersOf, type PromptsReport } from '../folder/prompts-report.js';
import type { ErrorIssue } from './issue.js';
import type { Outcome } from './base-command.js';
import { findingIssues } from './finding-issues.js';
import { tableText } from './table.js';

/** Clicks that the field quotes; the last one is shown besides. */
const SHOWN_CLICKS = [1, 2, 3, 5, 9];

export function promptsOutcome(report: PromptsReport): Outcome {
  const { errors, findings, unmet, outputError, scores, outputs, warnings } = report;
  const found = findingIssues(findings, 'error');
  const all: ErrorIssue[] = [
    ...found, ...errors, ...unmet.map((message) => ({ code: 'threshold/not-met', message })), ...(outputError === undefined ? [] : [plainError(outputError)]),
  ];
  const exitCode = outputError?.exitCode ?? (unmet.length > 0 ? EXIT_CODES.threshold : all.length > 0 ? EXIT_CODES.item : 0);
  return {
    summary: numbersOf(report), outputs, warnings: [...findingIssues(findings, 'warning'), ...warnings], errors: all, exitCode, closing: [closingLine(report)],
    ...(scores?.all === undefined || scores.all === null ? {} : { text: scoresText(scores, report.protocol.clicks) }),
  };
}

/** Rows of numbers, a column a size; three decimals. */
export function scoresText(scores: ScoresBySize, clicks: number): string {
  const sizes = ['all', ...SIZE_CLASSES] as const;
  const row = (name: string, textOf: (scores: PromptScores) => string): string[] => [name, ...sizes.map((size) => { const one = scores[size]; return one === null ? '-' : textOf(one); })];
  const shown = [...SHOWN_CLICKS.filter((click) => click <= clicks), ...(SHOWN_CLICKS.includes(clicks) ? [] : [clicks])];
  const iou = (value: number | undefined): string => (value === undefined ? '-' : value.toFixed(3));
  const chains = [['top', 'top-scored mask first'], ['best', 'best of three masks first']] as const;
  return tableText([
    ['mean IoU', ...sizes],
    row('regions', ({ regions }) => String(regions)),
    row('box', ({ box }) => iou(box)),
    row('noisy box', ({ noisyBox }) => iou(noisyBox)),
    ...chains.flatMap(([chain, title]) => [
      [`clicks, ${title}`],
      ...shown.map((click) => row(`  ${click}`, (one) => iou(one[chain].iou[click - 1]))),
      row('  NoC@85', (one) => neededText(one[chain].noc[85])),
      row('  NoC@90', (one) => neededText(one[chain].noc[90])),
    ]),
  ], [1, 2, 3, 4]);
}

/** `8.31 (12%)`: clicks, and the share of regions that get there. */
function neededText({ mean, reached }: ClicksNeeded): string {
  return `${mean.toFixed(2)} (${(100 * reached).toFixed(0)}%)`;
}

function closingLine({ model, images, failed, leftOut: { crowds, refused }, scores, outputs }: PromptsReport): string {
  const name = printableName(model.name);
  const left = [
    ...(failed > 0 ? [`${counted(failed, 'image')} could not be worked on`] : []), ...(refused > 0 ? [`${counted(refused, 'region')} refused`] : []), ...(crowds > 0 ? [`${counted(crowds, 'crowd')} left out`] : []),
  ];
  const rest = left.length === 0 ? '' : ` ${left.join(', ')}.`;
  if (scores === undefined) return `Would evaluate ${name} on ${counted(images - failed, 'image')}; nothing was written.${rest}`;
  if (scores.all === null) return `Nothing was evaluated, nothing was written.${rest}`;
  const files = outputs.length === 0 ? '' : ` Written: ${outputs.map(printableName).join(', ')}.`;
  return `${name} on ${counted(scores.all.regions, 'region')} of ${counted(images - failed, 'image')}; NoC counts a region that never gets there as all the clicks, and says how many get there.${rest}${files}`;
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}
