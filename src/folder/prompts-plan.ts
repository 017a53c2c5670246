/** The first reading of a dataset to be evaluated with prompts: which images have regions, what is left out, and that all ids that were named exist. */
import type { DatasetEntry, DatasetSource } from '../dataset/types.js';
import { SamError } from '../errors.js';
import { chooseRegions, type ChosenRegions, type RegionChoice } from '../evaluation/prompt-regions.js';
import { readJsonDocument } from '../formats/json/json-document.js';
import type { PromptsIssue } from './prompts-report.js';

export interface PromptsPlan {
  /** Images that have a region, at most the limit. */
  images: number;
  regions: number;
  crowds: number;
  refused: PromptsIssue[];
}

/** An image with its chosen regions, at least one. */
export interface PlannedImage extends Pick<DatasetEntry, 'image'> { chosen: ChosenRegions }

/** The ids of a `--regions` file. Throws `usage/input-missing`, `data/json`, and `data/record` for what is no list of ids. */
export async function readRegionIds(path: string): Promise<Set<number>> {
  const value = await readJsonDocument(path);
  const list = Array.isArray(value) ? value : value !== null && typeof value === 'object' ? value['annotation_ids'] : undefined;
  if (!Array.isArray(list)) throw new SamError('data/record', 'A file of regions is a list of annotation ids, or an object with one in "annotation_ids".', { file: path });
  return new Set(list.map((id, i) => {
    if (typeof id === 'number' && Number.isSafeInteger(id) && id >= 0) return id;
    throw new SamError('data/record', `Expected the id of an annotation, a whole number from 0, found ${JSON.stringify(id)}.`, { file: path, record: `annotation_ids[${i}]` });
  }));
}

/** The images that have a region, in the order of the dataset, at most `limit`. */
export async function* plannedImages(source: DatasetSource, choice: RegionChoice, limit: number | undefined): AsyncGenerator<PlannedImage> {
  let count = 0;
  for await (const entry of source.entries()) {
    const chosen = chooseRegions(entry, choice);
    if (chosen.regions.length === 0) continue;
    yield { image: entry.image, chosen };
    if (++count === limit) return;
  }
}

/** Reads all. `file`: what the ids came from, for the error `data/record` where one is of no annotation. */
export async function planPrompts(source: DatasetSource, choice: RegionChoice, limit: number | undefined, file: string | undefined): Promise<PromptsPlan> {
  const plan: PromptsPlan = { images: 0, regions: 0, crowds: 0, refused: [] };
  const missing = new Set(choice.ids);
  for await (const entry of source.entries()) {
    for (const { id } of entry.annotations) missing.delete(id);
    if (plan.images === limit) continue;
    const { regions, crowds, unmasked } = chooseRegions(entry, choice);
    plan.crowds += crowds;
    for (const { id } of unmasked) plan.refused.push({ code: 'data/record', message: 'The annotation has no mask: there is nothing to compare with.', file: entry.image.fileName, record: `annotation ${id}` });
    if (regions.length === 0) continue;
    plan.images++;
    plan.regions += regions.length;
  }
  const [first] = missing;
  if (first !== undefined) throw new SamError('data/record', `${missing.size} of the ids are of no annotation that could be read, ${first} first: the regions belong to another dataset.`, { file });
  return plan;
}
