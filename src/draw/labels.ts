/** Labels on plates of their objects' colours, with a leader to the object where a plate had to move away from it. */
import type { Category } from '../dataset/types.js';
import type { Box } from '../geometry/box.js';
import type { ImageSize } from '../geometry/size.js';
import { anchorOf } from './anchor.js';
import { newSurface, type Context } from './canvas.js';
import { cssOf, inkOn, type Rgb } from './colour.js';
import { fittedText, fontOf, textWidth } from './font.js';
import { labelText, type LabelPart } from './label-text.js';
import type { Mark } from './marks.js';
import type { DrawnObject } from './objects.js';
import { placeLabels, type LabelPlace, type LabelWish } from './placement.js';

/** `most`: labels; as many as cover `MOST_COVERED` where it is not given. `textSize`: of a line, pixels. `avoid`: what no plate may cover. */
export interface LabelStyle { parts: readonly LabelPart[] | undefined; most: number | undefined; textSize: number; categories: ReadonlyMap<number, Category>; avoid?: readonly Box[] }

/** The share of a picture that labels may hide. */
const MOST_COVERED = 1 / 8;

/** A label that waits for its place. */
interface Label extends LabelWish { text: string; colour: Rgb }

/** The marks of the labels of the first objects, all leaders below all plates. */
export function labelMarks(objects: readonly { object: DrawnObject; colour: Rgb }[], picture: ImageSize, style: LabelStyle): Mark[] {
  const { context } = newSurface({ width: 1, height: 1 });
  const labels: Label[] = [];
  const room = picture.width * picture.height * MOST_COVERED;
  let covered = 0;
  for (const { object, colour } of objects) {
    if (style.most === undefined ? covered > room : labels.length === style.most) break;
    const anchor = anchorOf(object), text = labelText(object, style.parts, style.categories);
    if (anchor === undefined || text === '') continue;
    const plate = plateOf(context, text, style.textSize, picture.width);
    covered += plate.width * plate.height;
    labels.push({ ...plate, anchor, box: object.box ?? { x0: anchor.x, y0: anchor.y, x1: anchor.x, y1: anchor.y }, colour });
  }
  const places = placeLabels(labels, picture, 1, { avoid: style.avoid ?? [], objects: objects.flatMap(({ object: { box } }) => (box === undefined ? [] : [box])) });
  const leaders: Mark[] = [], plates: Mark[] = [];
  labels.forEach((label, i) => {
    const place = places[i];
    if (place === undefined) return;
    if (place.isMoved) leaders.push(leaderMark(label, place, style.textSize));
    plates.push(plateMark(label, place, style.textSize));
  });
  return [...leaders, ...plates];
}

/** The text, cut to the picture's width, with the size of its plate in whole pixels. */
function plateOf(context: Context, text: string, textSize: number, most: number): { text: string; width: number; height: number } {
  const padding = paddingOf(textSize);
  const fitted = fittedText(context, text, textSize, most - 2 * padding);
  return { text: fitted, width: Math.ceil(textWidth(context, fitted, textSize)) + 2 * padding, height: Math.round(textSize * 1.3) };
}

function paddingOf(textSize: number): number {
  return Math.max(2, Math.round(textSize * 0.3));
}

function plateMark({ text, colour, width, height }: Label, { x, y }: LabelPlace, textSize: number): Mark {
  return {
    bounds: { x0: x, y0: y, x1: x + width, y1: y + height },
    draw: (context) => {
      context.fillStyle = cssOf(colour);
      context.fillRect(x, y, width, height);
      context.font = fontOf(textSize);
      context.fillStyle = cssOf(inkOn(colour));
      // the line of capital letters stands in the middle
      context.fillText(text, x + paddingOf(textSize), y + (height + 0.73 * textSize) / 2);
    },
  };
}

/** From the plate's nearest point to the anchor, dark around the colour so that it shows on anything. */
function leaderMark({ colour, anchor, width, height }: Label, { x, y }: LabelPlace, textSize: number): Mark {
  const from = { x: Math.min(x + width, Math.max(x, anchor.x)), y: Math.min(y + height, Math.max(y, anchor.y)) };
  const line = Math.max(1, textSize / 10);
  const reach = 3 * line;
  return {
    bounds: {
      x0: Math.min(from.x, anchor.x) - reach, y0: Math.min(from.y, anchor.y) - reach, x1: Math.max(from.x, anchor.x) + reach, y1: Math.max(from.y, anchor.y) + reach,
    },
    draw: (context) => {
      for (const [more, style] of [[1.5 * line, 'rgba(0, 0, 0, 0.6)'], [0, cssOf(colour)]] as const) {
        context.lineWidth = line + more;
        context.strokeStyle = style;
        context.fillStyle = style;
        context.beginPath();
        context.moveTo(from.x, from.y);
        context.lineTo(anchor.x, anchor.y);
        context.stroke();
        context.beginPath();
        context.arc(anchor.x, anchor.y, 1.5 * line + more / 2, 0, 2 * Math.PI);
        context.fill();
      }
    },
  };
}
