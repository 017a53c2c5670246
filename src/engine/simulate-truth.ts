/** The truth that a simulated annotator knows: the objects of a dataset's images, found in a project by their names. */
import { basename } from 'node:path';
import { rleOfAnnotation } from '../dataset/masks.js';
import type { Annotation, DatasetSource } from '../dataset/types.js';
import { SamError, isSamError, plainError, type PlainError } from '../errors.js';
import { canonicalRle } from '../mask/merge.js';
import { rleArea } from '../mask/rle.js';
import { rleToString } from '../mask/rle-string.js';
import { imageByName, type EngineImage } from './images.js';
import { basenames, categoriesFor } from './import.js';
import type { Project } from './project.js';

/** An object as the truth has it: `id` of the annotation, the project's category, the mask as COCO's string of the image's size, at least one pixel. */
export interface TrueObject { id: number; categoryId: number; counts: string }

/** `objects`: by the project's image, of the images that were wanted and that the truth lists, also those without any object. */
export interface Truth { objects: Map<number, TrueObject[]>; crowds: number; problems: PlainError[] }

/**
 * Reads the objects of the wanted images; their strings are what it holds in memory. Crowds are left out: no single object is there to be found. The truth's categories
 * are added to the project. Annotations without a mask, or of another size, are problems. Throws what the source throws, `interrupted/signal`.
 */
export async function readTruth(project: Project, source: DatasetSource, wanted: ReadonlySet<number>, stop: AbortSignal | undefined): Promise<Truth> {
  const truth: Truth = { objects: new Map(), crowds: 0, problems: [] };
  const categories = categoriesFor(project, source.categories), byBase = basenames(project);
  for await (const { image: { fileName }, annotations } of source.entries()) {
    if (stop?.aborted === true) throw new SamError('interrupted/signal', 'Interrupted; nothing was annotated.');
    const image = imageByName(project, fileName) ?? byBase.get(basename(fileName)) ?? undefined;
    if (image === undefined || !wanted.has(image.id)) continue;
    const objects = truth.objects.get(image.id) ?? [];
    truth.objects.set(image.id, objects);
    for (const annotation of annotations) {
      if (annotation.isCrowd) {
        truth.crowds++;
        continue;
      }
      try {
        objects.push({ id: annotation.id, categoryId: categories.get(annotation.categoryId)!.id, counts: countsOf(annotation, image) });
      } catch (error) {
        if (!isSamError(error)) throw error;
        truth.problems.push({ ...plainError(error), file: image.fileName, record: `annotation ${annotation.id}` });
      }
    }
  }
  return truth;
}

function countsOf(annotation: Annotation, { width, height }: EngineImage): string {
  const rle = rleOfAnnotation(annotation, { width, height });
  if (rle === undefined) throw new SamError('data/record', 'The annotation has no mask: nobody could tell when it is found.');
  if (rle.width !== width || rle.height !== height) throw new SamError('image/size', `Its mask is ${rle.width} x ${rle.height}, but the image is ${width} x ${height}.`);
  if (rleArea(rle) === 0) throw new SamError('data/record', 'Its mask has no pixel: there is nothing to find.');
  return rleToString(canonicalRle(rle));
}
