/** Makes a project, or goes on with the one that is there: its images looked at again, its model and categories brought up to what is asked for. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Category } from '../dataset/types.js';
import { SamError, printableName } from '../errors.js';
import { realpathOfExisting } from '../files/safe-path.js';
import { storing } from '../files/storage-error.js';
import { versions } from '../folder/versions.js';
import type { Environment } from '../models/cache-dir.js';
import { locateModel } from '../models/locate.js';
import { modelSha256, type LocatedModel } from '../models/located-model.js';
import { resolveOptions, type OptionTable, type SomeOf } from '../options.js';
import { addCategories, categoriesOf } from './categories.js';
import { readCategories } from './categories-file.js';
import { addModel, currentModel, useModel } from './models.js';
import { createProject, hasProject, setImageRoot, withProject, type Project } from './project.js';
import { factsOf } from './project-facts.js';
import { changeRound, openRoundOf } from './rounds.js';
import { SCAN_OPTIONS, scanImages, type ScanReport, type ScanRequest } from './scan.js';

/** What a project keeps for good: it cannot be changed later. */
export const INIT_OPTIONS = {
  valShare: { kind: 'number', default: 0.2, min: 0, max: 0.9, summary: 'Part of the images that is held out to measure models on.' },
  testShare: { kind: 'number', default: 0, min: 0, max: 0.9, summary: 'Part of the images that is held out for the very end.' },
  seed: { kind: 'integer', default: 0, min: 0, summary: 'Decides which images are held out, together with their bytes.' },
} as const satisfies OptionTable;

export interface InitRequest extends SomeOf<typeof INIT_OPTIONS>, SomeOf<typeof SCAN_OPTIONS>, Pick<ScanRequest, 'adoptChanged' | 'stop' | 'progress'> {
  folder: string;
  /** Folder of the images; for a project that is there it may be left out. */
  images?: string | undefined;
  /** A file with the categories. */
  categories?: string | undefined;
  /** A name of the registry or a folder; without it `SAM_MODEL`, else the embedded model. */
  model?: string | undefined;
  env: Environment;
  /** Another image folder or model for a project that is there. */
  force?: boolean | undefined;
  dryRun?: boolean | undefined;
}

export interface InitReport extends ScanReport { isNew: boolean; model: string; categories: Category[]; imageRoot: string; splits: { train: number; val: number; test: number } }

/**
 * `now`: milliseconds since 1970. A dry run does everything and keeps nothing. Throws `usage/...` for what contradicts a project that is there, and what reading
 * categories, locating a model, opening and scanning throw.
 */
export async function initProject(request: InitRequest, now: number): Promise<InitReport> {
  const { folder, dryRun = false } = request;
  const isNew = !(await hasProject(folder));
  // a model or file that is not there is told before anything is made
  const model = isNew || request.model !== undefined ? await locateModel(request.model, { env: request.env }) : undefined;
  const categories = request.categories === undefined ? [] : await readCategories(request.categories);
  const place = isNew && dryRun ? await storing(tmpdir(), mkdtemp(join(tmpdir(), 'sam-engine-'))) : folder;
  try {
    if (isNew) await createNew(place, request, now);
    return await withProject(place, 'write', async (project) => {
      const work = async (): Promise<InitReport> => {
        addCategories(project, categories);
        if (model !== undefined) takeModel(project, model, request, now);
        const placed = isNew ? project : await placedImages(project, request);
        const scan = await scanImages(placed, { nearRadius: request.nearRadius ?? SCAN_OPTIONS.nearRadius.default, adoptChanged: request.adoptChanged, stop: request.stop, progress: request.progress });
        const count = (split: string): number => project.database.count('SELECT count(*) FROM images WHERE split = ?', split);
        return { ...scan, isNew, model: currentModel(project)?.name ?? '', categories: categoriesOf(project), imageRoot: placed.imageRoot, splits: { train: count('train'), val: count('val'), test: count('test') } };
      };
      if (!isNew) refuseOtherOptions(project, request);
      return await (dryRun ? project.database.rehearse(work) : work());
    });
  } finally {
    if (place !== folder) await rm(place, { recursive: true, force: true });
  }
}

async function createNew(folder: string, request: InitRequest, now: number): Promise<void> {
  const { images, valShare, testShare, seed } = request;
  if (images === undefined) throw new SamError('usage/option', 'A new project needs --images, the folder of its images.');
  const options = resolveOptions(INIT_OPTIONS, { valShare, testShare, seed });
  if (options.valShare + options.testShare >= 1) throw new SamError('usage/option', `--val-share and --test-share leave nothing to train on: together they are ${options.valShare + options.testShare}.`);
  await createProject(folder, { images, ...options, createdBy: `sam ${versions()['sam'] ?? ''}` }, now);
}

/** Splits that follow from other numbers would move images from training to test. */
function refuseOtherOptions(project: Project, request: InitRequest): void {
  const facts = factsOf(project);
  for (const key of ['valShare', 'testShare', 'seed'] as const) {
    if (request[key] === undefined || request[key] === facts[key]) continue;
    const flag = key.replace(/[A-Z]/g, (c) => `-${c.toLowerCase()}`);
    throw new SamError('usage/options-changed', `The project was made with --${flag} ${facts[key]}, now it is ${request[key]}: that is settled once for all, so that no image goes from training to test.`, { file: request.folder });
  }
}

async function placedImages(project: Project, { images, force, folder }: InitRequest): Promise<Project> {
  if (images === undefined || (await realpathOfExisting(images)) === (await realpathOfExisting(project.imageRoot))) return project;
  if (force !== true) throw new SamError('usage/options-changed', `The project's images are in ${printableName(project.imageRoot)}, not in ${printableName(images)}; if they were moved, --force says so (each is known by its bytes).`, { file: folder });
  return await setImageRoot(project, images);
}

function takeModel(project: Project, { name, folder, files }: LocatedModel, { force, folder: place }: InitRequest, now: number): void {
  const before = currentModel(project), sha256 = modelSha256(files);
  if (before !== undefined && before.sha256 !== sha256 && force !== true) {
    throw new SamError('usage/options-changed', `The project works with the model ${printableName(before.name)}, not with ${printableName(name)}; --force changes it.`, { file: place });
  }
  const { id } = addModel(project, { name, folder: resolve(folder), sha256 }, now);
  useModel(project, id);
  if (openRoundOf(project) !== undefined) changeRound(project, { modelId: id });
}
