/**
 * The one font that anything is written in: the package carries it, no font of the machine is ever used, so that the same text has
 * the same pixels everywhere. Latin, Greek and Cyrillic; what it lacks is drawn as an empty square.
 */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { SamError, messageOf } from '../errors.js';
import { canvasLibrary, type Context } from './canvas.js';
import { coverageOf, covers, type Coverage } from './font-coverage.js';

/** A name that no installed font has. */
const FAMILY = 'sam-inter';
const MISSING = '□';

let coverage: Coverage | undefined;

/** The font's file, absolute; this module runs from `dist/src/draw/`. */
export function fontPath(): string {
  return fileURLToPath(new URL('../../../fonts/Inter-Medium.ttf', import.meta.url));
}

/** What `context.font` takes for text of so many pixels; the font is known to the library from the first call on. Throws `internal/install`. */
export function fontOf(pixels: number): string {
  registered();
  return `${pixels}px ${FAMILY}`;
}

/** Text as it can be drawn in one line: composed (NFC), white space as single spaces, no control characters, squares for what the font lacks. */
export function drawableText(text: string): string {
  const known = registered();
  const line = text.normalize('NFC').replace(/\s+/gu, ' ').replace(/[\p{Cc}\p{Cf}]/gu, '').trim();
  return Array.from(line, (character) => (covers(known, character.codePointAt(0)!) ? character : MISSING)).join('');
}

/** Whether the font has every character of a text. */
export function canDraw(text: string): boolean {
  return text.includes(MISSING) || !drawableText(text).includes(MISSING);
}

/** Width in pixels of a text, drawable as it is, in a size. */
export function textWidth(context: Context, text: string, pixels: number): number {
  context.font = fontOf(pixels);
  return context.measureText(text).width;
}

/** The text, cut with an ellipsis where it is wider than `width` pixels. */
export function fittedText(context: Context, text: string, pixels: number, width: number): string {
  if (textWidth(context, text, pixels) <= width) return text;
  const characters = Array.from(text);
  let low = 0, high = characters.length;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (textWidth(context, `${characters.slice(0, middle).join('').trimEnd()}…`, pixels) <= width) low = middle;
    else high = middle - 1;
  }
  return `${characters.slice(0, low).join('').trimEnd()}…`;
}

function registered(): Coverage {
  if (coverage !== undefined) return coverage;
  try {
    const bytes = readFileSync(fontPath());
    if (canvasLibrary().GlobalFonts.register(bytes, FAMILY) === null) throw new SamError('internal/install', 'The drawing library refuses the font.');
    coverage = coverageOf(bytes);
    return coverage;
  } catch (error) {
    if (error instanceof SamError) throw error;
    throw new SamError('internal/install', `The font of the package cannot be read (${messageOf(error)}); install the package again.`, { cause: error });
  }
}
