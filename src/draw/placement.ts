/**
 * Where labels stand: each at or near its object, none over another, all inside the picture. Greedy: the first label gets the best place
 * that is free, the next the best that is left; one that finds none is left out.
 */
import type { Box } from '../geometry/box.js';
import type { ImageSize } from '../geometry/size.js';

/** `anchor`: a point of the object, where a leader ends. `box`: the object's. Sizes of the plate in pixels. */
export interface LabelWish { width: number; height: number; anchor: { x: number; y: number }; box: Box }

/** The top left corner; `isMoved`: so far from its object that a leader must say to which it belongs. */
export interface LabelPlace { x: number; y: number; isMoved: boolean }

/** A place for each wish, in order, or undefined. Plates keep `gap` pixels apart, and lie on nothing of `avoid`. */
export function placeLabels(wishes: readonly LabelWish[], picture: ImageSize, gap: number, avoid: readonly Box[] = []): (LabelPlace | undefined)[] {
  const taken = new TakenPlaces(wishes.reduce((most, { height }) => Math.max(most, height), 1) + gap);
  avoid.forEach((box) => { taken.add(box); });
  return wishes.map((wish) => {
    if (wish.width > picture.width || wish.height > picture.height) return undefined;
    for (const place of candidates(wish)) {
      const x = Math.round(Math.min(picture.width - wish.width, Math.max(0, place.x)));
      const y = Math.round(Math.min(picture.height - wish.height, Math.max(0, place.y)));
      if (!taken.take({ x0: x - gap, y0: y - gap, x1: x + wish.width + gap, y1: y + wish.height + gap })) continue;
      return { x, y, isMoved: place.isMoved || distanceTo(wish, x, y) > wish.height };
    }
    return undefined;
  });
}

/** The best places first: in the middle of a large object, along a small one, then around it in ever wider turns. */
function* candidates({ width, height, anchor, box }: LabelWish): Generator<LabelPlace> {
  const isRoomy = box.x1 - box.x0 > 1.5 * width && box.y1 - box.y0 > 3 * height;
  if (isRoomy) yield { x: anchor.x - width / 2, y: anchor.y - height / 2, isMoved: false };
  yield { x: box.x0, y: box.y0 - height, isMoved: false };
  yield { x: box.x0, y: box.y1, isMoved: false };
  yield { x: box.x1, y: box.y0, isMoved: false };
  yield { x: box.x0 - width, y: box.y0, isMoved: false };
  yield { x: box.x1 - width, y: box.y0 - height, isMoved: false };
  yield { x: box.x1 - width, y: box.y1, isMoved: false };
  for (let turn = 1; turn <= 8; turn++) {
    const steps = 6 + 2 * turn;
    for (let step = 0; step < steps; step++) {
      const angle = ((step + turn / 2) / steps - 0.25) * 2 * Math.PI;
      const x = anchor.x + Math.cos(angle) * (width / 2 + turn * 1.5 * height) - width / 2;
      yield { x, y: anchor.y + Math.sin(angle) * turn * 1.5 * height - height / 2, isMoved: true };
    }
  }
}

/** From the plate to the nearest side of the object's box; 0 where they meet. */
function distanceTo({ width, height, box }: LabelWish, x: number, y: number): number {
  const across = Math.max(0, box.x0 - (x + width), x - box.x1), down = Math.max(0, box.y0 - (y + height), y - box.y1);
  return Math.max(across, down);
}

/** Boxes that are taken, by the rows of height `step` that they reach into: only neighbours are compared. */
class TakenPlaces {
  private readonly rows = new Map<number, Box[]>();

  constructor(private readonly step: number) {}

  /** Takes a place and returns true, or returns false where a part of it is taken. */
  take(box: Box): boolean {
    const first = Math.floor(box.y0 / this.step), last = Math.floor(box.y1 / this.step);
    for (let row = first; row <= last; row++) {
      if (this.rows.get(row)?.some((other) => other.x0 < box.x1 && other.x1 > box.x0 && other.y0 < box.y1 && other.y1 > box.y0) === true) return false;
    }
    this.add(box);
    return true;
  }

  /** Takes a place, whatever is there. */
  add(box: Box): void {
    for (let row = Math.floor(box.y0 / this.step); row <= Math.floor(box.y1 / this.step); row++) this.rows.set(row, [...(this.rows.get(row) ?? []), box]);
  }
}
