/**
 * Does the loop of the data engine pay? Parts on a conveyor belt, drawn with their truth, which no model was trained on: three rounds in which a simulated person annotates new images and the model is trained
 * on all that is there, beside the same rounds with the model as it was. Prints, by round, what a mask cost in clicks and how well the model of the round finds parts on images that are in no project, with
 * standard errors over seeds; and draws it into docs/pictures/.
 *
 *   npm run bench -- engine-loop [--model NAME|FOLDER] [--minutes 5] [--seeds 1,2,3] [--images 12] [--held-out 24] [--size 256] [--python PATH] [--threads N] [--work DIR] [--picture docs/pictures/engine-loop]
 *
 * `--images`: new ones a round. It takes (rounds x minutes + a few) a seed, and goes on where it was stopped: what is in --work (/tmp/sam-engine-loop) is not done again.
 */
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { parseArgs } from 'node:util';
import { drawPanels, svgPanels, type Panel } from '../src/draw/chart-panels.js';
import type { LineChart } from '../src/draw/chart.js';
import { writeFileAtomic } from '../src/files/atomic.js';
import { encodePngRgb } from '../src/image/encode.js';
import { ARMS, MEASURES, ROUNDS, runSeed, type Arm, type LoopSettings, type Measure, type RoundRow } from './engine-loop-seed.js';

const { values } = parseArgs({
  args: process.argv.slice(2),
  options: {
    model: { type: 'string', default: 'embedded' }, minutes: { type: 'string', default: '5' }, seeds: { type: 'string', default: '1,2,3' }, images: { type: 'string', default: '12' }, 'held-out': { type: 'string', default: '24' },
    size: { type: 'string', default: '256' }, python: { type: 'string' }, threads: { type: 'string' }, work: { type: 'string', default: '/tmp/sam-engine-loop' }, picture: { type: 'string', default: 'docs/pictures/engine-loop' },
  },
});
const seeds = values.seeds.split(',').map(Number);
const settings: LoopSettings = {
  model: values.model, minutes: Number(values.minutes), images: Number(values.images), heldOut: Number(values['held-out']), size: Number(values.size), work: values.work, python: values.python,
  threads: values.threads === undefined ? undefined : Number(values.threads),
};

const rows: Record<Arm, RoundRow[][]> = { trained: [], control: [] };
for (const seed of seeds) for (const arm of ARMS) rows[arm].push(await runSeed(settings, seed, arm, (line) => { console.error(line); }));

/** Mean and standard error over seeds; no error for one seed. */
interface Mean { mean: number; error: number | undefined }

function meanOf(numbers: readonly number[]): Mean {
  const mean = numbers.reduce((sum, value) => sum + value, 0) / numbers.length;
  const variance = numbers.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (numbers.length - 1);
  return { mean, error: numbers.length < 2 ? undefined : Math.sqrt(variance / numbers.length) };
}

/** Over seeds; undefined where the round has none of it (nobody annotates after the last). */
function at(arm: Arm, round: number, measure: Measure): Mean | undefined {
  const found = rows[arm].map((seed) => seed[round - 1]?.[measure]).filter((value) => value !== undefined);
  return found.length === 0 ? undefined : meanOf(found);
}

const text = (mean: Mean | undefined): string => (mean === undefined ? '-' : `${mean.mean.toFixed(3)}${mean.error === undefined ? '' : ` ± ${mean.error.toFixed(3)}`}`);
const NAMES: Record<Measure, string> = { clicks: 'clicks a mask', box: 'box', oneClick: 'one click', bestOfThree: 'best of three' };

console.log(`${seeds.length} seed${seeds.length === 1 ? '' : 's'}, ${settings.images} new images a round, ${settings.minutes} minutes of training, ${settings.heldOut} held-out images of ${settings.size} x ${settings.size}; mean IoU ± standard error over seeds`);
console.log(`\n${'round'.padEnd(8)}${'arm'.padEnd(10)}${MEASURES.map((measure) => NAMES[measure].padStart(18)).join('')}`);
for (let round = 1; round <= ROUNDS + 1; round++) {
  for (const arm of ARMS) console.log(`${(round > ROUNDS ? 'after' : String(round)).padEnd(8)}${arm.padEnd(10)}${MEASURES.map((measure) => text(at(arm, round, measure)).padStart(18)).join('')}`);
}
for (const measure of ['box', 'oneClick', 'bestOfThree'] as const) {
  const gains = rows.trained.map((seed) => seed.at(-1)![measure]! - seed[0]![measure]!), { mean, error } = meanOf(gains);
  const verdict = error === undefined ? 'one seed: no error' : mean > 2 * error ? 'more than two standard errors' : 'NOT more than two standard errors';
  console.log(`${NAMES[measure]}: after the last round ${mean >= 0 ? '+' : ''}${mean.toFixed(3)}${error === undefined ? '' : ` ± ${error.toFixed(3)}`} over the first (${verdict})`);
}
console.log(`promoted, by seed: ${rows.trained.map((seed) => seed.slice(0, ROUNDS).map(({ promoted }) => (promoted === true ? 'yes' : 'no')).join(' ')).join(' | ')}`);

const chart = (title: string, yLabel: string, measures: readonly Measure[], last: number, yTicks?: readonly number[]): Panel => ({
  line: {
    title, yLabel, xLabel: last > ROUNDS ? `round (${last}: after the last)` : 'round', xTicks: Array.from({ length: last }, (_, i) => i + 1), ...(yTicks === undefined ? {} : { yTicks }),
    series: measures.flatMap((measure) => ARMS.map((arm): LineChart['series'][number] => {
      const points = Array.from({ length: ROUNDS + 1 }, (_, i) => ({ round: i + 1, found: at(arm, i + 1, measure) })).flatMap(({ round, found }) => (found === undefined ? [] : [{ round, ...found }]));
      return { name: `${measures.length > 1 ? `${NAMES[measure]}, ` : ''}${arm === 'trained' ? 'trained each round' : 'never trained'}`, points: points.map(({ round, mean }) => [round, mean] as const), errors: points.map(({ error }) => error ?? 0) };
    })),
  } satisfies LineChart,
});
/** Tenths that hold what was measured: differences between rounds are small beside 1. */
function tenths(): number[] {
  const found = (['box', 'oneClick'] as const).flatMap((measure) => ARMS.flatMap((arm) => Array.from({ length: ROUNDS + 1 }, (_, i) => at(arm, i + 1, measure)!)));
  const low = Math.floor(10 * Math.min(...found.map(({ mean, error = 0 }) => mean - error))), high = Math.ceil(10 * Math.max(...found.map(({ mean, error = 0 }) => mean + error)));
  return Array.from({ length: high - low + 1 }, (_, i) => (low + i) / 10);
}

const panels = [chart('The model on images that nobody annotated', 'mean IoU', ['box', 'oneClick'], ROUNDS + 1, tenths()), chart('What a mask costs', 'clicks', ['clicks'], ROUNDS)];
mkdirSync(dirname(values.picture), { recursive: true });
await writeFileAtomic(`${values.picture}.svg`, svgPanels(panels));
await writeFileAtomic(`${values.picture}.png`, await encodePngRgb(drawPanels(panels)));
console.log(`\n${values.picture}.svg and .png`);
