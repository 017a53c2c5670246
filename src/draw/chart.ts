/**
 * Charts of lines and of bars, for numbers that a person should see: a title, axes with round ticks, a legend, colours that people with any
 * colour vision tell apart, and marks of different shapes besides. The same chart has the same pixels everywhere.
 */
import { SamError } from '../errors.js';
import type { RgbImage } from '../image/rgb-image.js';
import { newSurface, rgbOf, type Context, type Surface } from './canvas.js';
import { crisp, drawAxes, drawXTicks, fitted, line, paintSheet, seriesColour, write, type ChartTexts, type LegendEntry } from './chart-frame.js';
import { barLegend, barPlace, drawError, drawMark, strokePath } from './chart-marks.js';
import { numberText, placeOf, scaleAt, scaleOf, type Scale } from './chart-scale.js';

/** Lines with a mark at each point; `levels` are values without an x, drawn across. At most seven of both, of a colour each. */
export interface LineChart extends ChartTexts {
  series: readonly { name: string; points: readonly (readonly [x: number, y: number])[]; /** How far a point may be off, up and down; one a point. */ errors?: readonly number[] }[];
  levels?: readonly { name: string; value: number }[];
  /** The y axis; what the values need where it is missing. */
  yTicks?: readonly number[];
  /** The x axis likewise. */
  xTicks?: readonly number[];
}

/** Bars from zero, the series of one label side by side. `right`: a row each, with its label in full and its number, for names; `up`: for ranges along an axis. */
export interface BarChart extends ChartTexts {
  labels: readonly string[];
  /** One value a label, from 0. */
  series: readonly { name: string; values: readonly number[] }[];
  direction: 'up' | 'right';
  /** Decimals of the numbers beside the bars. */
  decimals?: number;
}

/** Pixels; a bar chart with rows is as high as they need where no height is given. */
export interface ChartSize { width?: number; height?: number }

const CHART_WIDTH = 1200, CHART_HEIGHT = 750;
const ROW = 30, BROADEST = { column: 90, row: 40 };
const DASHES = [[2, 6], [12, 6], [12, 5, 3, 5]];

/** Throws `usage/option` for a chart without a point or with a number that is none, `internal/install` where nothing can be drawn. */
export function drawLineChart(chart: LineChart, { width = CHART_WIDTH, height = CHART_HEIGHT }: ChartSize = {}): RgbImage {
  return drawn(width, height, (surface) => { paintLineChart(surface, chart); });
}

/** Throws as `drawLineChart`, and `usage/option` for another number of values than labels or a value below 0. */
export function drawBarChart(chart: BarChart, { width = CHART_WIDTH, height }: ChartSize = {}): RgbImage {
  return drawn(width, height ?? (chart.direction === 'right' ? heightOfRows(chart) : CHART_HEIGHT), (surface) => { paintBarChart(surface, chart); });
}

function drawn(width: number, height: number, paint: (surface: Surface) => void): RgbImage {
  const surface = newSurface({ width, height });
  paint(surface);
  return rgbOf(surface);
}

/** Fills the surface. Throws as `drawLineChart`. */
export function paintLineChart(surface: Surface, chart: LineChart): void {
  const { series, levels = [] } = chart;
  const xs = series.flatMap(({ points }) => points.map(([x]) => x));
  const ys = [...series.flatMap(({ points, errors = [] }) => points.flatMap(([, y], i) => (errors[i] === undefined ? [y] : [y - errors[i], y + errors[i]]))), ...levels.map(({ value }) => value)];
  assertNumbers(chart.title, [...xs, ...ys]);
  const xScale = chart.xTicks === undefined ? scaleOf(Math.min(...xs), Math.max(...xs), 10) : scaleAt(chart.xTicks);
  const yScale = chart.yTicks === undefined ? scaleOf(Math.min(0, ...ys), Math.max(...ys), 6) : scaleAt(chart.yTicks);
  const legend: LegendEntry[] = [
    ...series.map(({ name }, i) => ({ name, draw: (context: Context, x: number, y: number) => { strokePath(context, [[x - 18, y], [x + 18, y]], seriesColour(i)); drawMark(context, i, x, y); } })),
    ...levels.map(({ name }, i) => ({ name, draw: (context: Context, x: number, y: number) => { strokePath(context, [[x - 18, y], [x + 18, y]], seriesColour(series.length + i), DASHES[i % DASHES.length]); } })),
  ];
  const body = paintSheet(surface, chart.title, legend), { context } = surface;
  const plot = drawAxes(surface, body, chart, yScale);
  drawXTicks(context, plot, xScale);
  const paths = series.map(({ points }) => points.map(([x, y]) => [placeOf(x, xScale, plot.x, plot.x + plot.width), placeOf(y, yScale, plot.y + plot.height, plot.y)] as const));
  paths.forEach((path, i) => { strokePath(context, path, seriesColour(i)); });
  // over the lines: dashes on a line still show both
  levels.forEach(({ value }, i) => {
    const y = placeOf(value, yScale, plot.y + plot.height, plot.y);
    strokePath(context, [[plot.x, y], [plot.x + plot.width, y]], seriesColour(series.length + i), DASHES[i % DASHES.length]);
  });
  series.forEach(({ points, errors = [] }, i) => {
    points.forEach(([x, y], at) => { drawError(context, i, placeOf(x, xScale, plot.x, plot.x + plot.width), [y - (errors[at] ?? 0), y + (errors[at] ?? 0)].map((end) => placeOf(end, yScale, plot.y + plot.height, plot.y))); });
  });
  paths.forEach((path, i) => { for (const [x, y] of path) drawMark(context, i, x, y); });
}

