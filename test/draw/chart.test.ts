/** Charts: round ticks, bars of the right height, lines where their values are, the same pixels again, and what cannot be drawn. */
import test from 'ava';
import fc from 'fast-check';
import { CHART_COLOURS } from '../../src/draw/chart-frame.js';
import { drawBarChart, drawLineChart, type BarChart, type LineChart } from '../../src/draw/chart.js';
import { numberText, placeOf, scaleAt, scaleOf } from '../../src/draw/chart-scale.js';
import type { RgbImage } from '../../src/image/rgb-image.js';

/** The pixels of one colour: how many, and the box around them. */
function spread({ data, width }: RgbImage, colour: string): { count: number; x0: number; y0: number; x1: number; y1: number } {
  const [r, g, b] = [1, 3, 5].map((i) => Number.parseInt(colour.slice(i, i + 2), 16));
  const found = { count: 0, x0: Infinity, y0: Infinity, x1: -1, y1: -1 };
  for (let i = 0; i < data.length; i += 3) {
    if (data[i] !== r || data[i + 1] !== g || data[i + 2] !== b) continue;
    const x = (i / 3) % width, y = Math.floor(i / 3 / width);
    found.count++;
    found.x0 = Math.min(found.x0, x);
    found.x1 = Math.max(found.x1, x + 1);
    found.y0 = Math.min(found.y0, y);
    found.y1 = Math.max(found.y1, y + 1);
  }
  return found;
}

/** The legend shows the colours too. */
const belowLegend = ({ data, width, height }: RgbImage): RgbImage => ({ data: data.slice(92 * width * 3), width, height: height - 92 });

const [BLUE, ORANGE, GREEN] = CHART_COLOURS;
const texts = { title: 'A chart', xLabel: 'x', yLabel: 'y' };
const columns: BarChart = { ...texts, labels: ['a', 'b'], direction: 'up', series: [{ name: 'n', values: [10, 5] }] };
const lines: LineChart = { ...texts, yTicks: [0, 0.5, 1], series: [{ name: 'flat', points: [[1, 0.5], [3, 0.5]] }, { name: 'high', points: [[1, 1], [3, 1]] }], levels: [{ name: 'level', value: 0.25 }] };

test('ticks are round, rise and hold the values', (t) => {
  t.deepEqual(scaleOf(0, 0.9, 5).ticks, [0, 0.2, 0.4, 0.6, 0.8, 1]);
  t.deepEqual(scaleOf(0, 7, 6, true).ticks, [0, 2, 4, 6, 8]);
  t.deepEqual(scaleOf(0, 3, 6, true).ticks, [0, 1, 2, 3]);
  t.deepEqual(scaleOf(0, 0, 6).ticks, [0, 0.2, 0.4, 0.6, 0.8, 1]);
  t.is(scaleOf(0, 0.9, 5).decimals, 1);
  t.is(scaleAt([0, 0.25, 1]).decimals, 2);
  t.is(placeOf(5, scaleAt([0, 10]), 100, 0), 50);
  fc.assert(fc.property(fc.double({ min: -1e6, max: 1e6, noNaN: true }), fc.double({ min: 1e-3, max: 1e6, noNaN: true }), fc.integer({ min: 1, max: 12 }), (low, span, most) => {
    const { ticks, decimals } = scaleOf(low, low + span, most);
    const slack = 1e-6 * (Math.abs(low) + span);
    return ticks[0]! <= low + slack && ticks[ticks.length - 1]! >= low + span - slack && ticks.length <= most + 3
      && ticks.every((tick, i) => i === 0 || tick > ticks[i - 1]!) && new Set(ticks.map((tick) => numberText(tick, decimals))).size === ticks.length;
  }));
});

test('numbers are written the same everywhere', (t) => {
  t.is(numberText(1234567.5, 1), '1,234,567.5');
  t.is(numberText(-1234, 0), '−1,234');
  t.is(numberText(-0.0001, 2), '0.00');
  t.is(numberText(999, 0), '999');
});

