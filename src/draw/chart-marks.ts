/** What stands for data in a chart: lines, marks of a shape for each series, and the places of bars. */
import type { Context } from './canvas.js';
import { seriesColour, type LegendEntry } from './chart-frame.js';

const LINE = 3, MARK = 7;

/** A line through points. */
export function strokePath(context: Context, points: readonly (readonly [x: number, y: number])[], colour: string, dash: readonly number[] = []): void {
  context.lineJoin = 'round';
  context.lineCap = 'round';
  context.setLineDash([...dash]);
  context.lineWidth = LINE;
  context.strokeStyle = colour;
  context.beginPath();
  points.forEach(([x, y], i) => { if (i === 0) context.moveTo(x, y); else context.lineTo(x, y); });
  context.stroke();
  context.setLineDash([]);
}

/** The mark of series `index`: disc, square, triangle, diamond, and again. */
export function drawMark(context: Context, index: number, x: number, y: number): void {
  context.fillStyle = seriesColour(index);
  context.strokeStyle = '#ffffff';
  context.lineWidth = 2;
  context.beginPath();
  const corners = [[], [[-1, -1], [1, -1], [1, 1], [-1, 1]], [[0, -1.2], [1.2, 0.9], [-1.2, 0.9]], [[0, -1.35], [1.35, 0], [0, 1.35], [-1.35, 0]]][index % 4]!;
  if (corners.length === 0) context.arc(x, y, MARK, 0, 2 * Math.PI);
  else corners.forEach(([dx = 0, dy = 0], i) => { if (i === 0) context.moveTo(x + dx * MARK, y + dy * MARK); else context.lineTo(x + dx * MARK, y + dy * MARK); });
  context.closePath();
  context.fill();
  context.stroke();
}

/** A line from one end to the other with a stop at each, in the colour of series `index`; nothing where the ends are one. */
export function drawError(context: Context, index: number, x: number, [low = 0, high = 0]: readonly number[]): void {
  if (low === high) return;
  for (const path of [[[x, low], [x, high]], [[x - MARK, low], [x + MARK, low]], [[x - MARK, high], [x + MARK, high]]] as const) strokePath(context, path, seriesColour(index));
}

/** Where bar `index` of `count` begins and ends in the slot of its label; a fifth of the slot stays empty, more where bars would be broader than `most` pixels. */
export function barPlace(start: number, slot: number, index: number, count: number, most: number): [start: number, end: number] {
  const each = Math.min(most, (slot * 0.8) / count), first = start + (slot - count * each) / 2;
  return [first + index * each, first + (index + 1) * each];
}

/** A square a series; nothing for a single one, which the title names. */
export function barLegend(series: readonly { name: string }[]): LegendEntry[] {
  if (series.length < 2) return [];
  return series.map(({ name }, i) => ({
    name,
    draw: (context, x, y) => {
      context.fillStyle = seriesColour(i);
      context.fillRect(x - 8, y - 8, 16, 16);
    },
  }));
}
