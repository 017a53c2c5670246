/** Colours for amounts: viridis, from dark blue for little to yellow for much, which colour-blind people can read too. */
import { mixed, rgbOfHex, type Rgb } from './colour.js';

/** Nine equidistant colours of matplotlib's viridis (CC0). */
const STOPS: readonly Rgb[] = ['440154', '472d7b', '3b528b', '2c728e', '21918c', '28ae80', '5ec962', 'addc30', 'fde725'].map(rgbOfHex);

/** The colour of an amount, 0..1; what is beyond is taken for the end. */
export function scaleColour(amount: number): Rgb {
  const at = Math.min(1, Math.max(0, amount)) * (STOPS.length - 1);
  const below = Math.min(STOPS.length - 2, Math.floor(at));
  return mixed(STOPS[below]!, STOPS[below + 1]!, at - below);
}
