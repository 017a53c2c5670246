/** Where a project stands, as numbers: images by state and split, masks by stage, round and status, effort, acceptance. */
import { countImages } from './images.js';
import { currentModel, type EngineModel } from './models.js';
import { hierarchyCount } from './dedupe.js';
import type { Project } from './project.js';
import { endedWithNothingSince } from './round-idle.js';
import { roundsOf, type Round } from './rounds.js';
import { acceptanceByScore, qualityByRound, type RoundQuality, type ScoreRange } from './status-quality.js';
import { IMAGE_STATES, type ImageState, type MaskStatus, type Stage } from './schema.js';

export interface StageCount { round: number; stage: Stage; status: MaskStatus; masks: number }
/** Of what people made or judged in a round. `secondsPerMask`, `clicksPerMask`: means over masks where they were recorded. */
export interface Effort { round: number; stage: Stage; masks: number; secondsPerMask: number | null; clicksPerMask: number | null }
/** Verdicts on proposals in a round. `acceptance`: accepted or corrected of all that were judged, 0..1. */
export interface Acceptance { round: number; accepted: number; corrected: number; rejected: number; acceptance: number | null }

export interface EngineStatus {
  images: number;
  states: Record<ImageState, number>;
  splits: { train: number; val: number; test: number };
  /** Images that look like another one. */
  nearDuplicates: number;
  masks: StageCount[];
  /** Accepted and corrected. */
  truth: number;
  proposed: number;
  /** Proposals on images that are to do: those that people will be asked about. */
  toJudge: number;
  parts: number;
  effort: Effort[];
  acceptance: Acceptance[];
  acceptanceByScore: ScoreRange[];
  quality: RoundQuality[];
  /** `masks`: those that stand; `seconds`: of all that they drew and judged. */
  annotators: { name: string; masks: number; seconds: number }[];
  atWork: number;
  rounds: Round[];
  /** Nothing was done in the open round yet, and all before was trained on. */
  isIdle: boolean;
  model: EngineModel | undefined;
}

/** All of one moment, also while another process writes. `now`: by which claims are held or expired. */
export function statusOf(project: Project, now: number): EngineStatus {
  const { database } = project;
  return database.snapshot(() => {
    const rounds = roundsOf(project), last = rounds.at(-1);
    const masks = database.all<StageCount>('SELECT round, stage, status, count(*) AS masks FROM masks GROUP BY round, stage, status ORDER BY round, stage, status');
    const sumOf = (...statuses: MaskStatus[]): number => masks.reduce((sum, row) => sum + (statuses.includes(row.status) ? row.masks : 0), 0);
    return {
      images: countImages(project),
      // the keys are those of the constant
      states: Object.fromEntries(IMAGE_STATES.map((state) => [state, countImages(project, { states: [state] })])) as Record<ImageState, number>,
      splits: { train: countImages(project, { split: 'train' }), val: countImages(project, { split: 'val' }), test: countImages(project, { split: 'test' }) },
      nearDuplicates: database.count('SELECT count(*) FROM images WHERE near_group IN (SELECT near_group FROM images GROUP BY near_group HAVING count(*) > 1)'),
      masks, truth: sumOf('accepted', 'corrected'), proposed: sumOf('proposed'),
      toJudge: database.count("SELECT count(*) FROM masks m JOIN images i ON i.id = m.image_id WHERE m.status = 'proposed' AND i.state = 'todo'"), parts: hierarchyCount(project),
      effort: effortOf(project), acceptance: acceptanceOf(project), acceptanceByScore: acceptanceByScore(project),
      annotators: annotatorsOf(project),
      atWork: database.count('SELECT count(*) FROM claims WHERE expires_at > ?', now),
      rounds, isIdle: last !== undefined && endedWithNothingSince(project, last) !== undefined, quality: qualityByRound(project, rounds), model: currentModel(project),
    };
  });
}

/** A correction's seconds stand with the mask that it made, those of other verdicts with the verdict. */
function annotatorsOf({ database }: Project): EngineStatus['annotators'] {
  return database.all(`
    SELECT name, sum(stands) AS masks, sum(seconds) AS seconds FROM (
      SELECT annotator AS name, status IN ('accepted', 'corrected') AS stands, coalesce(seconds, 0) AS seconds FROM masks
      UNION ALL
      SELECT annotator, 0, coalesce(seconds, 0) FROM verdicts WHERE verdict <> 'correct'
    ) WHERE name IS NOT NULL GROUP BY name ORDER BY name`);
}

/** What a person spent on each mask: on drawing it, or on judging what was proposed. */
function effortOf({ database }: Project): Effort[] {
  return database.all<Effort>(`
    SELECT round, stage, count(*) AS masks, avg(seconds) AS secondsPerMask, avg(clicks) AS clicksPerMask FROM (
      SELECT round, stage, seconds, clicks FROM masks WHERE (seconds IS NOT NULL OR clicks IS NOT NULL) AND status IN ('accepted', 'corrected', 'superseded')
      UNION ALL
      SELECT v.round, m.stage, v.seconds, v.clicks FROM verdicts v JOIN masks m ON m.id = v.mask_id
        WHERE v.verdict IN ('accept', 'reject') AND (v.seconds IS NOT NULL OR v.clicks IS NOT NULL)
    ) GROUP BY round, stage ORDER BY round, stage`);
}

/** The last verdict on each proposal counts: one that was taken back was none. */
function acceptanceOf({ database }: Project): Acceptance[] {
  const rows = database.all<Omit<Acceptance, 'acceptance'>>(`
    SELECT v.round, sum(v.verdict = 'accept') AS accepted, sum(v.verdict = 'correct') AS corrected, sum(v.verdict = 'reject') AS rejected
    FROM verdicts v JOIN masks m ON m.id = v.mask_id
    WHERE m.stage <> 'assisted-manual' AND v.verdict <> 'reopen' AND v.id = (SELECT max(w.id) FROM verdicts w WHERE w.mask_id = v.mask_id)
    GROUP BY v.round ORDER BY v.round`);
  return rows.map((row) => {
    const judged = row.accepted + row.corrected + row.rejected;
    return { ...row, acceptance: judged === 0 ? null : (row.accepted + row.corrected) / judged };
  });
}
