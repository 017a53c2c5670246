/** Colours as three bytes of sRGB. */

/** Red, green, blue, 0..255. */
export type Rgb = readonly [red: number, green: number, blue: number];

export const BLACK: Rgb = [0, 0, 0];
export const WHITE: Rgb = [255, 255, 255];

/** `#rrggbb` or `rrggbb` as bytes. */
export function rgbOfHex(hex: string): Rgb {
  const value = Number.parseInt(hex.replace('#', ''), 16);
  return [value >> 16, (value >> 8) & 255, value & 255];
}

/** As CSS and a canvas take it; `alpha` 0..1. */
export function cssOf([red, green, blue]: Rgb, alpha = 1): string {
  return alpha === 1 ? `rgb(${red}, ${green}, ${blue})` : `rgba(${red}, ${green}, ${blue}, ${alpha})`;
}

/** Between two colours, channel by channel; `share` 0..1 of the second. */
export function mixed(a: Rgb, b: Rgb, share: number): Rgb {
  const channel = (i: 0 | 1 | 2): number => Math.round(a[i] * (1 - share) + b[i] * share);
  return [channel(0), channel(1), channel(2)];
}

/** Black or white: what text is written in on a background, by its luma (Rec. 601). */
export function inkOn([red, green, blue]: Rgb): Rgb {
  return 0.299 * red + 0.587 * green + 0.114 * blue > 140 ? BLACK : WHITE;
}
