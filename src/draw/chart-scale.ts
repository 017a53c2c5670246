/** Numbers along an axis: round ticks, their texts, and where a value stands between two pixels. Pure. */

/** `decimals`: of the texts of the ticks. Ticks rise, and stand at `low`, `high` or between. */
export interface Scale { low: number; high: number; ticks: number[]; decimals: number }

/** Steps that people count in, of each power of ten. */
const STEPS = [1, 2, 2.5, 5, 10];

/** A scale that holds the values, from tick to tick, with at most `most` steps (at least 1). `wholes`: no tick between whole numbers. */
export function scaleOf(low: number, high: number, most: number, wholes = false): Scale {
  const top = high > low ? high : low + 1;
  const raw = (top - low) / most;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = Math.max(wholes ? 1 : 0, power * STEPS.find((candidate) => candidate * power >= raw * (1 - 1e-9))!);
  const first = Math.floor(low / step + 1e-9), last = Math.ceil(top / step - 1e-9);
  // counted, not added up: 0.1 + 0.2 is no tick
  const ticks = Array.from({ length: last - first + 1 }, (_, i) => Number(((first + i) * step).toPrecision(12)));
  return { low: ticks[0]!, high: ticks[ticks.length - 1]!, ticks, decimals: decimalsOf(step) };
}

/** A scale with ticks of the caller's own, which rise. */
export function scaleAt(ticks: readonly number[]): Scale {
  return { low: ticks[0]!, high: ticks[ticks.length - 1]!, ticks: [...ticks], decimals: Math.max(...ticks.map(decimalsOf)) };
}

/** Where a value stands: `from` for the scale's low end, `to` for its high one; `to` may be the smaller. */
export function placeOf(value: number, { low, high }: Scale, from: number, to: number): number {
  return from + ((value - low) / (high - low || 1)) * (to - from);
}

/** `12,345.60`: grouped by thousands, the same in every language. */
export function numberText(value: number, decimals: number): string {
  const [whole = '', rest] = Math.abs(value).toFixed(decimals).split('.');
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ',');
  return `${value < 0 && Number(value.toFixed(decimals)) !== 0 ? '−' : ''}${grouped}${rest === undefined ? '' : `.${rest}`}`;
}

function decimalsOf(step: number): number {
  for (let decimals = 0; decimals < 6; decimals++) if (Math.abs(step - Number(step.toFixed(decimals))) <= 1e-9 * Math.abs(step)) return decimals;
  return 6;
}
