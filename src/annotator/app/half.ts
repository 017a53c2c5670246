/** Numbers of an embedding as they come from the server: little-endian float32 or float16, to `Float32Array`. */
import { SamError } from '../../errors.js';

/** Values of all 65,536 half floats, made on first use. */
let table: Float32Array | undefined;

function halves(): Float32Array {
  if (table !== undefined) return table;
  table = new Float32Array(2 ** 16);
  for (let bits = 0; bits < 2 ** 16; bits++) {
    const exponent = bits >> 10 & 31, fraction = bits & 1023;
    const size = exponent === 0 ? fraction * 2 ** -24 : exponent === 31 ? (fraction === 0 ? Infinity : NaN) : (1 + fraction / 1024) * 2 ** (exponent - 15);
    table[bits] = bits >> 15 === 1 ? -size : size;
  }
  return table;
}

/** Throws `model/unfit` for another type, and where there are not as many numbers as the shape has. */
export function floatsOf(buffer: ArrayBuffer, type: string, shape: readonly number[]): Float32Array {
  const bytes = type === 'float32' ? 4 : type === 'float16' ? 2 : 0;
  const expected = shape.reduce((product, side) => product * side, bytes);
  if (bytes === 0 || expected !== buffer.byteLength) {
    throw new SamError('model/unfit', `An embedding of ${shape.join(' x ')} numbers of type ${type} has ${expected} bytes, found ${buffer.byteLength}.`);
  }
  if (bytes === 4) return new Float32Array(buffer);
  const values = halves();
  return Float32Array.from(new Uint16Array(buffer), (bits) => values[bits]!);
}
