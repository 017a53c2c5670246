/** Small holes and islands against `remove_small_regions` of segment-anything (OpenCV's labels) and a flood fill. */
import test from 'ava';
import fc from 'fast-check';
import { fillSmallHoles, removeSmallIslands } from '../../src/mask/regions.js';
import { bitmaskFromRle, rleFromBitmask, type Rle } from '../../src/mask/rle.js';
import { rleToString } from '../../src/mask/rle-string.js';
import { goldens } from '../core-goldens.js';
import { bitmaskOf, bitmasks, floodedRegions, rleOf, rowsOf, withEmptyRuns } from './drawn.js';

for (const { name, rows, results } of goldens.regions) {
  test(`the reference's answer: ${name}`, (t) => {
    const rle = rleFromBitmask(bitmaskOf(rows));
    for (const [mode, minArea, expected] of results) {
      const cleaned = (mode === 'holes' ? fillSmallHoles : removeSmallIslands)(rle, minArea);
      t.is(cleaned.changed && rleToString(cleaned.rle), expected, `${mode} below ${minArea}`);
      if (!cleaned.changed) t.is(cleaned.rle, rle);
    }
  });
}

test('holes that touch only at a corner are one hole', (t) => {
  const mask = rleOf(
    '#####',
    '#.###',
    '##.##',
    '#####',
  );
  t.false(fillSmallHoles(mask, 2).changed);
  t.deepEqual(rowsOf(fillSmallHoles(mask, 3).rle), ['#####', '#####', '#####', '#####']);
});

test('background at the border is a hole like any other', (t) => {
  t.deepEqual(rowsOf(fillSmallHoles(rleOf('.###', '####', '###.'), 2).rle), ['####', '####', '####']);
});

test('an island as large as the limit stays', (t) => {
  const mask = rleOf('##..#', '.....', '###..');
  t.deepEqual(rowsOf(removeSmallIslands(mask, 2).rle), ['##...', '.....', '###..']);
  t.deepEqual(rowsOf(removeSmallIslands(mask, 3).rle), ['.....', '.....', '###..']);
});

test('where every island is small, the largest stays', (t) => {
  t.deepEqual(rowsOf(removeSmallIslands(rleOf('##..#', '.....', '###..'), 100).rle), ['.....', '.....', '###..']);
});

test('more islands than a call takes arguments', (t) => {
  const side = 1000;
  const data = Uint8Array.from({ length: side * side }, (_, i) => (i % 2 === 0 && Math.floor(i / side) % 2 === 0 ? 1 : 0));
  data[1] = 1;
  const { rle, changed } = removeSmallIslands(rleFromBitmask({ width: side, height: side, data }), 50);
  t.true(changed);
  t.deepEqual([...rle.counts], [0, 1, side - 1, 1, side - 1, 1, side * side - 2 * side - 1], 'the three pixels that are joined');
});

/** What the operation means, pixel by pixel. */
function cleanedByFlood(rle: Rle, value: 0 | 1, minArea: number): number[] {
  const bitmask = bitmaskFromRle(rle);
  const regions = floodedRegions(bitmask, value);
  const large = regions.filter((region) => region.length >= minArea);
  const gone = value === 1 && large.length === 0 ? [] : regions.filter((region) => region.length < minArea);
  for (const pixel of gone.flat()) bitmask.data[pixel] = 1 - value;
  return [...bitmask.data];
}

test('as a flood fill has it, for any mask and whatever empty runs there are', (t) => {
  fc.assert(fc.property(bitmasks, fc.integer({ min: 0, max: 30 }), fc.array(fc.nat(5), { maxLength: 3 }), (bitmask, minArea, cuts) => {
    const rle = withEmptyRuns(rleFromBitmask(bitmask), cuts);
    t.deepEqual([...bitmaskFromRle(fillSmallHoles(rle, minArea).rle).data], cleanedByFlood(rle, 0, minArea));
    // which one stays where all are small is OpenCV's order of labels: the goldens hold it
    if (floodedRegions(bitmask, 1).some((region) => region.length >= minArea)) {
      t.deepEqual([...bitmaskFromRle(removeSmallIslands(rle, minArea).rle).data], cleanedByFlood(rle, 1, minArea));
    }
  }), { numRuns: 300, seed: 41 });
});

test('what was changed is said, and the runs are in their shortest form', (t) => {
  fc.assert(fc.property(bitmasks, fc.integer({ min: 0, max: 30 }), (bitmask, minArea) => {
    const rle = rleFromBitmask(bitmask);
    for (const { rle: cleaned, changed } of [fillSmallHoles(rle, minArea), removeSmallIslands(rle, minArea)]) {
      if (changed) t.deepEqual(cleaned, rleFromBitmask(bitmaskFromRle(cleaned)));
      else t.is(cleaned, rle);
    }
  }), { numRuns: 200, seed: 42 });
});
