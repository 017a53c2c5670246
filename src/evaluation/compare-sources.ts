/** Predictions beside their ground truth, image by image: which images belong together, what is wrong with them, and what they come to. */
import { finding } from '../dataset/rules.js';
import type { Category, DatasetEntry, DatasetSource, ImageRecord, Report } from '../dataset/types.js';
import { SamError, printableName } from '../errors.js';
import type { ImageSize } from '../geometry/size.js';
import { matchCategories } from './category-match.js';
import type { DetectedObject, TrueObject } from './image-objects.js';
import type { MaskEvaluation } from './mask-evaluation.js';
import { detectedObjects, trueObjects } from './objects-of-entry.js';
import { memoryShelf, pairByKey, type Keyed, type KnownKeys, type Paired, type Shelf } from './pair-by-key.js';

/** A dataset and what messages call it. */
export interface NamedSource { source: DatasetSource; file: string }

export interface Comparison {
  truth: NamedSource;
  predictions: NamedSource;
  /** What an image and a category are known by in both: results have the ids of their ground truth, other datasets have names. */
  by: 'id' | 'name';
  classAgnostic: boolean;
  /** Images that the predictions do not list are left out; where images are known by id, those without a detection. */
  onlyPredicted: boolean;
  masks: boolean;
  boxes: boolean;
  missingScore: number | undefined;
  /** Where objects wait whose image the other dataset lists later; in memory where it is not given. */
  newShelf?: (<T>() => Shelf<T>) | undefined;
  /** Where it returns, what is wrong is left out: an annotation, or an image with all that is on it. */
  report: Report;
  /** Awaited before each image: lets signals arrive, and may throw to end it. */
  turn?: (() => Promise<void>) | undefined;
}

/** What was compared. `unpredicted`: images that the predictions do not list. */
export interface Compared { images: number; detections: number; truths: number; unpredicted: number }

interface Side<T> { image: ImageRecord; objects: T[] }
type Partners = Paired<Side<TrueObject>, Side<DetectedObject>>;

/** Gives all images to the evaluation. Throws `data/mismatch` where there is nothing in common, and what `report` and `turn` throw. */
export async function compareSources(comparison: Comparison, evaluation: MaskEvaluation): Promise<Compared> {
  const { predictions: { file }, by, onlyPredicted, turn, report } = comparison;
  const compared: Compared = { images: 0, detections: 0, truths: 0, unpredicted: 0 };
  let firstUnpredicted = '';
  for await (const { left: truth, right: prediction } of partnersOf(comparison)) {
    await turn?.();
    if (truth === undefined) {
      report(finding('image/unknown', `The ground truth has no image "${printableName(prediction?.image.fileName ?? '')}"${hintOf(comparison)}.`, { file }));
      continue;
    }
    if (onlyPredicted && (prediction === undefined || (by === 'id' && prediction.objects.length === 0))) continue;
    if (prediction !== undefined && !isOneSize(truth.image, prediction.image)) {
      report(finding('size/mismatch', `The ground truth is ${sizeText(truth.image)}, the predictions are ${sizeText(prediction.image)}.`, { file, record: truth.image.fileName }));
      continue;
    }
    if (prediction === undefined && compared.unpredicted++ === 0) firstUnpredicted = truth.image.fileName;
    compared.images++;
    compared.truths += truth.objects.length;
    compared.detections += prediction?.objects.length ?? 0;
    evaluation.add({ imageId: truth.image.id, truths: truth.objects, detections: prediction?.objects ?? [] });
  }
  if (compared.unpredicted > 0) {
    const message = `${compared.unpredicted} of the ground truth's ${compared.images} images are not among the predictions, ${printableName(firstUnpredicted)} first: what is to be found there counts as missed, unless --only-predicted.`;
    report(finding('image/unpredicted', message, { file }));
  }
  return compared;
}

