/** Masks of annotation files taken into a project: by the names of images and categories, each record once, however often it is read. */
import { basename, relative, resolve } from 'node:path';
import { rleOfAnnotation } from '../dataset/masks.js';
import type { Annotation, Category, DatasetEntry, DatasetSource } from '../dataset/types.js';
import { SamError, isSamError, plainError, type PlainError } from '../errors.js';
import type { OptionTable, OptionsOf } from '../options.js';
import { addCategories } from './categories.js';
import { imageByName, imagesOf, visitImage, type EngineImage } from './images.js';
import { insertMask, maskFromSource, masksOf, touchImage, type EngineMask, type NewMask } from './masks.js';
import { machineCategory } from './machine-run.js';
import type { Project } from './project.js';
import { STAGES, type Stage } from './schema.js';
import { verdictsOf } from './verdicts.js';
import { rleToString } from '../mask/rle-string.js';
import { canonicalRle } from '../mask/merge.js';

export const IMPORT_OPTIONS = {
  as: { kind: 'choice', default: 'auto', choices: ['auto', 'accepted', 'proposed'], summary: 'What the masks are: the truth, or proposals for people to judge; auto takes those with a generator\'s scores for proposals.' },
  stage: { kind: 'choice', default: 'auto', choices: ['auto', ...STAGES], summary: 'The stage that they belong to; auto takes what the file says, else fully-automatic for proposals and assisted-manual for others.' },
  annotator: { kind: 'text', default: undefined, value: 'NAME', summary: 'Who made them, where the file does not say.' },
  category: { kind: 'text', default: undefined, value: 'NAME', summary: 'Class of the project that all of them have, for formats that know none. [default: those of the file]' },
  done: { kind: 'switch', default: false, summary: 'All of an image is in the file: images that are to do are done, unless there are proposals to judge.' },
} as const satisfies OptionTable;

export interface ImportRequest extends OptionsOf<typeof IMPORT_OPTIONS> {
  /** The file or folder that the source reads: with the record's id it tells what was imported before. */
  file: string;
  /** The model that made them, by its number in the project. */
  modelId?: number | undefined;
  stop?: AbortSignal | undefined;
}

/** Masks by what became of them. `kept`: changed in the file, but people have judged the one that is there, so that stays. */
export interface ImportReport {
  images: number;
  /** Images that were to do and are done now. */
  done: number;
  added: number;
  same: number;
  replaced: number;
  kept: number;
  /** Annotations that have no mask (a box alone). */
  withoutMask: number;
  /** Images of the file that the project does not have, by name; the first of them. */
  unknownImages: string[];
  unknownCount: number;
  problems: PlainError[];
}

const MOST_NAMES = 20;

/**
 * Reads a dataset into the project, an image a transaction, so that a second run goes on where the first was cut. An image is found by its name, else by its
 * base name where only one image has it. Records that do not fit (another size, no pixel) are problems in the report. Throws what the source throws,
 * `interrupted/signal`, `storage/...`.
 */
export async function importDataset(project: Project, source: DatasetSource, request: ImportRequest, now: number): Promise<ImportReport> {
  const report: ImportReport = { images: 0, done: 0, added: 0, same: 0, replaced: 0, kept: 0, withoutMask: 0, unknownImages: [], unknownCount: 0, problems: [] };
  const one = request.category === undefined ? undefined : machineCategory(project, request.category);
  const categories = one === undefined ? categoriesFor(project, source.categories) : new Map(source.categories.map(({ id }) => [id, { id: one }]));
  const byBase = basenames(project);
  const file = relative(resolve(project.folder), resolve(request.file)).replaceAll('\\', '/') || '.';
  for await (const entry of source.entries()) {
    if (request.stop?.aborted === true) throw new SamError('interrupted/signal', 'Interrupted; the images that were read are in the project, the same command goes on with the others.');
    const image = imageByName(project, entry.image.fileName) ?? byBase.get(basename(entry.image.fileName)) ?? undefined;
    if (image === undefined) {
      report.unknownCount++;
      if (report.unknownImages.length < MOST_NAMES) report.unknownImages.push(entry.image.fileName);
      continue;
    }
    report.images++;
    project.database.write(() => { importEntry(project, image, entry, { categories, file, request, now }, report); });
  }
  return report;
}

interface Context { categories: ReadonlyMap<number, Pick<Category, 'id'>>; file: string; request: ImportRequest; now: number }

