/** Boxes that are taken, kept by the rows that they reach into, so that only neighbours are compared. */
import type { Box } from '../geometry/box.js';

export class TakenPlaces {
  private readonly rows = new Map<number, Box[]>();

  /** `step`: height of a row, best that of what is asked for. */
  constructor(private readonly step: number) {}

  /** Whether no box but `own` shares a part with this one. */
  isFree(box: Box, own?: Box): boolean {
    for (let row = Math.floor(box.y0 / this.step); row <= Math.floor(box.y1 / this.step); row++) {
      for (const other of this.rows.get(row) ?? []) {
        if (other !== own && other.x0 < box.x1 && other.x1 > box.x0 && other.y0 < box.y1 && other.y1 > box.y0) return false;
      }
    }
    return true;
  }

  /** Takes a place, whatever is there. */
  add(box: Box): void {
    for (let row = Math.floor(box.y0 / this.step); row <= Math.floor(box.y1 / this.step); row++) {
      const known = this.rows.get(row);
      if (known === undefined) this.rows.set(row, [box]);
      else known.push(box);
    }
  }
}
