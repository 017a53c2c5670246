/** Half-precision numbers (IEEE 754 binary16) in both directions; free of Node and DOM, for both sides. */

const float = new Float32Array(1);
const bits = new Uint32Array(float.buffer);

/** The nearest halves (ties to even); what is beyond their range (65504) becomes infinite. */
export function halvesFromFloats(values: Float32Array): Uint16Array {
  const halves = new Uint16Array(values.length);
  for (let i = 0; i < values.length; i++) halves[i] = halfFromFloat(values[i]!);
  return halves;
}

/** Exact. */
export function floatsFromHalves(halves: Uint16Array): Float32Array {
  const values = new Float32Array(halves.length);
  const table = halfTable();
  for (let i = 0; i < halves.length; i++) values[i] = table[halves[i]!]!;
  return values;
}

function halfFromFloat(value: number): number {
  float[0] = value;
  const word = bits[0]!;
  const sign = (word >>> 16) & 0x8000, exponent = (word >>> 23) & 0xff, fraction = word & 0x7fffff;
  if (exponent === 0xff) return sign | 0x7c00 | (fraction === 0 ? 0 : 0x200);
  const shifted = exponent - 127 + 15;
  if (shifted >= 31) return sign | 0x7c00;
  if (shifted < -10) return sign;
  // a subnormal half has the leading one in its fraction
  const [whole, drop] = shifted > 0 ? [(shifted << 23) | fraction, 13] : [fraction | 0x800000, 14 - shifted];
  const half = whole >>> drop, rest = whole & ((1 << drop) - 1), middle = 1 << (drop - 1);
  // rounding up may carry into the exponent, which is then right too
  return sign | (half + (rest > middle || (rest === middle && (half & 1) === 1) ? 1 : 0));
}

let table: Float32Array | undefined;

/** The value of each of the 65536 halves. */
function halfTable(): Float32Array {
  table ??= Float32Array.from({ length: 0x10000 }, (_, half) => {
    const sign = half & 0x8000 ? -1 : 1, exponent = (half >> 10) & 31, fraction = half & 0x3ff;
    if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
    return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
  });
  return table;
}
