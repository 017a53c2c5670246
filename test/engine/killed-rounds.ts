/** Rounds that are killed at any moment, whole, and ended by the same command afterwards: what holds each time. */
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ExecutionContext } from 'ava';
import { currentModel } from '../../src/engine/models.js';
import { openProject } from '../../src/engine/project.js';
import { locateProjectModel } from '../../src/engine/project-model.js';
import { roundsOf } from '../../src/engine/rounds.js';
import { giveVerdict } from '../../src/engine/verdicts.js';
import { modelFilesOf } from '../../src/models/located-model.js';
import { Predictor } from '../../src/models/predictor.js';
import { start } from '../folder/child.js';
import { SAM } from '../commands/run-sam.js';
import { TEST_ENV } from '../test-model.js';
import { NOW } from './scenes.js';

export interface KilledRounds { folder: string; args: readonly string[]; kills: number; /** Chance, 0..1. */ random: () => number }

/** What kills met: rounds that went on as they were, those that had been closed, those over which nothing was left to do. */
export interface Met { open: number; closed: number; over: number; promoted: number; seconds: number }

/** `kills` times: something is done in the round; it is killed after a part of the time that a whole one takes, looked at, and ended by the same command, which ends no other. */
export async function killRounds(t: ExecutionContext, { folder, args, kills, random }: KilledRounds): Promise<Met> {
  const command = [process.execPath, SAM, 'engine', 'round', folder, ...args], met: Met = { open: 0, closed: 0, over: 0, promoted: 0, seconds: 0 };
  const accepted = await acceptedOf(folder), began = performance.now();
  await finish(t, command);
  met.seconds = (performance.now() - began) / 1000;
  for (let kill = 0; kill < kills; kill++) {
    await judgeOnce(folder);
    const before = await lastRound(folder), running = start(command, TEST_ENV);
    await sleep(random() * met.seconds * 1000);
    // its whole group, as a terminal that is closed or a machine that is short of memory does
    try {
      process.kill(-running.child.pid!, 'SIGKILL');
    } catch {
      // it was quicker
    }
    await running.end;
    t.true(await running.isGone() || await running.isGone(), 'a trainer does not outlive it');
    const after = await lastRound(folder);
    met[after.number > before.number ? 'over' : after.closedAt === null ? 'open' : 'closed']++;
    await holds(t, folder, accepted);
    await finish(t, command);
    await holds(t, folder, accepted);
    t.like(await lastRound(folder), { number: before.number + 1, closedAt: null }, 'the round was ended, and the next is open, in which nothing is done yet');
    t.deepEqual(readdirSync(join(folder, 'rounds', String(before.number))).filter((name) => name.startsWith('.')), [], 'nothing is left beside');
  }
  met.promoted = await promotedIn(folder);
  return met;
}

/** As little as makes a round worth closing. */
export async function judgeOnce(folder: string): Promise<void> {
  const project = await openProject(folder, 'write');
  const { id, revision } = project.database.get<{ id: number; revision: number }>("SELECT id, revision FROM masks WHERE status = 'accepted' LIMIT 1")!;
  giveVerdict(project, { maskId: id, revision, annotator: 'ann', verdict: 'accept' }, NOW);
  await project.close();
}

async function finish(t: ExecutionContext, command: readonly string[]): Promise<void> {
  const { code, stderr } = await start(command, TEST_ENV).end;
  t.is(code, 0, stderr);
}

/** The database is whole, with every mask that was accepted; the model in use opens and is the one on record; every model of a round is whole or not there. */
async function holds(t: ExecutionContext, folder: string, accepted: number): Promise<void> {
  t.is(await acceptedOf(folder), accepted);
  const project = await openProject(folder, 'write');
  try {
    t.deepEqual(project.database.all('PRAGMA integrity_check'), [{ integrity_check: 'ok' }]);
    t.deepEqual(project.database.all('PRAGMA foreign_key_check'), []);
    const { located, sha256 } = await locateProjectModel(project, undefined, TEST_ENV, NOW);
    t.is(sha256, currentModel(project)!.sha256);
    await (await Predictor.open(modelFilesOf(located), 1)).close();
  } finally {
    await project.close();
  }
  for (const round of existsSync(join(folder, 'rounds')) ? readdirSync(join(folder, 'rounds')) : []) {
    const model = join(folder, 'rounds', round, 'model');
    if (existsSync(model)) t.deepEqual(readdirSync(model).sort(), ['decoder.onnx', 'encoder.onnx', 'model.json', 'round.json'], `whole: ${readFileSync(join(model, 'model.json'), 'utf8').slice(0, 100)}`);
  }
}

async function reading<T>(folder: string, look: (project: Awaited<ReturnType<typeof openProject>>) => T): Promise<T> {
  // a killed one leaves its log, which a writer folds in first
  const project = await openProject(folder, 'write');
  try {
    return look(project);
  } finally {
    await project.close();
  }
}

const acceptedOf = (folder: string): Promise<number> => reading(folder, ({ database }) => database.count("SELECT count(*) FROM masks WHERE status IN ('accepted', 'corrected')"));
const lastRound = (folder: string) => reading(folder, (project) => roundsOf(project).at(-1)!);
const promotedIn = (folder: string): Promise<number> => reading(folder, ({ database }) => database.count("SELECT count(*) FROM rounds WHERE json_extract(metrics, '$.isPromoted')"));
