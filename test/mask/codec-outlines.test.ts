/** Regions, outlines and polygons of masks: nothing is lost on the way, with holes or without. */
import test from 'ava';
import fc from 'fast-check';
import { regionsFromRle, type Connectivity } from '../../src/mask/connected.js';
import { mergeRle, xorRle } from '../../src/mask/merge.js';
import { outlinesFromRle, type Ring } from '../../src/mask/outlines.js';
import { rleFromPolygon, rleFromPolygons } from '../../src/mask/polygon-fill.js';
import { polygonsFromRle } from '../../src/mask/polygons.js';
import { rleArea, rleFromBitmask, type Bitmask, type Rle } from '../../src/mask/rle.js';
import { cuts, drawShape, mapPixels, rleWithCuts, samePixels, shapes } from './codec-masks.js';
import { rleOf, rowsOf } from './drawn.js';

const connectivities = fc.constantFrom<Connectivity>(4, 8);

/** The regions of a value by flood fill, in the order in which a row-major scan meets them. */
function flood(mask: Bitmask, value: number, connectivity: Connectivity): number[][] {
  const { data, width, height } = mask;
  const seen = new Uint8Array(data.length), regions: number[][] = [];
  for (let start = 0; start < data.length; start++) {
    if (data[start] !== value || seen[start] === 1) continue;
    const region = [start];
    seen[start] = 1;
    for (const p of region) {
      const x = p % width, y = Math.floor(p / width);
      for (const [dx, dy] of [[1, 0], [-1, 0], [0, 1], [0, -1], [1, 1], [1, -1], [-1, 1], [-1, -1]] as const) {
        if (connectivity === 4 && dx !== 0 && dy !== 0) continue;
        const nx = x + dx, ny = y + dy, next = ny * width + nx;
        if (nx < 0 || ny < 0 || nx >= width || ny >= height || data[next] !== value || seen[next] === 1) continue;
        seen[next] = 1;
        region.push(next);
      }
    }
    regions.push(region);
  }
  return regions;
}

const maskOf = (size: Bitmask, pixels: number[]): Bitmask => {
  const set = new Set(pixels);
  return mapPixels(size, (x, y) => (set.has(y * size.width + x) ? 1 : 0));
};

function twiceArea(ring: Ring): number {
  let sum = 0;
  for (let i = 0; i < ring.length; i += 2) {
    const j = (i + 2) % ring.length;
    sum += ring[i]! * ring[j + 1]! - ring[j]! * ring[i + 1]!;
  }
  return sum;
}

test('regions are those of a flood fill, in its order', (t) => {
  fc.assert(fc.property(shapes(28), connectivities, cuts, (mask, connectivity, cut) => {
    const expected = flood(mask, 1, connectivity);
    const regions = regionsFromRle(rleWithCuts(mask, cut), connectivity);
    t.is(regions.length, expected.length);
    regions.forEach((region, i) => { t.true(samePixels(region, maskOf(mask, expected[i]!))); });
  }), { numRuns: 200, seed: 61 });
});

test('corners belong together for 8, not for 4', (t) => {
  const mask = rleOf('#..', '.#.', '..#');
  t.is(regionsFromRle(mask, 8).length, 1);
  t.deepEqual(regionsFromRle(mask, 4).map(rowsOf), [['#..', '...', '...'], ['...', '.#.', '...'], ['...', '...', '..#']]);
});

/** Filled on the grid of pixels, by the rule that a test can see through: a pixel is in if its row's crossings left of its middle are odd. */
function plainFill(rings: Ring[], size: { width: number; height: number }): Bitmask {
  const result = mapPixels(size, () => 0);
  for (const ring of rings) {
    for (let i = 0; i < ring.length; i += 2) {
      const x = ring[i]!, j = (i + 2) % ring.length;
      if (ring[j] !== x) continue;
      for (let y = Math.min(ring[i + 1]!, ring[j + 1]!); y < Math.max(ring[i + 1]!, ring[j + 1]!); y++) {
        for (let px = x; px < size.width; px++) result.data[y * size.width + px]! ^= 1;
      }
    }
  }
  return result;
}

