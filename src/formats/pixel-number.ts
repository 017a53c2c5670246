/** Numbers of other frames (shares of the image, coordinates that count from one) as pixels and back, without the noise of the arithmetic. */

/** What a pixel is divided into at most: float noise lies below, anything that is meant lies above. */
const GRID = 1e9;
/** A coordinate that comes back further off than this, in pixels, has been rounded. */
export const MEANT_PIXELS = 1e-6;
const LEAST_DECIMALS = 6, MOST_DECIMALS = 12;

/** A computed coordinate in pixels: 0.33333333333333326 * 12 is 4. */
export function pixels(value: number): number {
  const rounded = Math.round(value * GRID) / GRID;
  // beyond the grid's reach, numbers stay as they are; -0 is 0
  return Number.isFinite(rounded) ? rounded + 0 : value;
}

/**
 * The shortest text of at least 6 decimals for `value`, such that `comesBack` says that reading it gives what is meant; with 12
 * decimals if none does.
 */
export function shortestText(value: number, comesBack: (read: number) => boolean): string {
  for (let decimals = LEAST_DECIMALS; decimals < MOST_DECIMALS; decimals++) {
    const text = value.toFixed(decimals);
    if (comesBack(Number(text))) return text;
  }
  return value.toFixed(MOST_DECIMALS);
}

const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;

/** A decimal number as other programs print it; undefined for anything else: `nan`, `inf`, `1e999`, hexadecimal, an empty text. */
export function decimalOf(text: string): number | undefined {
  if (!NUMBER.test(text)) return undefined;
  const value = Number(text);
  return Number.isFinite(value) ? value : undefined;
}
