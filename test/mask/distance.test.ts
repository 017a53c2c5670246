/** Distances to the edge of a mask against their definition, and the farthest pixel against all pixels. */
import test from 'ava';
import fc from 'fast-check';
import { farthestPixel, squaredDistances, type FarPixel } from '../../src/mask/distance.js';
import { rleFromBitmask, type Bitmask } from '../../src/mask/rle.js';
import { bitmaskOf, bitmasks, rleOf } from './drawn.js';

/** By the definition: the least over all pixels that are not set, those around the image among them. */
function naive({ data, width, height }: Bitmask): number[] {
  const isSet = (x: number, y: number): boolean => x >= 0 && y >= 0 && x < width && y < height && data[y * width + x] === 1;
  return Array.from({ length: width * height }, (_, at) => {
    const x = at % width, y = Math.floor(at / width);
    if (!isSet(x, y)) return 0;
    let least = Infinity;
    for (let j = -1; j <= height; j++) for (let i = -1; i <= width; i++) if (!isSet(i, j)) least = Math.min(least, (x - i) ** 2 + (y - j) ** 2);
    return least;
  });
}

function naiveFarthest(mask: Bitmask, excluded: readonly { x: number; y: number }[] = []): FarPixel | undefined {
  let best: FarPixel | undefined;
  naive(mask).forEach((squared, at) => {
    const x = at % mask.width, y = Math.floor(at / mask.width);
    if (squared > (best?.squared ?? 0) && !excluded.some((pixel) => pixel.x === x && pixel.y === y)) best = { x, y, squared };
  });
  return best;
}

/** Round and long shapes, whose distances are larger than those of random pixels. */
const shapes: fc.Arbitrary<Bitmask> = fc.record({
  width: fc.integer({ min: 1, max: 40 }), height: fc.integer({ min: 1, max: 40 }),
  discs: fc.array(fc.record({ x: fc.integer({ min: 0, max: 40 }), y: fc.integer({ min: 0, max: 40 }), r: fc.integer({ min: 1, max: 14 }), cut: fc.boolean() }), { maxLength: 6 }),
}).map(({ width, height, discs }) => ({
  width, height,
  data: Uint8Array.from({ length: width * height }, (_, at) => {
    const x = at % width, y = Math.floor(at / width);
    return discs.reduce((value, disc) => ((x - disc.x) ** 2 + (y - disc.y) ** 2 < disc.r ** 2 ? (disc.cut ? 0 : 1) : value), 0);
  }),
}));

test('a drawn shape: distances to the nearest pixel that is not set, the border among them', (t) => {
  const mask = bitmaskOf(['#####', '#####', '##.##', '.....']);
  t.deepEqual([...squaredDistances(mask)], [1, 1, 1, 1, 1, 1, 2, 1, 2, 1, 1, 1, 0, 1, 1, 0, 0, 0, 0, 0]);
  t.deepEqual([...squaredDistances(bitmaskOf(['#######', '#######', '#######', '#######', '#######']))].slice(14, 21), [1, 4, 9, 9, 9, 4, 1]);
});

test('distances are those of the definition', (t) => {
  fc.assert(fc.property(fc.oneof(bitmasks, shapes), (mask) => { t.deepEqual([...squaredDistances(mask)], naive(mask)); }), { numRuns: 300 });
});

test('the farthest pixel is that of all distances, the topmost and leftmost of several, and none of the excluded', (t) => {
  const excluded = fc.array(fc.record({ x: fc.integer({ min: 0, max: 39 }), y: fc.integer({ min: 0, max: 39 }) }), { maxLength: 5 });
  fc.assert(fc.property(fc.oneof(bitmasks, shapes), excluded, (mask, without) => {
    const rle = rleFromBitmask(mask);
    t.deepEqual(farthestPixel(rle), naiveFarthest(mask));
    // what is excluded is worth most where it would be the answer
    const first = farthestPixel(rle);
    const all = first === undefined ? without : [...without, first];
    t.deepEqual(farthestPixel(rle, all), naiveFarthest(mask, all));
  }), { numRuns: 400 });
});

test('ties: two squares of one size, two rows of one distance', (t) => {
  t.deepEqual(farthestPixel(rleOf('.....###', '.###.###', '.###.###', '.###....')), { x: 6, y: 1, squared: 4 });
  t.deepEqual(farthestPixel(rleOf('####', '####')), { x: 0, y: 0, squared: 1 });
});

test('no pixel is farthest in nothing, nor where all are excluded', (t) => {
  t.is(farthestPixel(rleOf('...', '...')), undefined);
  t.is(farthestPixel(rleOf('.#.'), [{ x: 1, y: 0 }]), undefined);
});

test('what one region leaves behind does not reach the next', (t) => {
  t.deepEqual(farthestPixel(rleOf(...Array.from({ length: 30 }, () => '#'.repeat(30)))), { x: 14, y: 14, squared: 225 });
  t.deepEqual(farthestPixel(rleOf('.....', '.###.', '.#.#.', '.###.')), { x: 1, y: 1, squared: 1 });
});
