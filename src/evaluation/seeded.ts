/** Numbers that look random and follow from a seed and a name alone: the same on every machine, in whatever order they are asked for. */

/** Numbers in 0 <= n < 1, one after the other, for a text (mulberry32 from its FNV-1a hash). */
export function seededNumbers(text: string): () => number {
  let state = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) state = Math.imul(state ^ text.charCodeAt(i), 0x01000193) >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** One number of the normal distribution (mean 0, standard deviation 1) from two of `next` (Box and Muller). */
export function normalNumber(next: () => number): number {
  const radius = Math.sqrt(-2 * Math.log(1 - next()));
  return radius * Math.cos(2 * Math.PI * next());
}
