/** Actions that are done once, however often they are asked for: the answer is kept with what was changed, in one transaction. */
import { SamError } from '../errors.js';
import { sha256Hex } from '../files/hash.js';
import type { Project } from './project.js';

/** Long after any tab has given up asking again. */
const KEPT_MILLISECONDS = 7 * 24 * 3600 * 1000;

/**
 * Does `act` and keeps its answer (JSON) under `key`; asked again with the same `request`, it gives that answer and does nothing, also after a restart. Nothing is
 * kept where `act` throws. Throws `engine/conflict` where the key was used for another request.
 */
export function onceOnly<T extends object>({ database }: Project, key: string, request: string, act: () => T, now: number): T {
  return database.write(() => {
    const hash = sha256Hex(request);
    const before = database.get<{ request: string; answer: string }>('SELECT request_sha256 AS request, answer FROM actions WHERE key = ?', key);
    if (before !== undefined) {
      if (before.request !== hash) throw new SamError('engine/conflict', 'The key of this action was used for another one.', { record: `action ${key}` });
      return JSON.parse(before.answer) as T; // what was kept below
    }
    const answer = act();
    database.run('INSERT INTO actions (key, request_sha256, answer, at) VALUES (?, ?, ?, ?)', key, hash, JSON.stringify(answer), now);
    return answer;
  });
}

/** Forgets answers that nobody will ask for again. */
export function forgetOldActions({ database }: Project, now: number): void {
  database.run('DELETE FROM actions WHERE at < ?', now - KEPT_MILLISECONDS);
}
