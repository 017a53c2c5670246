/** Which masks pass what a reader asked for. No part of the page is touched here. */
import type { PageImage } from '../page-data.js';

/** Areas are shares of the image, 0..1; a limit that is undefined lets everything pass. */
export interface Filter {
  areaFrom: number | undefined;
  areaTo: number | undefined;
  scoreFrom: number | undefined;
  scoreTo: number | undefined;
  /** Indices of categories that are left out. */
  hidden: ReadonlySet<number>;
  /** Part of an image's name, in any case. */
  text: string;
}

export const EVERYTHING: Filter = { areaFrom: undefined, areaTo: undefined, scoreFrom: undefined, scoreTo: undefined, hidden: new Set(), text: '' };

/** Whether the filter asks for anything of masks; images without masks are shown only where it does not. */
export function asksOfMasks({ areaFrom, areaTo, scoreFrom, scoreTo, hidden }: Filter): boolean {
  return [areaFrom, areaTo, scoreFrom, scoreTo].some((limit) => limit !== undefined) || hidden.size > 0;
}

export function namePasses(image: PageImage, { text }: Filter): boolean {
  return text === '' || image.name.toLowerCase().includes(text.toLowerCase());
}

/** One byte a mask: 1 where it passes. A mask without a score passes no limit of scores. */
export function passing(image: PageImage, filter: Filter): Uint8Array {
  const { areaFrom = 0, areaTo = Infinity, scoreFrom, scoreTo, hidden } = filter;
  const pixels = image.width * image.height;
  return Uint8Array.from(image.ids, (_, i) => {
    const share = image.areas[i]! / pixels, score = image.scores[i] ?? undefined;
    if (share < areaFrom || share > areaTo || hidden.has(image.categories[i]!)) return 0;
    if (scoreFrom !== undefined && (score === undefined || score < scoreFrom)) return 0;
    if (scoreTo !== undefined && (score === undefined || score > scoreTo)) return 0;
    return 1;
  });
}

export function countOf(passes: Uint8Array): number {
  let count = 0;
  for (const pass of passes) count += pass;
  return count;
}

/** The order of the gallery: indices of images. `counts`: passing masks of each. */
export function sortedImages(images: readonly PageImage[], counts: readonly number[], order: string): number[] {
  const indices = images.map((_, i) => i);
  const lowest = (i: number): number => Math.min(Infinity, ...images[i]!.scores.map((score) => score ?? Infinity));
  const key = order === 'most' ? (i: number) => -counts[i]! : order === 'fewest' ? (i: number) => counts[i]! : order === 'score' ? lowest : (i: number) => i;
  const keys = indices.map(key);
  return indices.sort((a, b) => (keys[a] === keys[b] ? a - b : keys[a]! < keys[b]! ? -1 : 1));
}
