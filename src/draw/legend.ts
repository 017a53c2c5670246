/** A strip below a picture that says what its colours mean; the picture itself stays whole. */
import type { RgbImage } from '../image/rgb-image.js';
import { newSurface, rgbOf, type Context } from './canvas.js';
import { cssOf, type Rgb } from './colour.js';
import { SMALLEST_SHARE, UNKNOWN_COLOUR, type ColourBy } from './colouring.js';
import { drawableText, fittedText, fontOf, textWidth } from './font.js';
import { scaleColour } from './scale.js';

/** A colour and what it means. */
export interface LegendEntry { colour: Rgb; text: string }

/** A scale from little to much: `labels` stand at equal distances from its one end to the other. `unknown`: what has no amount. */
export interface LegendScale { title: string; labels: readonly string[]; unknown?: string }

const PAPER = '#ffffff', INK = '#1c1c1c';

/** The scale of the colours of `area` and `score`; the others name objects, not amounts. */
export function scaleOf(by: ColourBy, scoreFrom: number): LegendScale | undefined {
  if (by === 'score') return { title: 'score', labels: [scoreFrom, (scoreFrom + 1) / 2, 1].map((score, i) => `${i === 0 && scoreFrom > 0 ? '≤' : ''}${Math.round(100 * score) / 100}`), unknown: 'none' };
  if (by === 'area') {
    const decades = Math.round(-Math.log10(SMALLEST_SHARE));
    return { title: 'share of the image', labels: Array.from({ length: decades + 1 }, (_, i) => `${Number((100 * SMALLEST_SHARE * 10 ** i).toPrecision(1))}%`) };
  }
  return undefined;
}

/** The picture with entries below it, in as many lines as they need. */
export function withEntries(image: RgbImage, entries: readonly LegendEntry[], textSize: number): RgbImage {
  const pad = Math.round(textSize * 0.7), line = Math.round(textSize * 1.8);
  const measure = newSurface({ width: 1, height: 1 }).context;
  const places: { entry: LegendEntry; text: string; x: number; row: number }[] = [];
  let x = pad, row = 0;
  for (const entry of entries) {
    const text = fittedText(measure, drawableText(entry.text), textSize, image.width - 2 * pad - 1.5 * textSize);
    const width = 1.5 * textSize + textWidth(measure, text, textSize) + 1.5 * textSize;
    if (x > pad && x + width - 1.5 * textSize > image.width - pad) [x, row] = [pad, row + 1];
    places.push({ entry, text, x, row });
    x += width;
  }
  return withStrip(image, (row + 1) * line + pad, (context) => {
    for (const place of places) {
      const middle = pad / 2 + (place.row + 0.5) * line;
      context.fillStyle = cssOf(place.entry.colour);
      context.fillRect(place.x, Math.round(middle - textSize / 2), textSize, textSize);
      write(context, place.text, place.x + 1.5 * textSize, middle, textSize);
    }
  });
}

/** The picture with a bar of all colours of a scale below it. */
export function withScale(image: RgbImage, scale: LegendScale, textSize: number): RgbImage {
  const pad = Math.round(textSize * 0.7), bar = Math.round(textSize * 0.8);
  return withStrip(image, bar + Math.round(2.6 * textSize), (context) => {
    const left = pad + Math.ceil(textWidth(context, scale.title, textSize)) + pad;
    const tail = scale.unknown === undefined ? 0 : 2 * pad + textSize + Math.ceil(textWidth(context, scale.unknown, textSize));
    const right = image.width - pad - tail, middle = pad + bar / 2;
    write(context, scale.title, pad, middle, textSize);
    for (let x = left; x < right; x++) {
      context.fillStyle = cssOf(scaleColour((x - left) / Math.max(1, right - 1 - left)));
      context.fillRect(x, pad, 1, bar);
    }
    const labels = scale.labels.map((label, i) => {
      const width = textWidth(context, label, textSize), at = left + ((right - left) * i) / (scale.labels.length - 1);
      return { label, width, x: Math.min(right - width, Math.max(left, at - width / 2)) };
    });
    const isCramped = labels.some(({ x }, i) => i > 0 && x < labels[i - 1]!.x + labels[i - 1]!.width + textSize / 2);
    for (const { label, x } of isCramped ? [labels[0]!, labels.at(-1)!] : labels) write(context, label, x, pad + bar + textSize * 0.8, textSize);
    if (scale.unknown === undefined) return;
    context.fillStyle = cssOf(UNKNOWN_COLOUR);
    context.fillRect(right + pad, pad, textSize, bar);
    write(context, scale.unknown, right + pad + 1.4 * textSize, middle, textSize);
  });
}

/** Text from `x` on, its capitals' middle at `middle`. */
function write(context: Context, text: string, x: number, middle: number, textSize: number): void {
  context.font = fontOf(textSize);
  context.fillStyle = INK;
  context.fillText(text, x, middle + 0.365 * textSize);
}

function withStrip(image: RgbImage, height: number, draw: (context: Context) => void): RgbImage {
  const surface = newSurface({ width: image.width, height }, PAPER);
  draw(surface.context);
  const data = new Uint8Array(image.width * (image.height + height) * 3);
  data.set(image.data);
  data.set(rgbOf(surface).data, image.data.length);
  return { data, width: image.width, height: image.height + height };
}
