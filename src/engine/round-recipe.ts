/** How the model of a round was made, kept in its folder: it is taken again only by a try that would make it in the same way. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { systemCode } from '../errors.js';
import { writeFileAtomic } from '../files/atomic.js';

const NAME = 'round.json';

/** `trainer`: the command as it was given, before its places were filled in. `model`, `dataset`: SHA-256. What plays no part for a command of the user's is null. */
export interface Recipe { trainer: string; minutes: number; part: string | null; steps: number | null; incomplete: boolean | null; form: string; model: string; dataset: string }

const textOf = ({ trainer, minutes, part, steps, incomplete, form, model, dataset }: Recipe): string =>
  `${JSON.stringify({ schema: 1, trainer, minutes, part, steps, incomplete, form, model, dataset }, null, 2)}\n`;

/** As it stands there, for `isMadeBy`; undefined for a folder that no round made. */
export async function readRecipe(folder: string): Promise<string | undefined> {
  try {
    return await readFile(join(folder, NAME), 'utf8');
  } catch (error) {
    if (systemCode(error) === 'ENOENT' || systemCode(error) === 'ENOTDIR') return undefined;
    throw error;
  }
}

export async function writeRecipe(folder: string, recipe: Recipe): Promise<void> {
  await writeFileAtomic(join(folder, NAME), textOf(recipe));
}

export function isMadeBy(found: string, recipe: Recipe): boolean {
  return found === textOf(recipe);
}
