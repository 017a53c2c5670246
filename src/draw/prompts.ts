/** What a mask was prompted with: points, by shape and colour foreground or background, and boxes. */
import type { Box } from '../geometry/box.js';
import { cssOf, rgbOfHex, WHITE, type Rgb } from './colour.js';
import type { Context } from './canvas.js';
import type { Mark } from './marks.js';

/** Pixels of the image; the point (x, y) lies at the corner where four pixels meet. `label`: 1 foreground, 0 background. */
export interface PointMark { x: number; y: number; label: 0 | 1 }

/** The same as what a model is prompted with. */
export interface PromptMarks { points?: readonly PointMark[]; box?: Box }

/** A green star. */
export const FOREGROUND: Rgb = rgbOfHex('12c44a');
/** A red circle with a bar in it. */
export const BACKGROUND: Rgb = rgbOfHex('e5273d');
export const PROMPT_BOX: Rgb = FOREGROUND;

/** Boxes first, so that points lie above them. `radius`: of a point, in pixels. */
export function promptMarks(prompts: readonly PromptMarks[], radius: number): Mark[] {
  return [
    ...prompts.flatMap(({ box }) => (box === undefined ? [] : [boxMark(box, radius)])),
    ...prompts.flatMap(({ points }) => (points ?? []).map((point) => pointMark(point, radius))),
  ];
}

function pointMark({ x, y, label }: PointMark, radius: number): Mark {
  const reach = radius * 1.4 + 2;
  const draw = label === 1 ? drawStar : drawBar;
  return { bounds: { x0: x - reach, y0: y - reach, x1: x + reach, y1: y + reach }, draw: (context) => { draw(context, x, y, radius); } };
}

function drawStar(context: Context, x: number, y: number, radius: number): void {
  context.beginPath();
  for (let corner = 0; corner < 10; corner++) {
    const angle = (corner / 5 - 0.5) * Math.PI, reach = corner % 2 === 0 ? radius * 1.25 : radius * 0.55;
    context.lineTo(x + reach * Math.cos(angle), y + reach * Math.sin(angle));
  }
  context.closePath();
  fillWithRim(context, FOREGROUND, radius);
}

function drawBar(context: Context, x: number, y: number, radius: number): void {
  context.beginPath();
  context.arc(x, y, radius, 0, 2 * Math.PI);
  fillWithRim(context, BACKGROUND, radius);
  context.fillStyle = cssOf(WHITE);
  const line = Math.max(2, radius * 0.3);
  context.fillRect(x - radius * 0.55, y - line / 2, radius * 1.1, line);
}

/** The rim lies around the shape and keeps it apart from what is below. */
function fillWithRim(context: Context, colour: Rgb, radius: number): void {
  context.lineJoin = 'round';
  context.lineWidth = Math.max(1.5, radius * 0.4);
  context.strokeStyle = cssOf(WHITE);
  context.stroke();
  context.fillStyle = cssOf(colour);
  context.fill();
}

/** A line of the foreground's colour between two thin dark ones. */
function boxMark(box: Box, radius: number): Mark {
  const line = Math.max(2, radius / 4);
  const bounds = { x0: box.x0 - 2 * line, y0: box.y0 - 2 * line, x1: box.x1 + 2 * line, y1: box.y1 + 2 * line };
  return {
    bounds,
    draw: (context) => {
      for (const [width, style] of [[line + Math.max(1, line / 2), 'rgba(0, 0, 0, 0.6)'], [line, cssOf(PROMPT_BOX)]] as const) {
        context.lineWidth = width;
        context.strokeStyle = style;
        context.strokeRect(box.x0, box.y0, box.x1 - box.x0, box.y1 - box.y0);
      }
    },
  };
}
