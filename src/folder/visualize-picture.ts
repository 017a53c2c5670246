/** What is made of one image and its annotations: a picture, pictures of its objects, a label map, or a thumbnail for a sheet. */
import type { Category, DatasetEntry } from '../dataset/types.js';
import { comparedColours, compareObjects, comparisonLegend, type Comparison } from '../draw/against.js';
import type { Rgb } from '../draw/colour.js';
import { categoryColour, colourOf } from '../draw/colouring.js';
import { sideBySide, thumbnailSize, type SheetCell } from '../draw/compose.js';
import { croppedObject, cropBoxOf, cutOut } from '../draw/cutout.js';
import { categoryText } from '../draw/label-text.js';
import { withEntries, type LegendEntry } from '../draw/legend.js';
import { objectsOf, scaledObjects, type DrawnObject } from '../draw/objects.js';
import type { OverlayOptions } from '../draw/options.js';
import { drawObjects, withLegend } from '../draw/overlay.js';
import { drawingSizes } from '../draw/sizes.js';
import type { SamError } from '../errors.js';
import type { ImageSize } from '../geometry/size.js';
import { cropRgb, resizeBilinear } from '../image/resize.js';
import type { RgbImage } from '../image/rgb-image.js';
import { labelMapOf } from './label-map.js';
import type { PairedEntry } from './paired-entries.js';
import { encodeCutout, encodePicture, extensionOf } from './picture-encode.js';
import type { PictureKind, PictureOptions } from './visualize-options.js';

export interface PictureSettings {
  kind: PictureKind;
  options: PictureOptions;
  overlay: OverlayOptions;
  categories: readonly Category[];
  categoriesById: ReadonlyMap<number, Category>;
  /** Whether there are annotations to compare with. */
  isCompared: boolean;
}

/** Writes one file; `path`: relative to the output folder. */
export type PutPicture = (path: string, bytes: Uint8Array) => Promise<void>;

export type LegendCell = SheetCell & { legend: LegendEntry[] };

export interface Pictures {
  /** Paths of what was written. */
  files: string[];
  /** For a contact sheet, with what its page's legend needs. */
  cell?: LegendCell;
  /** Of labels.csv. */
  rows?: string;
  objects: number;
  /** Records that could not be drawn. */
  errors: SamError[];
  /** Objects that have no pixel to show. */
  unseen: number;
  comparison?: Comparison;
}

/** `stem`: of the output's path. Throws what costs the whole image; records that cost only themselves are in `errors`. */
export async function picturesOf(image: RgbImage, { entry, reference }: PairedEntry, stem: string, settings: PictureSettings, put: PutPicture): Promise<Pictures> {
  const errors: SamError[] = [];
  const objects = objectsOf(entry, image, errors);
  const made = { objects: objects.length, errors, files: [], unseen: 0 };
  if (settings.kind === 'cutouts' || settings.kind === 'crop') return { ...made, ...await eachObject(image, objects, stem, settings, put) };
  if (settings.kind === 'labelMap') return { ...made, ...await labelMap(image, entry, objects, stem, settings, put) };
  const comparison = settings.isCompared ? compareObjects(objects, reference === undefined ? [] : objectsOf(reference, image, errors), image, settings.options.iou) : undefined;
  const compared = comparison === undefined ? {} : { comparison };
  if (settings.kind === 'contactSheet') return { ...made, ...compared, cell: cellOf(image, entry, objects, comparison, settings) };
  const legend = comparison === undefined ? legendOf(objects, settings) : comparisonLegend(comparison, settings.options.sideBySide);
  const panels = comparison === undefined ? drawnPanels(image, objects, settings) : comparedPanels(image, comparison, settings);
  const path = stem + extensionOf(settings.options);
  await put(path, await encodePicture(finished(panels, legend, settings), settings.options));
  return { ...made, ...compared, files: [path] };
}

/** `frame`: the whole image, of which `image` is a part or a thumbnail; colours are of the objects in it. */
function drawnPanels(image: RgbImage, objects: readonly DrawnObject[], { overlay, categoriesById, options }: PictureSettings, frame: ImageSize = image): RgbImage[] {
  const colour = (object: DrawnObject): Rgb => colourOf({ ...object.annotation, area: object.area }, frame, overlay);
  const drawn = drawObjects(image, objects, { options: overlay, categories: categoriesById, colour });
  return options.sideBySide ? [image, drawn] : [drawn];
}

/** One panel with all three colours, or one for each side. */
function comparedPanels(image: RgbImage, comparison: Comparison, { overlay, categoriesById, options }: PictureSettings): RgbImage[] {
  return (options.sideBySide ? ['objects', 'references'] as const : ['both'] as const).map((side) => {
    const colours = comparedColours(comparison, side);
    return drawObjects(image, [...colours.keys()], { options: overlay, categories: categoriesById, colour: (object) => colours.get(object)! });
  });
}

