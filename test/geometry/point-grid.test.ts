/** Point grids against `build_all_layer_point_grids` of segment-anything. */
import test from 'ava';
import { pointGrid, pointsPerSideOf } from '../../src/geometry/point-grid.js';
import { goldens } from '../core-goldens.js';

test('every layer\'s grid is the reference\'s, bit for bit', (t) => {
  for (const { pointsPerSide, layers, factor, coordinates } of goldens.grids) {
    for (let layer = 0; layer <= layers; layer++) {
      const line = coordinates[layer]!;
      const expected = line.flatMap((y) => line.flatMap((x) => [x, y]));
      t.deepEqual([...pointGrid(pointsPerSideOf(layer, pointsPerSide, factor))], expected, `${pointsPerSide} points a side, layer ${layer}`);
    }
  }
});

test('x runs fastest, from cell centre to cell centre', (t) => {
  t.deepEqual([...pointGrid(2)], [0.25, 0.25, 0.75, 0.25, 0.25, 0.75, 0.75, 0.75]);
  t.deepEqual([...pointGrid(1)], [0.5, 0.5]);
});

test('a layer may be left without points', (t) => {
  t.is(pointsPerSideOf(2, 3, 2), 0);
  t.is(pointGrid(0).length, 0);
});
