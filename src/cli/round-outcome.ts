/** What came of the end of a round, for a person and for `--json`. */
import { EXIT_CODES, printableName, typedName } from '../errors.js';
import type { Quality } from '../engine/round-compare.js';
import type { RoundReport } from '../engine/round.js';
import type { Outcome } from './base-command.js';
import { counted } from './written-outcome.js';

export function roundOutcome({ problems, ...report }: RoundReport, folder: string): Outcome {
  const { round, dataset, heldOut, exports, untrained, before, after, next } = report;
  if (report.nothingNew === true) return nothingNew(report);
  const written = [...new Set([dataset, ...exports.map(({ path }) => path)])];
  return {
    summary: { ...report, untrained: untrained ?? null, before: before ?? null, after: after ?? null },
    outputs: [...written, ...(heldOut === undefined ? [] : [heldOut])], errors: problems, exitCode: problems.length > 0 ? EXIT_CODES.item : 0,
    closing: [
      `Round ${round} is closed; what to train on: ${written.map(printableName).join(', ')}.`,
      ...(before === undefined ? [] : [comparedText(report, before)]), ...(next === undefined ? [] : [`Round ${next} is open.`]),
      ...(untrained === undefined ? [] : [`Nothing was trained: ${untrained.reason}. This makes the model somewhere else; once it is there, sam engine round ${typedName(folder)} takes it:`]),
    ],
    ...(untrained === undefined ? {} : { text: untrained.command.map(typedName).join(' ') }),
  };
}

/** The same command again: what came of the round that it has ended already. */
function nothingNew(report: Omit<RoundReport, 'problems'>): Outcome {
  const { round, before, after, next } = report;
  return {
    summary: { ...report, untrained: null, before: before ?? null, after: after ?? null }, outputs: [], exitCode: 0,
    closing: [
      `Nothing to do: round ${round} is over, and nothing was added, judged or changed in round ${next ?? round + 1} yet. --again trains once more on the same masks.`,
      ...(before === undefined ? [] : [`Of round ${round}: ${comparedText(report, before)}`]),
    ],
  };
}

const AS_GOOD = { 'by-hand': 'The model that was put in place is the old one', none: 'No better model came of it', own: 'The trainer made nothing better', command: 'The trainer made nothing better' } as const;

function comparedText({ after, isPromoted, model, trainer }: Omit<RoundReport, 'problems'>, before: Quality): string {
  const text = ({ box, firstClick, lastClick }: Quality): string => `${box === undefined ? '' : `box ${box.toFixed(3)}, `}one click ${firstClick.toFixed(3)}, last click ${lastClick.toFixed(3)}`;
  const head = `Mean IoU on ${counted(before.regions, 'held-out region')}: before ${text(before)}`, name = printableName(model);
  if (after === undefined) return `${head}. ${AS_GOOD[trainer]}: ${name} stays.`;
  return `${head}; after ${text(after)}. ${isPromoted ? 'The new model is better and in use' : 'The new model is not better; the old one stays'}: ${name}.`;
}
