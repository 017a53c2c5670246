/**
 * Where labels stand: each at or near its object, none over another, all inside the picture. Greedy: the first label gets the best place
 * that is free, the next the best that is left; one that finds none is left out.
 */
import type { Box } from '../geometry/box.js';
import type { ImageSize } from '../geometry/size.js';
import { TakenPlaces } from './taken-places.js';

/** `anchor`: a point of the object, where a leader ends. `box`: the object's. Sizes of the plate in pixels. */
export interface LabelWish { width: number; height: number; anchor: { x: number; y: number }; box: Box }

/** The top left corner; `isMoved`: so far from its object that a leader must say to which it belongs. */
export interface LabelPlace { x: number; y: number; isMoved: boolean }

/** An object whose box is smaller than so many plates would be hidden by one. */
const EASILY_HIDDEN = 5;

/**
 * A place for each wish, in order, or undefined. Plates keep `gap` pixels apart and lie on nothing of `avoid`; on small objects of others
 * (`objects`: the boxes of all, each wish's own the very same) only where there is no other place near by.
 */
export function placeLabels(wishes: readonly LabelWish[], picture: ImageSize, gap: number, { avoid = [], objects = [] }: { avoid?: readonly Box[]; objects?: readonly Box[] } = {}): (LabelPlace | undefined)[] {
  const step = wishes.reduce((most, { height }) => Math.max(most, height), 1) + gap;
  const taken = new TakenPlaces(step), small = new TakenPlaces(step);
  const least = EASILY_HIDDEN * wishes.reduce((sum, { width, height }) => sum + width * height, 0) / Math.max(1, wishes.length);
  avoid.forEach((box) => { taken.add(box); });
  for (const box of objects) if ((box.x1 - box.x0) * (box.y1 - box.y0) < least) small.add(box);
  return wishes.map((wish) => {
    if (wish.width > picture.width || wish.height > picture.height) return undefined;
    const place = choose(wish, picture, (x, y) => aroundOf(wish, x, y, gap), taken, small);
    if (place !== undefined) taken.add(aroundOf(wish, place.x, place.y, gap));
    return place;
  });
}

function aroundOf({ width, height }: LabelWish, x: number, y: number, gap: number): Box {
  return { x0: x - gap, y0: y - gap, x1: x + width + gap, y1: y + height + gap };
}

/** So many places that hide something are looked beyond for one that hides nothing. */
const MOST_LOOKED_BEYOND = 24;

/** The first free place that hides no small object, else the first free one. */
function choose(wish: LabelWish, picture: ImageSize, around: (x: number, y: number) => Box, taken: TakenPlaces, small: TakenPlaces): LabelPlace | undefined {
  let second: LabelPlace | undefined, looked = 0;
  for (const candidate of candidates(wish)) {
    const x = Math.round(Math.min(picture.width - wish.width, Math.max(0, candidate.x)));
    const y = Math.round(Math.min(picture.height - wish.height, Math.max(0, candidate.y)));
    if (!taken.isFree(around(x, y))) continue;
    const place = { x, y, isMoved: candidate.isMoved || distanceTo(wish, x, y) > wish.height };
    if (small.isFree(around(x, y), wish.box)) return place;
    second ??= place;
    if (++looked > MOST_LOOKED_BEYOND) break;
  }
  return second;
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
