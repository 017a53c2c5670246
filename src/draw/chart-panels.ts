/** Several charts on one sheet, in rows and columns, as pixels or as an SVG file. */
import type { RgbImage } from '../image/rgb-image.js';
import { newSurface, rgbOf, svgOf, type Surface } from './canvas.js';
import { paintBarChart, paintLineChart, type BarChart, type LineChart } from './chart.js';

/** A chart of the sheet; `series` are lines or bars. */
export type Panel = { line: LineChart } | { bars: BarChart };

/** `width`, `height`: of each panel, pixels. */
export interface PanelGrid { columns: number; width: number; height: number }

const GRID: PanelGrid = { columns: 2, width: 800, height: 520 };

/** Row by row; the last row may be shorter. Throws as the charts do. */
export function drawPanels(panels: readonly Panel[], grid: PanelGrid = GRID): RgbImage {
  const surface = newSurface(sizeOf(panels, grid));
  paintPanels(surface, panels, grid);
  return rgbOf(surface);
}

/** The same as the text of an SVG file. */
export function svgPanels(panels: readonly Panel[], grid: PanelGrid = GRID): string {
  return svgOf(sizeOf(panels, grid), (surface) => { paintPanels(surface, panels, grid); });
}

function sizeOf({ length }: readonly Panel[], { columns, width, height }: PanelGrid): { width: number; height: number } {
  return { width: Math.min(columns, Math.max(1, length)) * width, height: Math.max(1, Math.ceil(length / columns)) * height };
}

function paintPanels({ context, ...size }: Surface, panels: readonly Panel[], { columns, width, height }: PanelGrid): void {
  context.fillStyle = '#ffffff';
  context.fillRect(0, 0, size.width, size.height);
  panels.forEach((panel, i) => {
    context.save();
    context.translate((i % columns) * width, Math.floor(i / columns) * height);
    if ('line' in panel) paintLineChart({ context, width, height }, panel.line);
    else paintBarChart({ context, width, height }, panel.bars);
    context.restore();
  });
}
