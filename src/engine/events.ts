/** What people did in a project, one row a step, kept in the transaction that does it: enough to do the same elsewhere (recording.ts, replay.ts). */
import { sha256Hex } from '../files/hash.js';
import { imageById } from './images.js';
import type { Project } from './project.js';
import { latestRound } from './rounds.js';
import type { EventKind, Stage } from './schema.js';

/**
 * What is known of a step beside the masks themselves. `candidate`: which of the masks that the model offered last was taken, from 0.
 */
export interface EventBody { seconds?: number | undefined; clicks?: number | undefined; outcome?: 'todo' | 'done' | 'skipped' | undefined; candidate?: number | undefined }

/** `maskId`: the mask that was judged or corrected, `madeId`: the one that was made. `session`: the tab, or the run, of whoever did it. `at`: milliseconds since 1970. */
export interface EngineEvent extends EventBody {
  id: number; key: string; kind: EventKind; session: string; annotator: string | null; stage: Stage; round: number; imageId: number; maskId: number | null; madeId: number | null; at: number;
}

/** Without a `key` it gets one that no other step has. `round`: the latest. */
export interface NewEvent extends EventBody {
  key?: string | undefined; kind: EventKind; session: string; annotator: string | null; stage: Stage; imageId: number; maskId?: number | null | undefined; madeId?: number | null | undefined; at: number;
}

type Row = Omit<EngineEvent, keyof EventBody> & { body: string };

const COLUMNS = 'id, key, kind, session, annotator, stage, round, image_id AS imageId, mask_id AS maskId, made_id AS madeId, at, body';
const PAGE = 500;

function eventOf({ body, ...row }: Row): EngineEvent {
  return { ...row, ...JSON.parse(body) as EventBody }; // what keepEvent wrote
}

/** One row; call it inside of the step's transaction. */
export function keepEvent(project: Project, event: NewEvent): void {
  const { kind, session, annotator, stage, imageId, maskId, madeId, at, seconds, clicks, outcome, candidate } = event;
  const { database } = project, body: EventBody = { seconds, clicks, outcome, candidate };
  database.run(
    'INSERT INTO events (key, kind, session, annotator, stage, round, image_id, mask_id, made_id, at, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
    event.key ?? keyOf(project, event), kind, session, annotator, stage, latestRound(project).number, imageId, maskId ?? null, madeId ?? null, at, JSON.stringify(body),
  );
}

/** A claim is a step where the session turns to another image, not where it is renewed. */
export function keepClaim(project: Project, claim: Omit<NewEvent, 'kind' | 'key'>): void {
  project.database.write(() => {
    const last = project.database.get<{ kind: EventKind; imageId: number }>('SELECT kind, image_id AS imageId FROM events WHERE session = ? ORDER BY id DESC LIMIT 1', claim.session);
    if (last === undefined || last.imageId !== claim.imageId || last.kind === 'finish') keepEvent(project, { ...claim, kind: 'claim' });
  });
}

export function eventByKey({ database }: Project, key: string): EngineEvent | undefined {
  const row = database.get<Row>(`SELECT ${COLUMNS} FROM events WHERE key = ?`, key);
  return row === undefined ? undefined : eventOf(row);
}

/** The step that made a mask; undefined for a machine's, an imported one, and those of earlier versions. */
export function eventThatMade({ database }: Project, maskId: number): EngineEvent | undefined {
  const row = database.get<Row>(`SELECT ${COLUMNS} FROM events WHERE made_id = ?`, maskId);
  return row === undefined ? undefined : eventOf(row);
}

/** In their order, a page of them in memory at a time. */
export function* eventsOf({ database }: Project, { round }: { round?: number | undefined } = {}): Generator<EngineEvent> {
  const sql = `SELECT ${COLUMNS} FROM events WHERE id > ?${round === undefined ? '' : ' AND round = ?'} ORDER BY id LIMIT ${PAGE}`;
  for (let last = 0; ;) {
    const page = database.all<Row>(sql, last, ...(round === undefined ? [] : [round]));
    yield* page.map(eventOf);
    if (page.length < PAGE) return;
    last = page[page.length - 1]!.id;
  }
}

/** Sessions are told apart by this, which is no use to anybody who would act in one. */
export function sessionName(secret: string): string {
  return sha256Hex(`session ${secret}`).slice(0, 16);
}

/** The same for the same step on the same image after the same steps. */
function keyOf(project: Project, event: NewEvent): string {
  const before = project.database.count('SELECT count(*) FROM events WHERE image_id = ?', event.imageId), { sha256, fileName } = imageById(project, event.imageId);
  return sha256Hex(JSON.stringify([sha256, fileName, before, event.kind, event.session, event.at])).slice(0, 32);
}
