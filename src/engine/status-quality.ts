/** How good the machine is, as people and held-out images say: acceptance by score, and the models of the rounds. */
import type { JsonValue } from '../dataset/types.js';
import type { Project } from './project.js';
import { modelsOf } from './models.js';
import type { Round } from './rounds.js';

/** Proposals with `low` <= score < `high` (the last range holds its upper end, too) on which people have a last word. `right`: their pixels were left as they were. */
export interface ScoreRange { low: number; high: number; judged: number; right: number }

/**
 * The model that worked in a round, on what was held out when the round ended: mean IoU with boxes, after one click (top-scored, truly best of three), after the last click; null where it was not
 * measured. `became`: what was done with the model that the round trained; null where none was compared, as in the round that is open: its numbers are those of the comparison that chose its model.
 */
export interface RoundQuality { round: number; model: string | null; regions: number; box: number | null; oneClick: number | null; bestOfThree: number | null; lastClick: number | null; became: 'promoted' | 'kept the old one' | null }

/** Ranges of one width, at most ten, from the lowest judged score to the highest. */
export function acceptanceByScore({ database }: Project): ScoreRange[] {
  const rows = database.all<{ score: number; isRight: number }>(`
    SELECT v.score, v.verdict = 'accept' OR coalesce(c.counts = m.counts, 0) AS isRight FROM verdicts v JOIN masks m ON m.id = v.mask_id LEFT JOIN masks c ON c.id = v.correction_id
    WHERE m.stage <> 'assisted-manual' AND v.score IS NOT NULL AND v.verdict <> 'reopen' AND v.id = (SELECT max(w.id) FROM verdicts w WHERE w.mask_id = v.mask_id)
      AND EXISTS (SELECT 1 FROM verdicts w WHERE w.mask_id = m.id AND w.status_before = 'proposed')`);
  if (rows.length === 0) return [];
  const scores = rows.map(({ score }) => score), [least, most] = [Math.min(...scores), Math.max(...scores)];
  const firstOf = (step: number): number => Math.floor(least / step + 1e-9), lastOf = (step: number): number => Math.max(firstOf(step), Math.ceil(most / step - 1e-9) - 1);
  const width = WIDTHS.find((step) => lastOf(step) - firstOf(step) < MOST_RANGES) ?? 1, first = firstOf(width), last = lastOf(width);
  return Array.from({ length: last - first + 1 }, (_, i) => {
    const inside = rows.filter(({ score }) => Math.min(last, Math.max(first, Math.floor(score / width + 1e-9))) === first + i);
    return { low: round(width * (first + i)), high: round(width * (first + i + 1)), judged: inside.length, right: inside.filter(({ isRight }) => isRight === 1).length };
  });
}

const WIDTHS = [0.01, 0.02, 0.05, 0.1, 0.2], MOST_RANGES = 10;
const round = (value: number): number => Number(value.toFixed(6));

/** A row a round that was compared, and one for the round after the last of them. */
export function qualityByRound(project: Project, rounds: readonly Round[]): RoundQuality[] {
  const names = new Map(modelsOf(project).map(({ id, name }) => [id, name]));
  const compared = rounds.filter(({ metrics }) => objectOf(metrics)['before'] !== undefined);
  const rows = compared.map(({ number, modelId, metrics }): RoundQuality => {
    const { before, isPromoted } = objectOf(metrics);
    return { ...numbersOf(before), round: number, model: names.get(modelId ?? -1) ?? null, became: isPromoted === true ? 'promoted' : 'kept the old one' };
  });
  const last = compared.at(-1);
  if (last === undefined) return rows;
  const { before, after, isPromoted } = objectOf(last.metrics), next = rounds.find(({ number }) => number === last.number + 1);
  return [...rows, { ...numbersOf(isPromoted === true ? after : before), round: last.number + 1, model: names.get(next?.modelId ?? -1) ?? null, became: null }];
}

/** What a comparison stored; versions before did not store all of it. */
function numbersOf(quality: JsonValue | undefined): Pick<RoundQuality, 'regions' | 'box' | 'oneClick' | 'bestOfThree' | 'lastClick'> {
  const { regions, box, firstClick, bestOfThree, lastClick } = objectOf(quality), number = (value: JsonValue | undefined): number | null => (typeof value === 'number' ? value : null);
  return { regions: number(regions) ?? 0, box: number(box), oneClick: number(firstClick), bestOfThree: number(bestOfThree), lastClick: number(lastClick) };
}

function objectOf(value: JsonValue | undefined): { [key: string]: JsonValue } {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {};
}
