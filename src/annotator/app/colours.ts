/** Colours of classes and proposals over photographs: hues a golden angle apart, so that neighbours differ. */

const GOLDEN = 137.508;

/** A class's colour for ever, by its place in the list (from 0); `alpha` 0..1. */
export function classColour(place: number, alpha = 1): string {
  const lightness = [64, 56, 72][place % 3]!;
  return `hsl(${Math.round((16 + place * GOLDEN) % 360)} 85% ${lightness}% / ${alpha})`;
}
