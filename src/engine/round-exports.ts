/** What a round hands to a trainer: its masks of the split `train` in one or more forms, and those that are held out. */
import { join } from 'node:path';
import { SamError } from '../errors.js';
import { prepareDataset } from '../folder/prepare.js';
import type { FolderIssue, FolderRunOptions } from '../folder/spec.js';
import { OUTPUT_OPTIONS } from '../formats/jobs/convert-options.js';
import { defaultsOf } from '../options.js';
import { exportProject } from './exchange.js';
import type { Project } from './project.js';
import type { Stage } from './schema.js';

/** The form's name, and what it is called in the round's folder. */
const FORMS = { coco: 'train.json', sa1b: 'train-sa1b', 'hq-sam': 'train-hq-sam' } as const;
export type ExportForm = keyof typeof FORMS;

/** Masks that a model made alone are no measure of models. */
export const BY_PEOPLE: readonly Stage[] = ['assisted-manual', 'semi-automatic'];

/** `coco,sa1b`: forms, each once. Throws `usage/option`. */
export function exportForms(text: string): ExportForm[] {
  const names = text.split(',').map((name) => name.trim()), forms = Object.keys(FORMS) as ExportForm[]; // the keys of the constant
  const unknown = names.find((name) => !forms.some((form) => form === name));
  if (unknown !== undefined) throw new SamError('usage/option', `--export expects a list of ${forms.join(', ')}, got ${JSON.stringify(text)}.`);
  return [...new Set(names)].map((name) => forms.find((form) => form === name)!);
}

/** `dataset`: COCO, which is always there. `problems`: objects that the HQ-SAM layout has no place for. */
export interface RoundExports { dataset: string; heldOut?: string; exports: { form: ExportForm; path: string }[]; problems: FolderIssue[] }

/** Writes them to `place`, each complete or not at all; those of an earlier try are replaced. Throws as `exportProject` and `prepareDataset` do. */
export async function exportRound(project: Project, { place, forms, isMeasured }: { place: string; forms: readonly ExportForm[]; isMeasured: boolean }, run: FolderRunOptions): Promise<RoundExports> {
  const { folder } = project, dataset = join(place, FORMS.coco), heldOut = join(place, 'held-out.json'), problems: FolderIssue[] = [];
  const common = { ...defaultsOf(OUTPUT_OPTIONS), folder, force: true, stop: run.stop };
  await exportProject({ ...common, split: 'train', to: 'coco', output: dataset });
  if (isMeasured) await exportProject({ ...common, split: 'val', stages: BY_PEOPLE, to: 'coco', output: heldOut });
  // SA-1B knows no classes
  if (forms.includes('sa1b')) await exportProject({ ...common, split: 'train', to: 'sa1b', output: join(place, FORMS.sa1b), allowLossy: true });
  if (forms.includes('hq-sam')) problems.push(...await writePairs(dataset, project.imageRoot, join(place, FORMS['hq-sam']), run));
  return { dataset, ...(isMeasured ? { heldOut } : {}), exports: forms.map((form) => ({ form, path: join(place, FORMS[form]) })), problems };
}

async function writePairs(annotations: string, images: string, output: string, run: FolderRunOptions): Promise<FolderIssue[]> {
  const { run: done } = await prepareDataset({ annotations, images, output, options: { layout: 'hq-sam', force: true } }, run);
  if (done.stopped !== undefined) throw done.stopped;
  return done.errors;
}