/** Fills the surface. Throws as `drawBarChart`. */
export function paintBarChart(surface: Surface, chart: BarChart): void {
  const { labels, series } = chart;
  const values = series.flatMap((one) => one.values);
  assertNumbers(chart.title, values);
  if (series.some((one) => one.values.length !== labels.length) || values.some((value) => value < 0)) {
    throw new SamError('usage/option', `The chart "${chart.title}" expects one value of at least 0 for each of its ${labels.length} labels.`);
  }
  if (chart.direction === 'up') paintColumns(surface, chart, scaleOf(0, Math.max(...values), 6, values.every(Number.isInteger)));
  else paintRows(surface, chart);
}

function paintColumns(surface: Surface, chart: BarChart, scale: Scale): void {
  const { labels, series } = chart;
  const body = paintSheet(surface, chart.title, barLegend(series)), { context } = surface;
  const plot = drawAxes(surface, body, chart, scale);
  const slot = plot.width / labels.length, base = plot.y + plot.height;
  const texts = labels.map((label) => fitted(context, label, 240));
  // where not all labels have room every second, third ... has
  const every = Math.max(1, Math.ceil((Math.max(...texts.map((text) => text.width)) + 14) / slot));
  labels.forEach((_, at) => {
    series.forEach(({ values }, i) => {
      const [x0, x1] = barPlace(plot.x + at * slot, slot, i, series.length, BROADEST.column);
      fillBar(context, x0, placeOf(values[at]!, scale, base, plot.y), x1, base, seriesColour(i));
    });
    if (at % every === 0) write(context, texts[at]!.text, plot.x + (at + 0.5) * slot, base + 26, { align: 'center', colour: '#595959' });
  });
  line(context, plot.x, crisp(base), plot.x + plot.width, crisp(base), '#1a1a1a');
}

/** Whole pixels, so that edges are sharp; something to see even of a thin bar. */
function fillBar(context: Context, x0: number, y0: number, x1: number, y1: number, colour: string): void {
  const left = Math.round(x0), top = Math.round(y0);
  context.fillStyle = colour;
  context.fillRect(left, top, Math.max(1, Math.round(x1) - left), Math.round(y1) - top);
}

/** What rows need. */
function heightOfRows({ labels, series, xLabel }: BarChart): number {
  const heads = 110 + (series.length > 1 ? 34 : 0) + (xLabel === '' ? 0 : 30);
  return Math.ceil(heads + Math.max(ROW, 26 * series.length) * labels.length);
}

function paintRows(surface: Surface, chart: BarChart): void {
  const { labels, series, decimals = 0 } = chart;
  const body = paintSheet(surface, chart.title, barLegend(series)), { context } = surface;
  const texts = labels.map((label) => fitted(context, label, body.width * 0.35));
  const left = body.x + Math.max(...texts.map((text) => text.width)) + 12;
  const room = Math.max(...series.flatMap(({ values }) => values.map((value) => fitted(context, numberText(value, decimals), 300).width))) + 12;
  const right = body.x + body.width - room, bottom = body.y + body.height - (chart.xLabel === '' ? 0 : 34);
  const slot = (bottom - body.y) / labels.length, most = Math.max(...series.flatMap(({ values }) => values)) || 1;
  labels.forEach((_, at) => {
    const top = body.y + at * slot;
    write(context, texts[at]!.text, left - 10, top + slot / 2 + 6, { align: 'right' });
    series.forEach(({ values }, i) => {
      const [y0, y1] = barPlace(top, slot, i, series.length, BROADEST.row);
      const end = left + (values[at]! / most) * (right - left);
      if (values[at]! > 0) fillBar(context, left, y0, end, Math.max(y1, y0 + 1), seriesColour(i));
      write(context, numberText(values[at]!, decimals), end + 8, (y0 + y1) / 2 + 6, { colour: '#595959' });
    });
  });
  line(context, crisp(left), body.y, crisp(left), bottom, '#1a1a1a');
  if (chart.xLabel !== '') write(context, fitted(context, chart.xLabel, right - left).text, (left + right) / 2, bottom + 30, { align: 'center', colour: '#595959' });
}

function assertNumbers(title: string, numbers: readonly number[]): void {
  const wrong = numbers.find((value) => !Number.isFinite(value));
  if (numbers.length === 0 || wrong !== undefined) throw new SamError('usage/option', `The chart "${title}" expects numbers, found ${wrong ?? 'none'}.`);
}
