/** Which regions of an image are evaluated: those that were asked for, that are one object each, and no more than are wanted. */
import type { Annotation, DatasetEntry } from '../dataset/types.js';
import { seededNumbers } from './seeded.js';

export interface RegionChoice {
  /** Ids of the annotations that count; all where it is missing. */
  ids?: ReadonlySet<number> | undefined;
  /** At most so many an image, drawn by the seed. */
  most?: number | undefined;
  seed: number;
}

/** In the order of the entry. `crowds`: how many were left out as groups of objects; `unmasked`: those that have no mask to be found. */
export interface ChosenRegions { regions: Annotation[]; crowds: number; unmasked: Annotation[] }

/** The seed's own name for a region: what is drawn for it is its own, whatever else is evaluated. */
export function regionKey(seed: number, fileName: string, id: number): string {
  return `${seed} ${id} ${fileName}`;
}

export function chooseRegions({ image, annotations }: DatasetEntry, { ids, most, seed }: RegionChoice): ChosenRegions {
  const wanted = annotations.filter(({ id }) => ids === undefined || ids.has(id));
  const objects = wanted.filter(({ isCrowd }) => !isCrowd);
  const masked = objects.filter(({ segmentation }) => segmentation !== undefined);
  const unmasked = objects.filter(({ segmentation }) => segmentation === undefined);
  return { regions: most === undefined || masked.length <= most ? masked : drawn(masked, most, (id) => regionKey(seed, image.fileName, id)), crowds: wanted.length - objects.length, unmasked };
}

function drawn(annotations: readonly Annotation[], most: number, keyOf: (id: number) => string): Annotation[] {
  const ranked = annotations.map((annotation, at) => ({ annotation, at, rank: seededNumbers(`draw ${keyOf(annotation.id)}`)() }));
  return ranked.sort((a, b) => a.rank - b.rank || a.at - b.at).slice(0, most).sort((a, b) => a.at - b.at).map(({ annotation }) => annotation);
}
