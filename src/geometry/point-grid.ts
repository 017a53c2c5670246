/** Regular grids of point prompts: `build_point_grid` and `build_all_layer_point_grids` of segment-anything. */

/** `Float64Array`, n x n x 2, (x, y) in 0..1, cell centres, x fastest. */
export function pointGrid(pointsPerSide: number): Float64Array {
  const n = pointsPerSide;
  const offset = 1 / (2 * n);
  // numpy's linspace: start + i * step, the last value set exactly
  const step = n > 1 ? (1 - offset - offset) / (n - 1) : 0;
  const at = (i: number): number => (i === n - 1 && n > 1 ? 1 - offset : offset + i * step);
  const grid = new Float64Array(n * n * 2);
  for (let row = 0; row < n; row++) {
    for (let column = 0; column < n; column++) {
      grid[(row * n + column) * 2] = at(column);
      grid[(row * n + column) * 2 + 1] = at(row);
    }
  }
  return grid;
}

/** Points a side at a crop layer: int(pointsPerSide / factor^layer). */
export function pointsPerSideOf(layer: number, pointsPerSide: number, downscaleFactor: number): number {
  return Math.trunc(pointsPerSide / downscaleFactor ** layer);
}
