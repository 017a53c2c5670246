/** The files that findings name, as paths that a person or a program can open: readers name them relative to the dataset they are in. */
import { stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { RuleCount } from '../jobs/findings-kept.js';

export interface FindingRoots { input: string; images?: string | undefined; instances?: string | undefined }

/** The same findings, `file` relative to where the command runs (or absolute where the input is); one without a file is of the input. */
export async function withPaths(rules: readonly RuleCount[], roots: FindingRoots): Promise<RuleCount[]> {
  const known = new Map<string, string>();
  const isFolder = await stat(roots.input).then((found) => found.isDirectory(), () => false);
  const pathOf = async (file: string): Promise<string> => {
    const path = known.get(file) ?? await find(file, roots, isFolder);
    known.set(file, path);
    return path;
  };
  const shownOf = ({ shown }: RuleCount): Promise<RuleCount['shown']> => Promise.all(shown.map(async (one) => ({ ...one, file: one.file === undefined ? roots.input : await pathOf(one.file) })));
  return await Promise.all(rules.map(async (rule) => ({ ...rule, shown: await shownOf(rule) })));
}

async function find(file: string, { input, images, instances }: FindingRoots, isFolder: boolean): Promise<string> {
  if (file === input || file === instances) return file;
  const root = isFolder ? input : dirname(input);
  const places = [join(root, file), join(root, 'Annotations', file), ...(images === undefined ? [] : [join(images, file)])];
  for (const place of places) if (await stat(place).then(() => true, () => false)) return place;
  return join(root, file);
}
