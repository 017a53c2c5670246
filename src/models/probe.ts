/** Seeded numbers for a first run of a graph: the same in every process, far from all zeros. */
import type { PlainTensor } from './session-protocol.js';

/** `Float32Array` of the shape, values in -1..1 from a fixed linear congruential sequence. */
export function seededTensor(shape: number[]): PlainTensor {
  const data = new Float32Array(shape.reduce((a, b) => a * b, 1));
  let state = 12345;
  for (let i = 0; i < data.length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    data[i] = state / 2 ** 31 - 1;
  }
  return { data, shape };
}