test('a bar of twice the value is twice as high, from the same base', (t) => {
  const image = drawBarChart(columns);
  const whole = spread(image, BLUE);
  const left = { ...image, data: image.data.map((value, i) => ((i / 3) % image.width < (whole.x0 + whole.x1) / 2 ? value : 255)) };
  const right = { ...image, data: image.data.map((value, i) => ((i / 3) % image.width < (whole.x0 + whole.x1) / 2 ? 255 : value)) };
  const a = spread(left, BLUE), b = spread(right, BLUE);
  t.is(a.count, (a.x1 - a.x0) * (a.y1 - a.y0), 'a bar is one filled rectangle');
  t.true(Math.abs((a.y1 - a.y0) - 2 * (b.y1 - b.y0)) <= 2, `${a.y1 - a.y0} and ${b.y1 - b.y0} pixels`);
  t.is(a.y1, b.y1);
});

test('rows are as many as labels, each series in its colour, and long names do not break them', (t) => {
  const rows: BarChart = { ...texts, labels: ['a', 'b', 'name '.repeat(60)], direction: 'right', series: [{ name: 'one', values: [100, 50, 0] }, { name: 'two', values: [25, 0, 0] }] };
  const image = drawBarChart(rows);
  const one = spread(belowLegend(image), BLUE), two = spread(belowLegend(image), ORANGE);
  t.true(one.count > 0);
  t.is(two.x0, one.x0, 'all bars begin at the axis');
  t.true(Math.abs((two.x1 - two.x0) - (one.x1 - one.x0) / 4) <= 1, 'a quarter is a quarter as long');
  t.true(drawBarChart({ ...rows, labels: [...rows.labels, 'd'], series: rows.series.map((series) => ({ ...series, values: [...series.values, 1] })) }).height > image.height, 'more rows are higher');
});

test('lines are drawn at the height of their values', (t) => {
  const image = drawLineChart(lines);
  const [flat, high, level] = [BLUE, ORANGE, GREEN].map((colour) => spread(belowLegend(image), colour));
  const middle = ({ y0, y1 }: { y0: number; y1: number }): number => (y0 + y1) / 2;
  t.true([flat, high, level].every((one) => one!.count > 500));
  const unit = middle(flat!) - middle(high!);
  t.true(unit > 100, 'half of the axis');
  t.true(Math.abs(middle(level!) - middle(flat!) - unit / 2) <= 1.5, 'a quarter lies half as far below a half as that below one');
});

test('the same chart has the same pixels, in the size that is asked for', (t) => {
  t.deepEqual(drawLineChart(lines), drawLineChart(lines));
  const { width, height } = drawLineChart(lines, { width: 640, height: 400 });
  t.deepEqual([width, height], [640, 400]);
});

test('a chart of nothing, or of numbers that are none, is refused', (t) => {
  t.throws(() => drawLineChart({ ...lines, series: [], levels: [] }), { message: /"A chart" expects numbers, found none/ });
  t.throws(() => drawLineChart({ ...lines, levels: [{ name: 'x', value: Number.NaN }] }), { message: /NaN/ });
  t.throws(() => drawBarChart({ ...columns, labels: ['a'] }), { message: /one value/ });
  t.throws(() => drawBarChart({ ...columns, series: [{ name: 'n', values: [1, -1] }] }), { message: /at least 0/ });
  t.notThrows(() => drawBarChart({ ...columns, series: [{ name: 'n', values: [0, 0] }] }));
  t.notThrows(() => drawBarChart({ ...columns, direction: 'right', series: [{ name: 'n', values: [0, 0] }] }));
});

test('errors are lines through their points, and the axis has room for them', (t) => {
  const [flat] = lines.series, chart: LineChart = { ...texts, series: [{ ...flat!, points: [[1, 0.5], [3, 0.5]] }] };
  const plain = spread(belowLegend(drawLineChart(chart)), BLUE), tall = spread(belowLegend(drawLineChart({ ...chart, yTicks: [0, 0.5, 1], series: [{ ...chart.series[0]!, errors: [0.25, 0] }] })), BLUE);
  t.true(tall.y1 - tall.y0 > 4 * (plain.y1 - plain.y0), `${tall.y1 - tall.y0} beside ${plain.y1 - plain.y0}`);
  const far = spread(belowLegend(drawLineChart({ ...chart, series: [{ ...chart.series[0]!, errors: [0.25, 4] }] })), BLUE);
  t.true(far.y0 > 0 && far.y1 < 640, JSON.stringify(far));
});
