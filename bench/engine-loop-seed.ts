/** One seed of engine-loop.bench.ts: three rounds of a project, trained or not; what was done is not done again. */
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeConveyor } from '../fixtures/conveyor.js';
import { countImages } from '../src/engine/images.js';
import { initProject } from '../src/engine/init.js';
import { modelById, placeOfModel } from '../src/engine/models.js';
import { withProject } from '../src/engine/project.js';
import { endRound } from '../src/engine/round.js';
import { latestRound, roundsOf } from '../src/engine/rounds.js';
import { simulateAnnotator } from '../src/engine/simulate.js';
import { statusOf } from '../src/engine/status.js';
import { writeFileAtomic } from '../src/files/atomic.js';
import { evaluatePrompts } from '../src/folder/evaluate-prompts.js';

export const ROUNDS = 3;
export const ARMS = ['trained', 'control'] as const;
export type Arm = (typeof ARMS)[number];
export const MEASURES = ['clicks', 'box', 'oneClick', 'bestOfThree'] as const;
export type Measure = (typeof MEASURES)[number];

/** Of a round: `clicks` a mask took; mean IoU of its model on images that are in no project, with boxes and one click. `promoted`: whether what it trained was better. The last row has no round any more. */
export type RoundRow = Partial<Record<Measure, number>> & { model: string; promoted?: boolean };

export interface LoopSettings { model: string; minutes: number; images: number; heldOut: number; size: number; work: string; python: string | undefined; threads: number | undefined }

const env = process.env;

/** Runs or completes a seed's arm. `tell` hears what is being done. */
export async function runSeed(settings: LoopSettings, seed: number, arm: Arm, tell: (line: string) => void): Promise<RoundRow[]> {
  const place = join(settings.work, `seed-${seed}`), rowsPath = join(place, `${arm}.json`), folder = join(place, arm);
  const rows = existsSync(rowsPath) ? JSON.parse(readFileSync(rowsPath, 'utf8')) as RoundRow[] : []; // written below
  if (rows.length > ROUNDS) return rows;
  await drawOnce(settings, seed, place);
  if (!existsSync(join(folder, 'engine.db'))) await initProject({ folder, images: join(place, 'in'), model: settings.model, valShare: 0.25, seed, env }, Date.now());
  for (let round = rows.length + 1; round <= ROUNDS + 1; round++) {
    tell(`seed ${seed}, ${arm}, ${round > ROUNDS ? 'after the last round' : `round ${round} of ${ROUNDS}`}`);
    if (round <= ROUNDS) await workOn(settings, seed, arm, folder, round, join(place, 'truth.json'), tell);
    rows.push(await rowOf(settings, folder, round, place, arm === 'control' ? rows[0] : undefined));
    await writeFileAtomic(rowsPath, JSON.stringify(rows));
  }
  return rows;
}

/** The images of the project, and others to measure on. */
async function drawOnce({ images, heldOut, size }: LoopSettings, seed: number, place: string): Promise<void> {
  const drawn = join(place, 'drawn.json'), wanted = JSON.stringify({ images, heldOut, size });
  if (existsSync(drawn)) {
    if (readFileSync(drawn, 'utf8') !== wanted) throw new Error(`${place} was made with other options (${readFileSync(drawn, 'utf8')}); name another --work.`);
    return;
  }
  mkdirSync(place, { recursive: true });
  await writeConveyor(join(place, 'in'), join(place, 'truth.json'), { first: 100_000 * seed, count: ROUNDS * images, size });
  await writeConveyor(join(place, 'held-out'), join(place, 'held-out.json'), { first: 100_000 * seed + 50_000, count: heldOut, size });
  await writeFileAtomic(drawn, wanted);
}

/** A simulated person annotates the round's images, then the round ends; whatever of it is done is left alone. */
async function workOn({ images, minutes, python, threads }: LoopSettings, seed: number, arm: Arm, folder: string, round: number, truth: string, tell: (line: string) => void): Promise<void> {
  const left = await withProject(folder, 'read', (project) => round * images - countImages(project, { states: ['done'] }));
  if (left > 0) await simulateAnnotator({ folder, truth, stage: 'assisted', limit: left, giveUp: 'paint', seed, env }, Date.now());
  const isOver = await withProject(folder, 'read', (project) => latestRound(project).number > round || latestRound(project).closedAt !== null && arm === 'control');
  if (isOver) return;
  const ended = await endRound({ folder, minutes, python, threads, train: arm === 'trained', env, tell }, Date.now());
  if (arm === 'trained' && ended.next === undefined) throw new Error(`The round was not trained: ${ended.untrained?.reason ?? 'no reason'}.`);
}

async function rowOf({ heldOut }: LoopSettings, folder: string, round: number, place: string, known: RoundRow | undefined): Promise<RoundRow> {
  const { model, clicks, promoted } = await withProject(folder, 'read', (project) => {
    const rounds = roundsOf(project), own = rounds.find(({ number }) => number === round) ?? rounds.at(-1)!, metrics = own.metrics as { isPromoted?: boolean } | null; // what a round's end stores
    const effort = statusOf(project, Date.now()).effort.find((row) => row.round === round);
    return { model: placeOfModel(project, modelById(project, own.modelId!)), clicks: effort?.clicksPerMask ?? undefined, promoted: own.number === round ? metrics?.isPromoted : undefined };
  });
  const facts = { model, ...(clicks === undefined ? {} : { clicks }), ...(promoted === undefined ? {} : { promoted }) };
  // the same model finds the same
  if (known !== undefined) return { box: known.box!, oneClick: known.oneClick!, bestOfThree: known.bestOfThree!, ...facts };
  const { scores } = await evaluatePrompts({ annotations: join(place, 'held-out.json'), images: join(place, 'held-out'), model, env, options: { clicks: 1 }, thresholds: {}, image: {} });
  const all = scores?.all;
  if (all?.box === undefined) throw new Error(`The model could not be measured on ${heldOut} images.`);
  return { ...facts, box: all.box, oneClick: all.top.iou[0]!, bestOfThree: all.best.iou[0]! };
}