test('an outline is its region: outer ring less holes', (t) => {
  fc.assert(fc.property(shapes(28), connectivities, cuts, (mask, connectivity, cut) => {
    const rle = rleWithCuts(mask, cut);
    const outlines = outlinesFromRle(rle, connectivity), regions = regionsFromRle(rle, connectivity);
    t.is(outlines.length, regions.length);
    outlines.forEach(({ outer, holes }, i) => {
      t.true(samePixels(regions[i]!, plainFill([outer, ...holes], mask)));
      t.true(twiceArea(outer) > 0 && holes.every((hole) => twiceArea(hole) < 0), 'outer rings are clockwise on a screen, holes are not');
      t.is(twiceArea(outer) + holes.reduce((sum, hole) => sum + twiceArea(hole), 0), 2 * rleArea(regions[i]!));
    });
    // holes are the regions of background, connected the other way, that do not reach the border
    const background = flood(mask, 0, connectivity === 4 ? 8 : 4).filter((region) => !region.some((p) => {
      const x = p % mask.width, y = Math.floor(p / mask.width);
      return x === 0 || y === 0 || x === mask.width - 1 || y === mask.height - 1;
    }));
    t.is(outlines.reduce((sum, { holes }) => sum + holes.length, 0), background.length);
  }), { numRuns: 200, seed: 62 });
});

test('rings turn at every vertex and begin at the leftmost column\'s top', (t) => {
  fc.assert(fc.property(shapes(28), connectivities, (mask, connectivity) => {
    for (const { outer, holes } of outlinesFromRle(rleFromBitmask(mask), connectivity)) {
      for (const ring of [outer, ...holes]) {
        for (let i = 0; i < ring.length; i += 2) {
          const j = (i + 2) % ring.length, k = (i + 4) % ring.length;
          t.true((ring[i] === ring[j]) !== (ring[i + 1] === ring[j + 1]), 'edges lie along the axes');
          t.is(ring[i] === ring[j], ring[j + 1] === ring[k + 1], 'and take turns');
          t.true(ring[0]! < ring[i]! || (ring[0] === ring[i] && ring[1]! <= ring[i + 1]!));
        }
      }
    }
  }), { numRuns: 100, seed: 63 });
});

test('outlines as they are drawn', (t) => {
  t.deepEqual(outlinesFromRle(rleOf('...', '.##', '...'), 4), [{ outer: [1, 1, 3, 1, 3, 2, 1, 2], holes: [] }]);
  t.deepEqual(outlinesFromRle(rleOf('###', '#.#', '###'), 4), [{ outer: [0, 0, 3, 0, 3, 3, 0, 3], holes: [[1, 1, 1, 2, 2, 2, 2, 1]] }]);
  t.deepEqual(outlinesFromRle(rleOf('#.', '.#'), 8), [{ outer: [0, 0, 1, 0, 1, 1, 2, 1, 2, 2, 1, 2, 1, 1, 0, 1], holes: [] }]);
  t.deepEqual(outlinesFromRle(rleOf('#.', '.#'), 4), [{ outer: [0, 0, 1, 0, 1, 1, 0, 1], holes: [] }, { outer: [1, 1, 2, 1, 2, 2, 1, 2], holes: [] }]);
  t.deepEqual(outlinesFromRle(rleOf('..', '..'), 4), []);
});

const polygonsBack = (polygons: number[][], mask: Bitmask): Rle => rleFromPolygons(polygons, mask);

test('polygons with bridges give the very mask back, by cocoapi\'s filling', (t) => {
  fc.assert(fc.property(shapes(40), connectivities, cuts, (mask, connectivity, cut) => {
    const rle = rleWithCuts(mask, cut);
    const polygons = polygonsFromRle(rle, { holes: 'bridge', connectivity });
    t.is(polygons.length, outlinesFromRle(rle, connectivity).length);
    if (polygons.length === 0) t.is(rleArea(rle), 0);
    else t.true(samePixels(polygonsBack(polygons, mask), mask));
  }), { numRuns: 300, seed: 64 });
});

