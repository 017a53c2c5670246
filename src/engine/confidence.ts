/** What a score is worth, from people's verdicts: the threshold above which proposals are accepted as often as is wanted. */
import type { Project } from './project.js';

/** A proposal that people have judged. `isRight`: its pixels were left as they were. */
export interface JudgedScore { score: number; isRight: boolean }

/** `threshold`: proposals of at least this score. Of the `judged` there, `right` were right; `bound`: what their share is at least, 0..1. */
export interface Confidence { threshold: number; judged: number; right: number; bound: number }

/** One-sided 95 %: a rule that is wrong about once in twenty. */
const Z = 1.6449;

/** The least share of which `right` of `count` could come (Wilson's lower bound, one-sided 95 %), 0..1. */
export function wilsonLowerBound(right: number, count: number): number {
  if (count === 0) return 0;
  const share = right / count, z2 = Z ** 2 / count;
  return Math.max(0, (share + z2 / 2 - Z * Math.sqrt((share * (1 - share) + z2 / 4) / count)) / (1 + z2));
}

/** The lowest score from which on the bound reaches `target`; undefined where no number of them does: there are too few verdicts, or too many of them are no. */
export function confidentThreshold(judged: readonly JudgedScore[], target: number): Confidence | undefined {
  const sorted = [...judged].sort((a, b) => b.score - a.score);
  let right = 0, found: Confidence | undefined;
  sorted.forEach(({ score, isRight }, i) => {
    right += isRight ? 1 : 0;
    // of one score all go or none
    if (sorted[i + 1]?.score === score) return;
    const bound = wilsonLowerBound(right, i + 1);
    if (bound >= target) found = { threshold: score, judged: i + 1, right, bound };
  });
  return found;
}

/** How many verdicts `target` needs if all of them are yes. */
export function fewestVerdicts(target: number): number {
  return target >= 1 ? Infinity : Math.ceil(Z ** 2 * target / (1 - target));
}

/** The last verdict on each proposal of a model (scores of others say nothing of it), by its predicted IoU or, with `ofDetector`, by the detector's score. */
export function judgedScores({ database }: Project, modelId: number, ofDetector: boolean): JudgedScore[] {
  const rows = database.all<{ score: number; isRight: number }>(`
    SELECT coalesce(m.score, m.predicted_iou) AS score, v.verdict = 'accept' OR coalesce(c.counts = m.counts, 0) AS isRight
    FROM verdicts v JOIN masks m ON m.id = v.mask_id LEFT JOIN masks c ON c.id = v.correction_id
    WHERE m.model_id = ? AND (m.score IS NOT NULL) = ? AND coalesce(m.score, m.predicted_iou) IS NOT NULL AND m.status IN ('accepted', 'rejected', 'superseded')
      AND v.verdict <> 'reopen' AND v.id = (SELECT max(w.id) FROM verdicts w WHERE w.mask_id = m.id)
      AND EXISTS (SELECT 1 FROM verdicts w WHERE w.mask_id = m.id AND w.status_before = 'proposed')
    ORDER BY v.id`, modelId, ofDetector ? 1 : 0);
  return rows.map(({ score, isRight }) => ({ score, isRight: isRight === 1 }));
}
