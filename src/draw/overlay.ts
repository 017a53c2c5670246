/** An image with its annotations drawn over it: masks, edges, boxes, prompts and labels, in that order. */
import type { Annotation, Category } from '../dataset/types.js';
import type { RgbImage } from '../image/rgb-image.js';
import { resolveOptions, type SomeOf } from '../options.js';
import type { Rgb } from './colour.js';
import { colourOf } from './colouring.js';
import { labelMarks } from './labels.js';
import { labelPartsOf } from './label-text.js';
import { scaleOf, withScale } from './legend.js';
import { drawMarks } from './marks.js';
import { largestFirst, objectOf, type DrawnObject } from './objects.js';
import { OVERLAY_OPTIONS, type OverlayOptions } from './options.js';
import { paintObjects, type Painted } from './paint.js';
import { promptMarks, type PromptMarks } from './prompts.js';
import { drawingSizes } from './sizes.js';

export interface OverlaySettings extends SomeOf<typeof OVERLAY_OPTIONS> {
  /** Names for the labels. */
  categories?: readonly Category[] | undefined;
  /** Prompts to draw besides those that the annotations tell of, whether or not `points` is on. */
  prompts?: readonly PromptMarks[] | undefined;
}

/** What `drawObjects` is given instead of names and choices. */
export interface ObjectSettings {
  options: OverlayOptions;
  categories: ReadonlyMap<number, Category>;
  prompts?: readonly PromptMarks[] | undefined;
  /** A colour of the caller's own for each object. */
  colour?: ((object: DrawnObject) => Rgb) | undefined;
}

/**
 * A new image with the annotations drawn; the given one stays as it is. With `by` of `area` or `score` a strip below explains the colours, unless
 * `noLegend`. Annotations are in pixels of `image`. Throws `usage/option`, and `data/record` for a mask that is malformed or of another size.
 */
export function drawOverlay(image: RgbImage, annotations: readonly Annotation[], settings: OverlaySettings = {}): RgbImage {
  const { categories = [], prompts, ...given } = settings;
  const options = resolveOptions(OVERLAY_OPTIONS, given);
  const objects = annotations.map((annotation) => objectOf(annotation, image));
  return withLegend(drawObjects(image, objects, { options, categories: categoriesById(categories), prompts }), options);
}

export function categoriesById(categories: readonly Category[]): ReadonlyMap<number, Category> {
  return new Map(categories.map((category) => [category.id, category]));
}

/** A new image with the objects drawn, the largest first, without a legend. */
export function drawObjects(image: RgbImage, objects: readonly DrawnObject[], { options, categories, prompts, colour }: ObjectSettings): RgbImage {
  const drawn = { data: image.data.slice(), width: image.width, height: image.height };
  const sizes = drawingSizes(image, options);
  const coloured = largestFirst(objects).map((object) => ({ object, colour: colour?.(object) ?? colourOf({ ...object.annotation, area: object.area }, image, options) }));
  paintObjects(drawn, coloured.map((each) => paintedOf(each, options.boxes)), { alpha: options.alpha, edge: sizes.edge });
  const all = [...(options.points ? objects.map(promptsOf) : []), ...(prompts ?? [])];
  // a click stands where the label of what it made would like to stand
  const avoid = promptMarks(all.map(({ points = [] }) => ({ points })), sizes.pointRadius).map(({ bounds }) => bounds);
  const labels = options.noLabels ? [] : labelMarks(coloured, image, { parts: labelPartsOf(options.labels), most: options.maxLabels, textSize: sizes.textSize, categories, avoid });
  drawMarks(drawn, [...promptMarks(all, sizes.pointRadius), ...labels]);
  return drawn;
}

function paintedOf({ object: { rle, box }, colour }: { object: DrawnObject; colour: Rgb }, withBoxes: boolean): Painted {
  const isBoxed = box !== undefined && (withBoxes || rle === undefined);
  return { colour, ...(rle === undefined ? {} : { rle }), ...(isBoxed ? { outline: box } : {}) };
}

/** What the generator was prompted with: foreground points. */
function promptsOf({ annotation }: DrawnObject): PromptMarks {
  return { points: (annotation.generator?.pointCoords ?? []).map(([x, y]) => ({ x, y, label: 1 })) };
}

/** The picture with the scale of its colours below it, where they are amounts. */
export function withLegend(picture: RgbImage, options: OverlayOptions): RgbImage {
  const scale = options.noLegend ? undefined : scaleOf(options.by, options.scoreFrom);
  return scale === undefined ? picture : withScale(picture, scale, drawingSizes(picture, options).textSize);
}
