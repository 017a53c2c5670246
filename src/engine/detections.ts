/** A detector's boxes, by the images of a project. */
import { basename } from 'node:path';
import { boxPrompt } from '../dataset/box-prompts.js';
import type { FormatName } from '../formats/format.js';
import { openDataset } from '../formats/jobs/open-dataset.js';
import type { Box } from '../geometry/box.js';
import { DEFAULT_MAX_PIXELS } from '../mask/mask-size.js';
import { categoriesOf } from './categories.js';
import { imageByName } from './images.js';
import { basenames, categoriesFor } from './import.js';
import type { Project } from './project.js';

/** `box`: pixels, inside the image, with area. `score`: null where the file has none. */
export interface Detection { categoryId: number; box: Box; score: number | null }

/** What of the file is of no use. `unknownCount`: images that the project does not have, `unknown`: the first three of them; `unusable`: boxes of crowds, without area, or outside; `newCategories`: names that the project has now. */
export interface DetectionsLeft { unknownCount: number; unknown: string[]; unusable: number; newCategories: string[] }

/** `byImage`: the surest first; also images without a box. */
export interface Detections extends DetectionsLeft { byImage: Map<number, Detection[]> }

export interface DetectionsRequest { input: string; from?: FormatName | undefined; instances?: string | undefined; stop?: AbortSignal | undefined }

/** Reads them all: memory holds a few numbers a box. Crowds are left out. Categories that are new are added. Throws what opening and reading throw. */
export async function readDetections(project: Project, { input, from, instances, stop }: DetectionsRequest): Promise<Detections> {
  const { source } = await openDataset({ input, from, instances, images: project.imageRoot, lenient: true, maxPixels: DEFAULT_MAX_PIXELS, stop });
  try {
    const known = new Set(categoriesOf(project).map(({ name }) => name)), categories = categoriesFor(project, source.categories), byBase = basenames(project);
    const newCategories = categoriesOf(project).map(({ name }) => name).filter((name) => !known.has(name));
    const found: Detections = { byImage: new Map(), unknownCount: 0, unknown: [], unusable: 0, newCategories };
    for await (const { image: { fileName }, annotations } of source.entries()) {
      const image = imageByName(project, fileName) ?? byBase.get(basename(fileName)) ?? undefined;
      if (image === undefined) {
        if (found.unknownCount++ < 3) found.unknown.push(fileName);
        continue;
      }
      const list = found.byImage.get(image.id) ?? [];
      for (const annotation of annotations) {
        const prompt = boxPrompt(annotation, image);
        if (annotation.isCrowd || !('box' in prompt)) found.unusable++;
        else list.push({ categoryId: categories.get(annotation.categoryId)!.id, box: prompt.box, score: annotation.score ?? null });
      }
      found.byImage.set(image.id, list.sort((a, b) => (b.score ?? 1) - (a.score ?? 1)));
    }
    return found;
  } finally {
    await source.close?.();
  }
}
