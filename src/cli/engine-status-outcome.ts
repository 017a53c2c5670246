/** Where a project stands, as tables. */
import { printableName } from '../errors.js';
import type { Advice } from '../engine/next.js';
import type { StatusReport } from '../engine/looks.js';
import type { EngineStatus } from '../engine/status.js';
import type { Outcome } from './base-command.js';
import { tableText } from './table.js';

const STATUSES = ['proposed', 'accepted', 'corrected', 'rejected', 'superseded', 'duplicate'] as const;
const number = (value: number | null, digits = 1): string => (value === null ? '-' : value.toFixed(digits));
const percent = (value: number | null): string => (value === null ? '-' : `${Math.round(100 * value)} %`);

export function statusOutcome({ status, isPlotted }: StatusReport, plot?: { plot: string; dryRun: boolean }): Outcome {
  const { images, states, splits, truth, proposed, parts, model, nearDuplicates, atWork, annotators } = status;
  const head = [
    ['Images', `${images}: ${Object.entries(states).filter(([, count]) => count > 0).map(([state, count]) => `${count} ${state}`).join(', ') || 'none'}`],
    ['Splits', `${splits.train} train, ${splits.val} val, ${splits.test} test${nearDuplicates > 0 ? `; ${nearDuplicates} images look like another` : ''}`],
    ['Masks', `${truth} accepted or corrected, ${proposed} proposed${parts > 0 ? `; ${parts} lie in a larger one` : ''}`],
    ['Model', model === undefined ? 'none' : printableName(model.name)],
    ...(atWork > 0 ? [['At work', `${atWork} annotator${atWork === 1 ? '' : 's'}`]] : []),
  ];
  const people = annotators.map(({ name, masks, seconds }) => [printableName(name), String(masks), number(seconds / 60)]);
  return {
    summary: { ...status, model: model ?? null }, ...plotOutcome(isPlotted, plot),
    text: [
      tableText(head), tableText([['ROUND', 'STAGE', ...STATUSES.map((name) => name.toUpperCase()), 'S/MASK', 'CLICKS', 'ACCEPTED'], ...roundRows(status)], [0, 2, 3, 4, 5, 6, 7, 8, 9, 10]),
      ...qualityTables(status),
      ...(people.length > 0 ? [tableText([['ANNOTATOR', 'MASKS', 'MINUTES'], ...people], [1, 2])] : []),
    ].join('\n\n'),
  };
}

function plotOutcome(isPlotted: boolean | undefined, request: { plot: string; dryRun: boolean } | undefined): Pick<Outcome, 'outputs' | 'closing'> {
  if (request === undefined) return {};
  const name = printableName(request.plot), line = isPlotted !== true ? `${name} has just these charts already.` : request.dryRun ? `Would write the charts to ${name}; nothing was written.` : `Charts in ${name}.`;
  return { outputs: request.dryRun && isPlotted === true ? [] : [request.plot], closing: [line] };
}

/** Acceptance by score, and the models of the rounds, where there is something to say of them. */
function qualityTables({ acceptanceByScore, quality }: EngineStatus): string[] {
  const scores = acceptanceByScore.map(({ low, high, judged, right }) => [low.toFixed(2), high.toFixed(2), String(judged), String(right), percent(judged === 0 ? null : right / judged)]);
  const models = quality.map(({ round, model, regions, box, oneClick, bestOfThree, lastClick, became }) => [
    String(round), printableName(model ?? '-'), String(regions), number(box, 3), number(oneClick, 3), number(bestOfThree, 3), number(lastClick, 3), became ?? '',
  ]);
  return [
    ...(scores.length > 0 ? [tableText([['SCORE FROM', 'TO', 'JUDGED', 'RIGHT', ''], ...scores], [0, 1, 2, 3, 4])] : []),
    ...(models.length > 0 ? [tableText([['ROUND', 'MODEL', 'HELD OUT', 'BOX', 'ONE CLICK', 'BEST OF 3', 'LAST CLICK', 'THEN'], ...models], [0, 2, 3, 4, 5, 6])] : []),
  ];
}

/** A row a round and stage; a round without masks has one for its own stage. */
function roundRows({ rounds, masks, effort, acceptance }: EngineStatus): string[][] {
  return rounds.flatMap((round) => {
    const stages = [...new Set([...masks.filter((row) => row.round === round.number).map((row) => row.stage)])];
    return (stages.length > 0 ? stages : [round.stage]).map((stage) => {
      const counts = STATUSES.map((status) => masks.find((row) => row.round === round.number && row.stage === stage && row.status === status)?.masks ?? 0);
      const spent = effort.find((row) => row.round === round.number && row.stage === stage);
      const judged = stage === 'assisted-manual' ? undefined : acceptance.find((row) => row.round === round.number);
      return [`${round.number}${round.closedAt === null ? '*' : ''}`, stage, ...counts.map(String), number(spent?.secondsPerMask ?? null), number(spent?.clicksPerMask ?? null), percent(judged?.acceptance ?? null)];
    });
  });
}

export function nextOutcome(advice: readonly Advice[]): Outcome {
  const [first, ...others] = advice;
  const lines = [first === undefined ? '' : `${first.what}\n  ${first.command}`, ...(others.length > 0 ? ['Then:', ...others.map(({ what, command }) => `${what}\n  ${command}`)] : [])];
  return { summary: { advice }, text: lines.join('\n') };
}