test('bridges lie inside their region: each polygon alone is its region, and its area is the pixels', (t) => {
  fc.assert(fc.property(shapes(30), connectivities, (mask, connectivity) => {
    const rle = rleFromBitmask(mask);
    const regions = regionsFromRle(rle, connectivity);
    polygonsFromRle(rle, { holes: 'bridge', connectivity }).forEach((polygon, i) => {
      t.deepEqual(rleFromPolygon(polygon, mask), regions[i]);
      t.is(twiceArea(polygon), 2 * rleArea(regions[i]!));
      t.is(rleArea(xorRle(mergeRle([regions[i]!, bridgePixels(polygon, mask)], 'union'), regions[i]!)), 0, 'a bridge touches no pixel outside');
    });
  }), { numRuns: 100, seed: 65 });
});

/** The pixels on the right of the edges that are walked both ways. */
function bridgePixels(polygon: number[], size: Bitmask): Rle {
  const edges = new Set<string>();
  for (let i = 0; i < polygon.length; i += 2) edges.add([polygon[i], polygon[i + 1], polygon[(i + 2) % polygon.length], polygon[(i + 3) % polygon.length]].join());
  const data = new Uint8Array(size.data.length);
  for (const edge of edges) {
    const [x0, y0, x1, y1] = edge.split(',').map(Number);
    if (x0 !== x1 || y0! > y1! || !edges.has([x1, y1, x0, y0].join())) continue;
    for (let y = y0!; y < y1!; y++) data[y * size.width + x0!] = 1;
  }
  return rleFromBitmask({ ...size, data });
}

test('holes are an error, filled, or bridged', (t) => {
  const ring = rleOf('####', '#..#', '#..#', '####');
  t.throws(() => polygonsFromRle(ring), { code: 'data/holes', message: /The mask has 1 hole,/ });
  t.deepEqual(polygonsFromRle(ring, { holes: 'drop' }), [[0, 0, 4, 0, 4, 4, 0, 4]]);
  t.deepEqual(polygonsFromRle(ring, { holes: 'bridge' }), [[0, 0, 1, 0, 1, 1, 1, 3, 3, 3, 3, 1, 1, 1, 1, 0, 4, 0, 4, 4, 0, 4]]);
  t.deepEqual(polygonsFromRle(rleOf('..', '.#')), [[1, 1, 2, 1, 2, 2, 1, 2]]);
  t.deepEqual(polygonsFromRle(rleOf('..')), []);
});

test('without holes the plain polygons give the very mask back', (t) => {
  fc.assert(fc.property(shapes(40), connectivities, (mask, connectivity) => {
    const outers = outlinesFromRle(rleFromBitmask(mask), connectivity).map(({ outer }) => outer);
    if (outers.length === 0) return;
    const filled = rleFromPolygons(outers, mask);
    t.deepEqual(rleFromPolygons(polygonsFromRle(filled, { connectivity, holes: connectivity === 4 ? 'error' : 'drop' }), mask), filled);
  }), { numRuns: 150, seed: 66 });
});

test('holes hang on holes to any depth', (t) => {
  const depth = 20_000;
  // a column of holes, each bridged to the one above
  const mask = mapPixels({ width: 3, height: 2 * depth + 1 }, (x, y) => (x === 1 && y % 2 === 1 ? 0 : 1));
  const [polygon] = polygonsFromRle(rleFromBitmask(mask), { holes: 'bridge' });
  // a hole's four corners, its foot once more and the landing; the topmost lands beside a corner of the outer ring
  t.is(polygon!.length, 2 * (4 + 6 * depth + 1));
  t.true(samePixels(rleFromPolygon(polygon!, mask), mask));
});

test('a mask of noise, half a million pixels, goes through in linear work', (t) => {
  const mask = drawShape({ width: 800, height: 600, coarse: 1, density: 70, seed: 9 });
  const rle = rleFromBitmask(mask);
  t.true(samePixels(rleFromPolygons(polygonsFromRle(rle, { holes: 'bridge' }), mask), mask));
});