/** The panels as one picture with what explains its colours. */
function finished(panels: readonly RgbImage[], legend: readonly LegendEntry[], { overlay, isCompared }: PictureSettings): RgbImage {
  const [first] = panels, picture = panels.length === 1 ? first! : sideBySide(panels, Math.max(4, Math.round(first!.width / 100)));
  if (overlay.noLegend) return picture;
  if (legend.length > 0) return withEntries(picture, legend, drawingSizes(first!, overlay).textSize);
  return isCompared ? picture : withLegend(picture, overlay);
}

/** Categories that no label names. */
function legendOf(objects: readonly DrawnObject[], { overlay, categoriesById }: PictureSettings): LegendEntry[] {
  if (overlay.by !== 'category' || !overlay.noLabels) return [];
  const ids = new Set(objects.map(({ annotation }) => annotation.categoryId));
  return [...ids].sort((a, b) => a - b).map((id) => ({ colour: categoryColour({ id }), text: categoryText(id, categoriesById) }));
}

function cellOf(image: RgbImage, { image: { fileName } }: DatasetEntry, objects: readonly DrawnObject[], comparison: Comparison | undefined, settings: PictureSettings): LegendCell {
  const { options: { thumbnail, sideBySide: isDouble } } = settings;
  const gap = 4, to = thumbnailSize(image, isDouble ? Math.floor((thumbnail - gap) / 2) : thumbnail);
  const small = resizeBilinear(image, to);
  const scaled = new Map(objects.map((object) => [object, scaledObjects([object], image, to)[0]!]));
  const panels = comparison === undefined
    ? drawnPanels(small, [...scaled.values()], settings, image)
    : comparedPanels(small, scaledComparison(comparison, (object) => scaled.get(object) ?? scaledObjects([object], image, to)[0]!), settings);
  const counts = comparison === undefined ? `${objects.length} object${objects.length === 1 ? '' : 's'}` : comparisonLegend(comparison).map(({ text }) => text).join(', ');
  return { picture: panels.length === 1 ? panels[0]! : sideBySide(panels, gap), caption: [fileName, counts], legend: legendOf(objects, settings) };
}

function scaledComparison({ agreed, missed, extra }: Comparison, scaled: (object: DrawnObject) => DrawnObject): Comparison {
  return {
    agreed: agreed.map(({ object, reference, iou }) => ({ object: scaled(object), reference: scaled(reference), iou })),
    missed: missed.map((object) => scaled(object)), extra: extra.map((object) => scaled(object)),
  };
}

/** A picture an object, in a folder of the image's own. */
async function eachObject(image: RgbImage, objects: readonly DrawnObject[], stem: string, settings: PictureSettings, put: PutPicture): Promise<Pick<Pictures, 'files' | 'unseen'>> {
  const files: string[] = [];
  for (const object of objects) {
    const bytes = settings.kind === 'cutouts' ? await cutoutBytes(image, object, settings) : await cropBytes(image, object, settings);
    if (bytes === undefined) continue;
    const path = `${stem}/${object.annotation.id}${extensionOf(settings.options)}`;
    await put(path, bytes);
    files.push(path);
  }
  return { files, unseen: objects.length - files.length };
}

async function cutoutBytes(image: RgbImage, object: DrawnObject, { options }: PictureSettings): Promise<Uint8Array | undefined> {
  const cutout = cutOut(image, object);
  return cutout === undefined ? undefined : encodeCutout(cutout, options);
}

async function cropBytes(image: RgbImage, object: DrawnObject, settings: PictureSettings): Promise<Uint8Array | undefined> {
  const box = cropBoxOf(object, image, settings.options.margin);
  if (box === undefined) return undefined;
  const around = cropRgb(image, box), own = croppedObject(object, box);
  return encodePicture(finished(drawnPanels(around, [own], settings, image), [], { ...settings, overlay: { ...settings.overlay, noLegend: true } }), settings.options);
}

async function labelMap(image: RgbImage, { image: { fileName } }: DatasetEntry, objects: readonly DrawnObject[], stem: string, settings: PictureSettings, put: PutPicture): Promise<Pick<Pictures, 'files' | 'rows' | 'unseen'>> {
  const { labels, colours, rows, unseen } = await labelMapOf({ fileName, width: image.width, height: image.height }, objects, settings.categories, settings.overlay);
  const files = [`${stem}.png`];
  await put(files[0]!, labels);
  if (colours !== undefined) await put(files[files.push(`${stem}.colours.png`) - 1]!, colours);
  return { files, rows, unseen };
}
