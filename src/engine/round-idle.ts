/** A round in which nothing was done is not closed: the command that was killed just after a round's end says what came of that one when it is run again. */
import { join } from 'node:path';
import type { Comparison, Quality } from './round-compare.js';
import { roundsOf, type Round } from './rounds.js';
import type { Project } from './project.js';

/** What the end of a round is remembered by. `before` without `after`: no better model came of it. */
export interface EndedRound { round: number; dataset: string; heldOut: string; before: Quality; after?: Quality; isPromoted: boolean; next: number }

/** What stands for work: masks, verdicts and visits have their round, duplicates that were set aside their time. All but visits and verdicts, which are short, by an index. */
const DONE_IN_ROUND = `SELECT EXISTS (SELECT 1 FROM masks WHERE round = ?1) OR EXISTS (SELECT 1 FROM verdicts WHERE round = ?1) OR EXISTS (SELECT 1 FROM visits WHERE round = ?1)
  OR EXISTS (SELECT 1 FROM masks WHERE duplicate_of IS NOT NULL AND updated_at > ?2)`;

/** The round before the open one, where the open one has nothing in it that was not trained on already; else undefined. */
export function endedWithNothingSince(project: Project, open: Round): EndedRound | undefined {
  const last = roundsOf(project).find(({ number }) => number === open.number - 1);
  // a round that nobody trained has left its masks to this one
  const metrics = last?.metrics as Partial<Comparison> | null | undefined; // what compareModels stored, if it did
  if (last === undefined || metrics?.before === undefined || open.closedAt !== null) return undefined;
  if (project.database.count(DONE_IN_ROUND, open.number, open.openedAt) > 0) return undefined;
  const { before, after, isPromoted = false } = metrics;
  const place = join(project.folder, 'rounds', String(last.number));
  return { round: last.number, dataset: join(place, 'train.json'), heldOut: join(place, 'held-out.json'), before, ...(after === undefined ? {} : { after }), isPromoted, next: open.number };
}
