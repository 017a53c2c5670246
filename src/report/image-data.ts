/** One image of a dataset as the page has it: what filters need, and what is shown of each mask. */
import type { Category, DatasetEntry } from '../dataset/types.js';
import { colourOf, scoreOf, type ColourBy } from '../draw/colouring.js';
import type { Rgb } from '../draw/colour.js';
import { largestFirst, objectsOf, type DrawnObject } from '../draw/objects.js';
import { printableName, type SamError } from '../errors.js';
import type { ImageSize } from '../geometry/size.js';
import { boxPath, maskPath, UNITS } from './outline-path.js';
import type { ImageDetails, MaskDetails, PageImage } from './page-data.js';

/** How objects are shown. `indexOf`: of a category's id in the page's list. */
export interface ShownBy { by: ColourBy; scoreFrom: number; indexOf: ReadonlyMap<number, number> }

/** `picture`: its URL and size, undefined where there is none. `errors`: records that could not be shown. */
export function imageData(
  entry: DatasetEntry, size: ImageSize, picture: { url: string; size: ImageSize } | undefined, shownBy: ShownBy,
): { image: PageImage; details: ImageDetails; errors: SamError[] } {
  const errors: SamError[] = [];
  const shown = picture?.size ?? size;
  const objects = largestFirst(objectsOf(entry, size, errors));
  return {
    image: { name: printableName(entry.image.fileName), width: size.width, height: size.height, ...columnsOf(objects, size, shownBy) },
    details: { picture: picture?.url ?? '', viewBox: [UNITS * shown.width, UNITS * shown.height], shapes: objects.map((object) => shapeOf(object, size, shown)), masks: objects.map(detailsOf) },
    errors,
  };
}

function columnsOf(objects: readonly DrawnObject[], size: ImageSize, { by, scoreFrom, indexOf }: ShownBy): Pick<PageImage, 'ids' | 'categories' | 'areas' | 'scores' | 'colours'> {
  return {
    ids: objects.map(({ annotation }) => annotation.id),
    categories: objects.map(({ annotation }) => indexOf.get(annotation.categoryId) ?? -1),
    areas: objects.map(({ area }) => Math.round(area)),
    scores: objects.map(({ annotation }) => rounded(scoreOf(annotation), 4) ?? null),
    colours: objects.map(({ annotation, area }) => hexOf(colourOf({ ...annotation, area }, size, { by, scoreFrom }))),
  };
}

function shapeOf({ rle, box, area }: DrawnObject, size: ImageSize, shown: ImageSize): string {
  if (rle !== undefined) return maskPath(rle, area, shown);
  return box === undefined ? '' : boxPath(box, size, shown);
}

function detailsOf({ annotation: { score, generator, isCrowd }, box }: DrawnObject): MaskDetails {
  const { predictedIou, stabilityScore, pointCoords } = generator ?? {};
  const known = {
    box: box === undefined ? undefined : [box.x0, box.y0, box.x1 - box.x0, box.y1 - box.y0].map((value) => rounded(value, 1)),
    score: rounded(score, 4), predictedIou: rounded(predictedIou, 4), stability: rounded(stabilityScore, 4), crowd: isCrowd ? true : undefined,
    points: pointCoords?.map((point) => point.map((value) => rounded(value, 1))),
  };
  // JSON leaves out what is not known; the lists have the lengths that the types say
  return known as MaskDetails;
}

function rounded<T extends number | undefined>(value: T, digits: number): T {
  // a number stays one
  return (value === undefined ? undefined : Number(value.toFixed(digits))) as T;
}

/** rrggbb. */
export function hexOf(rgb: Rgb): string {
  return rgb.map((channel) => channel.toString(16).padStart(2, '0')).join('');
}

/** The categories of a page, and where each id stands among them. */
export function pageCategories(categories: readonly Category[], colour: (category: Category) => Rgb): { list: { name: string; colour: string }[]; indexOf: ReadonlyMap<number, number> } {
  return {
    list: categories.map((category) => ({ name: printableName(category.name), colour: hexOf(colour(category)) })),
    indexOf: new Map(categories.map(({ id }, i) => [id, i])),
  };
}
