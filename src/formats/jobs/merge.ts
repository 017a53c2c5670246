/**
 * Several datasets made one: images by bytewise file name, categories by name, ids as they were unless they collide. Streamed: an image of
 * each input is in memory at a time, beside the list of all images and eight bytes an annotation.
 */
import { reconcile, type Reconciled } from '../../dataset/reconcile.js';
import type { DatasetEntry, DatasetSource } from '../../dataset/types.js';
import { SamError } from '../../errors.js';
import { Spool } from '../../files/spool.js';
import type { ConvertOptions } from './convert-options.js';
import { FindingsKept, type RuleCount } from './findings-kept.js';
import type { Format, FormatName } from '../format.js';
import { formatOf } from '../registry.js';
import { ImageUnion } from './image-union.js';
import { mergedByName, OrderedEntries } from './ordered-entries.js';
import { openDataset, recogniseDataset, type OpenDataset, type Recognised, type SourceRequest } from './open-dataset.js';
import { writeDataset, writerIgnoring, writerOf, type WrittenDataset } from './write-dataset.js';

export interface MergeRequest extends ConvertOptions, Omit<SourceRequest, 'input' | 'vocBase'> {
  inputs: readonly string[];
  /** That of the inputs where it is not given and they agree. */
  to?: FormatName | undefined;
  output: string;
}

export interface MergedInput { input: string; format: FormatName; images: number; annotations: number }

export interface MergeReport extends WrittenDataset {
  inputs: MergedInput[];
  to: FormatName;
  /** Of the merged dataset. */
  images: number;
  annotations: number;
  categories: number;
  /** Images that several inputs have, or one has twice: one image with the annotations of all. */
  joined: number;
  /** What was reconciled, a sentence each. */
  remarks: string[];
  findings: RuleCount[];
  /** Errors that were found and left out or put right (`lenient`). */
  errors: number;
}

/**
 * Merges datasets. Images of one name and size become one with all annotations; of one name and two sizes they are an error
 * (`data/conflict`). Throws as `convertDataset`, and `usage/option` where the inputs have several formats and `to` is not given.
 */
export async function mergeDatasets(request: MergeRequest): Promise<MergeReport> {
  const { inputs, output } = request;
  const formats = [];
  for (const input of inputs) formats.push(await recogniseDataset({ ...request, input }));
  const target = targetOf(formats, request.to);
  const writer = writerOf(target);
  const opened: OpenDataset[] = [], spool = new Spool();
  try {
    for (const [i, input] of inputs.entries()) opened.push(await openDataset({ ...request, input }, formats[i]));
    const reconciled = reconcile(opened.map(({ source }, i) => ({ name: inputs[i]!, categories: source.categories, extra: source.extra })));
    // ids that the output counts are nobody's; results share the images of their instances file
    const tells = { ids: target.keepsIds === true, joined: request.instances === undefined };
    const { source, union } = await mergedSource(opened, inputs, reconciled, spool, tells);
    const all = [...inputs, ...(request.instances === undefined ? [] : [request.instances])];
    // ids that had to change were told
    const { losses, result } = await writeDataset(source, target.keepsIds === true ? writer : writerIgnoring('ids', writer), { ...request, output, inputs: all });
    const findings = new FindingsKept();
    for (const one of opened) findings.addAll(one.findings);
    return {
      inputs: opened.map(({ format, counts }, i) => ({ input: inputs[i]!, format: format.name, ...counts })), to: target.name,
      images: union.images.length, annotations: opened.reduce((sum, { counts }) => sum + counts.annotations, 0), categories: source.categories.length,
      joined: union.joined, remarks: [...reconciled.remarks, ...union.remarks], losses, result, findings: findings.byRule, errors: findings.count('error'),
    };
  } finally {
    await spool.close();
    for (const { source } of opened) await source.close?.();
  }
}

function targetOf(formats: readonly Recognised[], to: FormatName | undefined): Format {
  if (to !== undefined) return formatOf(to);
  const [first, ...others] = new Set(formats.map(({ format }) => format));
  if (first === undefined) throw new SamError('usage/option', 'There is nothing to merge: name at least one dataset.');
  if (others.length === 0) return first;
  throw new SamError('usage/option', `The inputs have several formats (${[first, ...others].map(({ name }) => name).join(', ')}): --to says which to write.`);
}

/** The inputs as one source; they are read once for it, and again by whoever reads it. */
async function mergedSource(opened: readonly OpenDataset[], inputs: readonly string[], { categories, ids, extra }: Reconciled, spool: Spool, tells: Parameters<ImageUnion['settle']>[0]): Promise<{ source: DatasetSource; union: ImageUnion }> {
  const union = new ImageUnion(inputs);
  const lists: OrderedEntries[] = [];
  for (const [i, { source }] of opened.entries()) lists.push(await OrderedEntries.of(source, spool, (entry) => { union.add(entry, i); }));
  union.settle(tells);
  async function* entries(): AsyncGenerator<DatasetEntry> {
    let current: DatasetEntry | undefined, place = 0, annotationId = 0;
    for await (const { entry, from } of mergedByName(lists.map((list) => list.entries()))) {
      if (current !== undefined && current.image.fileName !== entry.image.fileName) yield current;
      if (current?.image.fileName !== entry.image.fileName) current = { image: union.images[place++]!, annotations: [] };
      for (const annotation of entry.annotations) {
        const id = union.countsAnnotations ? ++annotationId : annotation.id;
        current.annotations.push({ ...annotation, id, imageId: current.image.id, categoryId: ids[from]?.get(annotation.categoryId) ?? annotation.categoryId });
      }
    }
    if (current !== undefined) yield current;
  }
  const source: DatasetSource = {
    categories, entries, hasUniqueIds: true, imageCount: union.images.length, ...(extra === undefined ? {} : { extra }),
    async *images() { yield* union.images; },
  };
  return { source, union };
}