function importEntry(project: Project, image: EngineImage, { image: record, annotations }: DatasetEntry, context: Context, report: ImportReport): void {
  const failures = report.problems.length;
  let changes = 0;
  for (const annotation of annotations) {
    try {
      const rle = rleOfAnnotation(annotation, record);
      if (rle === undefined) report.withoutMask++;
      else changes += importMask(project, newMask(annotation, rle, image, context), context, report);
    } catch (error) {
      if (!isSamError(error) || (error.kind !== 'item' && error.kind !== 'data')) throw error;
      report.problems.push({ ...plainError(error), file: image.fileName, record: `annotation ${annotation.id}` });
    }
  }
  if (changes > 0) touchImage(project, image.id);
  if (!context.request.done || image.state !== 'todo' || report.problems.length > failures || masksOf(project, image.id, ['proposed']).length > 0) return;
  visitImage(project, { imageId: image.id, outcome: 'done', annotator: context.request.annotator }, context.now);
  report.done++;
}

/** 1 if the project was changed. */
function importMask(project: Project, mask: NewMask & { source: { file: string; id: number } }, { now }: Context, report: ImportReport): number {
  const before = maskFromSource(project, mask.imageId, mask.source);
  if (before !== undefined && before.counts === rleToString(canonicalRle(mask.rle)) && before.categoryId === mask.categoryId) {
    report.same++;
    return 0;
  }
  if (before !== undefined && !isUntouched(project, before)) {
    report.kept++;
    return 0;
  }
  insertMask(project, mask, before?.id ?? null, now);
  if (before === undefined) report.added++;
  else {
    report.replaced++;
    project.database.run("UPDATE masks SET status = 'superseded', duplicate_of = NULL, revision = revision + 1, updated_at = ? WHERE id = ?", now, before.id);
  }
  return 1;
}

function isUntouched(project: Project, { id, status }: EngineMask): boolean {
  return (status === 'proposed' || status === 'accepted' || status === 'duplicate') && verdictsOf(project, id).length === 0;
}

function newMask(annotation: Annotation, rle: NewMask['rle'], image: EngineImage, { categories, file, request }: Context): NewMask & { source: { file: string; id: number } } {
  const { stage: said, round: _, annotator: person, ...attributes } = annotation.attributes ?? {};
  const { predictedIou, stabilityScore, pointCoords, cropBox } = annotation.generator ?? {};
  const stated = STAGES.find((stage) => stage === said);
  const isProposal = request.as === 'auto' ? predictedIou !== undefined && stated === undefined : request.as === 'proposed';
  const stage: Stage = request.stage === 'auto' ? stated ?? (isProposal ? 'fully-automatic' : 'assisted-manual') : request.stage;
  return {
    imageId: image.id, categoryId: categories.get(annotation.categoryId)!.id, rle, stage, modelId: request.modelId ?? null, status: isProposal ? 'proposed' : 'accepted', isCrowd: annotation.isCrowd,
    annotator: typeof person === 'string' ? person : request.annotator ?? null, predictedIou: predictedIou ?? null, stabilityScore: stabilityScore ?? null, score: annotation.score ?? null,
    source: { file, id: annotation.id },
    details: {
      ...(Object.keys(attributes).length === 0 ? {} : { attributes }), ...(annotation.extra === undefined ? {} : { extra: annotation.extra }),
      ...(pointCoords === undefined ? {} : { pointCoords }), ...(cropBox === undefined ? {} : { cropBox }),
    },
  };
}

/** The project's category for each of the file's, by name; what is new keeps its id where that is free. */
export function categoriesFor(project: Project, categories: readonly Category[]): Map<number, Category> {
  return project.database.write(() => new Map(categories.map((category) => {
    const { id, ...unnumbered } = category;
    try {
      return [id, addCategories(project, [category])[0]!];
    } catch (error) {
      if (!isSamError(error, 'engine/record')) throw error;
      return [id, addCategories(project, [unnumbered])[0]!];
    }
  })));
}

/** Images by their base names; null for a name that several have. */
export function basenames(project: Project): Map<string, EngineImage | null> {
  const found = new Map<string, EngineImage | null>();
  for (const image of imagesOf(project)) found.set(basename(image.fileName), found.has(basename(image.fileName)) ? null : image);
  return found;
}
