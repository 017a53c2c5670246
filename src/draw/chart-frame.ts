/** What all charts share: colours, sheet, title, legend, and the axes around the rectangle that is left for the data. */
import type { Context, Surface } from './canvas.js';
import { numberText, placeOf, type Scale } from './chart-scale.js';
import { drawableText, fittedText, fontOf, textWidth } from './font.js';

/** Colours that people tell apart whatever colours they see (Okabe and Ito), dark enough for lines on white. */
export const CHART_COLOURS = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9', '#000000'] as const;

const INK = '#1a1a1a', SOFT = '#595959', GRID = '#dedede';
const MARGIN = 28, TITLE = 26, TEXT = 18;

/** Pixels of the sheet; x right, y down. */
export interface Rectangle { x: number; y: number; width: number; height: number }

/** A sample of a series as the legend shows it, drawn around a place. */
export interface LegendEntry { name: string; draw: (context: Context, x: number, y: number) => void }

/** The texts around a chart; all may be in any script, what the font lacks becomes squares. */
export interface ChartTexts { title: string; xLabel: string; yLabel: string }

export function seriesColour(index: number): string {
  return CHART_COLOURS[index % CHART_COLOURS.length]!;
}

/** Makes the surface a white sheet with title and legend; returns what is left below them. */
export function paintSheet({ context, width, height }: Surface, title: string, legend: readonly LegendEntry[]): Rectangle {
  context.fillStyle = '#ffffff';
  context.fillRect(0, 0, width, height);
  context.textBaseline = 'alphabetic';
  let y = MARGIN + TITLE;
  write(context, fittedText(context, drawableText(title), TITLE, width - 2 * MARGIN), MARGIN, y - 4, { pixels: TITLE });
  if (legend.length > 0) y = drawLegend(context, legend, width, y + 34);
  return { x: MARGIN, y: y + 18, width: width - 2 * MARGIN, height: height - MARGIN - y - 18 };
}

/** Returns the y of the last line. */
function drawLegend(context: Context, legend: readonly LegendEntry[], width: number, top: number): number {
  let x = MARGIN, y = top;
  for (const { name, draw } of legend) {
    const text = fittedText(context, drawableText(name), TEXT, width - 2 * MARGIN - 46);
    const takes = 46 + textWidth(context, text, TEXT) + 30;
    if (x > MARGIN && x + takes - 30 > width - MARGIN) {
      x = MARGIN;
      y += 28;
    }
    draw(context, x + 18, y - 6);
    write(context, text, x + 46, y, {});
    x += takes;
  }
  return y;
}

/** A y axis with lines across, and the texts of both axes; returns the rectangle between. */
export function drawAxes({ context }: Surface, body: Rectangle, texts: Omit<ChartTexts, 'title'>, yScale: Scale, xTexts: 'below' | 'none' = 'below'): Rectangle {
  const labels = yScale.ticks.map((tick) => numberText(tick, yScale.decimals));
  const left = Math.ceil(Math.max(...labels.map((label) => textWidth(context, label, TEXT)))) + 12;
  const bottom = (xTexts === 'below' ? 30 : 8) + (texts.xLabel === '' ? 0 : 30);
  const top = texts.yLabel === '' ? 10 : 34;
  const plot = { x: body.x + left, y: body.y + top, width: body.width - left - 12, height: body.height - top - bottom };
  if (texts.yLabel !== '') write(context, drawableText(texts.yLabel), body.x, body.y + 16, { colour: SOFT });
  if (texts.xLabel !== '') write(context, drawableText(texts.xLabel), plot.x + plot.width / 2, body.y + body.height - 4, { colour: SOFT, align: 'center' });
  yScale.ticks.forEach((tick, i) => {
    const y = crisp(placeOf(tick, yScale, plot.y + plot.height, plot.y));
    line(context, plot.x, y, plot.x + plot.width, y, tick === yScale.low ? INK : GRID);
    write(context, labels[i]!, plot.x - 10, y + 6, { align: 'right', colour: SOFT });
  });
  return plot;
}

/** The numbers below an x axis. */
export function drawXTicks(context: Context, plot: Rectangle, scale: Scale): void {
  const base = plot.y + plot.height;
  for (const tick of scale.ticks) {
    const x = crisp(placeOf(tick, scale, plot.x, plot.x + plot.width));
    line(context, x, base, x, base + 6, INK);
    write(context, numberText(tick, scale.decimals), x, base + 26, { align: 'center', colour: SOFT });
  }
}

/** One line of text; `y` is its baseline. */
export function write(context: Context, text: string, x: number, y: number, { pixels = TEXT, align = 'left', colour = INK }: { pixels?: number; align?: 'left' | 'center' | 'right'; colour?: string }): void {
  context.font = fontOf(pixels);
  context.fillStyle = colour;
  context.textAlign = align;
  context.fillText(text, x, y);
}

/** A text no wider than `width`, and its width, in the size of all but the title. */
export function fitted(context: Context, text: string, width: number): { text: string; width: number } {
  const short = fittedText(context, drawableText(text), TEXT, width);
  return { text: short, width: textWidth(context, short, TEXT) };
}

/** A line of one pixel; its places should be `crisp`. */
export function line(context: Context, x0: number, y0: number, x1: number, y1: number, colour: string): void {
  context.strokeStyle = colour;
  context.lineWidth = 1;
  context.setLineDash([]);
  context.beginPath();
  context.moveTo(x0, y0);
  context.lineTo(x1, y1);
  context.stroke();
}

/** The middle of a pixel, where a thin line covers it whole. */
export function crisp(place: number): number {
  return Math.floor(place) + 0.5;
}
