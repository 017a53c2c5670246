/**
 * Which colour an object has. A page or a program that shows the same objects by other means (SVG, HTML) gets the pictures' own colours
 * here: `cssOf(colourOf(annotation, image, options))`.
 */
import type { Annotation, Category } from '../dataset/types.js';
import type { ImageSize } from '../geometry/size.js';
import type { OptionsOf, SomeOf } from '../options.js';
import type { Rgb } from './colour.js';
import { COLOUR_OPTIONS } from './options.js';
import { paletteColour } from './palette.js';
import { scaleColour } from './scale.js';

export type ColourBy = OptionsOf<typeof COLOUR_OPTIONS>['by'];

/** What an object's colour depends on. `area`: pixels of its mask, or of its box where it has none. */
export type Coloured = Pick<Annotation, 'id' | 'categoryId' | 'score' | 'generator'> & { area: number };

/** Of what has no amount. */
export const UNKNOWN_COLOUR: Rgb = [150, 150, 150];
/** Shares of the image, from a ten-thousandth to all of it: the ends of the colours of `area`, on a logarithmic scale. */
export const SMALLEST_SHARE = 1e-4;

/** The colour of an object: by its annotation's or category's id, by the share of the image that it covers, or by its score. */
export function colourOf(object: Coloured, image: ImageSize, options: SomeOf<typeof COLOUR_OPTIONS> = {}): Rgb {
  const { by = COLOUR_OPTIONS.by.default, scoreFrom = COLOUR_OPTIONS.scoreFrom.default } = options;
  switch (by) {
    case 'instance': return paletteColour(object.id);
    case 'category': return paletteColour(object.categoryId);
    case 'area': return scaleColour(areaAmount(object.area / (image.width * image.height)));
    case 'score': {
      const score = scoreOf(object);
      return score === undefined ? UNKNOWN_COLOUR : scaleColour((score - scoreFrom) / (1 - scoreFrom));
    }
  }
}

/** The colour of a category in pictures by category. */
export function categoryColour(category: Pick<Category, 'id'>): Rgb {
  return paletteColour(category.id);
}

/** 0..1 on the scale of areas; `share`: of the image's pixels. */
export function areaAmount(share: number): number {
  return share <= SMALLEST_SHARE ? 0 : 1 - Math.log(share) / Math.log(SMALLEST_SHARE);
}

/** The score that ranks an object: its own, else what the model predicted of its mask's IoU. */
export function scoreOf({ score, generator }: Pick<Annotation, 'score' | 'generator'>): number | undefined {
  return score ?? generator?.predictedIou;
}
