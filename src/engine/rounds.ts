/** The rounds of a project, numbered from 1: what is made while one is open belongs to it. At most one is open. */
import type { JsonValue } from '../dataset/types.js';
import { SamError } from '../errors.js';
import type { Project } from './project.js';
import type { Stage } from './schema.js';

/** `modelId`: the model that helped in it. */
export interface Round { number: number; stage: Stage; modelId: number | null; openedAt: number; closedAt: number | null; metrics: JsonValue }

const COLUMNS = 'number, stage, model_id AS modelId, opened_at AS openedAt, closed_at AS closedAt, metrics';
type Row = Omit<Round, 'metrics'> & { metrics: string | null };

const roundOfRow = (row: Row): Round => ({ ...row, metrics: row.metrics === null ? null : JSON.parse(row.metrics) as JsonValue });

export function roundsOf({ database }: Project): Round[] {
  return database.all<Row>(`SELECT ${COLUMNS} FROM rounds ORDER BY number`).map(roundOfRow);
}

/** The latest round, open or not: verdicts given between rounds belong to it. */
export function latestRound({ database }: Project): Round {
  return roundOfRow(database.get<Row>(`SELECT ${COLUMNS} FROM rounds ORDER BY number DESC LIMIT 1`)!);
}

export function openRoundOf(project: Project): Round | undefined {
  const round = latestRound(project);
  return round.closedAt === null ? round : undefined;
}

/** Opens the next one. Throws `engine/conflict` while one is open. */
export function openRound(project: Project, { stage, modelId }: { stage: Stage; modelId?: number | undefined }, now: number): Round {
  return project.database.write(() => {
    const { number, closedAt } = latestRound(project);
    if (closedAt === null) throw new SamError('engine/conflict', `Round ${number} is open; close it before another is opened.`, { record: `round ${number}` });
    project.database.run('INSERT INTO rounds (number, stage, model_id, opened_at) VALUES (?, ?, ?, ?)', number + 1, stage, modelId ?? null, now);
    return latestRound(project);
  });
}

/** Closes the open one. Throws `engine/conflict` where none is open. */
export function closeRound(project: Project, now: number): Round {
  return project.database.write(() => {
    const { number, closedAt } = latestRound(project);
    if (closedAt !== null) throw new SamError('engine/conflict', `No round is open; round ${number} was the last.`, { record: `round ${number}` });
    project.database.run('UPDATE rounds SET closed_at = ? WHERE number = ?', now, number);
    return latestRound(project);
  });
}

/** Changes what an open round is about: its stage (people may go from one to the next within a round), its model. */
export function changeRound(project: Project, { stage, modelId }: { stage?: Stage | undefined; modelId?: number | undefined }): Round {
  return project.database.write(() => {
    const round = openRoundOf(project);
    if (round === undefined) throw new SamError('engine/conflict', 'No round is open.');
    project.database.run('UPDATE rounds SET stage = ?, model_id = ? WHERE number = ?', stage ?? round.stage, modelId ?? round.modelId, round.number);
    return latestRound(project);
  });
}

/** The open round goes over to the stage; where none is open, the next one begins with it. */
export function enterStage(project: Project, stage: Stage, modelId: number, now: number): { stage: Stage; round: number } {
  return project.database.write(() => {
    const open = openRoundOf(project);
    if (open === undefined) return { stage, round: openRound(project, { stage, modelId }, now).number };
    if (open.stage !== stage || open.modelId !== modelId) changeRound(project, { stage, modelId });
    return { stage, round: open.number };
  });
}

/** What a round came to (counts, evaluations), as JSON. */
export function setRoundMetrics({ database }: Project, number: number, metrics: JsonValue): void {
  const { changes } = database.run('UPDATE rounds SET metrics = ? WHERE number = ?', JSON.stringify(metrics), number);
  if (changes === 0) throw new SamError('engine/record', `The project has no round ${number}.`, { record: `round ${number}` });
}