async function* partnersOf(comparison: Comparison): AsyncGenerator<Partners> {
  const { truth, predictions, by, masks, boxes, missingScore, report, newShelf = memoryShelf } = comparison;
  const categoryOf = categoriesOf(comparison);
  const keys = { left: await keysOf(truth, by), right: await keysOf(predictions, by) };
  refuseStrangers(keys, comparison);
  const shapes = { masks, boxes, report };
  const truths = sides(truth, by, report, (entry) => trueObjects(entry, { ...shapes, file: truth.file }));
  const found = sides(predictions, by, report, (entry) => detectedObjects(entry, { ...shapes, file: predictions.file, categoryOf, missingScore }));
  yield* pairByKey(truths, found, keys, { left: newShelf(), right: newShelf() });
}

/** Where nothing belongs together, one error says so instead of one an image. */
function refuseStrangers({ left, right }: KnownKeys, comparison: Comparison): void {
  if (left === undefined || right === undefined || left.size === 0 || right.size === 0) return;
  for (const key of right) if (left.has(key)) return;
  const [[truth], [prediction]] = [[...left], [...right]];
  throw new SamError('data/mismatch', `Predictions and ground truth have no image in common${hintOf(comparison)}: the first of the predictions is "${printableName(String(prediction))}", of the ground truth "${printableName(String(truth))}".`, { file: comparison.predictions.file });
}

/** The category of the ground truth that one of the predictions is; those that it has not are told. */
function categoriesOf({ truth, predictions, by, classAgnostic, report }: Comparison): (id: number) => number {
  const { source: { categories } } = truth, others = predictions.source.categories;
  const { of, matched, unmatched } = matchCategories(categories, others, by);
  if (classAgnostic) return of;
  if (matched === 0 && unmatched.length > 0 && categories.length > 0) {
    throw new SamError('data/mismatch', `Predictions and ground truth have no category in common: ${namesText(others)}; ${namesText(categories)}. --class-agnostic compares them whatever their categories.`, { file: predictions.file });
  }
  for (const name of unmatched) {
    report(finding('category/uncompared', `The ground truth has no category "${printableName(name)}": what is found of it counts only where categories do not.`, { file: predictions.file }));
  }
  return of;
}

function namesText(categories: readonly Category[]): string {
  const shown = categories.slice(0, 5).map(({ name }) => `"${printableName(name)}"`).join(', ');
  return categories.length > 5 ? `${shown} and ${categories.length - 5} more` : shown;
}

function hintOf({ by }: Comparison): string {
  return by === 'name' ? ' (images belong together by their whole file name)' : '';
}

/** 0 x 0: unknown. */
function isOneSize(a: ImageSize, b: ImageSize): boolean {
  return a.width === 0 || b.width === 0 || (a.width === b.width && a.height === b.height);
}

function sizeText({ width, height }: ImageSize): string {
  return `${width} x ${height} pixels`;
}

/** Images of a dataset with their objects; one that stands twice is reported, and counts once. */
async function* sides<T>({ source, file }: NamedSource, by: Comparison['by'], report: Report, objectsOf: (entry: DatasetEntry) => T[]): AsyncGenerator<Keyed<Side<T>>> {
  const seen = new Set<string | number>();
  for await (const entry of source.entries()) {
    const { image } = entry, key = keyOf(image, by);
    if (seen.has(key)) report(finding('image/ambiguous', `Two images are called "${printableName(image.fileName)}": predictions and ground truth belong together by that name.`, { file, record: `image ${image.id}` }));
    else yield { key, value: { image, objects: objectsOf(entry) } };
    seen.add(key);
  }
}

function keyOf(image: ImageRecord, by: Comparison['by']): string | number {
  return by === 'id' ? image.id : image.fileName;
}

async function keysOf({ source }: NamedSource, by: Comparison['by']): Promise<Set<string | number> | undefined> {
  if (source.images === undefined) return undefined;
  const keys = new Set<string | number>();
  for await (const image of source.images()) keys.add(keyOf(image, by));
  return keys;
}
