/** Where a project stands, as a sheet of charts: images, masks, effort, acceptance, the models of its rounds. */
import type { BarChart, LineChart } from '../draw/chart.js';
import { drawPanels, svgPanels, type Panel } from '../draw/chart-panels.js';
import { SamError, printableName } from '../errors.js';
import { StagedOutput } from '../formats/jobs/staged-output.js';
import { encodePngRgb } from '../image/encode.js';
import { IMAGE_STATES, STAGES, type Stage } from './schema.js';
import type { EngineStatus } from './status.js';

export interface StatusPlot { plot: string; readonly force: boolean; readonly dryRun: boolean; stop?: AbortSignal | undefined }

/** Draws the sheet into a `.png` or `.svg`; true where something was written. Throws `usage/option` for another ending, `usage/output-exists`, `storage/...`. */
export async function plotStatus(status: EngineStatus, { plot, force, dryRun, stop }: StatusPlot, inputs: readonly string[]): Promise<boolean> {
  const ending = /\.(png|svg)$/i.exec(plot)?.[1]?.toLowerCase();
  if (ending === undefined) throw new SamError('usage/option', `--plot expects a file that ends in .png or .svg, got ${printableName(plot)}.`);
  const staged = await StagedOutput.open(plot, { kind: 'file', force, dryRun, inputs, stop }), panels = statusPanels(status);
  try {
    await staged.put('', ending === 'svg' ? svgPanels(panels) : await encodePngRgb(drawPanels(panels)));
    return await staged.commit();
  } finally {
    await staged.discard();
  }
}

/** The charts of which there is something to see, at least that of the images. */
export function statusPanels(status: EngineStatus): Panel[] {
  const bars = [imagesChart(status), masksChart(status), effortChart(status, 'secondsPerMask', 'Time a mask takes', 'seconds'), effortChart(status, 'clicksPerMask', 'Clicks a mask takes', 'clicks'), acceptanceChart(status)];
  const quality = qualityChart(status);
  return [...bars.filter((chart) => chart !== undefined).map((chart) => ({ bars: chart })), ...(quality === undefined ? [] : [{ line: quality }])];
}

function imagesChart({ states }: EngineStatus): BarChart {
  return { title: 'Images', xLabel: '', yLabel: '', direction: 'right', labels: [...IMAGE_STATES], series: [{ name: 'images', values: IMAGE_STATES.map((state) => states[state]) }] };
}

/** Stages of which there is something, each with its colour in every chart: a stage keeps its place. */
function byStage(rounds: readonly number[], stages: readonly Stage[], value: (round: number, stage: Stage) => number): BarChart['series'] {
  return stages.map((stage) => ({ name: stage, values: rounds.map((round) => value(round, stage)) }));
}

const stagesUpTo = (rows: readonly { stage: Stage }[]): Stage[] => STAGES.slice(0, 1 + Math.max(...rows.map(({ stage }) => STAGES.indexOf(stage))));

function masksChart({ masks, rounds }: EngineStatus): BarChart | undefined {
  const truth = masks.filter(({ status }) => status === 'accepted' || status === 'corrected'), numbers = rounds.map(({ number }) => number);
  if (truth.length === 0) return undefined;
  const count = (round: number, stage: Stage): number => truth.filter((row) => row.round === round && row.stage === stage).reduce((sum, row) => sum + row.masks, 0);
  return { title: 'Masks, accepted or corrected', xLabel: 'round', yLabel: 'masks', direction: 'up', labels: numbers.map(String), series: byStage(numbers, stagesUpTo(truth), count) };
}

function effortChart({ effort }: EngineStatus, key: 'secondsPerMask' | 'clicksPerMask', title: string, unit: string): BarChart | undefined {
  const known = effort.filter((row) => row[key] !== null), numbers = [...new Set(known.map(({ round }) => round))];
  if (known.length === 0) return undefined;
  return {
    title, xLabel: 'round', yLabel: `${unit}, mean of what people drew and judged`, direction: 'up', labels: numbers.map(String),
    series: byStage(numbers, stagesUpTo(known), (round, stage) => known.find((row) => row.round === round && row.stage === stage)?.[key] ?? 0),
  };
}

function acceptanceChart({ acceptanceByScore: ranges }: EngineStatus): BarChart | undefined {
  if (ranges.length === 0) return undefined;
  const share = ({ judged, right }: (typeof ranges)[number]): number => (judged === 0 ? 0 : (100 * right) / judged);
  return {
    title: 'Proposals that people left as they were', xLabel: 'score, from this on (proposals judged)', yLabel: 'percent', direction: 'up',
    labels: ranges.map(({ low, judged }) => `${low.toFixed(2)} (${judged})`), series: [{ name: 'right', values: ranges.map(share) }],
  };
}

function qualityChart({ quality }: EngineStatus): LineChart | undefined {
  const lines = ([['box', 'box'], ['oneClick', 'one click'], ['bestOfThree', 'one click, best of three']] as const).map(([key, name]) => ({
    name, points: quality.flatMap((row) => { const value = row[key]; return value === null ? [] : [[row.round, value] as const]; }),
  })).filter(({ points }) => points.length > 0);
  if (lines.length === 0) return undefined;
  return { title: 'Model on held-out images', xLabel: 'round in which it worked', yLabel: 'mean IoU', yTicks: [0, 0.2, 0.4, 0.6, 0.8, 1], xTicks: quality.map(({ round }) => round), series: lines };
}
