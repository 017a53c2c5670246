/** Commands that work in a project, killed with all of their processes at any moment, then given again: nothing that was saved is lost or there twice, and in the end the bytes are those of a run that nobody killed. */
import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ExecutionContext } from 'ava';
import { exportProject } from '../../src/engine/exchange.js';
import type { ExportFilter } from '../../src/engine/export.js';
import { initProject } from '../../src/engine/init.js';
import { openProject } from '../../src/engine/project.js';
import { seededNumbers } from '../../src/evaluation/seeded.js';
import { sha256File } from '../../src/files/hash.js';
import { OUTPUT_OPTIONS } from '../../src/formats/jobs/convert-options.js';
import { defaultsOf } from '../../src/options.js';
import { startSam } from '../commands/run-sam.js';
import { TEST_ENV } from '../test-model.js';
import { NOW, placeWith } from './scenes.js';
import { truthOf } from './truth.js';

/** `args`: what follows the project's folder on the command line. `filter`: what the export holds. */
export interface KilledCommand { name: string; args: (truth: string) => string[]; filter: ExportFilter }

const GRID = ['--points-per-side', '5', '--pred-iou-thresh', '0.3', '--stability-score-thresh', '0.5'];

export const KILLED: readonly KilledCommand[] = [
  { name: 'assist', args: (truth) => ['--simulate', truth, '--give-up', 'paint', '--max-clicks', '3', '--workers', '2'], filter: {} },
  { name: 'propose', args: () => [...GRID, '--workers', '2'], filter: { statuses: ['proposed'], listed: 'all' } },
  { name: 'auto', args: () => [...GRID, '--crop-n-layers', '0', '--workers', '2'], filter: { stages: ['fully-automatic'] } },
];

/** Kills so many runs that are at work, each in a fresh copy of the same project. Returns how many those were: fewer only where the machine is too uneven for that. */
export async function survivesKills(t: ExecutionContext, { name, args, filter }: KilledCommand, kills: number): Promise<number> {
  const { root, images } = await placeWith(t, ['a.png', 'b.png', 'c.png', 'd.png', 'e.png', 'f.png']), [base, folder] = [join(root, 'base'), join(root, 'project')];
  await initProject({ folder: base, images, env: TEST_ENV, valShare: 0 }, NOW);
  const argv = ['engine', name, folder, ...args(await truthOf(base, join(root, 'truth.json')))], next = seededNumbers(`kills ${name}`);
  const fresh = (): void => {
    rmSync(folder, { recursive: true, force: true });
    cpSync(base, folder, { recursive: true });
  };
  fresh();
  const from = performance.now(), whole = await startSam(argv).end;
  let milliseconds = performance.now() - from;
  t.is(whole.code, 0, whole.stderr);
  const golden = await bytesOf(folder, join(root, 'golden.json'), filter);
  let hits = 0;
  for (let kill = 0; hits < kills && kill < 4 * kills; kill++) {
    fresh();
    const running = startSam(argv);
    // the first third is the start of Node itself
    await sleep(milliseconds * (0.3 + 0.7 * next()));
    const isAtWork = running.child.exitCode === null;
    if (isAtWork) process.kill(-running.child.pid!, 'SIGKILL');
    await running.end;
    t.true(await running.isGone(), 'no worker outlives it');
    // where the run was over first, the machine has become quicker
    if (isAtWork) hits++;
    else milliseconds *= 0.7;
    const saved = await savedOf(t, folder);
    const again = await startSam(argv).end;
    // all may have been done when it was killed
    t.true(again.code === 0 || (again.code === 2 && again.stderr.includes('usage/no-images')), again.stderr);
    const now = new Set(await savedOf(t, folder));
    t.deepEqual(saved.filter((mask) => !now.has(mask)), [], 'nothing that was saved is lost');
    t.is(await bytesOf(folder, join(root, `${kill}.json`), filter), golden, `kill ${kill}`);
  }
  return hits;
}

/** Every mask that counts, as a text each; the database is whole, and no mask is there twice. */
async function savedOf(t: ExecutionContext, folder: string): Promise<string[]> {
  const project = await openProject(folder, 'read');
  t.deepEqual(project.database.all('PRAGMA integrity_check'), [{ integrity_check: 'ok' }]);
  t.deepEqual(project.database.all('PRAGMA foreign_key_check'), []);
  const rows = project.database.all<{ id: number; imageId: number; counts: string; status: string }>("SELECT id, image_id AS imageId, counts, status FROM masks WHERE status IN ('accepted', 'corrected', 'proposed') ORDER BY id");
  t.is(new Set(rows.map(({ imageId, counts }) => `${imageId} ${counts}`)).size, rows.length, 'no mask is there twice');
  t.is(project.database.count('SELECT count(*) - count(DISTINCT key) FROM events'), 0);
  await project.close();
  return rows.map((row) => JSON.stringify(row));
}

async function bytesOf(folder: string, output: string, filter: ExportFilter): Promise<string> {
  await exportProject({ ...defaultsOf(OUTPUT_OPTIONS), ...filter, folder, to: 'coco', output });
  return (await sha256File(output)).sha256;
}
